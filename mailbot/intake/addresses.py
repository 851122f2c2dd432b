"""Address lists of a header field (RFC 5322 §3.4), read by one linear scan.

Takes an unfolded field value, gives `Address` values and whether the list went on after the limit.
Knows nothing of the rest of the letter. Never raises; forgives what senders get wrong: unquoted commas, open
quotes and brackets, comments as names, encoded words around the whole. A domain stays as it came, in A-labels or in
Unicode (RFC 5890, RFC 6532), so that what is answered is what was written.
"""

import re

from mailbot.intake import headers
from mailbot.intake.message import Address
from mailbot.limits import DEFAULT

# A name before a bare comma is remembered up to this length, so that a list of commas stays linear.
_MAX_NAME = 200
# A colon behind more pieces of a name than this is no group's.
_PIECES = 20
_TOKEN = re.compile(r"[^\"<>(),;:\\]+|\\.?", re.DOTALL)
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
# A source route (RFC 5322 §4.4), or the kind of address, as links and Exchange name it.
_PREFIXES = ("@", "mailto:", "smtp:")
_UNDISCLOSED = re.compile(r"undisclosed-?recipients?[:;]*\Z")
_PLAIN_LOCAL = re.compile(r"\"([\w.!#$%&'*+/=?^`{|}~-]{1,64})\"@")


def read(line: str, most: int = DEFAULT.addresses) -> tuple[tuple[Address, ...], bool]:
    """The addresses of a list, and whether it was longer than is read. Full-width signs count where a list has no others."""
    if "＜" in line or "＠" in line:
        line = line.translate({ord(wide): sign for wide, sign in zip("＜＞＠", "<>@", strict=True) if sign not in line})
    scan = _Scan(line, most)
    cut = scan.run()
    return tuple(scan.found[:most]), cut


class _Scan:
    """One pass over a list; `name`, `comment` and `spec` gather the mailbox that is being read."""

    def __init__(self, line: str, most: int) -> None:
        self.line = line
        self.most = most
        self.found: list[Address] = []
        self.name: list[str] = []
        self.comment = ""
        self.spec: str | None = None
        # Once a quote or comment turns out never to close, later ones can't close either.
        self.quotes_close = self.comments_close = True
        self.groups_end = line.rfind(";")

    def run(self) -> bool:
        at = 0
        while at < len(self.line) and len(self.found) < self.most:
            at = self._step(at)
        self._close(final=True)
        return "@" in self.line[at:]

    def _step(self, at: int) -> int:
        char = self.line[at]
        if char == '"' and self.quotes_close:
            return self._quoted(at)
        if char == "<":
            return self._bracket(at)
        if char == "(" and self.comments_close:
            return self._comment(at)
        if char in ",;":
            self._close(final=char == ";")
        elif char == ":" and self.spec is None and len(self.name) < _PIECES and not any("@" in piece for piece in self.name):
            self._labelled(at)
        elif (match := _TOKEN.match(self.line, at)) is not None:
            self.name.append(match[0])
            return match.end()
        elif char in "()":
            self.name.append(char)
        return at + 1

    def _labelled(self, at: int) -> None:
        """What stands before a colon names a group, which ends in a semicolon, says that an address follows, or is part of a name."""
        before, said, _ = "".join(self.name).partition("[mailto")
        if said:
            self.name = [before]
        elif at < self.groups_end:
            self.name = []
        else:
            self.name.append(":")

    def _quoted(self, at: int) -> int:
        match = _QUOTED.match(self.line, at)
        if match is None:
            self.quotes_close = False
            return at
        self.name.append(match[0] if self.line.startswith("@", match.end()) else _ESCAPE.sub(r"\1", match[1]))
        return match.end()

    def _bracket(self, at: int) -> int:
        stop = at + 1
        while stop < len(self.line) and self.line[stop] not in "<>":
            stop += 1
        closed = self.line.startswith(">", stop)
        inner = self.line[at + 1 : stop]
        if not closed and "," in inner:
            stop = self.line.index(",", at)
            inner = self.line[at + 1 : stop]
        self._addressed(inner)
        return stop + closed

    def _addressed(self, inner: str) -> None:
        """An address in angle brackets; what stood in such brackets before is a name, or another address without a comma between."""
        before = (self.spec or "").strip()
        if before and ("@" not in inner or before == inner.strip()):
            return
        if "@" in before:
            self._close(final=False)
        elif before:
            self.name.append(f"<{before}>")
        self.spec = inner

    def _comment(self, at: int) -> int:
        depth = 0
        for stop in range(at, len(self.line)):
            depth += {"(": 1, ")": -1}.get(self.line[stop], 0)
            if depth == 0:
                self.comment = self.comment or self.line[at + 1 : stop]
                return stop + 1
        self.comments_close = False
        return at

    def _close(self, *, final: bool) -> None:
        """A mailbox ends. One without address before a comma may be a name with a bare comma: `Doe, Jane <jane@…>`."""
        phrase = "".join(self.name)
        spec = self.spec
        if not (spec or "").strip() and "@" in phrase:
            found = next((word for word in phrase.split() if "@" in word), "")
            phrase, spec = phrase.replace(found, " "), found.strip("[]")
        elif spec is None and "@" in self.comment and len(self.comment.split()) == 1:
            spec, self.comment = self.comment, ""
        if spec is None and not final and phrase.strip() and len(phrase) < _MAX_NAME:
            self.name = [phrase, ", "]
            return
        if spec is not None:
            self.found += _address(phrase, self.comment, spec)
        elif "=?" in phrase:
            self.found.extend(_inside(phrase))
        elif spec is None and final and not self.found and len(phrase.split()) == 1 and ":" not in phrase:
            self.found += _address("", self.comment, phrase.strip(", "))
        self.name, self.comment, self.spec = [], "", None


def _inside(phrase: str) -> tuple[Address, ...]:
    """Some senders encode name and address together as one word."""
    decoded = headers.one_line(headers.words(phrase))
    return () if "=?" in decoded or "@" not in decoded else read(decoded)[0]


def _address(phrase: str, comment: str, spec: str) -> tuple[Address, ...]:
    """The address with its name; none where only signs are left of it."""
    bare = "".join(headers.one_line(headers.words(spec) if "=?" in spec else spec).split())
    bare = bare.rpartition(":")[2] if bare.lower().startswith(_PREFIXES) else bare
    bare = _PLAIN_LOCAL.sub(r"\1@", bare).strip("'\"<>,").lower()
    name = phrase.strip(" ,:\t") or comment
    name = " ".join(headers.one_line(headers.words(name) if "=?" in name else name).split())
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1].strip()
    if not bare.strip("@") or _UNDISCLOSED.match(bare) is not None:
        return ()
    return (Address("" if name.lower() == bare else name, bare),)
