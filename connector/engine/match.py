"""Which signal scores an engagement: the first one in file order that matches."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from connector.engine.parts import Parts, Row
from connector.engine.rule import Rule, Signal
from connector.engine.timeline import Engaged, Touchpoint
from connector.model import Evidence, Kind

_MACHINE: Final = int(Evidence.MACHINE)
_NONE: Final = -1
_REMEMBERED: Final = 50_000
"""Most touchpoints remembered: page addresses never end, the memory of a daemon does."""


class Matcher:
    """The signals of one rule, quick to ask again and again.

    Build one per rule and keep it: answers are remembered per kind and touchpoint.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.parts = Parts(rule)
        """How the score of the rule divides."""
        self.qualifies = (*(signal.weight > 0 for signal in rule.signals), False)
        """Per signal whether its engagements qualify; False at -1, which stands for none."""
        self._candidates = tuple(_candidates(rule, kind) for kind in Kind)
        self._plain = tuple(
            _NONE if not found else found[0].index if found[0].is_plain else None
            for found in self._candidates
        )
        self._remembered: dict[tuple[int, int, Touchpoint], int] = {}

    def qualifying(self, engagements: Iterable[Engaged]) -> list[Row]:
        """Those that count, in the order given."""
        plain, qualifies = self._plain, self.qualifies
        rows: list[Row] = []
        for one in engagements:
            at, _, kind, evidence, touchpoint = one
            if evidence == _MACHINE:
                continue
            index = plain[kind]
            if index is None:
                index = self.signal(kind, evidence, touchpoint)
            if qualifies[index]:
                rows.append((at, kind, evidence, index, one))
        return rows

    def signal(self, kind_code: int, evidence: int, touchpoint: Touchpoint) -> int:
        """Index into `rule.signals` of the signal that scores it, -1 when none matches.

        `evidence` is the class after our own machine tests.
        """
        plain = self._plain[kind_code]
        if plain is not None:
            return plain
        found = self._remembered.get((kind_code, evidence, touchpoint))
        return self._look(kind_code, evidence, touchpoint) if found is None else found

    def _look(self, kind_code: int, evidence: int, touchpoint: Touchpoint) -> int:
        told = about(touchpoint)
        found = _NONE
        for candidate in self._candidates[kind_code]:
            if candidate.matches(evidence, touchpoint.source, told):
                found = candidate.index
                break
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        self._remembered[kind_code, evidence, touchpoint] = found
        return found


class _Candidate:
    """One signal, asked about touchpoints."""

    __slots__ = ("_classes", "_patterns", "_sources", "index")

    def __init__(self, index: int, signal: Signal) -> None:
        self.index = index
        self._classes = signal.classes
        self._sources = signal.sources
        self._patterns = signal.assets

    @property
    def is_plain(self) -> bool:
        """Whether the kind alone decides."""
        return not self._classes and not self._sources and not self._patterns

    def matches(self, evidence: int, source: str, about: tuple[str, str]) -> bool:
        if self._classes and evidence not in self._classes:
            return False
        if self._sources and source not in self._sources:
            return False
        return not self._patterns or any_like(self._patterns, about)


def about(touchpoint: Touchpoint) -> tuple[str, str]:
    """What the patterns of a signal or topic are held against."""
    return touchpoint.asset.lower(), touchpoint.link.lower()


def any_like(patterns: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether one of the texts, in small letters, is like one of the patterns."""
    compiled = [_compiled(pattern) for pattern in patterns]
    return any(pattern.match(text) for text in texts for pattern in compiled)


@lru_cache(maxsize=4_096)
def _compiled(pattern: str) -> re.Pattern[str]:
    # `translate` makes each star atomic: hostile text cannot make it backtrack without end.
    return re.compile(fnmatch.translate(pattern.lower()))


def _candidates(rule: Rule, kind: Kind) -> tuple[_Candidate, ...]:
    """The signals for a kind, up to the first that takes every touchpoint."""
    found: list[_Candidate] = []
    for index, signal in enumerate(rule.signals):
        if kind in signal.kinds:
            found.append(_Candidate(index, signal))
            if found[-1].is_plain:
                break
    return tuple(found)
