"""A story in spells: times in which a person did things, and the silences between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from connector.clock import DAY
from connector.model import Kind
from connector.report import words
from connector.report.story import BY_PERSON, Entry, What

_SHORT: Final = 8
"""A spell of the past in which nothing was decided is told in this many lines at most."""
_LONG: Final = 40
"""Any other spell in this many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry, and how often it was so on that day."""

    entry: Entry
    times: int = 1
    points: float | None = None
    """Of all of them together."""


@dataclass(slots=True, kw_only=True)
class Spell:
    """A time of engagement, or of silence."""

    quiet: bool
    began: int
    """The first engagement; of a silence, the last one before it. UTC ms."""
    ended: int
    lines: list[Line] = field(default_factory=list)
    more: Counter[str] = field(default_factory=Counter)
    """What is not told in lines: how often each thing was done."""


def spells(
    entries: Sequence[Entry], gap: int, at: int, *, everything: bool = False
) -> tuple[Spell, ...]:
    """The story up to `at` in spells; a silence is told when it is at least `gap` ms long.

    Without `everything`, what no rule looks at is counted, and long spells are cut short.
    """
    parts = [part for part in _cut(entries, gap, at) if part.entries or part.quiet]
    last = max((n for n, part in enumerate(parts) if not part.quiet), default=-1)
    return tuple(
        _told(part, everything=everything, newest=n == last) for n, part in enumerate(parts)
    )


@dataclass(frozen=True, slots=True)
class _Part:
    quiet: bool
    began: int
    ended: int
    entries: list[Entry]


def _cut(entries: Sequence[Entry], gap: int, at: int) -> Iterator[_Part]:
    """Cut where a silence begins and where it ends. What followed from an act stays with it."""
    acts = [entry.at for entry in entries if entry.what is What.ENGAGED]
    known = [entry.at for entry in entries if entry.what is What.KNOWN]
    marks = sorted({*acts, *known[:1], at}) if not acts or known < acts[:1] else [*acts, at]
    start = min((entry.at for entry in entries), default=at)
    for began, ended in pairwise(marks):
        if ended - began >= gap:
            yield _Part(False, start, began, [e for e in entries if start <= e.at <= began])
            within = [e for e in entries if began < e.at and (e.at < ended or ended not in acts)]
            yield _Part(True, began, ended, [e for e in within if e.at <= ended])
            start = ended if ended in acts else ended + 1
    yield _Part(False, start, at, [entry for entry in entries if entry.at >= start])


def _told(part: _Part, *, everything: bool, newest: bool) -> Spell:
    spell = Spell(quiet=part.quiet, began=part.began, ended=part.ended)
    told = [one for one in part.entries if everything or not _is_noise(one, quiet=part.quiet)]
    spell.more.update(_named(entry) for entry in part.entries if entry not in told)
    spell.lines = _folded(told)
    decided = any(entry.what in (What.ENTERED, What.RAISED) for entry in part.entries)
    if not everything:
        _shorten(spell, _LONG if decided or newest else _SHORT, newest=decided or newest)
    return spell


def _shorten(spell: Spell, most: int, *, newest: bool) -> None:
    """Count what is too much: all of an old spell, the older ones of another."""
    acts = [line for line in spell.lines if line.entry.what in BY_PERSON]
    if len(acts) <= most:
        return
    counted = acts[: len(acts) - most] if newest else acts
    spell.lines = [line for line in spell.lines if line not in counted]
    for line in counted:
        spell.more[_named(line.entry)] += line.times


def _is_noise(entry: Entry, *, quiet: bool) -> bool:
    return entry.what is What.OTHER or (quiet and entry.what is What.MACHINE)


def _named(entry: Entry) -> str:
    by = " by a machine" if entry.what is What.MACHINE else ""
    return words.thing(Kind(entry.kind)) + by


def _folded(entries: Sequence[Entry]) -> list[Line]:
    """What was the same on one day becomes one line, where the first of it stood."""
    lines: dict[tuple[object, ...], Line] = {}
    for number, entry in enumerate(entries):
        alike = entry.what in BY_PERSON
        key = (entry.at // DAY, entry.what, entry.text, entry.points) if alike else (number,)
        if key in lines:
            known = lines[key]
            total = (known.points or 0) + (entry.points or 0) if entry.points is not None else None
            lines[key] = replace(known, times=known.times + 1, points=total)
        else:
            lines[key] = Line(entry=entry, points=entry.points)
    return list(lines.values())
