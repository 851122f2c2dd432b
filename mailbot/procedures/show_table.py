"""The one form of the page's tables. A narrow terminal breaks a cell's words, also where no blank stands, and cuts none off."""

from rich.table import Table
from rich.text import Text

from mailbot.procedures.naming import Names


def table_of(names: Names, title: str, columns: tuple[str, ...]) -> Table:
    """An empty table; `title` and `columns` are keys of `show_words`."""
    table = Table(title=names.words[title], title_justify="left")
    for column in columns:
        table.add_column(names.words[column], overflow="fold")
    return table


def add_row(table: Table, *cells: str) -> None:
    """Cells as they are: brackets in a company's labels are no markup."""
    table.add_row(*map(Text, cells))
