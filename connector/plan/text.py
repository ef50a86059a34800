"""Texts of tasks and fields, from templates without logic."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from connector.language import ENGLISH
from connector.plan.lines import whole_lines

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([a-z_.]{1,40})\s*\}\}")
LONGEST_SUBJECT: Final = 255
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def subject(template: str, values: Mapping[str, str]) -> str:
    """One line of at most 255 characters."""
    return shortened(" ".join(rendered(template, values).split()), LONGEST_SUBJECT)


def body(template: str, values: Mapping[str, str], more: str = ENGLISH.more) -> str:
    """Several lines, as many as every target holds; `more` tells how many were left out."""
    return whole_lines(rendered(template, values).strip(), more)


def rendered(template: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders filled; values are never read as templates."""
    return _PLACEHOLDER.sub(lambda found: clean(values[found.group(1)]), template)


def clean(text: str) -> str:
    """Text from a CRM as it may be written into one.

    Controls except line breaks, marks that turn the reading direction, and broken characters
    go; the rest is NFC. What a target needs besides (HTML, CSV) is its adapter's work.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c for c in text if c == "\n" or (c not in _BIDI and not _is_control(c)))


def shortened(text: str, longest: int) -> str:
    """The text, cut at a character that begins something visible, with "…" when it was cut."""
    if len(text) <= longest:
        return text
    end = longest - 1
    while end > 0 and (unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0f"):
        end -= 1
    return text[:end].rstrip() + "…"


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"
