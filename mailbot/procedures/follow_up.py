"""The clocks that a survey brings along: one reminder, then silence is recorded (S4.10, S2.5). Pure."""

from mailbot.procedures.clauses import MAILBOT, Deadline
from mailbot.procedures.rules import Labels, Survey

REMINDED, SILENT = "survey-reminded", "survey-silent"
NAMES = (REMINDED, SILENT)


def clocks(survey: Survey) -> dict[str, Deadline]:
    """Deadlines of mailbot's own after a survey without answer, by name; none where the survey has no `remind` and `silent`."""
    found = {}
    if survey.remind:
        found[REMINDED] = Deadline(
            name=REMINDED,
            within=survey.remind,
            after="surveyed",
            label=Labels("提醒客户评价", "提醒客戶評分", "Remind the customer of the survey"),
            owner=MAILBOT,
            unless=("rated",),
            letter="survey-reminder",
            clause=survey.clause,
        )
    if survey.silent:
        found[SILENT] = Deadline(
            name=SILENT,
            within=survey.silent,
            after="surveyed",
            label=Labels("客户未作评价，记录在案", "客戶未作評價，記錄在案", "Record that the customer gave no rating"),
            owner=MAILBOT,
            unless=("rated",),
            letter="silence",
            clause=survey.clause,
        )
    return found
