"""Units of work: they count as a whole or leave no trace, and may be committed late.

A unit that is committed later than it began has stamps older than what others have read already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sandbox.hubspot.caller import Caller
from sandbox.hubspot.journal import Effect, Journal
from sandbox.hubspot.kept import Kept
from sandbox.loopback.clock import PlatformClock


class Units:
    """The clock, the journal, and what is under way."""

    def __init__(self, clock: PlatformClock) -> None:
        self.clock = clock
        self.journal = Journal()
        self._open: list[tuple[int, int, Callable[[], object]]] = []
        self._began: int | None = None
        self._undo: list[Callable[[], object]] | None = None
        self._effects: list[Effect] = []

    @property
    def now(self) -> int:
        """UTC ms of stamps; inside a unit that commits late, when it began."""
        return self.clock.now() if self._began is None else self._began

    @contextmanager
    def at(self, instant: int) -> Iterator[None]:
        """Changes inside have the stamps of `instant` (UTC ms)."""
        outer, self._began = self._began, instant
        try:
            yield
        finally:
            self._began = outer

    @contextmanager
    def unit(self) -> Iterator[None]:
        """Changes inside count together; an exception takes them all back."""
        outer, effects = self._undo, len(self._effects)
        steps: list[Callable[[], object]] = []
        self._undo = steps
        try:
            yield
        except BaseException:
            for step in reversed(steps):
                step()
            del self._effects[effects:]
            raise
        finally:
            self._undo = outer
        if outer is not None:
            outer.extend(steps)
            return
        for effect in self._effects:
            self.journal.add(effect)
        self._effects.clear()

    def undoing(self, step: Callable[[], object]) -> None:
        """What takes the last change back, should the unit fail."""
        if self._undo is not None:
            self._undo.append(step)

    def later(self, at: int, work: Callable[[], object]) -> None:
        """Begin `work` now and commit it at `at` (UTC ms); until then nobody sees it."""
        self._open.append((at, self.clock.now(), work))

    def settle(self) -> None:
        """Let happen what is due by now."""
        due = sorted(
            (each for each in self._open if each[0] <= self.clock.now()), key=lambda each: each[0]
        )
        for each in due:
            self._open.remove(each)
            with self.at(each[1]):
                each[2]()

    @property
    def covered_until(self) -> int:
        """Up to when changes are complete: where the oldest open unit began, else now."""
        return min([self.clock.now(), *(began for _, began, _ in self._open)])

    def note(
        self,
        caller: Caller,
        action: str,
        kept: Kept,
        changes: Mapping[str, str | None] | None = None,
    ) -> None:
        """Write an effect down; it counts when the unit does."""
        effect = Effect(
            at=self.clock.now(),
            action=action,
            object_type=kept.type,
            id=str(kept.id),
            source=caller.source,
            caller=caller.name,
            changes=dict(changes or {}),
        )
        if self._undo is None:
            self.journal.add(effect)
        else:
            self._effects.append(effect)
