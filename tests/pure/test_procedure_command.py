"""`mailbot procedure`: a preset is copied to be changed, and a changed one is judged."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot.cli import mailbot
from mailbot.errors import MailbotError
from mailbot.procedures.procedure import SHIPPED, load, presets


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(mailbot, ["--config", str(home / "none.toml"), "procedure", *words], catch_exceptions=False)


@pytest.mark.parametrize("preset", presets())
def test_a_new_procedure_is_the_preset_with_its_comments(tmp_path: Path, preset: str) -> None:
    out = tmp_path / "own.toml"
    assert run(tmp_path, "new", "--from", preset, "--out", str(out)).exit_code == 0
    assert load(str(out), tmp_path) == load(preset, tmp_path)
    assert out.read_text("utf-8") == (SHIPPED / f"{preset}.toml").read_text("utf-8")


def test_a_file_that_exists_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "own.toml"
    out.write_text("mine", "utf-8")
    with pytest.raises(MailbotError, match="the file exists"):
        run(tmp_path, "new", "--out", str(out))
    assert out.read_text("utf-8") == "mine"


def test_a_folder_that_is_not_there_is_said_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(MailbotError, match=r"own\.toml: can't be written \(No such file or directory\); name a file in a folder"):
        run(tmp_path, "new", "--out", str(tmp_path / "nowhere" / "own.toml"))


def test_an_unknown_preset_is_refused_with_the_ones_there_are(tmp_path: Path) -> None:
    with pytest.raises(MailbotError, match="use one of after-sales"):
        run(tmp_path, "new", "--from", "nothing", "--out", str(tmp_path / "own.toml"))


def test_a_sound_procedure_has_no_error(tmp_path: Path) -> None:
    assert "procedure quality-sales:" in run(tmp_path, "check", "quality-sales").output
    assert "no error" in run(tmp_path, "check", "quality-sales").output


def test_a_changed_procedure_with_a_flaw_is_refused_with_file_key_and_cure(tmp_path: Path) -> None:
    out = tmp_path / "own.toml"
    run(tmp_path, "new", "--out", str(out))
    out.write_text(out.read_text("utf-8").replace('after = "assigned"', 'after = "asigned"'), "utf-8")
    with pytest.raises(MailbotError, match=r'own\.toml: deadline\.planned\.after: "asigned".*did you mean "assigned"'):
        run(tmp_path, "check", str(out))
