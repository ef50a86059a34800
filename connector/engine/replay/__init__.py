"""`evaluate` for columns of many people: NumPy, streaming, bounded memory, the same answers."""

from connector.engine.replay.classify import classify_columns
from connector.engine.replay.columns import (
    CHANGES,
    END_REASONS,
    NEVER,
    NO_ACCOUNT,
    REASONS,
    Columns,
    People,
    Proof,
    Replayed,
    Surges,
    Transitions,
    cut_batches,
)
from connector.engine.replay.run import Replayer, SurgeTest, replay

__all__ = [
    "CHANGES",
    "END_REASONS",
    "NEVER",
    "NO_ACCOUNT",
    "REASONS",
    "Columns",
    "People",
    "Proof",
    "Replayed",
    "Replayer",
    "SurgeTest",
    "Surges",
    "Transitions",
    "classify_columns",
    "cut_batches",
    "replay",
]
