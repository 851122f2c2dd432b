"""What the letter of a duty is given: what is to be done by when, the cases drawn, the customer on file, plain counts. Pure; see `view`."""

from typing import Any

from mailbot.lifecycle.tally import Checked, Figures, Kept, Late
from mailbot.lifecycle.ticket import Customer, Task, Ticket
from mailbot.outbox.links import mailto, order
from mailbot.outbox.scene import Scene, View
from mailbot.outbox.telling import Lines
from mailbot.outbox.view_tasks import task_letter
from mailbot.procedures.rules import Duty

NOBODYS = ""  # what has no category, or nobody said whose fault it is


def _duty(scene: Scene) -> dict[str, Any]:
    facts = scene.owed.facts
    duty: Duty = facts["duty"]
    task: Task = facts["task"]
    about, name = scene.ticket.customer if scene.ticket else None, duty.label.text(scene.language)
    values = {
        "name": scene.t("duty.about", name=name, customer=about.name) if about else name,
        "period": scene.words.period(task.data["period"], scene.language),
        "every": scene.t(f"duty.every-{duty.every}"),
        "when": scene.words.when(task.due_at, scene.language, scene.settings.company.zone) if task.due_at else "",
    }
    shown = task_letter(scene, "duty", ("task", "note"), **values)
    if not task.due_at:
        shown["title"] = scene.t("duty.subject_undated", number=scene.ticket.number if scene.ticket else "", **values)
    figures: Figures | None = facts.get("figures")
    return shown | {
        "on_file": _on_file(scene, about) if about else [],
        "cases": [_case(scene, case) for case in facts.get("cases", ())],
        "draw": _draw(scene, duty) if duty.draw else None,
        "figures_of": scene.t("duty.figures", period=scene.words.period(facts["before"], scene.language)) if figures else "",
        "figures": _figures(scene, figures) if figures else [],
    }


def _on_file(scene: Scene, customer: Customer) -> Lines:
    """The customer's record (S2.1)."""
    grade = scene.rules.procedure.grades.get(customer.grade)
    said = {
        "customer": customer.name,
        "grade": grade.label.text(scene.language) if grade else customer.grade,
        "contact": customer.contact,
        "phone": customer.phone,
        "region": customer.region,
        "products": customer.products,
        "sales": f"{customer.sales:,}" if customer.sales is not None else "",
        "tags": scene.t("common.list_comma").join(customer.tags),
    }
    return [{"name": scene.t(f"duty.{key}"), "value": value} for key, value in said.items() if value]


def _case(scene: Scene, case: Ticket) -> dict[str, Any]:
    status = scene.words.label(scene.language, "status", case.status)
    return {"number": case.number, "subject": case.subject[:200], "opened_at": case.opened_at, "status_label": status}


def _draw(scene: Scene, duty: Duty) -> dict[str, Any]:
    """The cases drawn, each with what a spot check looks at, and a button for a finding."""
    facts = scene.owed.facts
    before, closed, cases = scene.words.period(facts["before"], scene.language), facts["closed"], facts["drawn"]
    key = "draw" if len(cases) == duty.draw else "draw_all" if cases else "draw_none"
    return {
        "opening": scene.t(f"duty.{key}", period=before, closed=closed, count=len(cases)),
        "how": scene.t("duty.finding_how", example=order(scene, "finding", f"{cases[0].number} {scene.t('duty.finding_example')}"))
        if cases
        else "",
        "cases": [_checked(scene, case) for case in cases],
    }


def _checked(scene: Scene, case: Checked) -> dict[str, Any]:
    assert scene.ticket
    comma = scene.t("common.list_comma")
    missing = comma.join(scene.t(f"duty.missing-{name}") for name in case.missing)
    late = comma.join(_late(scene, row) for row in case.late)
    score = scene.t("duty.score", score=case.score) if case.score else scene.t("duty.no_score")
    rounds = scene.t("duty.rounds", rounds=case.rounds) if case.rounds > 1 else ""
    return {
        "number": case.number,
        "subject": case.subject[:200],
        "about": comma.join(filter(None, dict.fromkeys((scene.category(case.category), scene.department(case.department))))),
        "closed_at": case.closed_at,
        "lines": [
            {"name": scene.t("duty.timely"), "value": scene.t("duty.late", late=late) if late else _kept(scene, case.timely)},
            {"name": scene.t("duty.complete"), "value": scene.t("duty.lacks", missing=missing) if missing else scene.t("duty.whole")},
            {"name": scene.t("duty.effective"), "value": scene.t("common.comma").join(part for part in (score, rounds) if part)},
        ],
        "mailto": mailto(scene, scene.ticket.number, order(scene, "finding", f"{case.number} ")),
    }


def _late(scene: Scene, row: Late) -> str:
    label = scene.deadline(row.name)
    if row.ended_at is None:
        return scene.t("duty.never", label=label)
    return scene.t("duty.late_by", label=label, late=scene.words.span(row.ended_at - row.due_at, scene.language))


def _kept(scene: Scene, kept: Kept) -> str:
    return scene.t("duty.kept", kept=kept.kept, all=kept.all, share=f"{kept.kept / kept.all:.0%}") if kept.all else scene.t("duty.none_due")


def _figures(scene: Scene, figures: Figures) -> Lines:
    """Counts and rates, a line each; what nobody answered or owed has none."""
    names = _questions(scene)
    rows = [("closed", str(figures.closed))]
    if figures.closed:
        rows.append(("by_category", _counts(scene, figures.by_category, "category")))
        rows.append(("by_responsibility", _counts(scene, figures.by_responsibility, "responsibility")))
    lines = [{"name": scene.t(f"duty.{key}"), "value": value} for key, value in rows]
    for key, rates in (("registered", figures.registered), ("handled", figures.handled)):
        lines += [
            {"name": scene.t(f"duty.{key}", who=scene.owner(owner, None, None)), "value": _kept(scene, kept)}
            for owner, kept in rates.items()
        ]
    if figures.answered:
        share = f"{figures.content / figures.answered:.0%}"
        happy = scene.t("duty.happy", content=figures.content, all=figures.answered, share=share)
        lines.append({"name": scene.t("duty.content"), "value": happy})
        means = [scene.t("duty.mean", question=names.get(key, key), mean=f"{mean:.1f}") for key, mean in figures.scores.items()]
        lines.append({"name": scene.t("duty.scores"), "value": scene.t("common.list_comma").join(means)})
    return lines


def _counts(scene: Scene, counts: dict[str, int], family: str) -> str:
    """`产品质量2、价格1`: the most frequent first, what is not known last."""
    label = scene.category if family == "category" else lambda key: scene.words.label(scene.language, family, key)
    ordered = sorted(counts.items(), key=lambda pair: (pair[0] == NOBODYS, -pair[1], pair[0]))
    named = ((label(key) if key else scene.t("duty.unknown"), count) for key, count in ordered)
    return scene.t("common.list_comma").join(scene.t("duty.count", what=what, count=count) for what, count in named)


def _questions(scene: Scene) -> dict[str, str]:
    """What each question of the survey and the polls is called."""
    procedure = scene.rules.procedure
    asked = {key: question for poll in procedure.polls.values() for key, question in poll.question.items()} | procedure.survey.question
    return {key: question.label.text(scene.language) for key, question in asked.items()} | {"overall": scene.t("dissatisfied.overall")}


VIEWS: dict[str, View] = {"staff/duty": _duty}
