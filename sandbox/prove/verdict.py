"""Whether the promises were kept, by the platform's journal and a plain reading of the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from connector.clock import DAY
from connector.model import Hold, Kind, OutboxState
from sandbox.prove.crm import Did
from sandbox.prove.extras import CAPACITY, Matter, kind_of
from sandbox.prove.judges import judged
from sandbox.prove.people import Broken, Someone, about, people_of
from sandbox.prove.play import KNOWN_AT, Played
from sandbox.prove.setup import EXPECTED
from sandbox.prove.truth import DORMANT, Due, key, owed
from sandbox.prove.undone import given_up, half_undone, made_again, sets_back

_WAITING: Final = (
    OutboxState.PENDING,
    OutboxState.INFLIGHT,
    OutboxState.RETRY,
    OutboxState.UNKNOWN,
)


def verdict(played: Played) -> list[Broken]:
    """Every promise that was broken; empty when all were kept."""
    return [
        *_effects(played),
        *(one for someone in people_of(played) for one in _alerts(played, someone)),
        *judged(played, people_of(played)),
        *half_undone(played),
        *_rest(played),
    ]


def _effects(played: Played) -> Iterator[Broken]:
    counts = Counter(effect.key for effect in played.crm.journal if effect.did is Did.CREATED)
    for name, count in counts.items():
        if count > 1 and not made_again(played, name):
            yield Broken(promise="P2", what=f"{count} tasks of one key {name}")
    changes = Counter(effect.key for effect in played.crm.journal if effect.did is Did.CHANGED)
    for name, count in changes.items():
        if count > 1:
            yield Broken(promise="P2", what=f"{count} changes of fields of one key {name}")
    for effect in played.crm.journal:
        if effect.undid:
            yield Broken(promise="P3", what=f"a task that a rep had {effect.undid} was undone")
        value = effect.before.get("status")
        ours = value in EXPECTED or sets_back(played, effect)
        if "status" in effect.before and not ours:
            yield Broken(promise="P3", what=f"status {value} was overwritten")


def _alerts(played: Played, someone: Someone) -> Iterator[Broken]:
    dues = owed(someone.acts, KNOWN_AT)
    made = {
        effect.key
        for effect in played.crm.journal
        if effect.did is Did.CREATED
        and effect.target.id in someone.names
        and kind_of(effect.fields) is Matter.HAND_OFF
    }
    if someone.plain:
        (name,) = someone.names
        expected = {key(name, due.anchor, "task"): due for due in dues}
        for surplus in made - expected.keys():
            yield Broken(promise="P2", what=f"{name} has a task that nothing calls for: {surplus}")
        made |= given_up(played)
        missing = [due for each, due in expected.items() if each not in made]
    else:
        done = made | given_up(played)
        missing = [due for due in dues if not done & _candidates(someone, due)]
        yield from _doubled(played, someone, dues, made)
    for due in missing:
        yield from _excused(played, someone, due)


def _candidates(someone: Someone, due: Due) -> set[str]:
    """The keys under which an alert may have been sent before everything was known."""
    instants = sorted({act.at for act in someone.acts})
    near = [at for at in instants if due.anchor[0] - DORMANT < at <= due.until]
    raised = {(burst, due.at) for burst in near}
    anchors = {(at,) for at in near} | raised
    return {key(name, anchor, "task") for name in someone.names for anchor in anchors}


def _doubled(
    played: Played, someone: Someone, dues: Sequence[Due], made: set[str]
) -> Iterator[Broken]:
    """A memory that was never lost makes one task of a burst, whatever comes late."""
    if len(someone.names) > 1 or len(played.hosts) > 1 or played.hosts[0].forgot_at:
        return
    (name,) = someone.names
    for due in dues:
        if len(due.anchor) > 1 or any(act.kind is Kind.FORM_SUBMITTED for act in someone.acts):
            continue
        instants = {act.at for act in someone.acts if due.anchor[0] <= act.at < due.until}
        twice = [at for at in sorted(instants) if key(name, (at,), "task") in made]
        if len(twice) > 1:
            yield Broken(promise="P2", what=f"{name}: one burst, tasks of {len(twice)} anchors")


def _excused(played: Played, someone: Someone, due: Due) -> Iterator[Broken]:
    """An alert without a task: over before anybody could see it, and shown as such."""
    who = "/".join(someone.names)
    told = [each for name in someone.names for each in played.told.get(name, ())]
    shown = {each.hold for each in told if about(each, due)}
    if CAPACITY in played.extras and (shown & {Hold.CAPACITY} or _went_ahead(someone, due, shown)):
        return  # whether rightly so is judged with the weeks
    readable, over = someone.could_be_seen(due)
    if someone.gone and (readable >= over or _was_gone(played, someone, due, shown)):
        return
    if over > played.calm_at + DAY:
        yield Broken(promise="P1", what=f"{who}: no task for the burst of {due.anchor}")
        return
    for host in played.hosts:
        forgot = max(host.forgot_at, default=0)
        seen = any(readable < at < over for at in host.whole_at)
        if seen and forgot < due.at:
            yield Broken(promise="P1", what=f"{who}: seen in time, no task for {due.anchor}")
            return
    if Hold.OVER not in shown and not someone.is_gone:
        reasons = sorted({each.hold for each in told})
        yield Broken(promise="P1", what=f"{who}: no reason shown for {due.anchor}; {reasons}")


def _was_gone(played: Played, someone: Someone, due: Due, shown: set[str]) -> bool:
    """Whether leadmode shows that the record was not there when it was its turn.

    An episode ends when leadmode notices that the record is gone. Until then a task that the
    platform refused for it is made when the record is back.
    """
    begun = [at for host in played.hosts for at in host.begun_at]
    ended = any(
        time.since < due.until
        and due.anchor[0] <= time.until
        and any(time.readable_at <= at <= time.until for at in begun)
        for time in someone.gone
    )
    sent = {key for key, state in played.states.items() if state is OutboxState.CANCELLED}
    refused = bool(sent & _candidates(someone, due))
    return (ended and (refused or Hold.OVER in shown)) or (refused and someone.is_gone)


def _went_ahead(someone: Someone, due: Due, shown: set[str]) -> bool:
    """Whether the entry waited for a place while a hand raised in the same episode had none."""
    raised = any(
        each.anchor[0] == due.anchor[0] and len(each.anchor) > 1
        for each in owed(someone.acts, KNOWN_AT)
    )
    return raised and Hold.COOLDOWN in shown


def _rest(played: Played) -> Iterator[Broken]:
    for name, state in played.states.items():
        if state in _WAITING:
            yield Broken(promise="P5", what=f"{name} is still {state} after hours of calm")
        if state is OutboxState.DEAD:
            yield Broken(promise="P4", what=f"{name} was given up")
    if played.restless:
        yield Broken(promise="P2", what=f"{played.restless} effects without any news")
