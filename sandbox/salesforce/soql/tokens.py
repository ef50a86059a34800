"""Cuts the text of a query into tokens.

Follows the SOQL and SOSL Reference, "Quoted String Escape Sequences", "Date Formats" and
"SOQL SELECT Syntax". There are no comments in the language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from sandbox.salesforce.soql.errors import malformed


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    TEXT = auto()
    NUMBER = auto()
    AMOUNT = auto()
    """A currency code and a number with decimals; without decimals it looks like a word."""
    DATE = auto()
    DATETIME = auto()
    TIME = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; `text` of a string is what stands between the quotes."""

    kind: Kind
    text: str
    at: int
    upper: str


_PATTERN: Final = re.compile(
    r"""
    (?P<SPACE>\s+)
  | (?P<TEXT>'(?:[^'\\]|\\.)*')
  | (?P<AMOUNT>[A-Za-z]{3}\d+\.\d+(?![\w.]))
  | (?P<WORD>[A-Za-z_]\w*)
  | (?P<DATETIME>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})(?!\w))
  | (?P<DATE>\d{4}-\d{2}-\d{2}(?!\w))
  | (?P<TIME>\d{2}:\d{2}:\d{2}(?:\.\d+)?Z(?!\w))
  | (?P<NUMBER>[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?!\w))
  | (?P<SIGN>!=|<>|<=|>=|[=<>,().:])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE: Final = re.compile(r"\\(?:[nrtbfNRTBF\"'\\_%]|[uU][0-9A-Fa-f]{4})")
_AFTER_BACKSLASH: Final = re.compile(r"\\(.?)", re.DOTALL)


def tokens(text: str) -> list[Token]:
    """All tokens with their offsets, the last one END; refuses what is no token."""
    found = []
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        if match is None:
            raise _no_token(text, at)
        kind = match.lastgroup or ""
        if kind != "SPACE":
            found.append(_token(Kind[kind], match.group(), text, at))
        at = match.end()
    found.append(Token(Kind.END, "<EOF>", len(text), "<EOF>"))
    return found


def _token(kind: Kind, piece: str, text: str, at: int) -> Token:
    if kind is not Kind.TEXT:
        return Token(kind, piece, at, piece.upper())
    raw = piece[1:-1]
    for escape in _AFTER_BACKSLASH.finditer(_ESCAPE.sub(lambda known: "x" * len(known[0]), raw)):
        raise malformed(f"Illegal string literal: '\\{escape[1]}'", text, at + 1 + escape.start())
    return Token(kind, raw, at, "")


def _no_token(text: str, at: int) -> Exception:
    if text[at] == "'":
        return malformed("mismatched character '<EOF>' expecting '''", text, len(text))
    return malformed(f"unexpected token: '{_until_space(text, at)}'", text, at)


def _until_space(text: str, at: int) -> str:
    end = at + 1
    while end < len(text) and not text[end].isspace() and text[end] not in ",()'":
        end += 1
    return text[at:end]
