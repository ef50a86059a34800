"""Reading everything again, slowly: what reading by stamp can miss, and fields that have no stamp.

A formula changes without moving its record's stamp, and now and then a row escapes a reader that
goes by stamps. So every object is also walked by id, which never changes: one page of each stream
in `sweep_pause` minutes, from the beginning once in `sweep` days. Repeats are harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connector.clock import HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How slowly."""

    every: int
    """ms from the beginning of one sweep to that of the next; 0: none is made."""
    pause: int
    """ms between two pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """How far a stream is swept. All instants by the server's clock, UTC ms."""

    at: str = ""
    """The walk whose rows are being read again; empty between two sweeps."""
    behind: str = ""
    """The id behind which the next page begins."""
    due: int = 0
    """When the next page is due; 0: the stream was not read to its end yet."""
    began: int = 0

    def is_due(self, now: int, pace: Pace) -> bool:
        """Whether a page should be read now."""
        return bool(pace.every and self.due) and self.due <= now

    def place(self, names: Sequence[str]) -> tuple[str, str]:
        """The walk and the id behind which the next page begins, among the walks there are."""
        return (self.at, self.behind) if self.at in names else (names[0], "")

    def rested(self, now: int, pace: Pace) -> Sweep:
        """The stream was read to its end: from the first time on, a sweep is planned.

        One that is planned far beyond the rhythm was planned under another rhythm or clock.
        """
        if not pace.every:
            return Sweep()
        if not self.due or self.due > now + pace.every + HOUR:
            return replace(self, due=now + pace.every)
        return self

    def onward(self, names: Sequence[str], last: str | None, *, now: int, pace: Pace) -> Sweep:
        """After a page that ended at the id `last`; None: the walk ended with it."""
        at, _ = self.place(names)
        began = self.began if self.at in names else now
        if last is not None:
            return Sweep(at=at, behind=last, due=now + pace.pause, began=began)
        following = names[names.index(at) + 1 :]
        if following:
            return Sweep(at=following[0], due=now + pace.pause, began=began)
        return Sweep(due=max(began + pace.every, now + pace.pause))
