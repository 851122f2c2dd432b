"""The process that reads letters: whatever a letter does to it, an answer comes, and the next letter is read."""

import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.errors import Transient
from mailbot.intake import reader as readers
from mailbot.intake.parse import parse
from mailbot.intake.reader import NOBODY, Reader
from mailbot.intake.screen import Own, screen
from mailbot.limits import Limits

LETTERS = Path(__file__).parents[1] / "letters"
OWN = Own(frozenset({"complaints@company.example"}), "0123-abc")
QUICK = Limits(seconds=1)


def letter(body: str) -> bytes:
    return f"From: Alice <alice@customer.example>\nSubject: The pump\nContent-Type: text/plain\n\n{body}\n".encode()


def test_letters_read_in_the_process_are_the_same_as_read_here() -> None:
    with Reader() as reader:
        for path in sorted(LETTERS.glob("*.eml")):
            message = parse(path.read_bytes())
            assert reader.read(path.read_bytes(), OWN) == (message, screen(message, OWN)), path.name


def test_moment_keeps_the_zone_it_was_written_in() -> None:
    with Reader() as reader:
        date = reader.read(b"Date: Mon, 16 Nov 2026 09:12:33 +0800\n\nx", NOBODY).message.date
    assert date is not None
    assert date.isoformat() == "2026-11-16T09:12:33+08:00"


@pytest.mark.parametrize(
    ("order", "told"),
    [("crash", "SIGSEGV"), ("work for ever", "more than 1 s of processor time"), ("leave", "exit status 7")],
)
def test_f39_letter_that_ends_the_process_keeps_its_header_and_says_why(order: str, told: str) -> None:
    with Reader(QUICK, "tests.edges.wicked") as reader:
        message, screening = reader.read(letter(order), OWN)
        assert reader.read(letter("hello"), OWN).message.fresh == "hello"
    assert message.error is not None
    assert told in message.error
    assert "only the header was read" in message.error
    assert message.sender is not None
    assert (message.sender.address, message.subject, message.text, screening.kind) == ("alice@customer.example", "The pump", "", "person")


def test_f39_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PATIENCE", 2)
    with Reader(QUICK, "tests.edges.wicked") as reader:
        assert "took more than 2 s" in (reader.read(letter("hang"), OWN).message.error or "")
        assert reader.read(letter("hello"), OWN).message.error is None


def test_f39_letter_that_needs_more_memory_than_it_may_is_read_as_far_as_its_header() -> None:
    part = b"--b\nContent-Transfer-Encoding: base64\nContent-Type: image/png\n\n" + b"QUFB" * 4_000_000 + b"\n"
    raw = b"From: Alice <alice@customer.example>\nContent-Type: multipart/mixed; boundary=b\n\n" + part * 12
    with Reader(Limits(memory_mb=256, letter_bytes=1 << 30)) as reader:
        message = reader.read(raw, OWN).message
        assert reader.read(letter("hello"), OWN).message.fresh == "hello"
    assert "more than 256 MB of memory" in (message.error or "")
    assert message.sender is not None
    assert message.sender.address == "alice@customer.example"


def test_letter_over_the_size_is_read_that_far() -> None:
    with Reader(Limits(letter_bytes=100_000)) as reader:
        message = reader.read(letter("word " * 64_000), OWN).message
    assert 99_000 < len(message.text) <= 100_000
    assert "100000 bytes" in (message.error or "")


def test_no_secret_reaches_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOT_SMTP_PASSWORD", "hush")
    with Reader() as reader:
        reader.read(b"", NOBODY)
        process = reader._process
        assert process is not None
        assert b"hush" not in Path(f"/proc/{process.pid}/environ").read_bytes()


def test_process_ends_with_its_reader() -> None:
    reader = Reader()
    reader.read(b"", NOBODY)
    process = reader._process
    assert process is not None
    del reader
    assert process.returncode is not None


def test_machine_without_room_for_a_process_is_not_the_letters_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with Reader() as reader, pytest.raises(Transient, match="Cannot allocate memory"):
        reader.read(b"", NOBODY)


def test_process_ends_when_its_input_does() -> None:
    done = subprocess.run([sys.executable, "-m", "mailbot.intake.child"], input=b"", capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
