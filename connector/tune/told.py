"""What tuning tells."""

from __future__ import annotations

from dataclasses import dataclass

from connector.backtest.told import Backtest
from connector.tune.model import Beats
from connector.tune.proposal import Cap, Weight
from connector.tune.threshold import Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """A proposal with everything it rests on. It was not applied."""

    rule: str
    won: bool
    """Whether it was learned from opportunities that were won, or from all that were opened."""
    start_at: int
    cut_at: int
    """UTC ms. Learned from what was known then; what came later judged it."""
    until_at: int
    horizon_ms: int
    sales: int
    """Opportunities that were learned from."""
    cases: int
    persons: int
    weights: tuple[Weight, ...]
    kept: tuple[str, ...]
    """Signals that keep their weight: raised hands, and those with too little to weigh by."""
    caps: tuple[Cap, ...]
    threshold: Threshold
    beats: Beats
    """In the time learned from, on later cases of people who were left out."""
    held_out: Backtest
    """Present and proposed rules side by side, after `cut_at`."""
    doubts: tuple[str, ...]
    """What speaks against the proposal."""
