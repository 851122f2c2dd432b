"""Settings: one typed, frozen object from a TOML file, `MAILBOT_*` variables and secret files.

Takes a path and an environment, gives `Settings`. Unknown keys, wrong types and missing values raise
`WrongSettings` naming file, key and cure. Secrets come from `password`, `password_file` or
`MAILBOT_…_FILE`, and never appear in a message; a `token_file` is only named here, `tokens` reads it.
Does not touch the network or the database.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field

from mailbot.errors import WrongSettings
from mailbot.limits import Limits

Security = Literal["tls", "starttls", "none"]
LetterLanguage = Literal["zh-CN", "zh-TW", "en"]
LETTER_LANGUAGES = {"zh": "zh-CN", "zh-cn": "zh-CN", "zh-hans": "zh-CN", "zh-tw": "zh-TW", "zh-hk": "zh-TW", "zh-hant": "zh-TW", "en": "en"}
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


class Database(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the record is kept."""

    # SQLAlchemy URL: sqlite:///file or postgresql+psycopg://user@host/name; default a file beside the settings
    url: str = "sqlite:///mailbot.db"
    # false allows a PostgreSQL that may lose commits at a power cut (fsync, full_page_writes or synchronous_commit off)
    durable: bool = True
    # megabytes that stay free on the database's disk: below, no letter is taken in and the mail waits on its server
    reserve_mb: int = 100


class Operation(Struct, frozen=True, forbid_unknown_fields=True):
    """How the running service is watched."""

    # loopback port with Prometheus metrics; 0: none
    metrics_port: int = 0
    # text, or json: one object a line
    log: Literal["text", "json"] = "text"
    # addresses that get alarms; empty: the managers
    alarm_to: tuple[str, ...] = ()


class Login(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What IMAP and SMTP accounts share."""

    # server's name, as its certificate shows it
    host: str
    # tls from the first byte, starttls, or none (loopback only, unless allow_plaintext)
    security: Security = "tls"
    # login name; empty: no login (SMTP relays only)
    user: str = ""
    # password or authorisation code; better in password_file
    password: str = field(default="", name="password")
    # file whose first line is the password
    password_file: str = ""
    # in place of a password: file with an OAuth access token (or JSON with access_token, expires_at) that another program keeps fresh
    token_file: str = ""
    # minutes after which a token that does not tell its own expiry counts as stale
    token_max_age: float = 60.0
    # certificate authority to trust instead of the system's, PEM
    ca_file: str = ""
    # false switches certificate verification off; `check` complains
    verify: bool = True
    # true allows security = "none" to a host that is not loopback; `check` complains
    allow_plaintext: bool = False
    # seconds any single network operation may take
    timeout: float = 60.0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.user}@{self.host})"


class Mailbox(Login, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A mailbox that is read (IMAP)."""

    port: int = 993
    # folder that is read
    folder: str = "INBOX"
    # folder for processed letters, created if missing; empty leaves them where they are
    done_folder: str = "Processed"
    # seconds between two looks where the server has no IDLE, and at most between two looks with it
    poll_seconds: float = 60.0
    # use IDLE when the server offers it
    idle: bool = True
    # largest letter fetched whole, bytes
    max_bytes: int = 25 * 1024 * 1024

    @property
    def account(self) -> str:
        """The name of this account in records and logs."""
        return f"{self.user}@{self.host}" if "@" not in self.user else self.user


class Smtp(Login, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The way out (SMTP submission), and our own address."""

    port: int = 465
    # the complaints address: From of every letter, Reply-To, and one of our own addresses
    address: str
    # further addresses that are ours (aliases): letters from them are never answered
    aliases: tuple[str, ...] = ()
    # true where the provider delivers address+anything: the reply token goes into Reply-To too
    plus_addressing: bool = False
    # hours after which a letter that could not be delivered is given up
    give_up_after: float = 96.0
    # true sends a copy of every letter to `address`: its arrival proves that a doubtful letter went out
    journal: bool = False
    # mail log of a Postfix on this machine, such as /var/log/mail.log: what it says proves that a doubtful letter went out; empty: none
    queue_log: str = ""

    @property
    def has_proof(self) -> bool:
        """Whether a proof may come that a doubtful letter went out."""
        return self.journal or bool(self.queue_log)


class Company(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who we are."""

    # name in letters
    name: str
    # language for staff without one and customers whose language is not known: zh, zh-TW, en
    language: str = "zh"
    # IANA time zone of clocks, calendars and letters
    timezone: str = "Asia/Shanghai"
    # preset's id, or a path to a procedure file
    procedure: str = "feedback"
    # folder with own templates that replace the shipped ones of the same name; empty: none
    templates: str = ""
    # time of the daily digest, local, HH:MM, on working days; empty: none
    digest_at: str = "08:30"
    # classifier artefact; empty: the one `mailbot train` installed, or the shipped one
    model: str = ""
    # confidence from which a category is taken without asking, 0..1; empty: what staff's judgements show, before there are enough 0.8
    threshold: float | None = None
    # judgements of categories by staff after which the classifier learns anew, at most once a day; 0: only by `mailbot train`
    train_after: int = 50
    # hours after which a letter found in the mailbox gets no acknowledgement of its own any more
    backlog_hours: float = 24.0

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def letter_language(self) -> LetterLanguage:
        return letter_language(self.language)


class Member(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A member of staff; rights come from here and from the reply token, never from a From line alone."""

    # name as customers and colleagues see it
    name: str
    # every address the member writes from; the first one gets the letters
    addresses: tuple[str, ...]
    # handler, head (or supervisor) of a department, manager (general manager)
    role: str = "handler"
    # department id as in the procedure
    department: str = "customer-service"
    # roles of the procedure the member holds besides, such as vice-president
    roles: tuple[str, ...] = ()
    # language of letters to the member: zh, zh-TW, en; empty: the company's
    language: str = ""

    @property
    def key(self) -> str:
        """The member's name in records: the first address."""
        return self.addresses[0]


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything mailbot is told by its operator."""

    smtp: Smtp
    company: Company
    mailbox: tuple[Mailbox, ...]
    staff: tuple[Member, ...] = ()
    database: Database = Database()
    operation: Operation = Operation()
    limits: Limits = Limits()
    # folder the settings came from; relative paths start there
    home: str = "."

    @property
    def own_addresses(self) -> frozenset[str]:
        """Addresses that are this service itself."""
        users = {box.user.lower() for box in self.mailbox if "@" in box.user}
        return frozenset({self.smtp.address.lower(), *(a.lower() for a in self.smtp.aliases)} | users)

    def member(self, address: str) -> Member | None:
        """The member of staff who owns `address` (lower case), or None."""
        return next((m for m in self.staff if address in m.addresses), None)

    def path(self, name: str) -> Path:
        """`name` as a path; a relative one starts at the settings file's folder."""
        return Path(self.home, Path(name).expanduser())


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


def letter_language(name: str) -> LetterLanguage:
    """The language letters are written in for a setting or a text language; English for any other."""
    return LETTER_LANGUAGES.get(name.lower(), "en")  # type: ignore[return-value]


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
