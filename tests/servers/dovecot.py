"""A real Dovecot: IMAP with STARTTLS, IMAPS, and the login service Postfix asks.

Users come from a dict of login name to password; each has a Maildir under `home`. Runs as root or as any user.
`capability` replaces what the server says it can do, which hides MOVE, UIDPLUS, IDLE or ID from a client; `extra` is added to
its settings (quota, rights). `doveadm` does to a mailbox what its administrator would.
"""

import os
import pwd
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import maildir, process
from tests.servers.certificates import LOOPBACK, Authority
from tests.servers.needs import program

BARE = "IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN STARTTLS"  # a server without MOVE, UIDPLUS, IDLE and ID


@dataclass(frozen=True)
class Dovecot:
    """A running server."""

    port: int  # plain and STARTTLS
    tls_port: int
    auth_port: int  # Postfix asks here
    users: Mapping[str, str]
    authority: Authority
    certificate: tuple[Path, Path]
    home: Path
    log: Path
    owner: pwd.struct_passwd
    host: str = "localhost"

    @property
    def ca_file(self) -> str:
        return self.authority.ca_file

    def doveadm(self, *words: str) -> None:
        """Run an administrator's command; raises CalledProcessError when it fails."""
        command = [program("doveadm") or "doveadm", "-c", str(self.log.with_name("dovecot.conf")), *words]
        subprocess.run(command, check=True, capture_output=True)

    def deliver(self, user: str, raw: bytes, at: float | None = None) -> None:
        """Put a letter into the user's inbox without SMTP; `at` (Unix time) becomes its INTERNALDATE."""
        maildir.deliver(self.home / user, raw, self.owner, at)

    def date(self, user: str, at: float) -> None:
        """`at` (Unix time) becomes the INTERNALDATE of what no program has seen yet in the user's inbox."""
        maildir.date(self.home / user, at)

    def arrived(self, user: str, count: int = 1) -> list[bytes]:
        """The user's inbox as soon as it holds `count` letters; what there is after ten seconds."""
        return maildir.arrived(self.home / user, count)

    def empty(self, user: str) -> None:
        """Take away every letter of the user, in every folder; the next story begins."""
        maildir.empty(self.home / user)

    def inbox(self, user: str, folder: str = "") -> list[bytes]:
        """The letters in the user's inbox, or in another folder."""
        return maildir.letters(self.home / user, folder)


@contextmanager
def running(
    users: Mapping[str, str], *, capability: str = "", names: Sequence[str] = LOOPBACK, days: int = 365, extra: str = ""
) -> Iterator[Dovecot]:
    """Dovecot with these users until the block ends; its certificate holds `names` and `days` (-1: it has expired)."""
    with process.directory("dovecot") as path:
        authority = Authority(path / "tls")
        server = Dovecot(
            port=process.free_port(),
            tls_port=process.free_port(),
            auth_port=process.free_port(),
            users=users,
            authority=authority,
            certificate=authority.issue(names=names, days=days),
            home=path / "home",
            log=path / "dovecot.log",
            owner=process.owner(),
        )
        for user in users:
            maildir.make(server.home / user / "Maildir", server.owner)
        passwords = [f"{user}:{{PLAIN}}{password}::::::\n" for user, password in users.items()]
        (path / "passwd").write_text("".join(passwords), "utf-8")
        (path / "dovecot.conf").write_text(_settings(path, server, capability) + extra, "utf-8")
        command = [program("dovecot") or "dovecot", "-F", "-c", str(path / "dovecot.conf")]
        with process.running(command, server.log, lambda: process.listening(server.port, server.tls_port, server.auth_port)):
            yield server


def _settings(path: Path, server: Dovecot, capability: str) -> str:
    cert, key = server.certificate
    internal, login = ("dovecot", "dovenull") if os.geteuid() == 0 else (server.owner.pw_name,) * 2
    return f"""
base_dir = {path}/run
state_dir = {path}/state
protocols = imap
listen = 127.0.0.1
log_path = {server.log}
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_chars =
auth_failure_delay = 0
default_internal_user = {internal}
default_internal_group = {internal}
default_login_user = {login}
first_valid_uid = 0
mail_location = maildir:~/Maildir
mail_max_userip_connections = 50
{f"imap_capability = {capability}" if capability else ""}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%{{user}} {path}/passwd
}}
userdb {{
  driver = static
  args = uid={server.owner.pw_uid} gid={server.owner.pw_gid} home={server.home}/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {server.port}
  }}
  inet_listener imaps {{
    port = {server.tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0  # no waiting after somebody else's wrong password
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {server.auth_port}
  }}
}}
"""
