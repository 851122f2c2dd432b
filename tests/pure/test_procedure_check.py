"""A procedure with a flaw is refused by file, key, reason and cure; a duty that reaches nobody is a warning."""

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mailbot.errors import WrongSettings
from mailbot.procedures import clauses
from mailbot.procedures.check import check, coverage
from mailbot.procedures.procedure import build, load
from mailbot.settings import Member

SHIPPED = Path(clauses.__file__).with_name("feedback.toml").read_text("utf-8")
LABEL = {"zh-CN": "验证", "zh-TW": "驗證", "en": "Verify"}
Change = Callable[[dict[str, Any]], object]


def refusal(change: Change) -> str:
    raw = tomllib.loads(SHIPPED)
    change(raw)
    with pytest.raises(WrongSettings) as caught:
        build(raw, "own.toml")
    return str(caught.value)


def deadline(name: str, **keys: object) -> Change:
    return lambda raw: raw["deadline"].setdefault(name, {"label": LABEL}).update(keys)


def rung(**keys: object) -> Change:
    return lambda raw: raw["escalation"].append({"at": "+5wd", "to": ["owner"], "letter": "escalation"} | keys)


def table(key: str, **keys: object) -> Change:
    return lambda raw: raw.setdefault(key, []).append(keys)


def named(key: str, name: str, **keys: object) -> Change:
    return lambda raw: raw.setdefault(key, {}).update({name: keys})


QUESTION = {"x" * 41: {"label": LABEL, "scale": [LABEL, LABEL]}}
FLAWS: list[tuple[Change, list[str]]] = [
    (named("milestone", "x" * 31, label=LABEL), ["milestone.xxx", "31 characters", "at most 30"]),
    (named("department", "x" * 81, **LABEL), ["department.xxx", "at most 80"]),
    (named("task", "x" * 41, label=LABEL), ["task.xxx", "at most 40"]),
    (named("grade", "x" * 81, label=LABEL), ["grade.xxx", "at most 80"]),
    (named("survey", "question", **QUESTION), ["survey.question.xxx", "at most 40"]),
    (named("duty", "x" * 81, label=LABEL, task="improve", every="month"), ["duty.xxx", "at most 80"]),
    (lambda raw: raw.update(colour="red"), ["unknown field `colour`"]),
    (lambda raw: raw["deadline"]["planned"].update(whithin="2h"), ["deadline.planned", "`whithin`"]),
    (lambda raw: raw["deadline"]["planned"].pop("within"), ["deadline", "`within`"]),
    (lambda raw: raw.pop("title"), ["`title`"]),
    (lambda raw: raw["title"].pop("en"), ["title", "`en`"]),
    (lambda raw: raw.update(deadline=3), ["deadline: Expected `object`"]),
    (lambda raw: raw["deadline"].update(planned=3), ["deadline", "Expected `object`"]),
    (lambda raw: raw.update(escalation=3), ["escalation: Expected `array`"]),
    (lambda raw: raw.update(calendar="xx"), ["calendar", "'xx' is not a country", '"cn", "none"']),
    (lambda raw: raw.update(calendar="de-zz"), ["calendar", "DE has no region ZZ", "BY"]),
    (lambda raw: raw["department"].update({"sales-dept": {"label": LABEL, "hours": "9-5"}}), ["department.sales-dept.hours", "09:00-"]),
    (lambda raw: raw["department"].update({"sales-dept": {"label": LABEL, "zone": "Mars"}}), ["department.sales-dept.zone", "Asia/Urumqi"]),
    (lambda raw: raw["department"].update({"sales-dept": {"label": LABEL, "hour": "9-5"}}), ["department.sales-dept", "`hour`"]),
    (deadline("planned", within="32nd"), ["deadline.planned.within", "'32nd'", '"10th"']),
    (deadline("surveyed", send="10th"), ["deadline.surveyed.send", "'10th' is not a span"]),
    (lambda raw: raw.update(hours="9 to 5"), ["hours: '9 to 5'", "09:00-18:00"]),
    (lambda raw: raw.update(workdays="weekdays"), ["workdays: 'weekdays'", "mon-fri"]),
    (lambda raw: raw.update({"days-off": [date(2026, 1, 5)], "extra-workdays": [date(2026, 1, 5)]}), ["days-off: 2026-01-05"]),
    (lambda raw: raw["category"].pop("other"), ["category.other: is missing", "add [category.other]"]),
    (lambda raw: raw["category"].update(qualty=raw["category"].pop("quality")), ['"qualty" is not a category', 'did you mean "quality"']),
    (lambda raw: raw["category"]["price"].update(lead="sales"), ["category.price.lead", '"sales" is not a department', "sales-dept"]),
    (lambda raw: raw["category"]["price"].update(co=["nobody"]), ["category.price.co"]),
    (lambda raw: raw["category"]["price"].update(co=["sales-dept"]), ["leads and helps itself"]),
    (lambda raw: raw["severity"].pop("major"), ["severity.major: has no name"]),
    (lambda raw: raw["severity"].update(huge=LABEL), ['"huge" is not a severity']),
    (lambda raw: raw["department"].pop("customer-service"), ["department.customer-service: is missing"]),
    (deadline("planed", within="1h", after="assigned"), ["deadline.planed:", '"planed" is not a milestone', 'did you mean "planned"']),
    (deadline("planned", after="asigned"), ["deadline.planned.after", 'did you mean "assigned"']),
    (deadline("planned", unless=["solved"]), ["deadline.planned.unless", '"solved" is not a milestone', 'did you mean "resolved"']),
    (deadline("planned", owner="the boss"), ["deadline.planned.owner", '"the boss" is not an owner', "lead, mailbot, quality-dept"]),
    (deadline("planned", within="a day"), ["deadline.planned.within: 'a day' is not a span", "write 2h"]),
    (deadline("planned", within=24), ["deadline.planned.within: '24' is not a span"]),
    (deadline("planned", within="0"), ["deadline.planned.within", "leaves no time"]),
    (deadline("planned", within="-2h"), ["deadline.planned.within", "leaves no time"]),
    (deadline("resolved", after="closed"), ["in a circle", "resolved after closed after surveyed after answered after resolved"]),
    (deadline("planned", after="declined"), ["deadline.planned.after: declined ends the case"]),
    (table("gate", order="accept", needs=["declined"]), ["gate[1].needs", "for ever"]),
    (deadline("planned", after="planned"), ["in a circle (planned after planned)"]),
    (deadline("confirmed", within="2wd", after="received"), ["deadline.confirmed: no order and no letter reaches this milestone"]),
    (deadline("planned", after="approved"), ["deadline.planned.after: no order and no letter reaches approved"]),
    (deadline("planned", when={"reached": ["approved"]}), ["deadline.planned.when.reached", "would never apply"]),
    (deadline("planned", when={"severity": ["majr"]}), ["deadline.planned.when.severity", 'did you mean "major"']),
    (deadline("planned", when={"grade": ["key"]}), ["deadline.planned.when.grade", "there is none yet: add a [grade] table"]),
    (deadline("planned", when={"signal": ["dangr"]}), ["deadline.planned.when.signal", 'did you mean "danger"']),
    (deadline("planned", when={"responsibility": ["ours"]}), ["deadline.planned.when.responsibility", "own, customer"]),
    (deadline("planned", when={"amount-from": 5, "amount-below": 5}), ["deadline.planned.when.amount-below", "no amount lies between"]),
    (deadline("planned", vary=[{"when": {"validity": ["x"]}, "within": "1h"}]), ["deadline.planned.vary[1].when.validity"]),
    (deadline("planned", vary=[{"when": {}, "owner": "mailbot"}]), ["deadline.planned.vary[1].owner"]),
    (deadline("planned", vary=[{"when": {}}]), ["deadline.planned.vary[1]: changes nothing", "none = true"]),
    (deadline("planned", vary=[{"when": {}, "within": "-1h"}]), ["deadline.planned.vary[1].within", "leaves no time"]),
    (deadline("surveyed", vary=[{"when": {}, "owner": "lead"}]), ["deadline.surveyed.vary[1].owner", "sends this letter itself"]),
    (table("assessment", severity="major", case={"category": ["qualit"]}), ["assessment[2].case.category", 'did you mean "quality"']),
    (table("assessment", severity="major", when=["dangr"]), ["assessment[2].signal", 'did you mean "danger"']),
    (table("approval", what=["answer"], by="boss"), ["approval[1].by", '"boss" is not an owner', "general-manager"]),
    (table("approval", what=[], by="lead"), ["approval[1].what: names nothing"]),
    (table("approval", what=["anser"], by="lead"), ["approval[1]", "'anser'"]),
    (table("gate", order="slove", needs=["planned"]), ["gate[1].order", "resolve"]),
    (table("gate", order="resolve", needs=["plan"]), ["gate[1].needs", 'did you mean "planned"']),
    (table("gate", order="resolve", tasks=["fix"]), ["gate[1].tasks", '"fix" is not a task']),
    (table("gate", order="resolve"), ["gate[1]: asks for nothing"]),
    (table("gate", order="resolve", needs=["answered"]), ["gate[1].needs", "#resolve would wait for answered for ever"]),
    (
        lambda raw: raw.update(gate=[{"order": "plan", "needs": ["resolved"]}, {"order": "resolve", "needs": ["planned"]}]),
        ["gate[1].needs", "gate[2].needs"],
    ),
    (table("alert", when={}, to=[]), ["alert[2].to: names nobody"]),
    (table("alert", when={}, to=["ceo"]), ["alert[2].to", '"ceo" is not an owner']),
    (table("handover", when={"severity": ["major"]}, to="ceo"), ["handover[1].to", '"ceo" is not a department']),
    (table("handover", when={}, to="quality-dept"), ["handover[1].when", "every case would change hands"]),
    (table("handover", when={"grade": ["gold"]}, to="quality-dept"), ["handover[1].when.grade", '"gold" is not a grade']),
    (named("milestone", "resolved", label=LABEL), ["milestone.resolved", "choose another name"]),
    (named("milestone", "task-1", label=LABEL), ["milestone.task-1", "choose another name"]),
    (named("signal", "danger", label=LABEL, terms=["x"]), ["signal.danger", "choose another name"]),
    (named("signal", "leak", label=LABEL, terms=[" "]), ["signal.leak.terms", "names no words"]),
    (lambda raw: raw.update(role={"sales-dept": LABEL}), ["role.sales-dept", "choose another name"]),
    (named("task", "fix", label=LABEL, owner="nobody"), ["task.fix.owner", '"nobody" is not an owner']),
    (named("task", "fix", label=LABEL, **{"verify-by": "nobody"}), ["task.fix.verify-by"]),
    (named("task", "fix", label=LABEL, after="fixed"), ["task.fix.after", '"fixed" is not a milestone']),
    (named("task", "fix", label=LABEL, follows="mend"), ["task.fix.follows", '"mend" is not a task']),
    (named("task", "fix", label=LABEL, follows="fix"), ["task.fix.follows", "follow itself"]),
    (named("task", "fix", label=LABEL, copies=["nobody"]), ["task.fix.copies", '"nobody" is not an owner']),
    (named("task", "fix", label=LABEL, tolerance="2"), ["task.fix.tolerance"]),
    (named("task", "fix", label=LABEL, within="0"), ["task.fix.within", "leaves no time"]),
    (named("task", "fix", label=LABEL, **{"verify-within": "1wd"}), ["task.fix.verify-within", "verify-by"]),
    (named("duty", "audit", label=LABEL, task="fix", every="month"), ["duty.audit.task", '"fix" is not a task']),
    (lambda raw: raw["task"].pop("finding"), ["duty.spot-check.draw", "nobody's task", "add [task.finding]"]),
    (named("duty", "audit", label=LABEL, task="fix", every="month", on=32), ["duty.audit.on", "-1 for the last day"]),
    (named("duty", "audit", label=LABEL, task="fix", every="year", grade=["key"]), ["duty.audit.grade"]),
    (named("poll", "yearly", every="year", grade=["key"], question={}), ["poll.yearly.grade", "poll.yearly.question: asks nothing"]),
    (lambda raw: raw.update(survey={"dissatisfied": 5}), ["survey.dissatisfied", "1 to 4"]),
    (lambda raw: raw.update(survey={"silent": "3d"}), ["survey.silent", "remind"]),
    (lambda raw: raw.update(survey={"tell": ["ceo"]}), ["survey.tell"]),
    (lambda raw: raw.update(closing={"copies": ["finance"]}), ["closing.copies", '"finance" is not an owner']),
    (lambda raw: raw.update(closing={"slow": "fix"}), ["closing.slow:", "closing.slow-after"]),
    (lambda raw: raw["deadline"].pop("surveyed"), ["deadline.closed.after: no order and no letter reaches surveyed"]),
    (deadline("planned", letter="survey"), ["deadline.planned.letter"]),
    (deadline("planned", owner="mailbot"), ["deadline.planned.letter"]),
    (deadline("planned", letter="love"), ["deadline", "'love'"]),
    (deadline("planned", send="-1d"), ["deadline.planned.send: there is no letter"]),
    (deadline("surveyed", send="1d"), ["deadline.surveyed.send", "already late"]),
    (deadline("surveyed", promise=True), ["deadline.surveyed.promise"]),
    (rung(at="soon"), ["escalation[5].at", "'soon' is not a span", "+1wd"]),
    (rung(at="+25%"), ["escalation[5].at", "not before the due moment"]),
    (rung(at="-0%"), ["escalation[5].at", "not before the due moment"]),
    (rung(at="1wd"), ["escalation[5].at", '"+1wd" stands there twice']),
    (rung(at="+1h"), ["escalation[5].at", '"+1h" comes before "+3wd"', "early to late"]),
    (rung(at="-50%"), ["escalation[5].at", '"-50%" comes before "+3wd"']),
    (lambda raw: raw["escalation"].insert(1, {"at": "-50%", "to": ["owner"], "letter": "reminder"}), ["escalation[2].at"]),
    (rung(to=[]), ["escalation[5].to: names nobody", "general-manager"]),
    (rung(to=["boss"]), ["escalation[5].to", '"boss" is not a role or department']),
    (rung(letter="shout"), ["escalation", "'shout'"]),
    (rung(step="x"), ["escalation[5].step: unknown key"]),
    (named("task", "approval", label=LABEL), ["task.approval", "mailbot has tasks of this name"]),
    (named("task", "fix", label=LABEL, words=["改进"]), ["task.fix", '"改进" means task.improvement too']),
    (named("task", "fix", label=LABEL, copies=["sales-dept"]), ["task.fix.copies", "take copies out"]),
    (named("task", "fix", label=LABEL, tolerance="2%"), ["task.fix.tolerance", '"actual-quantity" to fields']),
    (named("task", "recall", label=LABEL, after="resolved"), ["task.recall", "can't come of itself"]),
    (lambda raw: raw["task"].update(a={"label": LABEL, "follows": "b"}, b={"label": LABEL, "follows": "a"}), ["task.a.follows", "circle"]),
    (named("duty", "x", label=LABEL, task="finding", every="month", draw=-1), ["duty.x.draw", "-1 cases can't be drawn"]),
    (
        lambda raw: raw.update(grade={"key": {"label": LABEL}}) or raw["duty"]["spot-check"].update(grade=["key"]),
        ["duty.spot-check.draw", "draws no cases"],
    ),
    (named("poll", "x", every="year", grade=[], question={"q": {"label": LABEL}}), ["poll.x.grade", "nobody is asked"]),
    (lambda raw: raw.update(survey={"question": {"q": {"label": LABEL, "scale": [LABEL] * 6}}}), ["survey.question.q.scale", "two to"]),
    (table("approval", what=["return"], by="general-manager"), ["approval[1].what", "#return is refused", "[task.return]"]),
    (table("approval", what=["quantity"], by="general-manager"), ["approval[1].what", "no task reports a quantity"]),
    (table("alert", to=["lead"], when={"channel": ["fax"]}), ["alert[2].when.channel", '"fax" is not a channel']),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), FLAWS)
def test_a_flaw_is_refused_with_key_reason_and_cure(change: Change, words: list[str]) -> None:
    said = refusal(change)
    assert said.startswith("own.toml: ")
    assert all(word in said for word in words), said


def test_all_flaws_are_told_at_once() -> None:
    said = refusal(lambda raw: (raw["category"].pop("other"), raw["deadline"]["planned"].update(owner="x", after="y")))
    assert len(said.splitlines()) == 3


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [("no.toml", None, "no such procedure file"), ("bad.toml", "id = ", "TOML"), ("bin.toml", "\udcff", "UTF-8")],
)
def test_a_file_that_can_not_be_read_is_named(tmp_path: Path, name: str, text: str | None, reason: str) -> None:
    if text is not None:
        tmp_path.joinpath(name).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(WrongSettings, match=f"{name}.*{reason}"):
        load(name, tmp_path)


def member(department: str, role: str = "handler", roles: tuple[str, ...] = ()) -> Member:
    address = f"{role}.{department}@company.example"
    return Member(name=f"{role} of {department}", addresses=(address,), role=role, department=department, roles=roles)


DEPARTMENTS = ("quality-dept", "service-dept", "sales-dept", "logistics-dept", "customer-service")
EVERYBODY = [*(member(d) for d in DEPARTMENTS), *(member(d, "head") for d in DEPARTMENTS), member("customer-service", "manager")]


def test_a_full_staff_leaves_no_warning() -> None:
    assert check(load("feedback", Path()), EVERYBODY) == []


@pytest.mark.parametrize(
    ("missing", "key", "reason"),
    [
        (("sales-dept", None), "department.sales-dept", "nobody works there"),
        (("sales-dept", "head"), "department.sales-dept", "no head"),
        (("customer-service", "head"), "department.customer-service", "no head"),
        (("customer-service", "manager"), "escalation.to", "no general-manager"),
    ],
)
def test_a_duty_that_reaches_nobody_is_a_warning(missing: tuple[str, str | None], key: str, reason: str) -> None:
    department, role = missing
    staff = [m for m in EVERYBODY if m.department != department or (role and m.role != role)]
    (flaw,) = check(load("feedback", Path()), staff)
    assert (flaw.level, flaw.key) == ("warning", key)
    assert reason in flaw.reason


def test_a_member_of_an_unknown_department_is_a_warning() -> None:
    (flaw,) = check(load("feedback", Path()), [*EVERYBODY, member("qualty-dept")])
    assert (flaw.level, flaw.cure) == ("warning", 'did you mean "quality-dept"?')


def test_roles_are_told_where_nobody_has_them_or_the_file_does_not_know_them() -> None:
    raw = tomllib.loads(SHIPPED) | {"role": {"finance": LABEL}}
    told = check(build(raw, "own.toml"), [*EVERYBODY, member("sales-dept", roles=("finace",))])
    assert [(flaw.level, flaw.key) for flaw in told] == [("warning", "staff handler of sales-dept: roles"), ("warning", "role.finance")]
    assert check(build(raw, "own.toml"), [*EVERYBODY, member("sales-dept", roles=("finance",))]) == []


@pytest.mark.parametrize(("day", "told"), [(date(2026, 10, 31), False), (date(2026, 11, 1), True), (date(2027, 3, 1), True)])
def test_unknown_make_up_days_are_told_before_they_matter(day: date, *, told: bool) -> None:
    procedure = load("feedback", Path())
    if procedure.calendar.known_until > 2026:
        pytest.fail("the years in this test are known by now: move them on")
    assert (coverage(procedure, day) is not None) == told
