"""What other rules would change: who enters, who leaves, who is held, who moves in the ranking."""

from connector.diff.run import Asked, difference
from connector.diff.told import AlertChange, Difference, NowChange

__all__ = ["AlertChange", "Asked", "Difference", "NowChange", "difference"]
