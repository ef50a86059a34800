"""Record ids: 15 characters that matter, and 3 that protect them where case is lost.

Follows "ID Field Type" (Object Reference) and the help article on 15 and 18 characters (000385008).
"""

from __future__ import annotations

from typing import Final

_SUFFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_INSTANCE: Final = "bS0"
"""The pod that the ids of this org name; any three characters will do."""


def to_18(text: str) -> str:
    """The 18-character form of a 15-character id. No check of the characters."""
    suffix = []
    for start in (0, 5, 10):
        bits = sum(1 << n for n, char in enumerate(text[start : start + 5]) if "A" <= char <= "Z")
        suffix.append(_SUFFIX[bits])
    return text[:15] + "".join(suffix)


def normal(text: str) -> str | None:
    """The 18-character id, with its case restored; None for what can not be an id."""
    if len(text) not in (15, 18) or not (text.isascii() and text.isalnum()):
        return None
    if len(text) == 15:
        return to_18(text)
    return _recased(text)


def _recased(text: str) -> str | None:
    """An 18-character id keeps its case in its last three characters."""
    letters = []
    for chunk, mark in enumerate(text[15:].upper()):
        bits = _SUFFIX.find(mark)
        if bits < 0:
            return None
        for n, char in enumerate(text[chunk * 5 : chunk * 5 + 5]):
            letters.append(char.upper() if bits >> n & 1 else char.lower())
    return to_18("".join(letters))


def make(prefix: str, number: int) -> str:
    """The id of the `number`-th record with this key prefix; ids grow with the number."""
    digits = []
    for _ in range(9):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return to_18(f"{prefix}{_INSTANCE}{''.join(reversed(digits))}")
