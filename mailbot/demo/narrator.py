"""Tells the play on the terminal while it happens: who wrote what, what mailbot did, and why.

Reads the record and prints what is new since it last looked; colours where the terminal has them.
"""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from mailbot.demo.cast import PEOPLE, Person
from mailbot.demo.mailer import Seen
from mailbot.demo.record import Happened, Record

NAMES = {person.address: person.name for person in PEOPLE.values()}
LOUD = {
    "reminder": "yellow",
    "urging-notice": "bold red",
    "escalation": "bold red",
    "digest": "bold magenta",
    "refusal": "red",
    "undeliverable": "red",
}
GOOD, ODD = ("new-ticket", "appended", "order"), ("bounce", "bulk", "noted", "duplicate")
UNTOLD = ("opened", "order-refused", "customer-wrote", "note")
OF_CLOCKS = ("escalated", "surveyed", "survey")
READING_SECONDS = 0.35  # on a terminal, where somebody reads along


class Narrator:
    """The teller. `catch_up` prints what the service did; the other methods what people do."""

    def __init__(self, console: Console, record: Record, zone: ZoneInfo) -> None:
        self._console = console
        self._record = record
        self._zone = zone
        self._told: set[str] = set()
        self._last_event = 0
        self._announced: Counter[tuple[str | None, str]] = Counter()
        self._last_hour = ""
        self._pace = READING_SECONDS if console.is_terminal else 0.0

    def scene(self, english: str, chinese: str) -> None:
        """A headline."""
        self._console.print()
        self._console.print(Rule(Text.assemble((english, "bold"), "  ", (chinese, "bold")), align="left", style="dim"))

    def aside(self, text: str) -> None:
        """A remark on what is going to be seen."""
        self._console.print(Text(text, style="italic dim"))

    def wrote(self, author: Person, seen: Seen, words: str) -> None:
        """Somebody sent a letter."""
        subject = str(seen.message["Subject"] or "(no subject)")
        head = Text.assemble((author.name, "bold"), " answers  " if author.is_staff else " writes  ", subject)
        gist = Text(" ".join(words.split()), style="dim", no_wrap=True, overflow="ellipsis")
        self._line(seen.at, "cyan" if author.is_staff else "blue", Group(head, gist) if gist else head)
        time.sleep(self._pace)

    def tick(self, now: datetime) -> None:
        """The clock runs: say the full hours, and what happened."""
        self.catch_up()
        hour = f"{now.astimezone(self._zone):%a %H:00}"
        if hour != self._last_hour and now.astimezone(self._zone).hour % 3 == 0:
            self._last_hour = hour
            self._console.print(Text(f"   ⏱ {hour}", style="dim"))

    def catch_up(self) -> None:
        """Print fates, steps of the clocks and letters sent since the last time."""
        rows, events = self._record.news(self._last_event)
        letters = [row for row in rows if row["id"] not in self._told]
        self._last_event = max((event.id for event in events), default=self._last_event)
        for row in letters:
            if row["direction"] == "in" and row["fate"] != "waiting":
                self._told.add(row["id"])
                self._fate(row, [e for e in events if e.number == row["ticket"] and e.kind not in OF_CLOCKS])
        self._climbed([event for event in events if event.kind == "escalated"])
        self._letters_out([row for row in letters if row["direction"] == "out" and row["fate"] in ("sent", "failed")])

    def _fate(self, row: dict[str, Any], events: list[Happened]) -> None:
        text = Text.assemble(("mailbot ", "bold magenta"), (row["fate"], _colour(row["fate"])), f" {row['ticket'] or ''} ")
        ticket = self._record.ticket(row["ticket"]) if row["ticket"] and row["fate"] == "new-ticket" else None
        if ticket and ticket.category:
            text.append(f" {ticket.category} {ticket.confidence:.0%}", "bold green")
            text.append(f" because of {', '.join(ticket.terms[:4])}; to {ticket.department}")
        elif ticket:
            guess = max(ticket.scores, key=lambda name: ticket.scores[name], default="")
            text.append(f" not sure: {guess} {ticket.confidence:.0%}; customer service is asked", "bold yellow")
        else:
            text.append(f" {row['reason']}")
            text.append("".join(_refusal(event) for event in events if event.kind == "order-refused"), "red")
        done = ", ".join(dict.fromkeys(_in_words(e) for e in events if e.by != "mailbot" and e.kind not in UNTOLD))
        if done and row["fate"] in ("order", "appended"):
            text.append(f"; {done}", "cyan")
        self._line(row["at"], "magenta", text)

    def _climbed(self, events: list[Happened]) -> None:
        """Steps of the ladder; what one step brings to the same people is one line."""
        groups: dict[tuple[str, str], list[Happened]] = {}
        for event in events:
            self._announced[event.number, event.data["letter"]] += len(event.data["to"])
            groups.setdefault((event.data["letter"], ", ".join(NAMES.get(key, key) for key in event.data["to"])), []).append(event)
        for (letter, people), alike in groups.items():
            text = Text.assemble(("clock   ", "bold magenta"), (letter.replace("-", " "), LOUD.get(letter, "")), f" to {people} ")
            text.append(_cases(alike))
            self._line(alike[0].at, "magenta", text)

    def _letters_out(self, rows: Iterable[dict[str, Any]]) -> None:
        lines: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            self._told.add(row["id"])
            name = row["letter"].rpartition("/")[2]
            if row["fate"] == "sent" and self._announced[row["ticket"], name] > 0:
                self._announced[row["ticket"], name] -= 1  # the clock's line has told it
                continue
            lines.setdefault(name if name in OF_CLOCKS else row["ticket"] or name, []).append(row)
        for sent in lines.values():
            text = Text("        ✉ ", "magenta")
            for place, row in enumerate(sent):
                name = row["letter"].rpartition("/")[2]
                text.append(" · " if place else "").append(name.replace("-", " "), LOUD.get(name, ""))
                text.append(f" → {NAMES.get(row['recipient'], row['recipient'])}")
                if row["fate"] == "failed":
                    text.append(f" refused: {row['reason']}", "red")
            self._line(None, "magenta", text)

    def _line(self, at: datetime | None, colour: str, what: RenderableType) -> None:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=5, style="dim", no_wrap=True)
        grid.add_column(width=1, style=colour)
        grid.add_column(ratio=1)
        grid.add_row(f"{at.astimezone(self._zone):%H:%M}" if at else "", "▌", what)
        self._console.print(grid)


def _cases(events: list[Happened]) -> str:
    """What the steps are about: each case while they are few, else how many."""
    numbers = list(dict.fromkeys(event.number for event in events))
    what = ", ".join(dict.fromkeys(event.data["milestone"] for event in events))
    return f"{', '.join(numbers)}: {what}" if len(numbers) < 5 else f"in {len(numbers)} cases: {what}"


def _colour(fate: str) -> str:
    return "green" if fate in GOOD else "yellow" if fate in ODD else "red"


def _refusal(event: Happened) -> str:
    pairs = zip(event.data.get("lines", ()), event.data.get("reasons", ()), strict=False)
    return "; nothing done, nothing sent: " + ", ".join(f"{line} ({reason})" for line, reason in pairs)


def _in_words(event: Happened) -> str:
    named = event.data.get("category") or event.data.get("department") or event.data.get("score") or ""
    return event.kind.replace("-", " ") + (f" {named}" if named else "")
