"""Settings: typed, from file, environment and secret files; every mistake named with key and cure, never with a secret."""

from pathlib import Path

import pytest

from mailbot.errors import WrongSettings
from mailbot.settings import letter_language
from mailbot.settings_file import load

GOOD = """
[[mailbox]]
host = "imap.company.example"
user = "complaints@company.example"
password_file = "secret"
[smtp]
host = "smtp.company.example"
user = "complaints@company.example"
password_file = "secret"
address = "Complaints@company.example"
[company]
name = "清河电器"
[[staff]]
name = "Bob"
addresses = ["Bob@company.example", "bob.b@company.example"]
role = "supervisor"
department = "quality-dept"
"""


def written(folder: Path, text: str = GOOD, secret: str = "geheim\n") -> Path:
    (folder / "secret").write_text(secret, "utf-8")
    path = folder / "mailbot.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_with_the_stable_keys_is_enough(tmp_path: Path) -> None:
    settings = load(written(tmp_path), {})
    assert (settings.mailbox[0].password, settings.smtp.port, settings.database.url) == ("geheim", 465, "sqlite:///mailbot.db")


def test_members_are_found_by_each_address_in_any_case(tmp_path: Path) -> None:
    settings = load(written(tmp_path), {})
    member = settings.member("bob.b@company.example")
    assert member is not None
    assert (member.key, member.role) == ("bob@company.example", "head")


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("anders\n", "utf-8")
    environ = {"MAILBOT_SMTP_PASSWORD_FILE": "other", "MAILBOT_MAILBOX_PORT": "1993", "MAILBOT_DATABASE_URL": "sqlite:///x.db"}
    settings = load(written(tmp_path), environ)
    assert (settings.smtp.password, settings.mailbox[0].port, settings.database.url) == ("anders", 1993, "sqlite:///x.db")


def test_no_secret_is_shown_when_settings_are_printed(tmp_path: Path) -> None:
    settings = load(written(tmp_path), {})
    assert "geheim" not in repr(settings) + str(settings.mailbox[0]) + str(settings.smtp)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("[smtp]", "[smpt]"), "smpt"),
        (('host = "imap.company.example"', 'hots = "x"'), "hots"),
        (('user = "complaints@company.example"\npassword_file = "secret"\n[smtp]', "[smtp]"), "user is missing"),
        (('password_file = "secret"\n[smtp]', "[smtp]"), "has no password"),
        (('password_file = "secret"\naddress', 'password_file = "nowhere"\naddress'), "nowhere can't be read"),
        (('"supervisor"', '"boss"'), "'boss' is not known"),
        (('"Bob@company.example"', '"complaints@company.example"'), "own address"),
        (('"Bob@company.example"', '"Bob"'), "is not an address"),
        (("addresses = [", 'addresses = [] #"'), "name at least one"),
        (('name = "清河电器"', 'name = "x"\ntimezone = "Mars/Olympus"'), "Mars/Olympus"),
        (('name = "清河电器"', 'name = "x"\nlanguage = "tlh"'), "tlh"),
        (('name = "清河电器"', 'name = "x"\ndigest_at = "morning"'), "HH:MM"),
        (('name = "清河电器"', 'name = "x"\nthreshold = 7'), "between 0 and 1"),
        (('address = "Complaints', 'security = "none"\naddress = "Complaints'), "in the clear"),
        (('address = "Complaints', 'port = "many"\naddress = "Complaints'), "port"),
        (("[company]", "[company"), "not valid TOML"),
    ],
)
def test_f51_a_mistake_is_named_with_its_key(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(WrongSettings, match=r"mailbot\.toml") as refused:
        load(written(tmp_path, GOOD.replace(*change)), {})
    assert sentence in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_a_missing_file_is_answered_with_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match="mailbot init"):
        load(tmp_path / "nothing.toml", {})


def test_an_empty_secret_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match="secret is empty"):
        load(written(tmp_path, secret=""), {})


@pytest.mark.parametrize(("name", "language"), [("zh", "zh-CN"), ("zh-Hant", "zh-TW"), ("en", "en"), ("ja", "en"), ("und", "en")])
def test_letters_are_written_in_the_nearest_of_three_languages(name: str, language: str) -> None:
    assert letter_language(name) == language


def test_files_are_found_from_the_settings_files_folder(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD.replace('address = "Complaints', 'ca_file = "ca.pem"\naddress = "Complaints')), {})
    assert settings.smtp.ca_file == str(tmp_path / "ca.pem")
