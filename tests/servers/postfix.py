"""A real Postfix: submission with STARTTLS and over TLS from the first byte, login by Dovecot, delivery into its Maildirs.

Recipients are the users of the Dovecot it is joined to, in any *.example domain; others there get 550 5.1.1, and mail for
the rest of the world is thrown away. `answers` gives a recipient a reply of its own: {"full@x.example": "452 4.2.2 full"},
`at_the_dot` another one, which comes after the whole letter. `catch_all`: the user who gets what others there would get 550 for.
Its master process must be started by root.
"""

import os
import pwd
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import process
from tests.servers.dovecot import Dovecot
from tests.servers.needs import program

LONGEST_RUN = 3600  # seconds: Postfix changes its user id, so the kernel can't end it when the test process is killed
QUEUES = ("maildrop", "incoming", "active")
SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:{open_port} inet n - n - - smtpd -o smtpd_sasl_auth_enable=no -o smtpd_tls_security_level=none
 -o mynetworks=127.0.0.0/8 -o smtpd_relay_restrictions=permit_mynetworks,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running server."""

    port: int  # STARTTLS, then login
    tls_port: int  # TLS from the first byte, then login
    open_port: int  # no TLS, no login: a relay on loopback
    users: Mapping[str, str]
    ca_file: str
    log: Path
    host: str = "localhost"

    def drain(self, within: float = 10.0) -> None:
        """Wait until no letter is on its way any more: everything taken lies in a mailbox, is deferred or thrown away."""
        give_up_at = time.monotonic() + within
        while any(p.is_file() for name in QUEUES for p in (self.log.parent / "spool" / name).rglob("*")):
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"letters are still on their way after {within} s:\n{self.log.read_text('utf-8', 'replace')[-2000:]}")
            time.sleep(0.02)

    def logged(self, pattern: str, within: float = 10.0) -> bool:
        """Whether a line of the log matches, or comes to match in time; a dialogue's last line counts its commands."""
        give_up_at = time.monotonic() + within
        while not (found := re.search(pattern, self.log.read_text("utf-8", "replace"))) and time.monotonic() < give_up_at:
            time.sleep(0.02)
        return found is not None


@contextmanager
def running(
    mail: Dovecot,
    *,
    answers: Mapping[str, str] | None = None,
    at_the_dot: Mapping[str, str] | None = None,
    size: int = 20_000_000,
    catch_all: str = "",
) -> Iterator[Postfix]:
    """Postfix in front of `mail` until the block ends; `size`: largest letter it takes, bytes."""
    with process.directory("postfix") as path:
        server = Postfix(
            port=process.free_port(),
            tls_port=process.free_port(),
            open_port=process.free_port(),
            users=mail.users,
            ca_file=mail.ca_file,
            log=path / "mail.log",
        )
        _lay_out(path, server, mail, {"answers": answers or {}, "at_the_dot": at_the_dot or {}}, size)
        if catch_all:
            with (path / "etc" / "boxes").open("a", encoding="utf-8") as boxes:
                boxes.write(rf"/@(.+\.)?example$/ {catch_all}/Maildir/" + "\n")
        _prepare(path)
        command = [_master(), "-s", "-e", str(LONGEST_RUN), "-c", str(path / "etc")]
        with process.running(command, server.log, lambda: process.listening(server.port, server.tls_port, server.open_port)):
            yield server


def _lay_out(path: Path, server: Postfix, mail: Dovecot, replies: Mapping[str, Mapping[str, str]], size: int) -> None:
    for name in ("etc", "spool", "data"):
        (path / name).mkdir()
    postfix = pwd.getpwnam("postfix")
    os.chown(path / "data", postfix.pw_uid, postfix.pw_gid)
    boxes = [rf"/^{re.escape(user)}(\+.*)?@(.+\.)?example$/ {user}/Maildir/" + "\n" for user in mail.users if user.isascii()]
    (path / "etc" / "boxes").write_text("".join(boxes), "utf-8")
    (path / "etc" / "domains").write_text(r"/^(.+\.)?example$/ ok" + "\n", "utf-8")
    for name, answers in replies.items():
        (path / "etc" / name).write_text("".join(f"{who} {reply}\n" for who, reply in answers.items()), "utf-8")
    (path / "etc" / "main.cf").write_text(_settings(path, mail, size), "utf-8")
    ports = {"port": server.port, "tls_port": server.tls_port, "open_port": server.open_port}
    (path / "etc" / "master.cf").write_text(SERVICES.format(**ports).lstrip(), "utf-8")


def _prepare(path: Path) -> None:
    """Let Postfix make and check its own directories."""
    command = [program("postfix") or "postfix", "-c", str(path / "etc"), "check"]
    checked = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if checked.returncode != 0:
        raise RuntimeError(f"postfix refuses its settings:\n{checked.stderr}")


def _master() -> str:
    """Postfix's master process; started directly, because `postfix start` detaches it from this test process."""
    asked = subprocess.run([program("postconf") or "postconf", "-h", "daemon_directory"], capture_output=True, text=True, check=True)
    return f"{asked.stdout.strip()}/master"


def _settings(path: Path, mail: Dovecot, size: int) -> str:
    cert, key = mail.certificate
    return f"""
compatibility_level = 3.6
queue_directory = {path}/spool
data_directory = {path}/data
maillog_file = {path}/mail.log
maillog_file_prefixes = {path}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.company.example
mydestination =
mynetworks =
message_size_limit = {size}
virtual_mailbox_limit = 0
recipient_delimiter = +
default_transport = discard
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = regexp:{path}/etc/domains
virtual_mailbox_base = {mail.home}
virtual_mailbox_maps = regexp:{path}/etc/boxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{mail.owner.pw_uid}
virtual_gid_maps = static:{mail.owner.pw_gid}
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{mail.auth_port}
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{path}/etc/answers
smtpd_end_of_data_restrictions = check_recipient_access texthash:{path}/etc/at_the_dot
"""
