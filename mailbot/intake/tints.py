"""HTML as text in which lines of one colour are told as answers.

Takes the HTML of a letter whose new text says "my answers are in red", gives its text as `markup` does; what is written or set
in that colour begins with the mark of an answer, in a line of its own, and is no quote. Links are blue by themselves and never
tell. Never raises.
"""

import colorsys
import re

from mailbot.intake import markup
from mailbot.intake.quotemarks import ANSWER_MARK

_COLOUR = re.compile(r"(?:^|[;\s])(?:background(?:-color)?|color)\s{0,5}:\s{0,5}([^;!]{1,40})", re.IGNORECASE)
_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})\Z", re.IGNORECASE)
_RGB = re.compile(r"rgba?\(\s{0,3}(\d{1,3})[\s,]{1,4}(\d{1,3})[\s,]{1,4}(\d{1,3})")
_NAMED = {
    **dict.fromkeys(("red", "darkred", "crimson", "firebrick", "maroon", "tomato"), "red"),
    **dict.fromkeys(("blue", "darkblue", "navy", "mediumblue", "royalblue", "dodgerblue", "steelblue"), "blue"),
    **dict.fromkeys(("green", "darkgreen", "limegreen", "lime", "seagreen", "forestgreen"), "green"),
    **dict.fromkeys(("purple", "magenta", "fuchsia", "violet", "darkviolet", "deeppink", "pink", "indigo"), "purple"),
    **dict.fromkeys(("orange", "darkorange", "orangered", "coral"), "orange"),
    **dict.fromkeys(("yellow", "gold"), "yellow"),
}
# Where on the circle of colours each begins, in degrees.
_CIRCLE = ((20, "red"), (45, "orange"), (70, "yellow"), (165, "green"), (262, "blue"), (340, "purple"), (361, "red"))
_GREY, _DARK = 0.3, 0.3


def text(html: str, hue: str, most: int) -> str:
    """Plain text in which the lines of that colour begin with the mark of an answer."""
    return markup.read(html, _TintedPage(hue), most)


class _TintedPage(markup.Page):
    """A page that knows of each element whether it is of the colour."""

    def __init__(self, hue: str) -> None:
        super().__init__()
        self.hue = hue
        self.inside: list[bool] = []
        self.tinted = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element is of its own colour or of that around it."""
        super().start(tag, attributes)
        own = "" if tag == "a" or self.links else _hue_of(attributes)
        self.inside.append(own == self.hue if own else bool(self.inside and self.inside[-1]))

    def end(self, tag: str) -> None:
        """What comes next is of the colour around the element."""
        super().end(tag)
        if self.inside:
            self.inside.pop()

    def data(self, content: str) -> None:
        """Where the colour changes, a line ends."""
        if not self.unseen and content.strip():
            now = bool(self.inside and self.inside[-1])
            if now != self.tinted and any(piece.strip() for piece in self.line):
                self._flush()
            self.tinted = now
        super().data(content)

    def _prefixed(self, content: str) -> str:
        return ANSWER_MARK + content if self.tinted and content else super()._prefixed(content)


def _hue_of(attributes: dict[str, str]) -> str:
    """The colour an element sets, "grey" for black, white and grey; empty where it sets none."""
    told = [attributes["color"]] if "color" in attributes else _COLOUR.findall(attributes.get("style", "")[:2_000])
    hues = [hue for colour in told if (hue := _name(colour.strip().lower()))]
    return next((hue for hue in hues if hue != "grey"), hues[0] if hues else "")


def _name(colour: str) -> str:
    if colour in ("", "inherit", "transparent", "initial", "windowtext", "currentcolor"):
        return ""
    if colour in _NAMED:
        return _NAMED[colour]
    if (found := _HEX.match(colour)) is not None:
        digits = found[1] if len(found[1]) > len("rgb") else "".join(2 * digit for digit in found[1])
        red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    elif (parts := _RGB.match(colour)) is not None:
        red, green, blue = (min(int(part), 255) for part in parts.groups())
    else:
        return "grey"
    turn, strength, light = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    return "grey" if strength < _GREY or light < _DARK else next(name for end, name in _CIRCLE if turn * 360 < end)
