"""Whether the promises were kept, by the platform's journal and a plain reading of the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from connector.clock import DAY
from connector.model import Hold, Kind, OutboxState
from sandbox.prove.crm import Did
from sandbox.prove.play import KNOWN_AT, Played
from sandbox.prove.setup import EXPECTED
from sandbox.prove.steps import PEOPLE
from sandbox.prove.truth import DORMANT, Act, Due, key, owed

_WAITING: Final = (
    OutboxState.PENDING,
    OutboxState.INFLIGHT,
    OutboxState.RETRY,
    OutboxState.UNKNOWN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A promise that was not kept."""

    promise: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """One human, with all the names that were merged into one."""

    names: tuple[str, ...]
    acts: tuple[Act, ...]

    @property
    def plain(self) -> bool:
        """Whether the anchors cannot have looked different at any moment: one record, in order.

        What comes late, or is merged, may be anchored elsewhere before it is known; so may a hand
        that is raised in the very millisecond of something else, on another page.
        """
        raised = [act.at for act in self.acts if act.kind is Kind.FORM_SUBMITTED]
        beside = any(sum(act.at == at for act in self.acts) > 1 for at in raised)
        ordered = sorted(self.acts)
        late = any(
            earlier.readable_at > later.readable_at
            for number, earlier in enumerate(ordered)
            for later in ordered[number + 1 :]
            if later.at > earlier.at
        )
        return len(self.names) == 1 and not late and not beside


def verdict(played: Played) -> list[Broken]:
    """Every promise that was broken; empty when all were kept."""
    return [
        *_effects(played),
        *(one for someone in _people(played) for one in _alerts(played, someone)),
        *_rest(played),
    ]


def _people(played: Played) -> list[Someone]:
    into = dict(played.merged)

    def last(name: str) -> str:
        while name in into:
            name = into[name]
        return name

    groups: dict[str, list[str]] = {}
    for name in PEOPLE:
        groups.setdefault(last(name), []).append(name)
    return [
        Someone(names=tuple(names), acts=tuple(act for name in names for act in played.acts[name]))
        for names in groups.values()
    ]


def _effects(played: Played) -> Iterator[Broken]:
    counts = Counter(effect.key for effect in played.crm.journal if effect.did is Did.CREATED)
    for name, count in counts.items():
        if count > 1:
            yield Broken(promise="P2", what=f"{count} tasks of one key {name}")
    changes = Counter(effect.key for effect in played.crm.journal if effect.did is Did.CHANGED)
    for name, count in changes.items():
        if count > 1:
            yield Broken(promise="P2", what=f"{count} changes of fields of one key {name}")
    for effect in played.crm.journal:
        if effect.undid:
            yield Broken(promise="P3", what=f"a task that a rep had {effect.undid} was undone")
        value = effect.before.get("status")
        if effect.did is Did.CHANGED and value not in EXPECTED:
            yield Broken(promise="P3", what=f"status {value} was overwritten")


def _alerts(played: Played, someone: Someone) -> Iterator[Broken]:
    dues = owed(someone.acts, KNOWN_AT)
    made = {
        effect.key
        for effect in played.crm.journal
        if effect.did is Did.CREATED and effect.target.id in someone.names
    }
    if someone.plain:
        (name,) = someone.names
        expected = {key(name, due.anchor, "task"): due for due in dues}
        for surplus in made - expected.keys():
            yield Broken(promise="P2", what=f"{name} has a task that nothing calls for: {surplus}")
        missing = [due for each, due in expected.items() if each not in made]
    else:
        missing = [due for due in dues if not made & _candidates(someone, due)]
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
    shown = {each.hold for each in told if _about(each.burst, each.at, due)}
    if due.until > played.calm_at + DAY:
        yield Broken(promise="P1", what=f"{who}: no task for the burst of {due.anchor}")
        return
    readable = max(act.readable_at for act in someone.acts if act.at <= due.at)
    for host in played.hosts:
        forgot = max(host.forgot_at, default=0)
        seen = any(readable < at < due.until for at in host.whole_at)
        if seen and forgot < due.at:
            yield Broken(promise="P1", what=f"{who}: seen in time, no task for {due.anchor}")
            return
    if Hold.OVER not in shown:
        reasons = sorted({each.hold for each in told})
        yield Broken(promise="P1", what=f"{who}: no reason shown for {due.anchor}; {reasons}")


def _about(burst: int, at: int, due: Due) -> bool:
    return abs(burst - due.anchor[0]) < DORMANT and abs(at - due.at) < DORMANT


def _rest(played: Played) -> Iterator[Broken]:
    for name, state in played.states.items():
        if state in _WAITING:
            yield Broken(promise="P5", what=f"{name} is still {state} after hours of calm")
        if state is OutboxState.DEAD:
            yield Broken(promise="P4", what=f"{name} was given up")
    if played.restless:
        yield Broken(promise="P2", what=f"{played.restless} effects without any news")
