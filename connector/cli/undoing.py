"""Undoing where the configuration, the database and the adapters are."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from connector import log
from connector.cli.moments import moment
from connector.cli.place import reading
from connector.cli.planning import Settled, locked
from connector.clock import Clock
from connector.errors import AskOperator
from connector.model import OutboxState
from connector.pinned import opened
from connector.planned.undo import UndoPlan, plan_undo, undo
from connector.registry import load_all
from connector.store.recovery import open_state

_FOR_EVER: Final = 1 << 62


class Braked(AskOperator):
    """More would be taken back at once than the brake lets go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the person at the keyboard said."""

    run: str
    since: str | None
    """As it was written; None: from the beginning."""
    until: str | None
    reason: str
    do: bool
    number: int | None
    """How many were agreed to, though it is more than the brake lets go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What was planned, and what became of it."""

    plan: UndoPlan
    done: bool
    settled: Settled
    states: Mapping[str, OutboxState]


def run_undo(path: Path, clock: Clock, wanted: Wanted) -> Undone:
    """Plan, and do it where that was asked for. Raises Braked, NothingWritten, NothingRead."""
    log.configure(level=logging.ERROR)
    config = load_all(path)
    settled: Settled = []
    with reading(config) as store, opened(config, clock, store, keep=False) as adapters:
        since, until = _stretch(wanted, clock.now(), ZoneInfo(config.time_zone))
        plan = plan_undo(store, config, adapters, wanted.run, since=since, until=until)
    if not wanted.do or not plan.todo:
        return Undone(plan=plan, done=wanted.do, settled=settled, states={})
    _brake(plan, config.storm, wanted.number)
    with (
        locked(config),
        closing(open_state(config.state, clock.now()).store) as store,
        opened(config, clock, store) as adapters,
    ):
        states = undo(
            store,
            config,
            adapters,
            clock,
            plan,
            reason=wanted.reason,
            sent=lambda *one: settled.append(one),
        )
    return Undone(plan=plan, done=True, settled=settled, states=states)


def _stretch(wanted: Wanted, now: int, zone: ZoneInfo) -> tuple[int, int]:
    since, until = (
        None if text is None else moment(text, now, zone, end_of_day=late)
        for text, late in ((wanted.since, False), (wanted.until, True))
    )
    return since or 0, _FOR_EVER if until is None else until


def _brake(plan: UndoPlan, storm: int, number: int | None) -> None:
    if number is not None and number != plan.todo:
        raise Braked(
            f"--yes-all names {number}, and {plan.todo} would be taken back. "
            "Look at the list, and name the number it says."
        )
    if storm and plan.todo > storm and number is None:
        raise Braked(
            f"{plan.todo} would be taken back at once, more than the brake lets go "
            f"(storm = {storm}). If that is what you want, say so: --yes-all {plan.todo}."
        )
