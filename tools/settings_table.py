"""Prints the settings table of the README from the comments above the fields in mailbot/settings.py and limits.py.

`python tools/settings_table.py` prints it; with --write it puts it into README.md and README.zh.md.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECTIONS = {
    "Database": "[database]",
    "Login": "[[mailbox]] and [smtp]",
    "Mailbox": "[[mailbox]]",
    "Smtp": "[smtp]",
    "Company": "[company]",
    "Member": "[[staff]]",
    "Operation": "[operation]",
    "Limits": "[limits]",
}
BEGIN, END = "<!-- settings table: begin (make docs) -->", "<!-- settings table: end -->"
FIELD = re.compile(r"    (\w+): ([^=]+?)(?: = (.+))?$")


def table() -> str:
    """The table in Markdown."""
    rows = ["| section | key | effect | default |", "| --- | --- | --- | --- |"]
    section, effect = "", ""
    for line in "\n".join((ROOT / "mailbot" / f"{name}.py").read_text("utf-8") for name in ("settings", "limits")).splitlines():
        if line.startswith("class "):
            section = SECTIONS.get(line[6:].partition("(")[0], "")
        elif line.startswith("    # ") and section:
            effect = line[6:]
        elif (match := FIELD.match(line)) and effect and section:
            rows.append(f"| `{section}` | `{match[1]}` | {effect} | {_default(match[3])} |")
            effect = ""
    return "\n".join(rows)


def put_in(text: str) -> str:
    """`text` with the table between its two marks renewed."""
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


def _default(code: str | None) -> str:
    if code is None:
        return "required"
    if code == "25 * 1024 * 1024":
        return "`25 MiB`"
    if code.startswith("field("):
        code = code.partition("default=")[2].partition(",")[0]
    return "empty" if code in ('""', "()", "None") else f"`{code}`"


def main() -> None:
    """Print the table, or put it into the READMEs."""
    if "--write" in sys.argv:
        for name in ("README.md", "README.zh.md"):
            path = ROOT / name
            path.write_text(put_in(path.read_text("utf-8")), "utf-8")
    else:
        print(table())  # noqa: T201 - this is what it is for


if __name__ == "__main__":
    main()
