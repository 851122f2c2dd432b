"""`mailbot explain`: what was recognised in a letter, and by which sign."""

import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.commands.explaining import explain

LETTERS = Path(__file__).parents[1] / "letters"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("from-broken-reply-to-good", "by Reply-To"),
        ("zh-latin1-label-gbk-bytes", "labelled iso-8859-1, read as gb18030"),
        ("reply-163-master", "not new from line 11 of the text: separator or header block: ---- 回复的原邮件 ----"),
        ("reply-163-master", "holds a letter of 公司客服 <complaints@company.example>, 2026-11-16 10:00"),
        ("reply-inline", "not new from line 2 of the text: quoted line: > When may we call?"),
        ("reply-above-our-line", "our line or reference"),
        ("attached-letter", "attachment Your order.eml (message/rfc822, 114 bytes)"),
        ("bounce-rfc3464", "dead@customer.example could not be reached: 5.1.1"),
        ("auto-out-of-office-zh", "auto-reply: subject of an automatic reply"),
        ("empty", "could not read: empty"),
        ("person-zh-automatic-door", "person: no sign of automatic mail"),
    ],
)
def test_what_was_recognised_is_told_with_its_sign(name: str, told: str) -> None:
    findings = [f"{step} {finding}" for step, finding in explain((LETTERS / f"{name}.eml").read_bytes(), None)]
    assert [finding for finding in findings if told in finding], "\n".join(findings)


def test_every_letter_can_be_explained() -> None:
    for path in sorted(LETTERS.glob("*.eml"))[::7]:
        assert dict(explain(path.read_bytes(), None)).keys() >= {"parse", "screen", "thread", "decide"}, path.name


@pytest.mark.parametrize(("named", "status"), [((), 0), (("--config", "typo.toml"), 2), (("--config", "mailbot.toml"), 2)])
def test_settings_that_somebody_named_have_to_be_there(tmp_path: Path, named: tuple[str, ...], status: int) -> None:
    command = [sys.executable, "-m", "mailbot", "explain", *named, str(LETTERS / "reply-inline.eml")]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, "no such settings file" in said.stderr) == (status, status == 2), said.stderr
