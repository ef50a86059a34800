"""How a query is refused.

Follows the REST API Developer Guide, "Status Codes and Error Responses", and the shape in which
the API shows the place of a mistake: the line, a caret under the place, row and column.
"""

from __future__ import annotations

from typing import Final

MALFORMED_QUERY: Final = "MALFORMED_QUERY"
INVALID_FIELD: Final = "INVALID_FIELD"
INVALID_TYPE: Final = "INVALID_TYPE"
INVALID_QUERY_FILTER_OPERATOR: Final = "INVALID_QUERY_FILTER_OPERATOR"
QUERY_TOO_COMPLICATED: Final = "QUERY_TOO_COMPLICATED"
NUMBER_OUTSIDE_VALID_RANGE: Final = "NUMBER_OUTSIDE_VALID_RANGE"
EXCEEDED_ID_LIMIT: Final = "EXCEEDED_ID_LIMIT"
FUNCTIONALITY_NOT_ENABLED: Final = "FUNCTIONALITY_NOT_ENABLED"

BEFORE: Final = 32
"""How much of the line is shown in front of the place, at most (characters)."""
AFTER: Final = 45
"""How much of the line is shown from the place on, at most (characters)."""


class SoqlError(Exception):
    """A query that the API refuses: `code` is its errorCode, `message` its text.

    `row` and `column` count from 1 and are None where the API names no place.
    """

    def __init__(
        self, code: str, message: str, row: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.row = row
        self.column = column


def refusal(code: str, problem: str, text: str, at: int) -> SoqlError:
    """The error for a place (offset from 0) in the text, with its line shown above a caret."""
    row = text.count("\n", 0, at) + 1
    line_start = text.rfind("\n", 0, at) + 1
    column = at - line_start + 1
    shown, caret = _excerpt(text, line_start, at)
    message = f"\n{shown}\n{' ' * caret}^\nERROR at Row:{row}:Column:{column}\n{problem}"
    return SoqlError(code, message, row, column)


def malformed(problem: str, text: str, at: int) -> SoqlError:
    """The error of a query that breaks the grammar or a rule of the language."""
    return refusal(MALFORMED_QUERY, problem, text, at)


def _excerpt(text: str, line_start: int, at: int) -> tuple[str, int]:
    line_end = text.find("\n", at)
    line = text[line_start : len(text) if line_end < 0 else line_end]
    place = at - line_start
    first, last = 0, len(line)
    if place > BEFORE:
        first = _next_word(line, place - BEFORE, place)
    if last - place > AFTER:
        cut = line.rfind(" ", place + 1, place + AFTER)
        last = cut if cut > 0 else place + AFTER
    return line[first:last], place - first


def _next_word(line: str, first: int, place: int) -> int:
    for index in range(first, place):
        if line[index - 1] in " ,(":
            return index
    return first
