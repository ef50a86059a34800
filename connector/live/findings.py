"""What a look at the platforms found, and the nearest name for what is not there."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from connector.problems import Place, Problem, nearest

SHOWN: Final = 12
"""Names that are listed when none is near."""
_BETWEEN: Final = re.compile(r"[\W_]+")


@dataclass(slots=True)
class Findings:
    """Problems, warnings and notes, as they come."""

    problems: list[Problem] = field(default_factory=list)
    """What would be refused, or could not be asked."""
    warnings: list[Problem] = field(default_factory=list)
    """What would be done otherwise than it is written, or never."""
    notes: list[str] = field(default_factory=list)
    """What was not compared, and why."""

    def problem(self, place: Place, message: str, advice: str = "") -> None:
        """Add a problem."""
        self.problems.append(Problem(place=place, message=message, advice=advice))

    def warn(self, place: Place, message: str, advice: str = "") -> None:
        """Add a warning."""
        self.warnings.append(Problem(place=place, message=message, advice=advice))

    def note(self, text: str) -> None:
        """Add a note, once."""
        if text not in self.notes:
            self.notes.append(text)


def closest_of(wanted: str, known: Collection[str]) -> str | None:
    """The nearest known name, whatever its case and the marks between its words."""
    plain = {_plain(one): one for one in sorted(known)}
    name = _plain(wanted)
    found = nearest(name, plain)
    if found is None:  # "Open" for "Open - Not Contacted", when no other begins so
        longer = [one for one in plain if name and one.startswith(name)]
        found = longer[0] if len(longer) == 1 else None
    return None if found is None else plain[found]


def closest(wanted: str, known: Collection[str]) -> str:
    """Advice to write the nearest known name; empty when none is near."""
    found = closest_of(wanted, known)
    return "" if found is None else f'Did you mean "{found}"?'


def value_advice(wanted: str, known: Collection[str]) -> str:
    """The nearest value, or what values there are."""
    near = closest(wanted, known)
    if near:
        return near
    names = list(known)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"It has: {', '.join(names[:SHOWN])}{more}." if names else "Its list is empty."


def _plain(name: str) -> str:
    return _BETWEEN.sub(" ", name.casefold()).strip()
