"""Settings: one typed, frozen object. `settings_file` reads and checks it; what each key does stands above it, for the README's table.

Values only: nothing here reads a file, the network or the database, and nothing fails.
"""

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from mailbot.limits import Limits

Security = Literal["tls", "starttls", "none"]
LetterLanguage = Literal["zh-CN", "zh-TW", "en"]
LETTER_LANGUAGES = {"zh": "zh-CN", "zh-cn": "zh-CN", "zh-hans": "zh-CN", "zh-tw": "zh-TW", "zh-hk": "zh-TW", "zh-hant": "zh-TW", "en": "en"}


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
    # handler, head (or supervisor) of a department, manager; one without roles of the procedure is the general manager
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


def letter_language(name: str) -> LetterLanguage:
    """The language letters are written in for a setting or a text language; English for any other."""
    return LETTER_LANGUAGES.get(name.lower(), "en")  # type: ignore[return-value]
