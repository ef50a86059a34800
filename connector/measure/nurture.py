"""Runs through nurture programs, the touches that were made, and what they were answered with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from connector.clock import DAY
from connector.measure.known import UNKNOWN, Known, Sent, Started
from connector.measure.metric import How, Maker, Metric, Row
from connector.measure.slices import parts
from connector.plan.nurture import Exit

_BY: Final = ("program", "offer", "persona", "phase")


def nurture(known: Known, maker: Maker) -> Iterator[Metric]:
    """Of each program and of each offer; nothing where no program ran."""
    if known.started:
        for program, runs in [("", [*known.started]), *parts(known.started, _program)]:
            yield from _of_runs(runs, {"program": program} if program else {}, maker)
    if known.sent:
        yield from _of_touches([*known.sent], {}, maker)
        for name in _BY:
            for value, sent in parts(known.sent, partial(_of, name)):
                yield from _of_touches(sent, {name: value}, maker)


def _program(one: Started) -> str:
    return one.run.program


def _of(name: str, one: Sent) -> str:
    return str(getattr(one.touch, name)) or UNKNOWN


def _of_runs(runs: list[Started], where: dict[str, str], maker: Maker) -> Iterator[Metric]:
    yield maker.make("nurture.started", "runs", [_run(one) for one in runs], where=where)
    over = [one for one in runs if one.run.ended_at is not None]
    yield maker.make("nurture.ended", "over", [_run(one) for one in over], where=where)
    rows = [_run(one, counts=one.run.reason == Exit.LEAD_MODE) for one in over]
    title = "of them, by lead mode"
    yield maker.make("nurture.lead_mode_rate", title, rows, how=How.SHARE, where=where)
    rows = [_run(one) for one in runs if one.run.ended_at is None and one.run.exhausted_at]
    yield maker.make("nurture.exhausted", "without an offer left", rows, where=where)


def _run(one: Started, *, counts: bool = True) -> Row:
    run = one.run
    return Row(one.person, run.enrolled_at, run.program, counts=counts, what=run.reason)


def _of_touches(sent: list[Sent], where: dict[str, str], maker: Maker) -> Iterator[Metric]:
    yield maker.make("nurture.touches", "touches", [_touch(one) for one in sent], where=where)
    judged = [one for one in sent if one.is_judged]
    rows = [_touch(one, counts=one.answered_at is not None) for one in judged]
    title = "answered, of those whose time is over"
    yield maker.make("nurture.answered_rate", title, rows, how=How.SHARE, where=where)
    rows = [
        _touch(one, value=(one.answered_at - one.touch.at) / DAY)
        for one in judged
        if one.answered_at is not None
    ]
    title = "days to the answer, median"
    days = "nurture.answer_days"
    yield maker.make(days, title, rows, how=How.MEDIAN, unit="days", where=where)


def _touch(one: Sent, *, counts: bool = True, value: float = 1.0) -> Row:
    touch = one.touch
    return Row(one.person, touch.at, touch.program, counts=counts, value=value, what=touch.offer)
