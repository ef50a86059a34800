"""Salesforce ids: 15 characters that matter, and 3 that protect them where case is lost.

https://help.salesforce.com/s/articleView?id=000385008
"""

from __future__ import annotations

from typing import Final

SHORT: Final = 15
LONG: Final = 18
_SUFFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_CHUNK: Final = 5


def to_18(text: str) -> str:
    """The 18-character form of an id; what is no 15-character id comes back as it is."""
    if len(text) != SHORT or not (text.isascii() and text.isalnum()):
        return text
    marks = []
    for start in range(0, SHORT, _CHUNK):
        chunk = text[start : start + _CHUNK]
        marks.append(_SUFFIX[sum(1 << n for n, sign in enumerate(chunk) if sign.isupper())])
    return text + "".join(marks)


def is_id(text: str) -> bool:
    """Whether a text has the shape of a Salesforce id."""
    return len(text) in (SHORT, LONG) and text.isascii() and text.isalnum()
