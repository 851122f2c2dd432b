"""Letters that are kept, settled on the server: marked as ours and moved to the folder for processed ones.

Takes a signed-in account whose folder is open for writing. Without MOVE letters are copied, flagged and expunged by UID;
without UIDPLUS they stay, flagged as deleted: nobody else's letter is ever expunged. Raises ServerRefused with the cure
when the server will not (the letters are still there then), Transient when the connection breaks.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from imap_tools.utils import encode_folder

from mailbot.intake.answers import flags_in
from mailbot.intake.imap import Account, Refusal, joined
from mailbot.settings import Mailbox

MARK = "mailbot-"  # how a keyword begins that says which mailbot keeps a letter
UIDS = 500  # UIDs in one command: servers need not take lines of 8,192 bytes


class Settling:
    """What one connection settles."""

    def __init__(self, box: Mailbox, account: Account) -> None:
        self._done = box.done_folder
        self._account = account
        self._cure = f"let {box.user} move letters to {box.done_folder}, and see that the mailbox is not full"
        self._copied: set[int] = set()

    def settle(self, uids: Sequence[int], keyword: str) -> frozenset[str]:
        """Mark the letters with `keyword` where the server allows it, move them where there is a folder for them.

        Gives the flags they have then: two mailbots that take a letter at once see each other's mark."""
        flags = frozenset().union(*(self._mark(some, keyword) for some in by(UIDS, uids)))
        if self._done:
            self._move(uids)
        return flags

    def _move(self, uids: Sequence[int]) -> None:
        for some in by(UIDS, uids):
            if self._account.offers("MOVE"):
                self._to_done_folder("MOVE", some)
            else:
                self._copy_away(some)

    def _mark(self, uids: Sequence[int], keyword: str) -> frozenset[str]:
        """Put our name on letters, for another mailbot to see (F38); gives the flags they have then."""
        if keyword and self._account.may_mark(keyword):
            with suppress(Refusal):  # a server that would not after all: nothing depends on the mark
                return flags_in(self._account.uid("STORE", joined(uids), "+FLAGS", f"({keyword})"))
        return frozenset()

    def _copy_away(self, uids: Sequence[int]) -> None:
        """Copy, flag, expunge by UID; what was copied and stays, flagged or not, is copied no second time."""
        account = self._account
        if not account.offers("UIDPLUS"):
            uids = account.search("UID", joined(uids), "UNDELETED")
        if not uids:
            return
        fresh = [uid for uid in uids if uid not in self._copied]
        if fresh:
            self._to_done_folder("COPY", fresh)
            self._copied.update(fresh)
        account.uid("STORE", joined(uids), "+FLAGS.SILENT", r"(\Deleted)", cure=self._cure)
        if account.offers("UIDPLUS"):
            account.uid("EXPUNGE", joined(uids), cure=self._cure)

    def _to_done_folder(self, command: str, uids: Sequence[int]) -> None:
        try:
            self._account.uid(command, joined(uids), encode_folder(self._done), cure=self._cure)
        except Refusal as refusal:
            if refusal.code != "TRYCREATE":
                raise
            self._account.make_folder(self._done)
            self._account.uid(command, joined(uids), encode_folder(self._done), cure=self._cure)


def by(count: int, uids: Sequence[int]) -> Iterator[Sequence[int]]:
    """`uids` in chunks of `count`."""
    return (uids[start : start + count] for start in range(0, len(uids), count))
