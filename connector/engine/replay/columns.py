"""What goes into a replay and what comes out: columns instead of values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from connector.engine.result import Change, Reason
from connector.engine.timeline import EndReason, Timeline

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.integer]
"""Positions in other columns."""

NEVER: Final = np.iinfo(np.int64).min
"""Stands for "not known since any moment" in `People.known_at`."""
NO_ACCOUNT: Final = -1
CHANGES: Final = tuple(Change)
REASONS: Final = tuple(Reason)
END_REASONS: Final = tuple(EndReason)


class Columns(NamedTuple):
    """Engagements of whole persons, in any order, duplicates allowed; one entry per engagement."""

    person: Ints
    at: Ints
    """UTC ms."""
    id: Ints
    """Unique for a person; a repeated id is a duplicate and dropped."""
    kind: Ints
    """`Kind.code`."""
    evidence: Ints | None = None
    """`Evidence` after the machine tests (`classify_columns`); None: all human."""
    touchpoint: Ints | None = None
    """Position in the list of touchpoints, -1 for none; None: none at all."""

    def take(self, rows: Rows | slice) -> Columns:
        """The named rows."""
        return Columns._make(None if column is None else column[rows] for column in self)


class People(NamedTuple):
    """What is known about persons beside their engagement. May hold more persons than asked for.

    Sorted by person; fit changes by (person, at, fits); endings by (person, at, reason).
    """

    person: Ints
    """Ascending and unique."""
    known_at: Ints
    """UTC ms or NEVER."""
    account: Ints
    """NO_ACCOUNT when there is none."""
    weight: Floats | None = None
    """What the person counts for in a surge of the account; None: 1 each."""
    fit_person: Ints = np.empty(0, np.int64)
    fit_at: Ints = np.empty(0, np.int64)
    fits: Bools = np.empty(0, np.bool_)
    ending_person: Ints = np.empty(0, np.int64)
    ending_at: Ints = np.empty(0, np.int64)
    ending_reason: Ints = np.empty(0, np.int8)
    """Position in END_REASONS."""

    @staticmethod
    def of_timelines(
        persons: Sequence[int],
        timelines: Sequence[Timeline],
        accounts: Sequence[int] | None = None,
    ) -> People:
        """The same for a few persons that are at hand as values; `persons` ascending."""
        fit = [
            (p, *change) for p, line in zip(persons, timelines, strict=True) for change in line.fit
        ]
        ends = [
            (p, ending.at, END_REASONS.index(ending.reason))
            for p, line in zip(persons, timelines, strict=True)
            for ending in line.endings
        ]
        fit_table = np.array(sorted(fit), np.int64).reshape(-1, 3)
        end_table = np.array(sorted(ends), np.int64).reshape(-1, 3)
        known = (NEVER if line.known_at is None else line.known_at for line in timelines)
        return People(
            person=np.array(persons, np.int64),
            known_at=np.fromiter(known, np.int64, len(timelines)),
            account=np.array(accounts or [NO_ACCOUNT] * len(persons), np.int64),
            fit_person=fit_table[:, 0],
            fit_at=fit_table[:, 1],
            fits=fit_table[:, 2].astype(np.bool_),
            ending_person=end_table[:, 0],
            ending_at=end_table[:, 1],
            ending_reason=end_table[:, 2].astype(np.int8),
        )


class Proof(NamedTuple):
    """Evidence of several transitions; that of transition i is rows starts[i] to starts[i + 1]."""

    starts: Ints
    id: Ints
    """Engagement id, best contribution first."""
    signal: Ints
    """Position in `Rule.signals`."""
    points: Floats


class Transitions(NamedTuple):
    """Transitions of whole persons, each person's in order."""

    person: Ints
    at: Ints
    change: Ints
    """Position in CHANGES."""
    reason: Ints
    """Position in REASONS."""
    burst: Ints
    score: Floats
    alert: Bools
    """Whether the cool-down lets it raise a hand-off; false for one that left."""
    raised_by: Ints
    """Id of the hand-raise that made it, -1 when there was none."""
    proof: Proof


class Surges(NamedTuple):
    """Moments at which accounts begin or cease to surge, by account and then in time."""

    account: Ints
    at: Ints
    surging: Bools
    people: Floats
    """Sum of the weights of the persons engaged at that moment."""


class Replayed(NamedTuple):
    """What one batch gave."""

    transitions: Transitions
    surges: Surges


def cut_batches(
    chunks: Iterable[Columns], people: People, rows: int = 131_072
) -> Iterable[Columns]:
    """Batches of whole accounts of about `rows` rows out of chunks cut anywhere.

    The chunks must hold the rows of one account, and those of one person, side by side. An
    account larger than `rows` makes one larger batch.
    """
    kept: list[Columns] = []
    size = 0
    for chunk in chunks:
        if size + len(chunk.person) < rows:
            kept.append(chunk)
            size += len(chunk.person)
            continue
        whole = _joined([*kept, chunk])
        borders = _borders(whole.person, people)
        start = 0
        while len(whole.person) - start >= rows:
            fitting = borders[(borders > start) & (borders <= start + rows)]
            later = borders[borders > start + rows]
            if not len(fitting) and not len(later):
                break
            end = int(fitting[-1] if len(fitting) else later[0])
            yield whole.take(slice(start, end))
            start = end
        kept = [whole.take(slice(start, None))]
        size = len(kept[0].person)
    if size:
        yield _joined(kept)


def _borders(person: Ints, people: People) -> Rows:
    """Positions at which another account begins; a person without account stands alone."""
    starts = np.flatnonzero(person[1:] != person[:-1]) + 1
    account, _ = accounts_of(person[np.r_[0, starts]], people)
    changed: Bools = (account[1:] != account[:-1]) | (account[1:] == NO_ACCOUNT)
    borders: Rows = starts[changed]
    return borders


def accounts_of(person: Ints, people: People) -> tuple[Ints, Rows]:
    """Account per person, and the person's place in `people` (-1 when it is not there)."""
    known = people.person
    if not len(known):
        return np.full(len(person), NO_ACCOUNT), np.full(len(person), -1)
    if int(known[-1]) - int(known[0]) + 1 == len(known):
        place = person.astype(np.int64) - known[0]
        found = (place >= 0) & (place < len(known))
        place[~found] = 0
    else:
        place = np.minimum(np.searchsorted(known, person), len(known) - 1)
        found = known[place] == person
    if found.all():
        return people.account[place], place
    return np.where(found, people.account[place], NO_ACCOUNT), np.where(found, place, -1)


def _joined(parts: Sequence[Columns]) -> Columns:
    if len(parts) == 1:
        return parts[0]
    columns = zip(*parts, strict=True)
    return Columns._make(None if c[0] is None else np.concatenate(c) for c in columns)
