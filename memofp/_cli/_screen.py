"""Write tables and text: with rich where it is installed and a person looks on, plain otherwise."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TextIO

__all__ = ["Column", "PlainScreen", "RichScreen", "Screen", "Table", "open_screen"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        heading: the text above it.
        is_number: whether it is set to the right.
        is_optional: whether a narrow terminal may go without it.
    """

    heading: str
    is_number: bool = False
    is_optional: bool = False


@dataclass(slots=True)
class Table:
    """A table of text.

    Attributes:
        title: a line above it.
        columns: its columns.
        rows: a text for each column.
        totals: a last row that sums up, or nothing.
    """

    title: str
    columns: Sequence[Column]
    rows: list[Sequence[str]] = field(default_factory=list)
    totals: Sequence[str] = ()


class Screen(Protocol):
    """Where a command writes.  `style` is one of rich's, and ignored by plain text."""

    def line(self, text: str = "", style: str = "") -> None:
        """Write one line."""

    def heading(self, text: str) -> None:
        """Write a heading, with a blank line above."""

    def table(self, table: Table) -> None:
        """Write a table."""


class PlainScreen:
    """Aligned text without colour, for pipes, files and terminals without rich."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def line(self, text: str = "", style: str = "") -> None:
        """Write one line."""
        del style
        print(_printable(text, self._out), file=self._out)

    def heading(self, text: str) -> None:
        """Write a heading, with a blank line above."""
        self.line()
        self.line(text)

    def table(self, table: Table) -> None:
        """Write a table whose columns are as wide as their longest text."""
        if table.title:
            self.heading(table.title)
        headings = [column.heading for column in table.columns]
        rows = [headings, *table.rows, *([table.totals] if table.totals else [])]
        widths = [max(len(row[i]) for row in rows) for i in range(len(headings))]
        rule = "  ".join("-" * width for width in widths)
        for number, row in enumerate(rows):
            if number == 1 or (table.totals and number == len(rows) - 1 > 1):
                self.line("  " + rule)
            cells = [
                text.rjust(width) if column.is_number else text.ljust(width)
                for text, width, column in zip(row, widths, table.columns, strict=True)
            ]
            self.line("  " + "  ".join(cells).rstrip())


class RichScreen:
    """Tables and colours by rich, for terminals."""

    def __init__(self, out: TextIO) -> None:
        from rich.console import Console

        self._console = Console(file=out, highlight=False, markup=False, soft_wrap=True)

    def line(self, text: str = "", style: str = "") -> None:
        """Write one line."""
        self._console.print(_visible(text), style=style or None)

    def heading(self, text: str) -> None:
        """Write a heading, with a blank line above."""
        self._console.print()
        self._console.print(_visible(text), style="bold")

    def table(self, table: Table) -> None:
        """Write a table that fits the terminal's width."""
        from rich import box
        from rich.table import Table as RichTable
        from rich.text import Text

        made = RichTable(
            title=Text(_visible(table.title)) if table.title else None,
            title_justify="left",
            title_style="bold",
            box=box.SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
            pad_edge=False,
            show_footer=bool(table.totals),
            header_style="bold",
        )
        shown = _fitting(table, self._console.width)
        for i in shown:
            column, total = table.columns[i], table.totals[i] if table.totals else ""
            options: dict[str, Any] = (
                {"justify": "right", "no_wrap": True} if column.is_number else {"overflow": "fold"}
            )
            made.add_column(Text(column.heading), footer=Text(total), **options)
        for row in table.rows:
            made.add_row(*(Text(_visible(row[i])) for i in shown))
        self._console.print(made, soft_wrap=False)


def _fitting(table: Table, width: int) -> list[int]:
    """Return the numbers of the columns to show: without optional ones where all do not fit."""
    rows = [[column.heading for column in table.columns], *table.rows, table.totals]
    widths = [max(len(row[i]) for row in rows if row) + 2 for i in range(len(table.columns))]
    if sum(widths) <= width:
        return list(range(len(widths)))
    return [i for i, column in enumerate(table.columns) if not column.is_optional]


def open_screen(out: TextIO) -> Screen:
    """Return rich's screen where it is installed and `out` is a terminal that can do more than dumb text."""
    is_terminal = out.isatty() and os.environ.get("TERM") != "dumb"
    if is_terminal and importlib.util.find_spec("rich") is not None:
        return RichScreen(out)
    return PlainScreen(out)


def _printable(text: str, out: TextIO) -> str:
    """Return a text that the stream's encoding can write, whatever names and values are in it."""
    encoding = getattr(out, "encoding", None) or "utf-8"
    return _visible(text).encode(encoding, "backslashreplace").decode(encoding)


# What steers a terminal, written out: names in a cache may come from anywhere.
_STEERING = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def _visible(text: str) -> str:
    return text.translate(_STEERING)
