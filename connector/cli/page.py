"""What is printed: tables and colour on a terminal, plain aligned text in a pipe, or JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from connector.clock import iso

if TYPE_CHECKING:
    from rich.text import Text

_INSTANTS: Final = frozenset({"at", "since", "due", "from_when", "last_seen", "failing_since"})
_GAP: Final = "  "


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with a style of its own; the style is for terminals only."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    right: bool = False
    folds: bool = True
    """Whether a narrow terminal may break its lines."""
    cut: bool = False
    """Whether a narrow terminal may cut them off instead."""


class Page:
    """Prints for people. In a pipe no line is broken and no box is drawn, so that it greps."""

    def __init__(self) -> None:
        self.for_people = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"

    def line(self, text: str = "", style: str = "", indent: int = 0) -> None:
        """One line; on a terminal it is folded under its own beginning."""
        self.row([Cell(text, style)], indent=indent)

    def row(self, cells: Sequence[Cell], indent: int = 0) -> None:
        """Pieces of one line with styles of their own."""
        if not self.for_people or not any(cell.text for cell in cells):
            print_line(" " * indent + "".join(visible(cell.text) for cell in cells))
            return
        from rich.padding import Padding  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        text = Text()
        for cell in cells:
            text.append(visible(cell.text), style=cell.style)
        self._console().print(Padding(text, (0, 0, 0, indent), expand=False))

    def table(
        self, columns: Sequence[Column], rows: Iterable[Sequence[Cell | str]], indent: int = 0
    ) -> None:
        """Rows under titles; without rows nothing."""
        known = [[_cell(each) for each in row] for row in rows]
        if not known:
            return
        if self.for_people:
            self._drawn(columns, known, indent)
        else:
            _aligned(columns, known, indent)

    def _drawn(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], indent: int
    ) -> None:
        from rich.padding import Padding  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415

        titled = any(column.title for column in columns)
        table = Table(
            box=None, show_header=titled, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0)
        )
        for column in columns:
            table.add_column(
                column.title,
                justify="right" if column.right else "left",
                no_wrap=not column.folds,
                overflow="fold" if column.folds else "ellipsis",
            )
        for row in rows:
            table.add_row(*[_text(*each) for each in zip(columns, row, strict=True)])
        self._console().print(Padding(table, (0, 0, 0, indent), expand=False))

    def _console(self) -> Any:
        from rich.console import Console  # noqa: PLC0415 - only a terminal needs it

        return Console(file=sys.stdout, highlight=False, soft_wrap=False)


def print_json(value: object) -> None:
    """One JSON document: instants in ISO 8601 UTC, no value of ours left out."""
    print_line(json.dumps(as_json(value), ensure_ascii=False, indent=2))


def as_json(value: object, name: str = "") -> Any:
    """A report as JSON knows it; an integer whose name says that it is an instant becomes text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: as_json(getattr(value, each.name), each.name) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(as_json(key)): as_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(each) for each in value]
    return _scalar(value, name)


def _scalar(value: object, name: str) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, int) and not isinstance(value, bool) and is_instant(name):
        return iso(value)
    return round(value, 6) if isinstance(value, float) else value


def is_instant(name: str) -> bool:
    """Whether a field of this name holds an instant."""
    return name in _INSTANTS or name.endswith("_at")


def visible(text: str, *, lines: bool = False) -> str:
    """Text from a CRM as a terminal may have it: no controls, nothing that turns the reading."""
    from connector.plan.text import clean  # noqa: PLC0415

    kept = clean(text)
    return kept if lines else " ".join(kept.split("\n"))


def print_line(text: str) -> None:
    """One line to the standard output, as it is."""
    sys.stdout.write(text + "\n")


def complain(text: str) -> None:
    """One line to the standard error."""
    sys.stderr.write(text + "\n")


def _text(column: Column, cell: Cell) -> Text:
    from rich.text import Text  # noqa: PLC0415

    cut = "ellipsis" if column.cut else None
    text = visible(cell.text, lines=True)
    return Text(text, style=cell.style, no_wrap=column.cut, overflow=cut)  # type: ignore[arg-type]


def _cell(each: Cell | str) -> Cell:
    return each if isinstance(each, Cell) else Cell(each)


def _aligned(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], indent: int) -> None:
    texts = [[visible(cell.text) or "-" for cell in row] for row in rows]
    if any(column.title for column in columns):
        texts.insert(0, [column.title for column in columns])
    else:
        texts = [["" if text == "-" else text for text in row] for row in texts]
    widths = [max(len(row[n]) for row in texts) for n in range(len(columns))]
    for row in texts:
        padded = [
            text.rjust(width) if column.right else text.ljust(width)
            for text, width, column in zip(row, widths, columns, strict=True)
        ]
        print_line((" " * indent + _GAP.join(padded)).rstrip())
