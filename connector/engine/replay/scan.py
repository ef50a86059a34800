"""Decayed sums of all rows at once: a linear recurrence, scanned in blocks.

A column lies in blocks of consecutive rows, turned so that row j of the table holds the j-th entry
of every block: one step of all blocks is then one call on neighbouring numbers.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from connector.engine.replay.columns import Floats, Rows

BLOCK: Final = 64
_CARRY_BLOCK: Final = 16
_FEW: Final = 128


def turned(column: NDArray[Any], filler: float, block: int = BLOCK) -> NDArray[Any]:
    """The column in blocks; what is missing in the last one is filled up."""
    blocks = -(-len(column) // block)
    padded = np.empty(blocks * block, column.dtype)
    padded[: len(column)] = column
    padded[len(column) :] = filler
    return np.ascontiguousarray(padded.reshape(blocks, block).T)


def unturned(table: NDArray[Any], size: int) -> NDArray[Any]:
    """The column again."""
    return np.ascontiguousarray(table.T).reshape(-1)[:size]


def places(table: NDArray[Any], rows: Rows) -> Rows:
    """Where rows of the column stand in the raveled table."""
    block, blocks = table.shape
    there: Rows = rows % block * blocks + rows // block
    return there


def scan(keep: Floats, add: Floats) -> tuple[Floats, Floats]:
    """What a[i] = a[i - 1] * keep[i] + add[i] is before and after each `add`, from a[-1] = 0.

    Takes and gives turned tables and uses up the given ones. A `keep` of 0 begins anew, so many
    persons stand in one column. Exact for any length: every value is a sum of products of what
    really lies between, nothing is rebased.
    """
    product, total = keep[0].copy(), add[0].copy()
    for step in range(1, len(keep)):
        total *= keep[step]
        total += add[step]
        product *= keep[step]
    last = np.zeros(len(total))
    last[1:] = _carried(product[:-1], total[:-1])
    for step in range(len(keep)):
        np.multiply(last, keep[step], out=keep[step])
        np.add(keep[step], add[step], out=add[step])
        last = add[step]
    return keep, add


def _carried(keep: Floats, add: Floats) -> Floats:
    if len(keep) > _FEW:
        _, after = scan(turned(keep, 0.0, _CARRY_BLOCK), turned(add, 0.0, _CARRY_BLOCK))
        return unturned(after, len(keep))
    value, out = 0.0, []
    for one_keep, one_add in zip(keep.tolist(), add.tolist(), strict=True):
        value = value * one_keep + one_add
        out.append(value)
    return np.array(out)
