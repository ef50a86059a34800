"""Quiet spells by plain arithmetic over the Parquet columns; shares no code with the engine.

A spell of N days is the time between two consecutive baskets of a household, or between its
last basket and the end of the observed year, when it is at least N days long. A spell between
two baskets ended in a return. A spell at the end of the year is censored: still quiet, and
nobody knows. The time before a household's first basket is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from connector.clock import DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Spells:
    """The quiet spells of at least `days` days."""

    days: int
    returned: int
    censored: int
    households: int
    """Households with at least one return."""
    median_days: float
    """Median length of the spells that ended in a return."""

    @property
    def share(self) -> float:
        """Returned among all spells, 0 to 1; 0 when there was none."""
        return self.returned / max(1, self.returned + self.censored)


def count(folder: Path, end: int, lengths: tuple[int, ...]) -> list[Spells]:
    """The spells in `transactions.parquet` up to `end` (UTC ms), per length in days."""
    table = pq.read_table(
        folder / "transactions.parquet", columns=["household_id", "transaction_timestamp"]
    )
    household = table["household_id"].to_numpy()
    stamps = table["transaction_timestamp"].cast(pa.timestamp("ms"), safe=False)
    at = stamps.cast(pa.int64()).to_numpy()
    order = np.lexsort((at, household))
    household, at = household[order], at[order]
    same = household[1:] == household[:-1]
    gaps, owner = (at[1:] - at[:-1])[same], household[1:][same]
    last = np.append(~same, True) if len(at) else np.zeros(0, dtype=bool)
    open_gaps = end - at[last]
    return [_spells(days, gaps, owner, open_gaps) for days in lengths]


def _spells(days: int, gaps: np.ndarray, owner: np.ndarray, open_gaps: np.ndarray) -> Spells:
    long = gaps >= days * DAY
    return Spells(
        days=days,
        returned=int(long.sum()),
        censored=int((open_gaps >= days * DAY).sum()),
        households=len(np.unique(owner[long])),
        median_days=float(np.median(gaps[long]) / DAY) if long.any() else 0.0,
    )
