"""The kernel wants memory back: whoever reads a letter goes first, and the service only loses what is read again."""

import os
import signal
from pathlib import Path

from mailbot.intake.reader import NOBODY, Reader

LETTER = b"From: alice@customer.example\r\nSubject: Leaks\r\n\r\nIt leaks.\r\n"


def test_f40_the_reading_process_is_the_kernels_first_choice() -> None:
    with Reader() as reader:
        reader.read(LETTER, NOBODY)
        child = reader._process
        assert child is not None
        assert Path(f"/proc/{child.pid}/oom_score_adj").read_text("ascii").strip() == "1000"
        assert int(Path(f"/proc/{os.getpid()}/oom_score_adj").read_text("ascii")) < 1000


def test_f40_a_letter_whose_reader_the_kernel_ends_is_read_as_far_as_its_header_and_the_next_one_whole() -> None:
    with Reader() as reader:
        reader.read(LETTER, NOBODY)
        assert reader._process is not None
        os.kill(reader._process.pid, signal.SIGKILL)
        killed = reader.read(LETTER, NOBODY).message
        after = reader.read(LETTER, NOBODY).message
    assert killed.error is not None
    assert "SIGKILL" in killed.error
    assert (killed.subject, after.subject, after.text.strip()) == ("Leaks", "Leaks", "It leaks.")
