"""Mistakes in people's files are values with a position, collected and shown together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in a file; line and column start at 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake, in the user's words: where, what, and what to write instead."""

    place: Place
    message: str
    """What is wrong, naming the key and the bad value."""
    advice: str = ""
    """What to do next, for example the nearest valid name."""
    about_secret: bool = False
    """Whether all that is missing is a secret: the daemon then ends with a code of its own."""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f" {self.advice}" if self.advice else "")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when none is near."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.55)
    return close[0] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Advice for an unknown name: the nearest one, or the whole list when none is near."""
    names = sorted(known)
    close = nearest(name, names)
    if close:
        return f'Did you mean "{close}"?'
    return f"Known: {', '.join(names)}." if names else ""
