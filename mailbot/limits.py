"""How far a letter is read, and at what cost at most (reliability §5.4).

The defaults are generous: no letter a person wrote meets one. A letter over a limit is read as far as the limit, says
so in its `error`, and keeps its raw bytes.
"""

from msgspec import Struct


class Limits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Limits for one letter."""

    # bytes of a letter that are read; what follows is kept, not read
    letter_bytes: int = 25 * 1024 * 1024
    # bytes of one header
    header_bytes: int = 100_000
    # fields of one header
    header_fields: int = 1_000
    # levels of parts within parts
    depth: int = 50
    # parts of a letter
    parts: int = 500
    # addresses of a To, Cc or Reply-To
    addresses: int = 2_000
    # characters of HTML that are turned into text
    html_chars: int = 4_000_000
    # characters of a text in which what is new is looked for; what follows counts as quoted
    text_chars: int = 262_144
    # seconds of processor time that reading a letter may take
    seconds: int = 10
    # megabytes of memory that reading a letter may take
    memory_mb: int = 512


DEFAULT = Limits()
