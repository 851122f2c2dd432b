"""Settings read from a TOML file, `MAILBOT_*` variables and secret files, and checked.

Takes a path and an environment, gives `Settings`. Unknown keys, wrong types and missing values raise
`WrongSettings` naming file, key and cure. Secrets come from `password`, `password_file` or
`MAILBOT_…_FILE`, and never appear in a message; a `token_file` is only named here, `tokens` reads it.
Does not touch the network or the database.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mailbot.errors import WrongSettings
from mailbot.settings import LETTER_LANGUAGES, Company, Login, Settings

ROLES = {"handler": "handler", "head": "head", "supervisor": "head", "manager": "manager", "general-manager": "manager"}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

# Less would break ordinary letters or the reader itself; more, the promise that no letter stops the service.
LIMITS_WITHIN = {
    "letter_bytes": (100_000, 1 << 30),
    "header_bytes": (10_000, 10_000_000),
    "header_fields": (100, 100_000),
    "depth": (10, 100),
    "parts": (20, 100_000),
    "addresses": (10, 100_000),
    "html_chars": (100_000, 100_000_000),
    "text_chars": (10_000, 10_000_000),
    "seconds": (1, 600),
    "memory_mb": (256, 65_536),
}


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read settings from `path` and the environment.

    Raises WrongSettings naming file, key and cure."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise WrongSettings(f"{path}: no such settings file; `mailbot init` writes one, --config names another") from None
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSettings(f"{path}: can't be read ({error}); it must be a UTF-8 text file") from None
    except tomllib.TOMLDecodeError as error:
        raise WrongSettings(f"{path}: not valid TOML: {error}") from None
    raw = _with_environment(raw, environ)
    raw["home"] = str(path.parent)
    return build(raw, str(path))


def build(raw: dict[str, Any], source: str = "settings") -> Settings:
    """Settings from plain data, checked; secrets are read from their files here.

    Raises WrongSettings."""
    home = Path(raw.get("home", "."))
    for where, login in _logins(raw):
        _read_secret(login, home, f"{source}: {where}")
    for where, member in _tables(raw, "staff"):
        if isinstance(member.get("addresses"), list):
            member["addresses"] = [str(a).strip().lower() for a in member["addresses"]]
        if "role" in member:
            member["role"] = _one_of(str(member["role"]), ROLES, f"{source}: {where}.role")
    try:
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        raise WrongSettings(f"{source}: {_plain(str(error))}") from None
    _check(settings, source)
    return settings


def _with_environment(raw: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """MAILBOT_SMTP_PASSWORD=x sets smtp.password; MAILBOT_MAILBOX_…: the first mailbox, MAILBOT_MAILBOX_2_… the second."""
    for name, value in environ.items():
        parts = name.lower().split("_", 2)
        if parts[0] != "mailbot" or len(parts) < 3 or parts[1] not in ("database", "smtp", "company", "operation", "limits", "mailbox"):
            continue
        section, key = parts[1], parts[2]
        table = raw.setdefault(section, [{}] if section == "mailbox" else {})
        if section == "mailbox":
            index, _, rest = key.partition("_")
            place, key = (int(index) - 1, rest) if index.isdigit() else (0, key)
            if not isinstance(table, list) or not 0 <= place < len(table):
                raise WrongSettings(f"{name}: there is no [[mailbox]] number {place + 1} in the settings file")
            table = table[place]
        if not isinstance(table, dict):
            raise WrongSettings(f"[{section}] must be a table; {name} can't be added to it")
        table[key] = _scalar(table.get(key), value)
    return raw


def _scalar(present: object, value: str) -> object:
    """Environment text as the type TOML would have given."""
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(present, str):
        return value
    try:
        return int(value)
    except ValueError:
        return value


def _tables(raw: dict[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
    tables = raw.get(name, [])
    return [(f"{name}[{n}]", t) for n, t in enumerate(tables, 1) if isinstance(t, dict)] if isinstance(tables, list) else []


def _logins(raw: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    smtp = raw.get("smtp")
    return _tables(raw, "mailbox") + ([("smtp", smtp)] if isinstance(smtp, dict) else [])


def _read_secret(login: dict[str, Any], home: Path, where: str) -> None:
    """Files are named from the settings file's folder; the password comes out of its own."""
    name = login.get("password_file")
    for key in ("ca_file", "token_file", "queue_log"):
        if login.get(key):
            login[key] = str(Path(home, Path(str(login[key])).expanduser()))
    for key in ("user", "password", "host"):
        if isinstance(login.get(key), int):
            login[key] = str(login[key])
    if not name or login.get("password"):
        return
    try:
        login["password"] = Path(home, Path(str(name)).expanduser()).read_text("utf-8").splitlines()[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise WrongSettings(f"{where}.password_file: {name} can't be read ({reason}); write the password in its first line") from None
    except IndexError:
        raise WrongSettings(f"{where}.password_file: {name} is empty; write the password in its first line") from None


def _one_of(value: str, allowed: Mapping[str, str], where: str) -> str:
    if value.lower() not in allowed:
        raise WrongSettings(f"{where}: {value!r} is not known; use one of {', '.join(allowed)}")
    return allowed[value.lower()]


def _plain(message: str) -> str:
    """msgspec's sentence with the key first, as operators read it."""
    text, _, where = message.partition(" - at `$")
    key = where.rstrip("`").lstrip(".").replace("[...]", "")
    cure = "; the settings table in README.md lists every key"
    return f"{key + ': ' if key else ''}{text}{cure}"


def _check(settings: Settings, source: str) -> None:
    for box in settings.mailbox:
        _check_login(box, f"{source}: mailbox {box.host}")
        if not box.user:
            raise WrongSettings(f"{source}: mailbox {box.host}: user is missing; an IMAP mailbox needs a login")
    _check_login(settings.smtp, f"{source}: smtp")
    if not settings.mailbox:
        raise WrongSettings(f"{source}: no [[mailbox]]; name at least one mailbox to read")
    _check_limits(settings, source)
    _check_addresses(settings, source)
    _check_company(settings.company, source)


def _check_limits(settings: Settings, source: str) -> None:
    for key, (least, most) in LIMITS_WITHIN.items():
        if not least <= getattr(settings.limits, key) <= most:
            raise WrongSettings(f"{source}: limits.{key} must lie between {least:,} and {most:,}")
    for box in settings.mailbox:
        if box.max_bytes > settings.limits.letter_bytes:
            raise WrongSettings(
                f"{source}: mailbox {box.host}: letters of {box.max_bytes} bytes are fetched, "
                f"but only {settings.limits.letter_bytes} would be read; raise limits.letter_bytes too"
            )


def _check_login(login: Login, where: str) -> None:
    if login.security == "none" and login.host not in LOOPBACK and not login.allow_plaintext:
        raise WrongSettings(
            f'{where}: security = "none" sends the password in the clear; use "tls" or "starttls" (or allow_plaintext = true)'
        )
    if login.user and not (login.password or login.token_file):
        raise WrongSettings(
            f"{where}: {login.user} has no password; set password_file (or password, or a MAILBOT_…_PASSWORD_FILE variable), or token_file"
        )
    if login.token_file and login.password:
        raise WrongSettings(f"{where}: {login.user} has a password and a token_file; keep the one that the server takes")
    if login.token_file and not login.user:
        raise WrongSettings(f"{where}: token_file without user; set user to the address that the token is for")
    if login.token_max_age <= 0:
        raise WrongSettings(f"{where}: token_max_age must be more than 0 minutes")
    if login.timeout <= 0:
        raise WrongSettings(f"{where}: timeout must be more than 0 seconds")


def _check_addresses(settings: Settings, source: str) -> None:
    seen: dict[str, str] = {}
    own = settings.own_addresses
    if "@" not in settings.smtp.address:
        raise WrongSettings(f"{source}: smtp.address: {settings.smtp.address!r} is not an address; write complaints@your.domain")
    for member in settings.staff:
        if not member.addresses:
            raise WrongSettings(f"{source}: staff {member.name}: addresses is empty; name at least one")
        for address in member.addresses:
            if "@" not in address:
                raise WrongSettings(f"{source}: staff {member.name}: {address!r} is not an address")
            if address in own:
                raise WrongSettings(
                    f"{source}: staff {member.name}: {address} is the service's own address; letters would go round in circles"
                )
            if address in seen:
                raise WrongSettings(f"{source}: {address} belongs to {seen[address]} and to {member.name}; an address has one owner")
            seen[address] = member.name


def _check_company(company: Company, source: str) -> None:
    try:
        ZoneInfo(company.timezone)
    except (KeyError, ValueError, OSError):
        raise WrongSettings(f"{source}: company.timezone: {company.timezone!r} is not an IANA zone, such as Asia/Shanghai") from None
    if company.language.lower() not in LETTER_LANGUAGES:
        raise WrongSettings(f"{source}: company.language: {company.language!r} is not known; use zh, zh-TW or en")
    if company.threshold is not None and not 0 <= company.threshold <= 1:
        raise WrongSettings(f"{source}: company.threshold must lie between 0 and 1")
    hour, _, minute = company.digest_at.partition(":")
    if company.digest_at and not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        raise WrongSettings(f"{source}: company.digest_at: {company.digest_at!r} is not a time; write HH:MM, such as 08:30")
