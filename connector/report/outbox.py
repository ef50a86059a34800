"""Writes on their way into the CRM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.model import OutboxState, Write, WriteKind, earlier_of
from connector.report import words
from connector.report.dossier import Who, who_is
from connector.store import Store
from connector.store.outbox import Queued
from connector.store.requests import waiting

if TYPE_CHECKING:
    from connector.config.settings import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class OnItsWay:
    """One write."""

    key: str
    who: Who
    what: str
    """The subject of a task, or the fields that are set."""
    record: str
    state: OutboxState
    state_in_words: str
    reason: str
    attempt: int
    next_at: int | None
    """When it is sent next, UTC ms."""
    created_at: int
    settled_at: int | None
    remote_id: str | None
    revision: str
    """Of the rules that queued it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Some of the writes."""

    zone: str
    rows: tuple[OnItsWay, ...]
    counts: dict[OutboxState, int]
    """How many there are in all, by state."""
    requests: int
    """Wishes that wait for the daemon."""


def outgoing(
    store: Store, config: Config, *, states: Sequence[OutboxState] = (), most: int = 50
) -> Outgoing:
    """The newest writes, of some states or of all."""
    found = store.outbox.all(states, most)
    return Outgoing(
        zone=config.time_zone,
        rows=tuple(_row(store, config, each) for each in found),
        counts=store.outbox.counts(),
        requests=waiting(store.path.parent),
    )


def _row(store: Store, config: Config, queued: Queued) -> OnItsWay:
    moving = queued.state in (OutboxState.PENDING, OutboxState.RETRY, OutboxState.UNKNOWN)
    return OnItsWay(
        key=queued.write.key,
        who=who_is(store, config, queued.person),
        what=what_it_does(queued.write),
        record=str(queued.write.target),
        state=queued.state,
        state_in_words=words.write_state(queued.state),
        reason=queued.reason,
        attempt=queued.attempt,
        next_at=queued.next_at if moving else None,
        created_at=queued.created_at,
        settled_at=queued.settled_at,
        remote_id=queued.remote_id,
        revision=queued.revision,
    )


def what_it_does(write: Write) -> str:
    """The subject of a task, the fields that are set, or the list that is joined."""
    if write.kind is WriteKind.WITHDRAW:
        return f"withdraw: {what_it_does(earlier_of(write))}"
    if write.kind is WriteKind.ADD_MEMBER:
        return f"join the list {write.fields.get('list')}"
    if write.kind is WriteKind.SET_FIELDS:
        return "set " + ", ".join(f"{name} = {value}" for name, value in write.fields.items())
    return str(write.fields.get("subject") or write.kind.value)
