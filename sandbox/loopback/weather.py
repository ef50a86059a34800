"""What goes wrong on the way: seeded, so that a run can be repeated.

Which kinds of faults there are, and what each does to a call, is the platform's to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sandbox.story.chance import stream


@dataclass(slots=True, kw_only=True)
class Forced:
    """A fault that is asked for: the next calls that match get it."""

    kind: str
    times: int = 1
    matching: str = ""
    """Part of "METHOD /path"; empty matches every call to the API itself."""


class Weather:
    """Decides which fault hits which call."""

    kinds: ClassVar[Sequence[str]]
    api: ClassVar[str]
    """Part of every path that faults may hit."""

    def __init__(self, rates: Mapping[str, float] | None = None, *, seed: int = 0) -> None:
        self.rates = dict(rates or {})
        """Share of calls that each kind hits."""
        self.forced: list[Forced] = []
        self.counts: Counter[str] = Counter()
        """How often each kind struck."""
        self.drip_pause = 0.2
        """Seconds between the pieces of a dripping answer."""
        self.drip_bytes = 1
        self.late_by = 700
        """How much later a late commit comes, ms."""
        self.seed = seed
        self.chance = stream(seed, "weather")

    def force(self, kind: str, *, times: int = 1, matching: str = "") -> None:
        """Let the next `times` calls that match meet this fault; ValueError for unknown kinds."""
        if kind not in self.kinds:
            raise ValueError(f"{kind!r} is none of {', '.join(self.kinds)}")
        self.forced.append(Forced(kind=kind, times=times, matching=matching))

    def draw(self, method: str, path: str) -> str | None:
        """The fault of one call; None for most."""
        kind = self._forced(f"{method} {path}") or self._by_chance(path)
        if kind is not None:
            self.counts[kind] += 1
        return kind

    def hits(self, kind: str, path: str) -> bool:
        """Whether a kind makes sense for a path."""
        return bool(kind and path)

    def _forced(self, text: str) -> str | None:
        for forced in self.forced:
            matches = forced.matching in text if forced.matching else self.api in text
            if matches:
                forced.times -= 1
                if forced.times <= 0:
                    self.forced.remove(forced)
                return forced.kind
        return None

    def _by_chance(self, path: str) -> str | None:
        if not self.rates or self.api not in path:
            return None
        left = self.chance.random()
        for kind, rate in self.rates.items():
            left -= rate
            if left < 0:
                return kind if self.hits(kind, path) else None
        return None
