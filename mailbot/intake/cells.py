"""Which words of an HTML table stand on one line.

Told of elements and words in their order, says whether a paragraph in a cell breaks the line and what parts two cells. Word and
Outlook write a paragraph into every cell: a row of one-line cells is one line, as it is seen; a cell with more lines has them.
"""

OUTSIDE, EMPTY, BEGUN, ENDED, LONG = range(5)
# What a cell's only line may be wrapped in.
_WRAPPERS = {"p", "div", "center", "h1", "h2", "h3", "h4", "h5", "h6", "section", "address"}


class Cells:
    """The innermost cell: `state` says how much of it has been read."""

    def __init__(self) -> None:
        self.bordered: list[bool] = []
        self.state = OUTSIDE
        self.spaced = False

    def table(self, attributes: dict[str, str]) -> None:
        """A table begins."""
        self.bordered.append(attributes.get("border", "0").strip() not in ("", "0"))

    def end_table(self) -> None:
        """A table ends."""
        self.state = OUTSIDE
        if self.bordered:
            self.bordered.pop()

    def begin(self, attributes: dict[str, str]) -> str:
        """A cell begins; gives what parts it from the one before."""
        self.state = EMPTY
        if self.bordered and self.bordered[-1]:
            return " | "
        style = attributes.get("style", "")[:500].lower()
        return " | " if "border" in style and "solid" in style else " "

    def holds_break(self) -> bool:
        """Whether a line break stands before the first words of a cell or behind its only line, where it shows nothing."""
        return self.state in (EMPTY, ENDED)

    def joins(self, tag: str, *, ends: bool = False, spaced: bool = False) -> bool:
        """Whether a block that begins or ends leaves the line open, as the cell has no more than this line."""
        if tag not in _WRAPPERS or self.state in (OUTSIDE, LONG):
            self.state = LONG if self.state != OUTSIDE and tag not in ("tr", "tbody", "thead", "tfoot", "table") else OUTSIDE
            return False
        if self.state == BEGUN:
            if not ends:
                self.state = LONG
                return False
            self.state, self.spaced = ENDED, spaced
        return True

    def breaks(self, *, visible: bool) -> bool:
        """Whether words or a line break follow the first line of a cell: then it ends before them."""
        if self.state == EMPTY and visible:
            self.state = BEGUN
        if self.state != ENDED or not visible:
            return False
        self.state = LONG
        return True
