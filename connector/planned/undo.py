"""Taking back what a rule revision, or one write, has written; where nobody touched it since."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from connector.clock import Clock
from connector.config.settings import Config
from connector.deliver import Deliver, Sent
from connector.errors import AskOperator
from connector.model import OutboxState, Scalar, Write, WriteKind, withdrawal
from connector.plan.key import PREFIX, undo_key
from connector.planned.rehearse import what_is_there
from connector.ports import Adapter
from connector.report.dossier import who_is
from connector.report.outbox import what_it_does
from connector.store import Store
from connector.store.outbox import Queued

NEVER_SENT: Final = (OutboxState.PENDING, OutboxState.RETRY, OutboxState.DEAD)
_UNDOING: Final = (*NEVER_SENT, OutboxState.INFLIGHT, OutboxState.UNKNOWN, OutboxState.HELD)
_DOUBTFUL: Final = "nobody knows yet whether it arrived; undo again when `leadmode outbox` says"
_NOTHING: Final = {
    OutboxState.UNDONE: "it is undone already",
    OutboxState.CANCELLED: "it was never written",
    OutboxState.EXPIRED: "it was never written",
}
_NOT_KEPT: Final = "what was there before is not recorded"
_NOT_OURS: Final = "it was so before; leadmode changed nothing"
_CHANGED: Final = "somebody has changed it since"
_GONE: Final = "the record is gone"


Later = Collection[str]
"""Platforms where somebody else applies what is written: what is there now tells nothing."""


class Does(StrEnum):
    """What undoing does about one write."""

    WITHDRAW = "withdraw"
    SET_BACK = "set back"
    GIVE_UP = "give up"
    """It was never sent, and will not be."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """One write, and what undoing would do about it."""

    key: str
    record: str
    person: int
    name: str
    what: str
    """What the write did, in words."""
    does: Does
    why: str = ""
    """Why nothing is done, or what is set back to what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """Everything that one run wrote, newest first."""

    run: str
    """The rule revision, or the key of the one write."""
    rows: tuple[TakeBack, ...]

    @property
    def todo(self) -> int:
        """How many would be taken back."""
        return sum(row.does is not Does.NOTHING for row in self.rows)


class NothingWritten(AskOperator):
    """There is no such run, or it wrote nothing."""


def written_by(store: Store, run: str, since: int, until: int) -> tuple[str, list[Queued]]:
    """The whole name of a run, and what it queued in a stretch of time; newest first.

    `run` is the beginning of a rule revision or of the key of a write. Raises NothingWritten.
    """
    if run.startswith(PREFIX):
        found = [each for each in store.outbox.all() if each.write.key.startswith(run)]
        if len(found) != 1:
            raise NothingWritten(f'"{run}" is the beginning of {len(found)} keys of writes, not 1.')
        return found[0].write.key, found
    known = store.revisions.like(run)
    if len(known) != 1:
        raise NothingWritten(
            f'"{run}" is the beginning of {len(known)} rule revisions, not 1. '
            "`leadmode rules log` lists them."
        )
    return known[0], store.outbox.written_by(known[0], since, until)


def plan_undo(
    store: Store,
    config: Config,
    adapters: Mapping[str, Adapter],
    run: str,
    *,
    since: int,
    until: int,
) -> UndoPlan:
    """What would be taken back, and why not. Asks the CRM what is there, and changes nothing."""
    name, found = written_by(store, run, since, until)
    later = _later(adapters)
    judged = [(each, *_judged(store, each, later)) for each in found]
    sent = [each for each, does, _ in judged if _is_sent(does)]
    kept = _kept_because(sent, adapters, later)
    return UndoPlan(
        run=name,
        rows=tuple(
            _row(store, config, each, Does.NOTHING, kept[each.write.key])
            if each.write.key in kept
            else _row(store, config, each, does, why)
            for each, does, why in judged
        ),
    )


def undo(
    store: Store,
    config: Config,
    adapters: Mapping[str, Adapter],
    clock: Clock,
    plan: UndoPlan,
    *,
    reason: str,
    sent: Sent | None = None,
) -> dict[str, OutboxState]:
    """Take back what the plan says; where each of its writes is then, by key.

    Whether somebody touched it is looked at once more where it is done. Killed at any moment it
    can be repeated: nothing is taken back twice.
    """
    later = _later(adapters)
    with store.transaction():
        todo = [each for row in plan.rows if (each := store.outbox.get(row.key)) is not None]
        wanted = {row.key for row in plan.rows if row.does is not Does.NOTHING}
        now = clock.now()
        for each in todo:
            does, _ = _judged(store, each, later)
            if each.write.key not in wanted:
                continue
            if does is Does.GIVE_UP:
                store.outbox.undo_unsent([each.write.key], reason, now)
            elif _is_sent(does):
                store.outbox.add(
                    _back(each, later),
                    person=each.person,
                    revision=each.revision,
                    now=now,
                    undoes=each.write.key,
                    why=reason,
                )
    Deliver(store, adapters, config, clock).undo(threading.Event(), sent)
    after = {row.key: store.outbox.get(row.key) for row in plan.rows}
    return {key: each.state for key, each in after.items() if each is not None}


def _later(adapters: Mapping[str, Adapter]) -> Later:
    return {name for name, each in adapters.items() if each.capabilities.applied_later}


def _is_sent(does: Does) -> bool:
    return does in (Does.WITHDRAW, Does.SET_BACK)


def _judged(store: Store, each: Queued, later: Later) -> tuple[Does, str]:
    """What is to be done about a write, by what is remembered of it."""
    state = each.state
    if state in NEVER_SENT or (state is OutboxState.HELD and not each.write.sent_before):
        return Does.GIVE_UP, "it was not sent yet"
    if state is not OutboxState.DONE:
        return Does.NOTHING, _NOTHING.get(state, _DOUBTFUL)
    return _judged_as_written(store, each, later)


def _judged_as_written(store: Store, each: Queued, later: Later) -> tuple[Does, str]:
    write = each.write
    before = store.outbox.get(undo_key(write.key))
    if before is not None and before.state not in _UNDOING:
        return Does.NOTHING, before.reason or before.state.value
    if write.kind is WriteKind.SET_FIELDS and write.target.instance not in later:
        return _set_back(each)
    if write.kind is WriteKind.ADD_MEMBER and each.was is None:
        return Does.NOTHING, f"{_NOT_KEPT}: perhaps it was a member already"
    return Does.WITHDRAW, ""


def _set_back(each: Queued) -> tuple[Does, str]:
    if each.was is None:
        return Does.NOTHING, _NOT_KEPT
    if not each.was:
        return Does.NOTHING, _NOT_OURS
    told = ", ".join(f"{name} = {_shown(value)}" for name, value in each.was.items())
    return Does.SET_BACK, f"to {told}"


def _shown(value: Scalar) -> str:
    return "nothing" if value in (None, "") else str(value)


def _back(each: Queued, later: Later) -> Write:
    """The write that takes another one back."""
    write, key = each.write, undo_key(each.write.key)
    withdrawn = write.kind is not WriteKind.SET_FIELDS or write.target.instance in later
    if withdrawn or each.was is None:
        return withdrawal(key, write, each.remote_id or "")
    return Write(
        key=key,
        kind=WriteKind.SET_FIELDS,
        target=write.target,
        fields=dict(each.was),
        expected={name: (write.fields[name],) for name in each.was if name in write.fields},
    )


def _kept_because(
    found: Sequence[Queued], adapters: Mapping[str, Adapter], later: Later
) -> dict[str, str]:
    """Of what would be taken back, by key, what somebody has touched since."""
    told: dict[str, str] = {}
    for instance, adapter in adapters.items():
        some = [each for each in found if each.write.target.instance == instance]
        backs = {_back(each, later).key: each.write.key for each in some}
        asked = [back for each in some if (back := _back(each, later)).kind is WriteKind.WITHDRAW]
        told |= {backs[key]: why for key, why in adapter.kept_because(asked).items()}
    fields = [each for each in found if _back(each, later).kind is WriteKind.SET_FIELDS]
    return told | dict(_changed_since(fields, adapters))


def _changed_since(
    found: Sequence[Queued], adapters: Mapping[str, Adapter]
) -> Iterator[tuple[str, str]]:
    """Fields that do not have our value any more; a later write of ours to them goes back first."""
    there = what_is_there([each.write for each in found], adapters)
    back: dict[tuple[str, str], Scalar] = {}
    for each in found:  # newest first
        record, now = str(each.write.target), there[each.write.key]
        if now is None:
            yield each.write.key, _GONE
            continue
        for name, value in (each.was or {}).items():
            present = back.get((record, name), now.get(name))
            if name in now and str(present) != str(each.write.fields.get(name)):
                yield each.write.key, f"{_CHANGED}: {name} is {_shown(present)}"
                break
            back[record, name] = value


def _row(store: Store, config: Config, each: Queued, does: Does, why: str) -> TakeBack:
    return TakeBack(
        key=each.write.key,
        record=str(each.write.target),
        person=each.person,
        name=who_is(store, config, each.person).label,
        what=what_it_does(each.write),
        does=does,
        why=why,
    )
