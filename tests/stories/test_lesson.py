"""The classifier learns from what staff said: when enough came, by command, and back again; managers are told."""

import asyncio
import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from mailbot.intake.message import Address
from mailbot.intake.parse import parse
from mailbot.lifecycle.classify import INSTALLED, Classifier
from mailbot.lifecycle.ticket import Ticket
from mailbot.outbox.enqueue import open_desk
from mailbot.pipeline import Pipeline, open_pipeline
from mailbot.reports import lesson
from mailbot.service import Service
from mailbot.settings import load
from mailbot.store import judgements, outgoing, schema, tickets
from mailbot.store.judgements import Judged
from tests.stories.world import monday, wait_for

SETTINGS = """
[[mailbox]]
host = "localhost"
user = "complaints"
password = "x"
[smtp]
host = "localhost"
address = "complaints@company.example"
[company]
name = "清河电器"
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
    assert company.lesson_due(monday(9, day=17))
    assert not company.lesson_due(monday(9, day=18)), "nothing new was said since"
    company.close()


def test_a_scheduled_lesson_is_taken_up_reported_and_can_be_taken_back(company: Pipeline, tmp_path: Path) -> None:
    for number in range(3):
        judge(company, number + 1)
    asked = Classifier(company.settings)
    before = asked("Kanne", SAID.format(9)).scores["quality"]
    said = mailbot(tmp_path, "train", "--scheduled")
    assert (said.returncode, "3 correction(s) learnt" in said.stdout) == (0, True), said.stderr
    asked.renew()
    assert asked("Kanne", SAID.format(9)).scores["quality"] > before
    with company.store.reading() as connection:
        (letter,) = connection.execute(outgoing.OUTBOX.select()).all()
    assert (letter.recipient, letter.letter) == ("chen@company.example", "manager/lesson")
    assert "3条类别判定" in parse(letter.data).text
    assert mailbot(tmp_path, "train", "--rollback").returncode == 0
    assert not (tmp_path / INSTALLED).exists(), "before, the shipped model was in use"
    back = mailbot(tmp_path, "train", "--rollback")
    assert (back.returncode, "no trained model is in use" in back.stderr) == (1, True)
    company.close()


def test_the_former_model_is_kept_for_the_way_back(company: Pipeline, tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        (tmp_path / "draft").write_bytes(content)
        lesson.install(company.settings, tmp_path / "draft")
    assert lesson.roll_back(company.settings)
    assert (tmp_path / INSTALLED).read_bytes() == b"one"
    company.close()


def test_a_damaged_model_stops_nothing_and_asks_people(company: Pipeline, tmp_path: Path) -> None:
    (tmp_path / INSTALLED).write_bytes(b"not a model")
    verdict = Classifier(company.settings)("", "快递三天没动静")
    assert (verdict.category, verdict.scores) == (None, {})
    company.close()


def test_managers_read_whose_labels_were_left_out(company: Pipeline) -> None:
    from classifier.teaching import Suspect, teach  # noqa: PLC0415 - numpy and scikit-learn

    learnt = replace(teach([], None), suspects=(Suspect("bob@company.example", 31, 24, 22),), chance=0.001)
    desk = open_desk(company.settings, company.rules)
    with company.store.transaction() as tx:
        lesson.report(tx, desk, company.identity, learnt, monday(10))
    with company.store.reading() as connection:
        (letter,) = connection.execute(outgoing.OUTBOX.select()).all()
    text = parse(letter.data).text
    assert "本次学习未启用" in text
    assert "Bob：共31条；表述明确的24条中有22条与来信内容相反" in text
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
