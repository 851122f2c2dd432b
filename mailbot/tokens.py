"""Access tokens for accounts without a password: a file that another program keeps fresh (OAuth 2, RFC 6749 §1.4).

Takes a login whose settings name a `token_file`; gives the token, when it was written, and when it expires where it tells.
The file holds the token alone, or JSON with `access_token` and perhaps `expires_at` (Unix time or ISO 8601); a token that is
a JWT tells its expiry itself (RFC 7519 §4.1.4), and nobody's signature is checked. Read anew at each sign-in. Fails as
WrongSettings, without a word of the token. Never asks for a token itself.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from mailbot import maillog
from mailbot.errors import WrongSettings
from mailbot.settings import Login

MOST = 64 * 1024  # bytes of the file
L = TypeVar("L", bound=Login)


class Token(Struct, frozen=True):
    """A token, the moment its file was written, and the moment it expires where that is known; both aware UTC."""

    secret: str
    written_at: datetime
    expires_at: datetime | None

    def __repr__(self) -> str:
        return f"Token({self.written_at}, {self.expires_at})"


def signed(login: L) -> L:
    """`login` with the token of this moment in place of a password, and the log told to hide it; as it is without a token_file."""
    if not login.token_file:
        return login
    secret = read(login).secret
    maillog.conceal_for_now(login.user, secret)
    return replace(login, password=secret)


def read(login: Login) -> Token:
    """The token as it lies in its file. Raises WrongSettings with the cure."""
    path = Path(login.token_file)
    where = f"token_file {path} of {login.user}"
    try:
        with path.open("rb") as file:
            text = file.read(MOST).decode("utf-8").strip()
        written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        cure = "see that the program that renews it runs and lets us read it"
        raise WrongSettings(f"{where} can't be read ({error.strerror}); {cure}") from None
    except UnicodeDecodeError:
        raise WrongSettings(f"{where} is not text; it must hold the access token, or JSON with access_token") from None
    told = _object(text) if text.startswith("{") else {"access_token": text}
    secret = told.get("access_token")
    if not isinstance(secret, str) or not secret.isascii() or not secret.isprintable() or not secret or " " in secret:
        raise WrongSettings(f"{where} holds no access token; it must hold the token alone, or JSON with access_token")
    return Token(secret, written_at, _moment(told.get("expires_at")) or _moment(_claims(secret).get("exp")))


def _claims(token: str) -> Mapping[str, object]:
    """What a JWT says of itself; nothing for another token."""
    parts = token.split(".")
    try:
        return _object(base64.urlsafe_b64decode(parts[1] + "==").decode("utf-8")) if len(parts) == 3 else {}
    except (binascii.Error, UnicodeDecodeError):
        return {}


def _object(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _moment(told: object) -> datetime | None:
    """A moment told as Unix time or in ISO 8601 (UTC where no zone is named)."""
    try:
        if isinstance(told, int | float):
            return datetime.fromtimestamp(told, UTC)
        moment = datetime.fromisoformat(told) if isinstance(told, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
