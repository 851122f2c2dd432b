"""The demo, run as people run it: one subprocess, then claims about what it left."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from mailbot.demo import script
from mailbot.demo.theatre import raised

ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("MAILBOT_")}


class Left:
    """What a run of the demo left behind, read with mailbot's own commands."""

    def __init__(self, folder: Path, said: subprocess.CompletedProcess[str]) -> None:
        self.said = said
        self.page = (folder / "index.html").read_text("utf-8")
        self.tickets = self._json(folder, "tickets")
        self.letters = self._json(folder, "letters")
        self.received = [row for row in self.letters if row["direction"] == "in"]
        self.sent = [row for row in self.letters if row["direction"] == "out"]

    def ticket(self, name: str) -> dict[str, Any]:
        return next(t for t in self.tickets if t["subject"] == script.openings()[name].subject)

    @staticmethod
    def _json(folder: Path, command: str) -> list[dict[str, Any]]:
        done = run("--config", str(folder / "mailbot.toml"), command, "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mailbot", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, env=ENVIRONMENT | environment)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    folder = tmp_path_factory.mktemp("demo") / "out"
    said = run("demo", "--out", str(folder), COLUMNS="120")
    assert said.returncode == 0, said.stdout[-3000:] + said.stderr
    return Left(folder, said)


def test_every_complaint_becomes_a_ticket(left: Left) -> None:
    subjects = [ticket["subject"] for ticket in left.tickets]
    assert subjects == [opening.subject for name, opening in script.openings().items() if name != "newsletter"]


def test_every_category_occurs(left: Left) -> None:
    assert {t["category"] for t in left.tickets} >= {"quality", "service", "price", "delivery", "other"}


@pytest.mark.parametrize("name", [n for n, o in script.openings().items() if o.category and n not in ("driver", "museum")])
def test_complaint_is_classified_as_a_reader_would(left: Left, name: str) -> None:
    assert left.ticket(name)["category"] == script.openings()[name].category


def test_staff_reclassified_what_was_delivered_on_time(left: Left) -> None:
    assert (left.ticket("driver")["category"], left.ticket("driver")["department"]) == ("service", "service-dept")


def test_vague_letter_was_sorted_by_a_person_and_the_angry_one_by_nobody(left: Left) -> None:
    assert (left.ticket("vague")["category"], left.ticket("angry")["category"]) == ("service", None)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("kettle", "closed"),
        ("parcel", "open"),
        ("lid", "resolved"),
        ("idea", "closed"),
        ("invoice", "new"),
        ("rice-cooker", "resolved"),
    ],
)
def test_case_ends_as_the_play_has_it(left: Left, name: str, status: str) -> None:
    assert left.ticket(name)["status"] == status


def test_special_letters_have_their_fates(left: Left) -> None:
    fates = {row["fate"] for row in left.received}
    assert fates == {"new-ticket", "appended", "order", "refused", "noted", "bounce", "bulk", "quarantined"}
    assert all(row["reason"] for row in left.received)


def test_gb18030_letter_keeps_its_rare_character(left: Left) -> None:
    assert left.ticket("rice-cooker")["requester"]["name"] == "张镕"


def test_follow_up_without_references_joins_its_ticket(left: Left) -> None:
    number = left.ticket("parcel")["number"]
    appended = [row for row in left.received if row["fate"] == "appended" and row["ticket"] == number]
    assert {row["sender"] for row in appended} == {"liming@qmail.example"}


def test_mistyped_order_reached_no_customer(left: Left) -> None:
    number = left.ticket("lid")["number"]
    sent = [row for row in left.sent if row["ticket"] == number]
    to_customer = [row["letter"] for row in sent if row["recipient"] == "tingting@customer.example"]
    assert to_customer[:2] == ["complainant/acknowledgement", "complainant/resolution"]


def test_undeliverable_letters_reached_the_desk(left: Left) -> None:
    told = [(r["recipient"], r["ticket"]) for r in left.sent if r["letter"] == "staff/undeliverable"]
    invoice, technician = left.ticket("invoice")["number"], left.ticket("technician")["number"]
    assert told == [("wuting@company.example", invoice), ("david@company.example", technician)]


def test_first_digest_went_once_to_heads_and_managers(left: Left) -> None:
    digests = [row for row in left.sent if row["letter"] == "manager/digest"]
    first = [row["recipient"] for row in digests if row["at"][:10] == digests[0]["at"][:10]]
    assert sorted(first) == ["carol@company.example", "chen@company.example", "wangfang@company.example"]


def test_page_shows_every_conversation_and_loads_nothing(left: Left) -> None:
    assert all(f'id="t{ticket["number"]}"' in left.page for ticket in left.tickets)
    assert "default-src 'none'" in left.page
    assert 'src="http' not in left.page


def test_narration_tells_who_wrote_and_what_came_of_it(left: Left) -> None:
    for words in ("Alice Walker", "陈经理", "new-ticket", "urging notice", "index.html", "mailbot --config"):
        assert words in left.said.stdout


def test_alice_writes_to_the_embedded_server_and_is_answered(tmp_path: Path) -> None:
    with raised(tmp_path, Console(quiet=True)) as stage:
        stage.opens("kettle")
        letter = stage.gets("alice", "complainant/acknowledgement", "kettle")
        number = stage.number("kettle")
    assert f"[#{number}]" in str(letter.message["Subject"])
    assert str(letter.message["To"].addresses[0].addr_spec) == "alice@customer.example"


def test_demo_keeps_out_of_somebody_elses_folder(tmp_path: Path) -> None:
    (tmp_path / "mailbot.toml").write_text("[company]\n")
    said = run("demo", "--out", str(tmp_path))
    assert (said.returncode, (tmp_path / "mailbot.toml").read_text()) == (2, "[company]\n")
    assert "name another folder" in said.stderr


def test_without_the_extra_the_cure_is_named(tmp_path: Path) -> None:
    (tmp_path / "pymap.py").write_text("raise ModuleNotFoundError(name='pymap')\n")
    said = run("demo", "--out", str(tmp_path / "out"), PYTHONPATH=str(tmp_path))
    assert (said.returncode, said.stderr) == (2, "mailbot: the demo's mail server needs the package pymap; pip install 'mailbot[demo]'\n")
