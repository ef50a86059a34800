"""Applying a plan: exactly what it says, by the way that every cycle goes, or nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

from connector.clock import Clock, ManualClock, iso
from connector.config.settings import Config
from connector.deliver import Deliver, Sent
from connector.errors import AskOperator
from connector.model import OutboxState, Write, WriteKind
from connector.plan.words import span
from connector.planned.make import ON_THEIR_WAY
from connector.planned.plan import Plan, PlannedWrite, agreed
from connector.planned.recorder import Recorder
from connector.planned.rehearse import Rehearsed, go_through, narrowed, what_is_there
from connector.ports import Adapter
from connector.report import words
from connector.store import Store

_ANEW: Final = "Make a new plan and look at it."
_STOPPED: Final = frozenset(
    {
        OutboxState.HELD,
        OutboxState.DEAD,
        OutboxState.EXPIRED,
        OutboxState.CANCELLED,
        OutboxState.UNDONE,
    }
)
"""States of a write that a person has to decide about, or has decided about."""


class PlanRefused(AskOperator):
    """The plan is not applied, and nothing was written."""

    def __init__(self, reasons: list[str], advice: str) -> None:
        self.reasons = tuple(reasons)
        self.advice = advice
        listed = "\n".join(f"  - {reason}" for reason in reasons)
        super().__init__(f"Refused, nothing was written:\n{listed}\n{advice}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the person who applies a plan has said."""

    max_age: int
    """ms after which a plan is too old."""
    number: int | None = None
    """How many hand-offs were agreed to, though it is more than the brake lets go."""


def refuse_unfit(plan: Plan, config: Config, consent: Consent, now: int) -> None:
    """Raise PlanRefused when the plan is of another installation, other rules, or too old."""
    reasons = list(_unfit(plan, config, consent, now))
    if reasons:
        raise PlanRefused(reasons, _ANEW)
    brake(plan.hand_offs, braked=any(w.braked for w in plan.writes), config=config, said=consent)


def brake(number: int, *, braked: bool, config: Config, said: Consent) -> None:
    """Raise PlanRefused for more hand-offs at once than usual, unless their number was named."""
    if said.number is not None and said.number != number:
        reason = f"--yes-all names {said.number}, and the plan makes {number} hand-offs"
        raise PlanRefused([reason], "Look at the plan, and name the number it says.")
    if braked and said.number is None:
        counted = words.counted(number, "hand-off")
        reason = f"it makes {counted}, more than the brake lets go ({_limits(config)})"
        raise PlanRefused(
            [reason], f"If that is what you want, say so with its number: --yes-all {number}."
        )


def _limits(config: Config) -> str:
    return f"storm = {config.storm}, storm_times = {config.storm_times}"


def _unfit(plan: Plan, config: Config, consent: Consent, now: int) -> Iterator[str]:
    sources = {name: source.adapter for name, source in config.sources.items()}
    if plan.instance != config.instance:
        yield f"it is a plan of {plan.instance}, and this is {config.instance}"
    if plan.sources != sources:
        yield f"its sources are {_listed(plan.sources)}, and now {_listed(sources)}"
    if plan.revision != config.rulebook.revision:
        yield (
            f"the rules changed: it was made by revision {plan.revision}, the files now say "
            f"{config.rulebook.revision}"
        )
    if now - plan.made_at > consent.max_age:
        limit = span(consent.max_age)
        yield f"it was made {span(now - plan.made_at)} ago, and may be {limit} old (--max-age)"
    if plan.made_at > now:
        yield f"it was made at {iso(plan.made_at)}, which is in the future: a clock is wrong"


def _listed(sources: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({adapter})" for name, adapter in sources.items())


def apply(
    plan: Plan,
    store: Store,
    config: Config,
    adapters: Mapping[str, Adapter],
    clock: Clock,
    *,
    consent: Consent,
    sent: Sent | None = None,
) -> dict[str, OutboxState]:
    """Go through a cycle and send what it queues, if that is exactly what the plan says.

    The cycle is rehearsed on a copy of the database first, and the real one is given the same
    answers of the sources at the same moment, so that it cannot come out otherwise. Returns where
    each write of the plan is then, by key. Raises
    PlanRefused before anything is changed, and what the adapters raise. Killed at any moment it
    can be applied again: what is queued already is found there.
    """
    refuse_unfit(plan, config, consent, clock.now())
    if consent.number is not None:
        config = replace(config, storm=0)
    standing = ManualClock(clock.now())
    recorders = {name: Recorder(adapter) for name, adapter in adapters.items()}
    with closing(Store.copy(config.state)) as copy:
        done = go_through(copy, config, recorders, standing)
    for error in done.failed.values():
        raise error
    reasons = list(_differences(plan, store, config, done, adapters))
    if reasons:
        raise PlanRefused([*reasons, *_moved(plan, store)], _ANEW)
    for recorder in recorders.values():
        recorder.again()
    go_through(store, config, recorders, standing, agreed=agreed(plan))
    Deliver(store, adapters, config, clock).drain(threading.Event(), sent)
    queued = {each.key: store.outbox.get(each.key) for each in plan.writes}
    return {key: one.state for key, one in queued.items() if one is not None}


def _moved(plan: Plan, store: Store) -> Iterator[str]:
    now = store.place()
    told = [f"{name} {plan.place[name]} -> {now[name]}" for name in now if name != "read_at"]
    if now != plan.place:
        yield f"since the plan the database moved on ({', '.join(told)})"


def _differences(
    plan: Plan,
    store: Store,
    config: Config,
    done: Rehearsed,
    adapters: Mapping[str, Adapter],
) -> Iterator[str]:
    """What would come out now and is not what the plan says."""
    if config.dry_run and not store.armed:
        yield "leadmode is not armed: this is a dry run. Run `leadmode arm` first"
        return
    if not plan.armed:
        yield "it was made in the dry run, in which nothing is written"
    if plan.database != store.identity:
        yield "it was made with another database"
        return
    yield from _stopped(plan, store)
    fresh = done.writes
    todo = [each for each in plan.writes if store.outbox.get(each.key) is None]
    there = what_is_there([each.write for each in todo], adapters)
    for each in todo:
        if there[each.key] != each.was:
            yield from _changed_record(each, there[each.key])
        elif each.key not in fresh:
            yield f"{_label(each)} would not be written any more: {_why_not(each, done)}"
        else:
            yield from _changed_write(each, narrowed(fresh[each.key], each.was))
    yield from _beyond(plan, store, done)


def _stopped(plan: Plan, store: Store) -> Iterator[str]:
    """What was queued before and will not go by itself."""
    for each in plan.writes:
        queued = store.outbox.get(each.key)
        if queued is None or queued.state not in _STOPPED:
            continue
        if queued.state is OutboxState.CANCELLED and queued.attempt:
            continue  # The CRM had another value by then; it was sent all the same.
        reason = f" ({queued.reason})" if queued.reason else ""
        yield f"{_label(each)} is in the outbox, {words.stopped(queued.state)}{reason}: {each.key}"


def _beyond(plan: Plan, store: Store, done: Rehearsed) -> Iterator[str]:
    """What would be written without being in the plan."""
    known = {each.key for each in plan.writes}
    for news in done.news:
        for write in news.writes:
            if write.key not in known:
                subject = write.fields.get("subject") or write.kind.value
                yield f"not in it, and would be written too: {subject} (person #{news.person.id})"
    waiting = known | {each.key for each in plan.waiting}
    for queued in store.outbox.all(ON_THEIR_WAY):
        if queued.write.key not in waiting:
            yield f"not in it, and waits in the outbox: {queued.write.key}"


def _changed_record(each: PlannedWrite, now: Mapping[str, object] | None) -> Iterator[str]:
    record = each.write.target
    if now is None:
        yield f"{record} ({each.name}) is not there any more"
    elif each.was is None:
        yield f"{record} ({each.name}) is there again"
    else:
        for name, value in now.items():
            if each.was.get(name) != value:
                yield (
                    f"{record} ({each.name}): {name} was {each.was.get(name)!r} and is now "
                    f"{value!r} in the CRM"
                )


def _changed_write(each: PlannedWrite, now: Write) -> Iterator[str]:
    """Where a write would come out otherwise; when it is due goes by when it was planned."""
    before = each.write
    if before.target != now.target:
        yield f"{_label(each)} would go to {now.target}, not to {before.target}"
    for name in sorted(before.fields.keys() | now.fields.keys()):
        if name == "due_at" and now.kind is WriteKind.CREATE_TASK:
            continue
        if before.fields.get(name) != now.fields.get(name):
            yield (
                f"{_label(each)}: {name} would be {now.fields.get(name)!r}, "
                f"not {before.fields.get(name)!r}"
            )
    if dict(before.expected) != dict(now.expected):
        yield f"{_label(each)} would be set under other conditions"


def _why_not(each: PlannedWrite, done: Rehearsed) -> str:
    """The decision about the same alert now, in words."""
    for person, alert in done.alerts:
        decision = alert.decision
        if person.id == each.person and decision.rule == each.rule and words.hold(decision):
            return words.hold(decision)
    return "no alert comes out for it now"


def _label(each: PlannedWrite) -> str:
    return f"the {_NOUNS[each.kind]} for {each.name}"


_NOUNS: Final = {
    WriteKind.CREATE_TASK: "task",
    WriteKind.SET_FIELDS: "field change",
    WriteKind.ADD_NOTE: "note",
    WriteKind.ADD_MEMBER: "membership",
    WriteKind.WITHDRAW: "withdrawal",
}
