"""Access tokens: what their file may hold, when one is stale, and that no line of the log holds one."""

import base64
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot import tokens, transport
from mailbot.errors import WrongSettings
from mailbot.logform import Secrets
from mailbot.settings import Mailbox, Settings, Smtp
from mailbot.settings_file import build
from mailbot.watch.signins import sign_ins, told, trouble

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
USER = "complaints@company.example"
OPAQUE = "ya29.Kanarie-4711_abc"


def jwt(**claims: Any) -> str:
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims, 1))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mailbox.token"


def box(file: Path, **changes: Any) -> Mailbox:
    return Mailbox(host="imap.company.example", user=USER, token_file=str(file), **changes)


def written(file: Path, text: str, minutes_ago: float = 10) -> Path:
    file.write_text(text, "utf-8")
    at = (NOW - timedelta(minutes=minutes_ago)).timestamp()
    os.utime(file, (at, at))
    return file


def raw(**login: Any) -> dict[str, Any]:
    return {
        "mailbox": [{"host": "imap.company.example", "user": USER, **login}],
        "smtp": {"host": "smtp.company.example", "address": USER},
        "company": {"name": "清河电器"},
    }


@pytest.mark.parametrize(
    ("text", "expires_at"),
    [
        (f"{OPAQUE}\n", None),
        (json.dumps({"access_token": OPAQUE}), None),
        (json.dumps({"access_token": OPAQUE, "expires_at": NOW.timestamp()}), NOW),
        (json.dumps({"access_token": OPAQUE, "expires_at": "2026-11-27T03:00:00Z"}), NOW),
        (json.dumps({"access_token": OPAQUE, "expires_at": "2026-11-27 11:00:00+08:00"}), NOW),
        (json.dumps({"access_token": OPAQUE, "expires_at": "2026-11-27 03:00:00"}), NOW),
        (json.dumps({"access_token": OPAQUE, "expires_at": "soon"}), None),
        (json.dumps({"access_token": OPAQUE, "expires_at": 1e300}), None),
        (jwt(exp=int(NOW.timestamp())), NOW),
        (jwt(sub="x"), None),
        ("a.????.b", None),
    ],
)
def test_a_token_tells_its_expiry_where_it_can(file: Path, text: str, expires_at: datetime | None) -> None:
    token = tokens.read(box(written(file, text)))
    assert (token.expires_at, token.written_at) == (expires_at, NOW - timedelta(minutes=10))
    assert token.secret == (OPAQUE if "ya29" in text else text)


@pytest.mark.parametrize("text", ["", "two words", '{"token": "x"}', '{"access_token": 1}', "{", "[" * 9999 + "é", "a\nb"])
def test_a_file_without_a_token_is_named_and_not_quoted(file: Path, text: str) -> None:
    with pytest.raises(WrongSettings, match=r"mailbox\.token of complaints@company\.example holds no access token; it must hold") as wrong:
        tokens.read(box(written(file, text)))
    assert not text.strip() or text not in str(wrong.value)


def test_a_file_that_is_missing_is_named_with_the_cure(file: Path) -> None:
    with pytest.raises(WrongSettings, match=r"No such file or directory\); see that the program that renews it runs"):
        tokens.read(box(file))


def test_a_login_by_token_has_it_in_place_of_a_password_and_a_sentence_hides_it(file: Path) -> None:
    login = tokens.signed(box(written(file, OPAQUE)))
    assert login.password == OPAQUE
    assert OPAQUE not in transport.clean(login, f"NO {OPAQUE} is stale")
    assert OPAQUE not in repr(login) + repr(tokens.read(login))


def test_a_login_by_password_is_as_it_was() -> None:
    login = Smtp(host="x", user="a", password="pw-alice", address=USER)
    assert tokens.signed(login) is login


def test_the_log_hides_a_token_alone_and_as_it_is_sent_and_forgets_those_of_yesterday() -> None:
    secrets = Secrets()
    sent = base64.b64encode(f"user={USER}\1auth=Bearer {OPAQUE}\1\1".encode()).decode()
    secrets.lend(USER, OPAQUE)
    assert secrets.hide(f"{OPAQUE} {sent}") == "[secret] [secret]"
    for number in range(1000):
        secrets.lend(USER, f"token-number-{number}")
    assert secrets.hide("token-number-999 token-number-998") == "[secret] [secret]"
    assert sum(map(len, secrets._tokens.values())) <= 6


@pytest.mark.parametrize(
    ("login", "sentence"),
    [
        ({"password": "x", "token_file": "t"}, "has a password and a token_file"),
        ({"token_file": "t", "token_max_age": 0}, "token_max_age must be more than 0"),
        ({}, "or token_file"),
    ],
)
def test_settings_of_a_login_that_make_no_sense_are_refused(login: dict[str, Any], sentence: str) -> None:
    with pytest.raises(WrongSettings, match=sentence):
        build(raw(**login))


def test_a_token_file_without_a_user_is_refused() -> None:
    with pytest.raises(WrongSettings, match="smtp: token_file without user"):
        build({**raw(password="x"), "smtp": {"host": "localhost", "address": USER, "token_file": "t"}})


def settings(file: Path, **login: Any) -> Settings:
    return build({**raw(token_file=file.name, **login), "home": str(file.parent)})


def verdict(file: Path, **login: Any) -> str:
    imap, smtp = sign_ins(settings(file, **login), NOW)
    assert trouble(smtp, NOW) is None
    wrong = trouble(imap, NOW)
    return "; ".join(wrong) if wrong else ""


@pytest.mark.parametrize(
    ("text", "minutes_ago", "said"),
    [
        (OPAQUE, 60, ""),
        (OPAQUE, 61, "the token is 61 minutes old, older than token_max_age = 60; see that the program that renews"),
        (jwt(exp=NOW.timestamp() + 600), 80, ""),
        (jwt(exp=NOW.timestamp() + 60), 5, "the token expires at 2026-11-27 03:01 UTC; see that"),
        (jwt(exp=NOW.timestamp() - 60), 5, "the token has expired at 2026-11-27 02:59 UTC; see that"),
        ("", 5, "holds no access token; it must hold"),
    ],
)
def test_a_stale_token_is_told_before_the_mailbox_breaks(file: Path, text: str, minutes_ago: float, said: str) -> None:
    found = verdict(written(file, text, minutes_ago))
    assert (said in found, bool(found)) == (True, bool(said)), found


def test_the_age_that_is_too_old_is_a_setting(file: Path) -> None:
    assert verdict(written(file, OPAQUE, 90), token_max_age=100) == ""


def test_how_an_account_signs_in_is_told_in_words(file: Path) -> None:
    written(file, jwt(exp=NOW.timestamp()))
    (imap, smtp) = sign_ins(settings(file), NOW)
    assert told(imap) == "by a token that is 10 minute(s) old, expires at 2026-11-27 03:00 UTC"
    assert told(smtp) == "without a login"
