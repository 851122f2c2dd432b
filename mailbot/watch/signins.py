"""How each account signs in, and whether its access token still holds: a stale one is told before the mailbox breaks.

Takes settings and the moment, reads the token files they name, gives a `SignIn` for each account; `trouble` is pure.
A token that tells its expiry is judged by it, any other by the age of its file.
"""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mailbot import tokens
from mailbot.errors import WrongSettings
from mailbot.settings import Login, Mailbox, Settings

Protocol = Literal["IMAP", "SMTP"]
SOON = timedelta(minutes=2)  # a renewal that has not come by then is late


class SignIn(Struct, frozen=True):
    """An account's way in: with a password, a token or nothing. `token_age` and `token_max_age` in minutes; `unreadable` says
    why there is no token, with the cure."""

    protocol: Protocol
    user: str
    host: str
    by: Literal["password", "token", "nothing"]
    token_file: str | None = None
    token_age: int | None = None
    token_max_age: float | None = None
    token_expires_at: datetime | None = None
    unreadable: str | None = None

    @property
    def name(self) -> str:
        """As sentences name it."""
        return f"{self.protocol} {self.user or 'without a user'} at {self.host}"


def sign_ins(settings: Settings, now: datetime) -> list[SignIn]:
    """Every mailbox, then the way out."""
    return [_sign_in(login, now) for login in (*settings.mailbox, settings.smtp)]


def trouble(sign_in: SignIn, now: datetime) -> tuple[str, str] | None:
    """What is wrong with the token and the cure; None while it holds, and for a password."""
    if sign_in.by != "token":
        return None
    if sign_in.unreadable:
        cause, _, cure = sign_in.unreadable.partition("; ")
        return f"{sign_in.name}: {cause}", cure
    cure = f"see that the program that renews {sign_in.token_file} runs"
    expiry = sign_in.token_expires_at
    if expiry is not None:
        if now < expiry - SOON:
            return None
        return f"{sign_in.name}: the token {'has expired' if expiry <= now else 'expires'} at {_written(expiry)}", cure
    if (sign_in.token_age or 0) <= (sign_in.token_max_age or 0):
        return None
    most = f"older than token_max_age = {sign_in.token_max_age:g}"
    return f"{sign_in.name}: the token is {sign_in.token_age} minutes old, {most}", cure


def told(sign_in: SignIn) -> str:
    """The way in, in a few words."""
    if sign_in.by != "token" or sign_in.unreadable:
        return "by " + sign_in.by if sign_in.by != "nothing" else "without a login"
    expiry = f", expires at {_written(sign_in.token_expires_at)}" if sign_in.token_expires_at else ""
    return f"by a token that is {sign_in.token_age} minute(s) old{expiry}"


def _sign_in(login: Login, now: datetime) -> SignIn:
    protocol: Protocol = "IMAP" if isinstance(login, Mailbox) else "SMTP"
    if not login.token_file:
        return SignIn(protocol, login.user, login.host, "password" if login.user else "nothing")
    unknown = SignIn(protocol, login.user, login.host, "token", login.token_file, token_max_age=login.token_max_age)
    try:
        token = tokens.read(login)
    except WrongSettings as error:
        return replace(unknown, unreadable=str(error))
    return replace(unknown, token_age=int((now - token.written_at) / timedelta(minutes=1)), token_expires_at=token.expires_at)


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
