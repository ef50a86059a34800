"""From engagements as they come to the qualifying ones in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from connector.engine.match import Matcher
from connector.engine.replay.columns import Bools, Columns, Ints, Rows
from connector.engine.rule import Rule
from connector.engine.timeline import Touchpoint
from connector.model import Evidence, Kind

DAY: Final = 86_400_000
NO_SIGNAL: Final = -1
_KEY_BITS: Final = 62


def signal_table(matcher: Matcher, touchpoints: Sequence[Touchpoint]) -> Ints:
    """[class, touchpoint, kind] -> position of the signal that scores it, NO_SIGNAL: ignored.

    The last row of a class is for engagements without a touchpoint, so that -1 finds it. Without
    a signal that minds the class there is one class only, which stands for all.
    """
    signals = matcher.rule.signals
    minds = any(one.classes for one in signals)
    classes = tuple(Evidence) if minds else (Evidence.HUMAN,)
    table = np.full((len(classes), len(touchpoints) + 1, len(Kind)), NO_SIGNAL, np.int16)
    choosy = {kind for one in signals if one.assets or one.sources for kind in one.kinds}
    for evidence in classes:
        for kind in Kind:
            about = (*touchpoints, Touchpoint()) if kind in choosy else (Touchpoint(),)
            found = [matcher.signal(kind.code, evidence, one) for one in about]
            scoring = [signal if matcher.qualifies[signal] else NO_SIGNAL for signal in found]
            table[evidence, :, kind.code] = scoring if kind in choosy else scoring[0]
    return table


class Prepared(NamedTuple):
    """Qualifying engagements sorted by (person, instant, id), without duplicates."""

    source: Columns
    """Where ids, kinds and evidence classes are looked up when they are needed."""
    origin: Rows | None
    """Per row its place in `source`; None: the same."""
    person: Ints
    at: Ints
    signal: Ints

    def __len__(self) -> int:
        return len(self.at)

    def places(self, rows: Rows) -> Rows:
        """Where the rows stand in `source`."""
        return rows if self.origin is None else self.origin[rows]

    def ids(self, rows: Rows) -> Ints:
        """Engagement ids of rows."""
        return self.source.id[self.places(rows)]

    def kinds(self, rows: Rows) -> Ints:
        """Kind codes of rows."""
        return self.source.kind[self.places(rows)]

    def humans(self, rows: Rows) -> Bools:
        """Whether rows are of class human."""
        if self.source.evidence is None:
            return np.ones(rows.shape, np.bool_)
        found: Bools = self.source.evidence[self.places(rows)] == Evidence.HUMAN
        return found

    def select(self, kept: Bools) -> Prepared:
        """The rows for which `kept` holds."""
        rows = np.flatnonzero(kept)
        return Prepared(
            self.source, self.places(rows), self.person[rows], self.at[rows], self.signal[rows]
        )


def prepare(batch: Columns, table: Ints, touchpoints: Sequence[Touchpoint], now: int) -> Prepared:
    """Order the batch, drop duplicates and everything that does not qualify."""
    order = in_order(batch, touchpoints)
    if order is not None:
        batch = batch.take(order)
    signal = _signals(batch, table)
    kept = signal != NO_SIGNAL
    if batch.evidence is not None:
        kept &= batch.evidence != Evidence.MACHINE
    kept &= batch.at <= now
    return Prepared(batch, None, batch.person, batch.at, signal).select(kept)


def _signals(batch: Columns, table: Ints) -> Ints:
    """Which signal scores each row."""
    found: Ints
    if len(table) > 1 and batch.evidence is not None:
        about = -1 if batch.touchpoint is None else batch.touchpoint
        found = table[batch.evidence, about, batch.kind]
    elif batch.touchpoint is None:
        found = table[Evidence.HUMAN, -1].take(batch.kind)
    else:
        found = table[Evidence.HUMAN, batch.touchpoint, batch.kind]
    return found


def in_order(batch: Columns, touchpoints: Sequence[Touchpoint]) -> Rows | None:
    """The rows sorted by (person, instant, id) without duplicates; None: they already are."""
    repeated = _ids_repeat(batch.id)
    if not repeated and _is_ordered(batch):
        return None
    keys = [batch.id, batch.at, batch.person]
    if repeated:
        keys = [*_tie_breaks(batch, touchpoints), *keys]
    order = sort_rows(keys)
    return _first_of_each_id(batch, order) if repeated else order


def _ids_repeat(ids: Ints) -> bool:
    """Whether an id occurs twice; two persons with one id only cost the slower way."""
    return not _all_differ(ids)


def _all_differ(values: Ints) -> bool:
    if (values[1:] > values[:-1]).all():
        return True
    in_order = np.sort(values)
    return not (in_order[1:] == in_order[:-1]).any()


def _is_ordered(batch: Columns) -> bool:
    person, at = batch.person, batch.at
    same = person[1:] == person[:-1]
    heads = person[np.r_[0, np.flatnonzero(~same) + 1]] if len(person) else person
    if not _all_differ(heads):
        return False
    if (same & (at[1:] < at[:-1])).any():
        return False
    tied = np.flatnonzero(same & (at[1:] == at[:-1]))
    return not (batch.id[tied + 1] < batch.id[tied]).any()


def _tie_breaks(batch: Columns, touchpoints: Sequence[Touchpoint]) -> list[Ints]:
    """What decides between two versions of one id at one moment, least important first."""
    keys: list[Ints] = []
    if batch.touchpoint is not None:
        by_value = sorted((Touchpoint(), *touchpoints))
        rank = np.array([by_value.index(one) for one in (*touchpoints, Touchpoint())])
        keys.append(rank[batch.touchpoint])
    if batch.evidence is not None:
        keys.append(batch.evidence)
    return [*keys, batch.kind]


def _first_of_each_id(batch: Columns, order: Rows) -> Rows:
    person, ids = batch.person[order], batch.id[order]
    by_id = sort_rows([ids, person])
    again = np.zeros(len(order), np.bool_)
    person, ids = person[by_id], ids[by_id]
    again[by_id[1:]] = (person[1:] == person[:-1]) & (ids[1:] == ids[:-1])
    return order[~again]


def sort_rows(keys: Sequence[Ints]) -> Rows:
    """A stable sort by several columns, the most important last (as numpy.lexsort, but fast).

    One pass per column over integers that hold the value above and the row below: sorting plain
    integers is several times faster than sorting rows by reference.
    """
    order = np.arange(len(keys[0]))
    for key in keys:
        column = key[order]
        if (column[1:] < column[:-1]).any():
            order = order[_stable(column)]
    return order


def _stable(column: Ints) -> Rows:
    low, high = int(column.min()), int(column.max())
    bits = max(len(column) - 1, 1).bit_length()
    if (high - low).bit_length() + bits > _KEY_BITS:
        return np.argsort(column, kind="stable")
    packed = (column.astype(np.int64) - low) << bits
    packed |= np.arange(len(column))
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


def over_limit(rule: Rule, rows: Prepared) -> Bools | None:
    """Whether a row carries its weight, for rules with limits; None: all do."""
    if all(signal.limit is None for signal in rule.signals):
        return None
    carried = np.ones(len(rows), np.bool_)
    for days in {signal.limit.days for signal in rule.signals if signal.limit is not None}:
        counts = {
            number: signal.limit.count
            for number, signal in enumerate(rule.signals)
            if signal.limit is not None and signal.limit.days == days
        }
        bucket = rows.at // (days * DAY)
        crowded = _crowded(rows.person, bucket, min(counts.values()))
        signals = rows.signal[crowded]
        for number, count in counts.items():
            mine = crowded[signals == number]
            # Over it is who finds the row `count` earlier of the signal in the same bucket.
            carried[mine[count:][_same(rows.person[mine], bucket[mine], count)]] = False
    return carried


def _crowded(person: Ints, bucket: Ints, count: int) -> Rows:
    """Rows of those persons' buckets that hold more than `count` rows: few have to be looked at."""
    crowded = np.zeros(len(person), np.bool_)
    full = _same(person, bucket, count)
    for back in range(count + 1):
        crowded[back : back + len(full)] |= full
    return np.flatnonzero(crowded)


def _same(person: Ints, bucket: Ints, back: int) -> Bools:
    """Per row from `back` on, whether the row so many earlier is of the same bucket."""
    end = max(len(person) - back, 0)
    same: Bools = (bucket[back:] == bucket[:end]) & (person[back:] == person[:end])
    return same
