"""What stands behind a due moment in a letter: which holidays it leaves out, which weekend days count, what is not known yet."""

from datetime import date

from mailbot.lifecycle.clock import Clock
from mailbot.outbox.scene import Scene
from mailbot.procedures.skipped import Gap, gaps, made_up

MOST = 4


def note(scene: Scene, running: Clock | None) -> str:
    """The note in brackets, ready to stand behind the moment; empty where working time had nothing to leave out."""
    if running is None or not running.counted:
        return ""
    since, until, calendar = running.due.since, running.due.at, running.calendar
    said = [
        scene.t("skip.gap", days=_days(scene, gap), name=gap.name or scene.t("skip.own"))
        for gap in gaps(calendar, since, until, scene.language)
    ]
    said += [scene.t("skip.made_up", day=_day(scene, day)) for day in made_up(calendar, since, until)]
    year = until.astimezone(calendar.zone).year
    if not calendar.covered(year):
        said.append(scene.t("skip.unknown", year=year))
    return scene.t("skip.note", what=scene.t("skip.joint").join(said[:MOST])) if said else ""


def _days(scene: Scene, gap: Gap) -> str:
    if gap.first == gap.last:
        return _day(scene, gap.first)
    if (gap.first.year, gap.first.month) == (gap.last.year, gap.last.month):
        return scene.t("skip.same_month", first=gap.first.day, last=gap.last.day, month=_month(scene, gap.first))
    return scene.t("skip.range", first=_day(scene, gap.first), last=_day(scene, gap.last))


def _day(scene: Scene, day: date) -> str:
    return scene.t("skip.day", day=day.day, month=_month(scene, day))


def _month(scene: Scene, day: date) -> str:
    return scene.t(f"time.month.{day.month}")
