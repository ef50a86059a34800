"""Every syntax mistake of a TOML text at once.

tomllib stops at the first. Here the statement around each mistake is taken out, without moving
the lines, and the rest is read again, until nothing is left to complain about.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

MOST_PROBLEMS: Final = 50
"""A file with more mistakes than this is probably no TOML at all."""
BUDGET: Final = 8 * 1024 * 1024
"""Characters parsed in all while looking for more mistakes; a bound on the time it takes."""

_WHERE: Final = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)
_KEY: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_STATEMENT: Final = re.compile(
    rf"^\s*(?:{_KEY}(?:\s*\.\s*{_KEY})*\s*=|\[\[?\s*{_KEY}(?:\s*\.\s*{_KEY})*\s*\]\]?\s*(?:\#.*)?$)"
)
_HEADER: Final = re.compile(r"^\s*\[")

_AFTER_VALUE: Final = 'Text needs quotes: "like this"; the next key needs a line of its own.'
_WORDS: Final = (
    ("Expected '=' after a key", "A key needs a value.", 'Write key = "value".'),
    ("Invalid value", "This is not a value.", 'Text needs quotes: "like this".'),
    ("Expected newline or end", "Something stands after the value.", _AFTER_VALUE),
    ("Unterminated string", "The text is not closed.", "Close it with a quotation mark."),
    ('Expected "\'"', "The text is not closed.", "Close it with a quotation mark."),
    ("Illegal character '\\n'", "The text is not closed.", "Close it with a quotation mark."),
    ("Unclosed array", "The list is not closed.", 'Close it with "]".'),
    ("Unclosed inline table", "The table is not closed.", 'Close it with "}".'),
    ("Cannot overwrite a value", "This key is set twice.", "Keep one of the two."),
    ("Duplicate inline table key", "This key is set twice.", "Keep one of the two."),
    ("Cannot mutate immutable", "This table is already complete.", "Write its keys in one place."),
    ("Invalid initial character for a key", "A key is expected here.", "Is a comma too many?"),
    ("Invalid statement", "This is neither a key nor a [table].", ""),
    ("Expected ']", "The [table] line is not closed.", 'Close it with "]".'),
    ("Unescaped '\\' in a string", "A backslash starts no escape here.", 'Write "\\\\".'),
)
_UNCLOSED: Final = ("Unclosed", "Unterminated", 'Expected "\'"')
_SEEN_LATE: Final = ("Cannot", "Duplicate")
"""tomllib notices these only behind the value; people look for them at the key."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A syntax mistake: where (from 1), what, and what to do."""

    line: int
    column: int
    message: str
    advice: str = ""


def parse(text: str) -> tuple[dict[str, Any], tuple[Mistake, ...]]:
    """The values of a text and no mistakes, or no values and every mistake."""
    try:
        return tomllib.loads(text), ()
    except RecursionError:
        return {}, (Mistake(1, 1, "Lists or tables are nested too deeply."),)
    except ValueError as error:
        return {}, tuple(_Search(text).mistakes(error))


class _Search:
    def __init__(self, text: str) -> None:
        self._lines = text.replace("\r\n", "\n").split("\n")
        self._spent = 0

    def mistakes(self, error: ValueError | None) -> Iterator[Mistake]:
        for _ in range(MOST_PROBLEMS):
            if error is None:
                return
            line, column, message = _taken_apart(error, self._lines)
            start = self._start_of_statement(line)
            yield self._in_words(start, line, column, message)
            self._take_out(start, line)
            error = self._first_error(self._lines)
            if self._spent > BUDGET:
                return

    def _in_words(self, start: int, line: int, column: int, message: str) -> Mistake:
        """`start` and `line` count from 0."""
        if message.startswith(_SEEN_LATE) or self._is_unclosed(start, line, message):
            text = self._lines[start]
            line, column = start, len(text) - len(text.lstrip()) + 1
        for beginning, words, advice in _WORDS:
            if message.startswith(beginning):
                return Mistake(line + 1, column, words, advice)
        if message.startswith("Cannot declare"):
            return Mistake(line + 1, column, "This [table] is written twice.", "Join the two.")
        return Mistake(line + 1, column, f"This is not valid TOML: {message}.")

    def _is_unclosed(self, start: int, line: int, message: str) -> bool:
        """Whether tomllib ran on into other statements, looking for the end of this one."""
        if line == start or not message.startswith(_UNCLOSED):
            return False
        return self._begins(line) or not any(rest.strip() for rest in self._lines[line + 1 :])

    def _start_of_statement(self, line: int) -> int:
        """The nearest line at or above `line` before which the text is complete."""
        for start in range(line, -1, -1):
            if start and start != line and not _STATEMENT.match(self._lines[start]):
                continue
            if self._spent > BUDGET or self._first_error(self._lines[:start]) is None:
                return start
        return 0

    def _take_out(self, start: int, line: int) -> None:
        """Blank the statement from `start` on, up to where the next one seems to begin."""
        text = "\n".join(self._lines[start : line + 1])
        fence = next((f for f in ('"""', "'''") if text.count(f) % 2), None)
        is_header = _HEADER.match(self._lines[start])
        end = max(start + 1, line) if line > start and self._begins(line) else line + 1
        is_open = text.count("[") > text.count("]") or text.count("{") > text.count("}")
        while (
            end < len(self._lines)
            and (fence is not None or is_open)
            and not (fence is None and self._begins(end))
        ):
            if fence is not None and fence in self._lines[end]:
                fence = None
            end += 1
        self._lines[start:end] = [""] * (end - start)
        if is_header:
            self._lines[start] = f"[leadmode-taken-out-{start}]"

    def _begins(self, line: int) -> bool:
        return _STATEMENT.match(self._lines[line]) is not None

    def _first_error(self, lines: list[str]) -> ValueError | None:
        text = "\n".join(lines)
        self._spent += len(text)
        try:
            tomllib.loads(text)
        except RecursionError:
            return None
        except ValueError as error:
            return error
        return None


def _taken_apart(error: ValueError, lines: list[str]) -> tuple[int, int, str]:
    """Line from 0, column from 1, and what tomllib says."""
    found = _WHERE.match(str(error))
    if found is None:
        return 0, 1, str(error)
    message, line, column = found.groups()
    if line is None:
        last = max((i for i, text in enumerate(lines) if text.strip()), default=0)
        return last, len(lines[last]) + 1, message
    return min(int(line), len(lines)) - 1, int(column), message
