"""Deciding about writes that wait for somebody, beside a daemon or without one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from connector.cli.page import Page, print_json
from connector.cli.place import reading
from connector.clock import Clock

if TYPE_CHECKING:
    from connector.config.settings import Config
    from connector.model import OutboxState
    from connector.store import Store
    from connector.store.outbox import Queued
    from connector.store.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Which writes are meant."""

    keys: Sequence[str]
    """Keys or their beginnings."""
    every: bool
    """All in these states that were never sent."""
    states: tuple[OutboxState, ...]
    """States in which there is something to decide."""
    agreed: int | None = None
    """How many a person let go by their number."""


def settle(config: Config, clock: Clock, wish: str, asked: Stopped, *, as_json: bool) -> None:
    """Do it now, or ask the running daemon to: only one process may change the database."""
    from connector.store.requests import Request, Wish  # noqa: PLC0415

    if not asked.keys and not asked.every:
        raise typer.BadParameter("Name at least one key. `leadmode outbox` lists them.")
    with reading(config) as store:
        found = list(_named(store, asked)) if asked.keys else _never_sent(store, asked.states)
    keys = tuple(each.write.key for each in found)
    if wish == "release":
        _brake(config, found, asked.agreed)
    at_once = True
    if keys:
        request = Request(wish=Wish(wish), keys=keys, asked_at=clock.now())
        at_once = do_or_ask(config, request)
    if as_json:
        print_json({"wish": wish, "keys": keys, "done": at_once})
    else:
        _say(Page(), config, wish, found, at_once=at_once)


def _brake(config: Config, found: Sequence[Queued], agreed: int | None) -> None:
    """Refuse to let more go at once than the brake would, unless their number was named."""
    tasks = sum(each.write.kind == "create_task" for each in found)
    if agreed is not None and agreed != len(found):
        raise typer.BadParameter(f"--yes-all names {agreed}, and {len(found)} writes are meant.")
    if agreed is None and config.storm and tasks > config.storm:
        raise typer.BadParameter(
            f"{tasks} tasks are more than the brake lets go at once (storm = {config.storm}). Look "
            f"at them with `leadmode outbox --state held`; to let all go: --yes-all {len(found)}."
        )


def do_or_ask(config: Config, request: Request) -> bool:
    """Whether it was done here; otherwise the daemon was asked."""
    from connector.daemon.lock import FolderLock  # noqa: PLC0415
    from connector.errors import AlreadyRunning  # noqa: PLC0415
    from connector.store import Store  # noqa: PLC0415
    from connector.store.requests import (  # noqa: PLC0415
        apply_request,
        take_requests,
        write_request,
    )

    try:
        lock = FolderLock.take(config.state)
    except AlreadyRunning:
        write_request(config.state, request)
        return False
    with lock:
        store = Store.open(config.state)
        try:
            take_requests(store, request.asked_at)
            apply_request(store, request, request.asked_at)
        finally:
            store.close()
    return True


def _named(store: Store, asked: Stopped) -> Iterator[Queued]:
    """The writes that were named; `BadParameter` for a key that names none, or several."""
    from connector.store.overview import keys_like  # noqa: PLC0415

    for key in dict.fromkeys(asked.keys):
        found = keys_like(store.connection, key)
        if len(found) != 1:
            how = "No write has" if not found else "Several writes have"
            raise typer.BadParameter(f'{how} a key that begins with "{key}".')
        queued = store.outbox.get(found[0])
        if queued is not None and queued.state not in asked.states:
            said = " or ".join(state.value for state in asked.states)
            raise typer.BadParameter(
                f"{queued.write.key} is {queued.state.value}; this is for writes that are {said}."
            )
        if queued is not None:
            yield queued


def _never_sent(store: Store, states: tuple[OutboxState, ...]) -> list[Queued]:
    return [each for each in store.outbox.all(states) if each.attempt == 0]


def _say(page: Page, config: Config, wish: str, found: Sequence[Queued], *, at_once: bool) -> None:
    from connector.report.words import counted  # noqa: PLC0415

    done = {"release": "released", "discard": "discarded"}[wish]
    if not found:
        page.line("There is nothing to decide.")
    elif at_once:
        page.line(f"{counted(len(found), 'write')} {done}.", "green")
    else:
        page.line(
            f"The daemon was asked to have {counted(len(found), 'write')} {done}; it does that "
            f"within {config.tick / 1_000:g} seconds.",
            "green",
        )
    if wish == "release" and any(each.attempt and each.state == "held" for each in found):
        page.line("Some were sent before: look whether they are in the CRM twice.", "yellow")
