"""Time from hand-off to first touch, and what became of those who were not touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.clock import DAY
from connector.engine.timeline import EndReason
from connector.measure.known import Known, Stay
from connector.measure.metric import How, Maker, Metric
from connector.measure.slices import parts, slices

_BY: Final = ("rep", "rule", "persona")
_NO: Final = (EndReason.REJECTED.value, EndReason.DISQUALIFIED.value)
TITLES: Final = {
    "never": "never touched, and overdue",
    "late": "touched late",
    "in_time": "touched in time",
    "said_no": "answered no",
    "silent": "touched, then silent",
    "waiting": "not touched, not due yet",
}


def first_touch(known: Known, maker: Maker) -> Iterator[Metric]:
    """Days from a hand-off to the first call or meeting, and to the first sign of work."""
    handed = [stay for stay in known.stays if stay.handed_at is not None]
    for where, stays in slices(known, handed, _BY):
        yield maker.make(
            "touch.share",
            "talked to at all",
            [stay.row(stay.handed_at, counts=stay.talked_at is not None) for stay in stays],
            how=How.SHARE,
            where=where,
        )
        for name, title in (("talk", "first call or meeting"), ("work", "first sign of work")):
            rows = [
                stay.row(at, value=(at - stay.handed_at) / DAY)
                for stay in stays
                if (at := stay.talked_at if name == "talk" else stay.worked_at) is not None
                and stay.handed_at is not None
            ]
            yield maker.make(
                f"touch.{name}_days",
                f"days to the {title}, median",
                rows,
                how=How.MEDIAN,
                unit="days",
                where=where,
            )


def neglect(known: Known, maker: Maker) -> Iterator[Metric]:
    """Each hand-off is exactly one of `TITLES`."""
    handed = [stay for stay in known.stays if stay.handed_at is not None]
    for where, stays in slices(known, handed, _BY):
        found = dict(parts(stays, lambda stay: treatment(known, stay)))
        for name, title in TITLES.items():
            rows = [stay.row(stay.handed_at, what=title) for stay in found.get(name, [])]
            yield maker.make(f"neglect.{name}", title, rows, where=where)


def treatment(known: Known, stay: Stay) -> str:
    """What became of a hand-off: a key of `TITLES`."""
    rules = known.rulebook.hand_off
    due = (stay.handed_at or 0) + (rules.raised_due if stay.raised else rules.due)
    if stay.worked_at is None:
        if stay.left_reason in _NO:
            return "said_no"
        return "never" if due < known.until_at else "waiting"
    if stay.left_reason in _NO:
        return "said_no"
    if _silent(known, stay, stay.worked_at):
        return "silent"
    return "late" if stay.worked_at > due else "in_time"


def _silent(known: Known, stay: Stay, touched: int) -> bool:
    """Nothing came back after the touch, and the episode is over without anything else."""
    someone = known.people.get(stay.person)
    acted = someone.acted_at if someone else None
    is_over = stay.left_at is not None and not stay.sales
    return is_over and (acted is None or acted <= touched)
