"""Render every letter in headless Chromium, in each language, wide and narrow, light and dark.

`python -m tests.pictures [OUT] [PART OF A NAME]` writes OUT/LANGUAGE-WIDTH-THEME/LETTER.png (default folder `pictures`).
"dropped" is a client that drops the style sheet and darkens the page by itself. Needs the Debian packages chromium and
fonts-noto-cjk.
"""

import re
import sys
import tempfile
from pathlib import Path

from mailbot.outbox.render import Renderer
from mailbot.outbox.words import LANGUAGES
from tests.pictures.browser import Browser
from tests.pictures.samples import samples

WIDTHS = (680, 380)
THEMES = ("light", "dark", "dropped")
SHEET = re.compile(r"<style>.*?</style>", re.DOTALL)


def main(out: Path, part: str) -> None:
    renderer = Renderer()
    taken = 0
    with tempfile.TemporaryDirectory() as profile, Browser(Path(profile)) as browser:
        for language in LANGUAGES:
            for sample in samples(language, renderer.words):
                if part in sample.name:
                    html = renderer.render(sample.letter, language, sample.context).html
                    taken += picture(browser, html, out, language, sample.name.replace("/", "-"))
    print(f"{taken} pictures in {out}")


def picture(browser: Browser, html: str, out: Path, language: str, name: str) -> int:
    """One letter in each width and theme; gives how many pictures that are."""
    for width in WIDTHS:
        for theme in THEMES:
            shown = SHEET.sub("", html) if theme == "dropped" else html
            target = out / f"{language}-{width}-{theme}" / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(browser.show(shown, width, dark=theme == "dark", darkened=theme == "dropped"))
    return len(WIDTHS) * len(THEMES)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "pictures"), sys.argv[2] if len(sys.argv) > 2 else "")
