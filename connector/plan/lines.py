"""Texts of many lines within what every CRM can hold, cut at whole lines and words."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import islice
from typing import Final

from connector.language import ENGLISH, Language

MOST: Final = 12
"""Lines of one section."""
LONGEST_LINE: Final = 300
_LONGEST_PLAIN: Final = 32_000
"""UTF-16 units: the Description of a Salesforce task."""
_LONGEST_MARKED_UP: Final = 63_500
"""UTF-16 units: the 65,536 of a HubSpot note, less its subject, which stands there in bold."""


def listed(lines: Iterable[str], language: Language, most: int = MOST) -> str:
    """The first so many lines, each with a dash, and how many more there are."""
    every = iter(lines)
    shown = [f"- {clipped(' '.join(line.split()))}" for line in islice(every, most)]
    left = sum(1 for _ in every)
    return "\n".join([*shown, language.more.format(left)] if left else shown)


def clipped(line: str, longest: int = LONGEST_LINE) -> str:
    """A line of bearable length, cut between words where it has any, with "…" when it was cut."""
    if len(line) <= longest:
        return line
    head = line[: longest - 1]
    between = head.rpartition(" ")[0]
    return f"{(between or head).rstrip()}…"


def whole_lines(text: str, more: str = ENGLISH.more) -> str:
    """The text, or as many of its first lines as every target holds and how many were left out.

    A line that alone is too long ends after a word. `more` takes the number of lines left out.
    """
    if fits(text):
        return text
    lines = [clipped(line, 2_000) for line in text.split("\n")]
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(_first(lines, middle, more)):
            low = middle
        else:
            high = middle - 1
    return _first(lines, low, more)


def _first(lines: list[str], count: int, more: str) -> str:
    left = sum(bool(line.strip()) for line in lines[count:])
    kept = "\n".join(lines[:count]).rstrip()
    return f"{kept}\n{more.format(left)}".strip() if left else kept


def fits(text: str) -> bool:
    """Whether a text is short enough for every target, as plain text and as HTML."""
    marked_up = escape(text).replace("\n", "<br>")
    return _units(text) <= _LONGEST_PLAIN and _units(marked_up) <= _LONGEST_MARKED_UP


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
