"""Alerts for which nobody had room, and those held out to see what handing off brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connector.engine.result import Reason
from connector.measure.known import Known, Stay
from connector.measure.metric import How, Maker, Metric, Row
from connector.measure.slices import slices
from connector.model import Hold

_BY: Final = ("rep", "rule")


def capacity(known: Known, maker: Maker) -> Iterator[Metric]:
    """What was deferred, and what it was worth; nothing where nothing was."""
    deferred = [stay for stay in known.stays if stay.waits or stay.hold == Hold.CAPACITY]
    if not deferred:
        return
    for where, stays in slices(known, deferred, _BY):
        waiting = [stay.row() for stay in stays if stay.waits]
        yield maker.make("capacity.waiting", "waiting", waiting, where=where)
        given_up = [stay.row() for stay in stays if not stay.waits]
        yield maker.make("capacity.given_up", "given up", given_up, where=where)
        rows = [stay.row(counts=bool(stay.sales)) for stay in stays]
        yield maker.make(
            "capacity.opportunity_rate",
            "followed by an opportunity all the same",
            rows,
            how=How.SHARE,
            where=where,
        )
        worth = [
            stay.row(value=sum(sale.amount or 0.0 for sale in stay.won), what=_named(stay))
            for stay in stays
            if stay.won
        ]
        yield maker.make(
            "capacity.won",
            "amount won all the same",
            worth,
            how=How.SUM,
            unit="amount",
            where=where,
        )


def _named(stay: Stay) -> str:
    return ", ".join(sale.ref for sale in stay.won)


def holdout(known: Known, maker: Maker) -> Iterator[Metric]:
    """Those handed off beside those held out, under the revisions that drew; nothing without."""
    out = [stay for stay in known.stays if stay.hold == Hold.HOLDOUT and stay.handed_at is None]
    if not out:
        return
    drew = {stay.decided_by for stay in out}
    handed = [
        stay
        for stay in known.stays
        if stay.handed_at is not None
        and not stay.raised
        and stay.reason == Reason.SCORE
        and stay.decided_by in drew
    ]
    for side, title, stays in (("handed_off", "handed off", handed), ("held_out", "held out", out)):
        yield maker.make(f"holdout.{side}", title, [stay.row() for stay in stays])
    for name, title in (("opportunity", "an opportunity"), ("won", "a win")):
        sides = [*_side(handed, name, 1.0), *_side(out, name, 0.0)]
        for side, value in (("handed_off", 1.0), ("held_out", 0.0)):
            rows = [row for row in sides if row.value == value]
            measure = f"holdout.{name}_rate_{side}"
            told = f"{side.replace('_', ' ')}, followed by {title}"
            yield maker.make(measure, told, rows, how=How.SHARE)
        told = f"what handing off brings: {title}"
        yield maker.make(f"holdout.{name}_effect", told, sides, how=How.DIFFERENCE)


def _side(stays: Sequence[Stay], name: str, value: float) -> Iterator[Row]:
    what = "handed off" if value else "held out"
    return (stay.row(counts=_led(stay, name), value=value, what=what) for stay in stays)


def _led(stay: Stay, name: str) -> bool:
    return bool(stay.sales if name == "opportunity" else stay.won)
