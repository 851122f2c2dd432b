"""JSON lines handed in: one object a line, whatever its strings hold; anything else is refused naming the line."""

import json

import pytest

from mailbot.commands.jsonlines import objects
from mailbot.errors import RejectedInput

SEPARATORS = "a\u2028b\u2029c\x85d\x0be\x1cf"


def test_objects_come_with_their_place_and_empty_lines_are_left_out() -> None:
    lines = [b"\xef\xbb\xbf{}\r\n", b" \n", json.dumps({"text": SEPARATORS}, ensure_ascii=False).encode()]
    assert list(objects(lines, "more.jsonl")) == [("more.jsonl:1", {}), ("more.jsonl:3", {"text": SEPARATORS})]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"no", "not JSON"),
        (b"[1]", "not an object"),
        ("{'z\u00e4hl'}".encode("latin-1"), "not UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b'{"text": ' + b"9" * 5000 + b"}", "not JSON"),
    ],
)
def test_a_line_that_is_no_object_is_refused_naming_it(line: bytes, why: str) -> None:
    with pytest.raises(RejectedInput, match=f"^more.jsonl:2: {why}"):
        list(objects([b"{}", line], "more.jsonl"))
