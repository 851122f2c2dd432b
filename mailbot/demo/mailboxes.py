"""The post office's mailboxes: pymap's, in memory, with accounts and letters put in directly.

Takes addresses with passwords; serves one IMAP connection at a time through `serve`. Mends what pymap leaves open:
IDLE there misses mail that came since the last command, and its greeting asks the resolver for our own name.
"""

from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Event, Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.selected import SelectedMailbox
from pymap.user import UserMetadata
from pysasl.hashing import BuiltinHash

QUICK_HASH = BuiltinHash(rounds=1)  # passwords that are printed on the screen need no slow hash


class Mailboxes:
    """Every account's folders."""

    def __init__(self, passwords: Mapping[str, str]) -> None:
        args = Namespace(passlib_cfg=None, proxy_protocol=None)
        unused: dict[str, Any] = {"demo_data": False, "demo_user": "", "demo_password": "", "host": None, "port": 0}
        # TLS lies beneath (implicit), so pymap itself speaks without STARTTLS.
        self._config = DemoConfig(args, tls_enabled=False, hash_context=QUICK_HASH, cpu_subsystem=Subsystem.for_asyncio(), **unused)
        self._login = Login(self._config)
        self._server = IMAPServer(self._login, self._config)
        for address, password in passwords.items():
            self._login.users_dict[address] = UserMetadata(self._config, address, password=QUICK_HASH.hash(password))
            self._config.set_cache[address] = (PromptSet(), FilterSet())

    def __contains__(self, address: str) -> bool:
        return address in self._config.set_cache

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One IMAP connection, from greeting to logout."""
        await self._server(reader, writer, SocketInfoLocal(writer))

    async def put(self, address: str, letter: bytes, at: datetime) -> None:
        """Deliver a letter into an account's INBOX; `at` is its INTERNALDATE."""
        mailboxes, _ = self._config.set_cache[address]
        inbox = await mailboxes.get_mailbox("INBOX")
        await inbox.append(AppendMessage(letter, at), recent=True)


class DemoConfig(Config):
    """pymap's settings, without a look-up of our own host name."""

    @property
    def greeting(self) -> bytes:
        return b"mailbot demo post office"


class PromptMailbox(MailboxData):
    """A folder whose IDLE reports at once what changed between the last command and IDLE."""

    async def update_selected(self, selected: SelectedMailbox, *, wait_on: Event | None = None) -> SelectedMailbox:
        seen = selected.mod_sequence
        behind = seen is not None and seen < self._mod_sequences.highest
        return await super().update_selected(selected, wait_on=None if behind else wait_on)


class PromptSet(MailboxSet):
    """An account whose INBOX is prompt."""

    def __init__(self) -> None:
        super().__init__()
        self._inbox = PromptMailbox(self._content_cache, self._thread_cache)
