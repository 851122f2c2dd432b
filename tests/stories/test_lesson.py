"""The classifier learns from what staff said: when enough came, by command, and back again; managers are told."""

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

import classifier
from classifier import artefact
from classifier.artefact import Body
from classifier.evaluation import evaluate
from classifier.teaching import Lesson, Rival, Suspect
from mailbot.commands.learning import _shipped, _take_up, open_model
from mailbot.errors import RejectedInput
from mailbot.intake.message import Address
from mailbot.intake.parse import parse
from mailbot.lessons import Lessons
from mailbot.lifecycle.classify import INSTALLED, Classifier
from mailbot.lifecycle.ticket import Ticket
from mailbot.pipeline import Pipeline, open_pipeline
from mailbot.reports import lesson
from mailbot.service import Service
from mailbot.settings_file import load
from mailbot.store import judgements, outgoing, schema, tickets
from mailbot.store.judgements import Judged
from tests.company_file import SMALLEST
from tests.stories.world import monday, wait_for

SETTINGS = f"""{SMALLEST}
train_after = 3
[[staff]]
name = "Bob"
addresses = ["bob@company.example"]
department = "quality-dept"
[[staff]]
name = "陈经理"
addresses = ["chen@company.example"]
role = "manager"
"""
SAID = "Die Dichtung an der Kanne ist schon nach einer Woche undicht, nummer {}."


@pytest.fixture
def company(tmp_path: Path) -> Pipeline:
    (tmp_path / "mailbot.toml").write_text(SETTINGS, "utf-8")
    pipeline = open_pipeline(load(tmp_path / "mailbot.toml"))
    schema.upgrade(pipeline.store)
    return pipeline


@cache
def learnt() -> Lesson:
    """A lesson of the shipped model against itself, without training."""
    report = evaluate(classifier.load(), classifier.held_out()[:5])
    return Lesson(artefact.read(artefact.SHIPPED), report, Rival(report, 1.0), None, (), 0)


def judge(pipeline: Pipeline, number: int, hour: int = 10) -> None:
    """Bob says that a complaint is about quality."""
    at = monday(hour) + timedelta(minutes=number)
    with pipeline.store.transaction() as tx:
        ticket = tickets.save(tx, None, Ticket(None, f"2026-{number:06}", "Kanne", "de", Address("A", "a@x.example"), at), None)
        assert ticket.id
        judgements.remember(tx, Judged(ticket.id, at, "bob@company.example", "Kanne", SAID.format(number), "quality", None, 0.0))


def mailbot(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mailbot", "--config", str(home / "mailbot.toml"), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env={**os.environ, "NO_COLOR": "1"})


def test_a_lesson_is_due_when_enough_was_said_and_once_a_day(company: Pipeline) -> None:
    for number in (1, 2):
        judge(company, number)
    assert not company.lesson_due(monday(11))
    judge(company, 3)
    assert company.lesson_due(monday(11))
    for number in (4, 5, 6):
        judge(company, number, hour=12)
    assert not company.lesson_due(monday(13)), "not twice on a day"
    assert company.lesson_due(monday(9, day=17)), "the first one never ended"
    company.report_lesson(learnt(), monday(10, day=17))
    assert not company.lesson_due(monday(9, day=18)), "nothing new was said since"
    company.close()


def test_a_pass_teaches_what_is_due_managers_are_told_and_it_can_be_taken_back(company: Pipeline, tmp_path: Path) -> None:
    for number in range(3):
        judge(company, number + 1)
    asked = Classifier(company.settings)
    before = asked("Kanne", SAID.format(9)).scores["quality"]
    rehearsal = mailbot(tmp_path, "run", "--once", "--now", "2020-11-16T10:00")
    assert ("lesson ended" in rehearsal.stderr, (tmp_path / INSTALLED).exists()) == (False, False)
    said = mailbot(tmp_path, "run", "--once")
    assert ("lesson ended with status 0" in said.stderr, "3 correction(s) learnt" in said.stdout) == (True, True), said.stderr
    asked.renew()
    assert asked("Kanne", SAID.format(9)).scores["quality"] > before
    with company.store.reading() as connection:
        (letter,) = connection.execute(outgoing.OUTBOX.select().where(outgoing.OUTBOX.c.letter == "manager/lesson")).all()
    assert letter.recipient == "chen@company.example"
    assert "3条类别判定" in parse(letter.data).text
    assert mailbot(tmp_path, "train", "--rollback").returncode == 0
    assert not (tmp_path / INSTALLED).exists(), "before, the shipped model was in use"
    back = mailbot(tmp_path, "train", "--rollback")
    assert (back.returncode, "no trained model is in use" in back.stderr) == (1, True)
    company.close()


def body(temperature: float) -> Body:
    """A model like the shipped one, and not the same."""
    return replace(artefact.read(artefact.SHIPPED), temperature=temperature)


def test_the_former_model_is_kept_for_the_way_back(company: Pipeline, tmp_path: Path) -> None:
    for temperature in (1.1, 1.2):
        lesson.install(company.settings, body(temperature))
    assert lesson.roll_back(company.settings)
    assert artefact.read(tmp_path / INSTALLED).temperature == 1.1
    company.close()


def test_the_way_back_leads_past_a_damaged_model(company: Pipeline, tmp_path: Path) -> None:
    for temperature in (1.1, 1.2):
        lesson.install(company.settings, body(temperature))
    (tmp_path / INSTALLED).write_bytes(b"not a model")
    lesson.install(company.settings, body(1.3))
    assert lesson.roll_back(company.settings)
    assert artefact.read(tmp_path / INSTALLED).temperature == 1.1
    company.close()


def test_a_model_from_before_a_removed_one_is_no_way_back(company: Pipeline, tmp_path: Path) -> None:
    for temperature in (1.1, 1.2):
        lesson.install(company.settings, body(temperature))
    (tmp_path / INSTALLED).unlink()
    lesson.install(company.settings, body(1.3))
    assert lesson.roll_back(company.settings)
    assert not (tmp_path / INSTALLED).exists(), "the shipped model was in use"
    company.close()


def test_where_the_settings_name_the_model_nothing_is_learnt_in_vain(company: Pipeline, tmp_path: Path) -> None:
    settings = (tmp_path / "mailbot.toml").read_text("utf-8").replace("train_after = 3", 'train_after = 3\nmodel = "own.gz"')
    (tmp_path / "mailbot.toml").write_text(settings, "utf-8")
    for number in range(3):
        judge(company, number + 1)
    held = open_pipeline(load(tmp_path / "mailbot.toml"))
    assert not held.lesson_due(monday(11))
    for words in (("train",), ("train", "--rollback")):
        said = mailbot(tmp_path, *words)
        assert (said.returncode, "company.model" in said.stderr, said.stdout) == (1, True, ""), "refused before it learns"
    held.close()
    company.close()


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        (("train", "--rollback", "--out", "x"), 2, "--rollback goes alone"),
        (("train", "--out", "mailbot.toml"), 2, "is a file"),
        (("--config", "typo.toml", "train", "--out", "x"), 2, "typo.toml: no such settings file"),
        (("--config", "typo.toml", "evaluate"), 2, "typo.toml: no such settings file"),
        (("--config", "typo.toml", "classify"), 2, "typo.toml: no such settings file"),
    ],
)
def test_wrong_use_is_said_before_anything_is_learnt(tmp_path: Path, words: tuple[str, ...], status: int, why: str) -> None:
    (tmp_path / "mailbot.toml").write_text(SETTINGS, "utf-8")
    said = subprocess.run([sys.executable, "-m", "mailbot", *words], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, why in said.stderr) == (status, True), said.stderr


def test_without_settings_training_wants_a_folder_before_it_learns(tmp_path: Path) -> None:
    said = subprocess.run([sys.executable, "-m", "mailbot", "train"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stdout, "--out FOLDER" in said.stderr) == (1, "", True)


@pytest.mark.parametrize(("form", "whole"), [("model", True), ("v1.2", True), ("v1.2/model.gz", True), ("none", False), ("none.gz", False)])
def test_a_model_is_named_by_its_file_or_its_folder(tmp_path: Path, form: str, *, whole: bool) -> None:
    (tmp_path / "v1.2").mkdir()
    for place in ("model", "v1.2/model.gz"):
        shutil.copyfile(artefact.SHIPPED, tmp_path / place)
    if whole:
        assert open_model(tmp_path / form).figures.texts
    else:
        with pytest.raises(RejectedInput, match=f"{form} is missing"):
            open_model(tmp_path / form)


def test_f43_a_damaged_model_stops_nothing_and_asks_people(company: Pipeline, tmp_path: Path) -> None:
    (tmp_path / INSTALLED).write_bytes(b"not a model")
    verdict = Classifier(company.settings)("", "快递三天没动静")
    assert (verdict.category, verdict.scores) == (None, {})
    company.close()


def letter_of(company: Pipeline, lesson: Lesson) -> str:
    """What the manager reads of a lesson."""
    company.report_lesson(lesson, monday(10))
    with company.store.reading() as connection:
        return parse(connection.execute(outgoing.OUTBOX.select()).all()[-1].data).text


def test_managers_read_whose_labels_were_left_out(company: Pipeline) -> None:
    text = letter_of(company, replace(learnt(), suspects=(Suspect("bob@company.example", 31, 24, 22),)))
    assert "Bob：共31条；表述明确的24条中有22条与来信内容相反" in text
    company.close()


def test_managers_read_how_many_letters_held_nothing_to_learn(company: Pipeline) -> None:
    assert "没有文字的来信" not in letter_of(company, learnt())
    assert "另有2条判定针对没有文字的来信" in letter_of(company, replace(learnt(), empty=2))
    company.close()


@pytest.mark.parametrize(
    ("worse_than", "sentence", "told"),
    [
        ({"before"}, "than the model in use (", "明显不如原版本"),
        ({"shipped"}, "than the one that came with mailbot (", "明显不如随软件提供的版本（"),
        ({"before", "shipped"}, "than the model in use (", "明显不如随软件提供的版本（"),
    ],
)
def test_a_lesson_worse_than_either_is_refused_and_says_than_which(
    company: Pipeline, tmp_path: Path, worse_than: set[str], sentence: str, told: str
) -> None:
    rivals = {name: Rival(learnt().report, 0.01 if name in worse_than else 0.2) for name in ("before", "shipped")}
    worse = replace(learnt(), **rivals)
    with pytest.raises(RejectedInput) as refused:
        _take_up(company.settings, worse, scheduled=False)
    assert (sentence in str(refused.value), (tmp_path / INSTALLED).exists()) == (True, False)
    text = letter_of(company, worse)
    assert (told in text, "因此继续使用原版本" in text) == (True, True)
    company.close()


def test_the_shipped_model_is_a_rival_where_another_one_is_in_use(company: Pipeline) -> None:
    assert _shipped(company.settings) is None
    lesson.install(company.settings, body(1.1))
    held = _shipped(company.settings)
    assert (held is not None, held and held._body.temperature) == (True, 1.0)
    company.close()


def test_the_running_service_learns_by_itself_and_takes_the_model_up(company: Pipeline, tmp_path: Path) -> None:
    for number in range(3):
        judge(company, number + 1)
    service = Service(company, lambda: monday(11), tick_seconds=0.2, config=tmp_path / "mailbot.toml")
    thread = threading.Thread(target=asyncio.run, args=(service.serve(),))
    thread.start()
    try:
        wait_for((tmp_path / INSTALLED).exists, "a lesson taken up", seconds=300)
    finally:
        service.stop()
        thread.join(60)
    assert not thread.is_alive()
    company.close()


def test_a_threshold_is_promised_only_where_it_decides(company: Pipeline, tmp_path: Path) -> None:
    with_one = replace(learnt(), body=replace(learnt().body, threshold=0.71))
    assert "把握达到71%" in letter_of(company, with_one)
    refused = letter_of(company, replace(with_one, before=Rival(learnt().report, 0.001)))
    assert ("本次学习未启用" in refused, "把握达到" in refused) == (True, False)
    own = (tmp_path / "mailbot.toml").read_text("utf-8").replace("train_after = 3", "threshold = 0.9")
    (tmp_path / "mailbot.toml").write_text(own, "utf-8")
    held = open_pipeline(load(tmp_path / "mailbot.toml"))
    assert "把握达到" not in letter_of(held, with_one)
    held.close()
    company.close()


def test_a_lesson_that_fails_is_told_in_the_log(company: Pipeline, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    asyncio.run(Lessons(tmp_path / "gone.toml")._learn())
    assert "lesson ended with status 2" in caplog.text
    assert "gone.toml: no such settings file" in caplog.text
    company.close()
