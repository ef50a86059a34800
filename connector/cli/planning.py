"""Making and applying a plan where the configuration, the database and the adapters are."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from connector import log
from connector.cli.cycled import reading_progress
from connector.cli.page import Page
from connector.cli.place import reading
from connector.clock import Clock
from connector.config.settings import Config
from connector.daemon.lock import FolderLock
from connector.errors import AlreadyRunning
from connector.model import OutboxState, Write
from connector.pinned import opened
from connector.planned.apply import Consent, apply, refuse_unfit
from connector.planned.make import make
from connector.planned.plan import Plan
from connector.registry import load_all
from connector.store import Store
from connector.store.recovery import open_state

Settled = list[tuple[Write, OutboxState, str]]


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan."""

    settled: Settled
    """Every write that was sent, with the state it came into and the reason."""
    states: Mapping[str, OutboxState]
    """Where each write of the plan is, by key."""


def make_plan(path: Path, clock: Clock, page: Page, *, quiet: bool) -> Plan:
    """The plan of the next cycle. Raises what is wrong with the files, and NothingRead."""
    log.configure(level=logging.ERROR)
    config = load_all(path)
    with reading(config):  # complains about a database that is not there, or not of this version
        copy = Store.copy(config.state)
    with (
        closing(copy),
        opened(config, clock, copy) as adapters,
        reading_progress(page, quiet=quiet) as progress,
    ):
        return make(copy, config, adapters, clock, progress)


def apply_plan(path: Path, clock: Clock, plan: Plan, consent: Consent) -> Applied:
    """Write what the plan says; what became of each write. Raises PlanRefused."""
    log.configure(level=logging.ERROR)
    config = load_all(path)
    refuse_unfit(plan, config, consent, clock.now())
    with reading(config):
        pass
    settled: Settled = []
    with (
        locked(config),
        closing(open_state(config.state, clock.now()).store) as store,
        opened(config, clock, store) as adapters,
    ):
        states = apply(
            plan,
            store,
            config,
            adapters,
            clock,
            consent=consent,
            sent=lambda *one: settled.append(one),
        )
    return Applied(settled, states)


@contextmanager
def locked(config: Config) -> Iterator[None]:
    """Nobody else works on the state folder. Raises AlreadyRunning."""
    try:
        lock = FolderLock.take(config.state)
    except AlreadyRunning as error:
        raise AlreadyRunning(
            f"{error} A running daemon that is armed writes by itself what a plan says, with its "
            "next poll. To write by plans alone, stop it."
        ) from None
    with lock:
        yield
