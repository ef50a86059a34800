"""What sales made of hand-offs, and what was done where nobody worked them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.measure.known import Known, Stay
from connector.measure.metric import Maker, Metric, Row
from connector.measure.slices import parts, slices
from connector.plan.disposition import Disposition

_BY: Final = ("rep", "rule", "persona")
NOTHING: Final = "nothing"
SAID: Final = {
    Disposition.ACCEPTED.value: "accepted",
    Disposition.CONVERTED.value: "converted: an opportunity, open still",
    Disposition.WON.value: "won",
    Disposition.LOST.value: "lost",
    Disposition.DISQUALIFIED.value: "qualified out: sales knows that there is no business",
    Disposition.REJECTED.value: "rejected",
    Disposition.RECYCLED.value: "recycled",
    NOTHING: "nothing was said",
}
STEPS: Final = {
    "remind": "reminders",
    "escalate": "escalated to a manager",
    "reassign": "given to somebody else",
    "recycle": "taken back unworked",
    "cooling": "warned of going cold",
}


def dispositions(known: Known, maker: Maker) -> Iterator[Metric]:
    """Each hand-off is exactly one of `SAID`: the last that was said by the end."""
    handed = [stay for stay in known.stays if stay.handed_at is not None]
    for where, stays in slices(known, handed, _BY):
        found = dict(parts(stays, lambda stay: stay.disposition or NOTHING))
        for name, title in SAID.items():
            rows = [
                stay.row(stay.disposed_at or stay.handed_at, what=stay.said or title)
                for stay in found.get(name, [])
            ]
            yield maker.make(f"said.{name}", title, rows, where=where)


def steps(known: Known, maker: Maker) -> Iterator[Metric]:
    """What followed because nobody had worked a hand-off; nothing without clocks."""
    handed = [stay for stay in known.stays if stay.handed_at is not None]
    if known.rulebook.sla is None and not any(stay.steps for stay in handed):
        return
    for where, stays in slices(known, handed, _BY):
        for name, title in STEPS.items():
            rows = [row for stay in stays for row in _rows(stay, name)]
            yield maker.make(f"clock.{name}", title, rows, where=where)


def _rows(stay: Stay, what: str) -> Iterator[Row]:
    for name, at, note in stay.steps:
        if name == what:
            yield stay.row(at, what=note)
