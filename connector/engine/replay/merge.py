"""Putting transitions together that were found in different ways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from connector.engine.replay.columns import Ints, Proof, Rows, Transitions


def spans(starts: Ints, lengths: Ints) -> Rows:
    """All positions of several spans, one after the other."""
    before = np.cumsum(lengths) - lengths
    found: Rows = np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))
    return found


def spread(proof: Proof, present: Ints) -> Proof:
    """The same proof where only the transitions marked in `present` have any."""
    lengths = np.zeros(len(present), np.int64)
    lengths[present] = np.diff(proof.starts)
    return proof._replace(starts=np.append(0, np.cumsum(lengths)))


def merged(parts: Sequence[Transitions], order: Sequence[Ints]) -> Transitions:
    """All parts, stably sorted by the given keys."""
    columns = [list(column) for column in zip(*(part[:-1] for part in parts), strict=True)]
    proof = _joined([part.proof for part in parts])
    whole = Transitions._make([*(np.concatenate(c) for c in columns), proof])
    return taken(whole, np.argsort(np.concatenate(order), kind="stable"))


def taken(told: Transitions, rows: Rows) -> Transitions:
    """The named transitions with their evidence."""
    columns = (column[rows] for column in told[:-1])
    return Transitions._make([*columns, _taken(told.proof, rows)])


def _joined(proofs: Sequence[Proof]) -> Proof:
    lengths = np.concatenate([np.diff(proof.starts) for proof in proofs])
    columns = [list(column) for column in zip(*(proof[1:] for proof in proofs), strict=True)]
    return Proof(np.append(0, np.cumsum(lengths)), *(np.concatenate(c) for c in columns))


def _taken(proof: Proof, by: Rows) -> Proof:
    lengths = np.diff(proof.starts)[by]
    flat = spans(proof.starts[:-1][by], lengths)
    return Proof(
        np.append(0, np.cumsum(lengths)), proof.id[flat], proof.signal[flat], proof.points[flat]
    )
