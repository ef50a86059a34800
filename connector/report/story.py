"""What happened with a person, in order and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from connector.engine.result import Change
from connector.model import Decision, Episode, Kind, Record, Verdict
from connector.plan.words import did
from connector.report import words
from connector.report.as_of import Scored
from connector.report.dossier import NOBODY, Dossier
from connector.report.hand_offs import engaged_of, writes_for
from connector.report.lifecycle import lifecycle_of
from connector.report.outbox import what_it_does
from connector.store.outbox import Queued
from connector.store.overview import Told

if TYPE_CHECKING:
    from connector.config.settings import Config


class What(StrEnum):
    """What an entry of the story is about."""

    KNOWN = "known"
    """The oldest record was created."""
    ENGAGED = "engaged"
    """Something the person did; it counts."""
    MACHINE = "machine"
    """Something a machine did in their name; not counted."""
    OTHER = "other"
    """No signal scores it: mail that was sent, for example."""
    ENTERED = "entered"
    RAISED = "raised"
    LEFT = "left"
    HANDED_OFF = "handed_off"
    HELD = "held"
    WAITS = "waits"
    """For a free place in the week of whoever would get it."""
    OPPORTUNITY = "opportunity"
    FIELDS = "fields"
    """What the beginning or end of an episode set in the CRM."""
    STATUS = "status"


_AT_ONE_MOMENT = tuple(What)
"""Entries of one millisecond are told in this order: first what was done, then what followed."""
BY_PERSON = frozenset({What.ENGAGED, What.MACHINE, What.OTHER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the story."""

    at: int
    """UTC ms."""
    what: What
    text: str
    points: float | None = None
    """What an engagement gave when it was fresh, or the score of a transition."""
    signal: str = ""
    kind: str = ""
    """`Kind` of an engagement."""
    rule: str = ""
    why: tuple[str, ...] = ()
    """Lines that explain it: the evidence of an entry, what became of a task."""


def entries(config: Config, dossier: Dossier, at: int, done: Sequence[Scored]) -> tuple[Entry, ...]:
    """Everything up to a moment, oldest first. `done` are the engagements with their points."""
    every = [
        *_known(dossier),
        *(_engagement(one) for one in done),
        *_changes(dossier),
        *_decisions(config, dossier),
        *_fields(config, dossier),
        *_opportunities(dossier),
        *_statuses(dossier),
    ]
    past = [entry for entry in every if entry.at <= at]
    return tuple(sorted(past, key=lambda e: (e.at, _AT_ONE_MOMENT.index(e.what), e.text)))


def _known(dossier: Dossier) -> Iterator[Entry]:
    dated = [record for record in dossier.person.records if record.created_at is not None]
    oldest = min(dated, key=lambda record: record.created_at or 0, default=None)
    if oldest is not None and oldest.created_at is not None:
        first = [s for at, s in dossier.person.status_changes if at == oldest.created_at]
        text = f"known since then, in {oldest.ref.instance}"
        text += "".join(f', status "{status}"' for status in first[:1])
        yield Entry(at=oldest.created_at, what=What.KNOWN, text=text)


def _engagement(one: Scored) -> Entry:
    text = did(one.engaged)
    if one.by_machine:
        text += ": by a machine, not counted"
    elif one.counts and not one.points:
        text += " (beyond the limit)"
    return Entry(
        at=one.engaged.at,
        what=What.MACHINE if one.by_machine else What.ENGAGED if one.counts else What.OTHER,
        text=text,
        points=one.points if one.counts else None,
        signal=one.signal,
        kind=Kind.of_code(one.engaged.kind).value,
    )


def _changes(dossier: Dossier) -> Iterator[Entry]:
    """The recorded transitions; of an entry that late data moved, only where it is now."""
    episodes = {(each.rule, each.burst): each for each in dossier.episodes}
    for told in dossier.told:
        episode = episodes[told.rule, told.burst]
        stands = {Change.ENTERED.value: episode.entered_at, Change.LEFT.value: episode.left_at}
        if told.at == stands.get(told.change, told.at):
            yield _change(told, episode)


def _change(told: Told, episode: Episode) -> Entry:
    moved = " (no longer so: later data moved its beginning)" if episode.superseded else ""
    if told.change == Change.LEFT:
        text = f"left lead mode: {words.left(told.reason)}{moved}"
        return Entry(at=told.at, what=What.LEFT, text=text, points=told.score, rule=told.rule)
    raised = told.change == Change.RAISED
    because = "" if raised else f": {words.entered(told.reason)}"
    return Entry(
        at=told.at,
        what=What.RAISED if raised else What.ENTERED,
        text=words.change(told.change) + because + moved,
        points=told.score,
        rule=told.rule,
        why=tuple(
            f"{did(engaged_of(proof))} +{words.points(proof.points)}" for proof in told.evidence
        ),
    )


def _decisions(config: Config, dossier: Dossier) -> Iterator[Entry]:
    for each in dossier.decided:
        decision = each.decision
        if decision.verdict is Verdict.HELD:
            text = f"not handed off: {words.hold(decision)}"
            yield Entry(at=decision.at, what=What.HELD, text=text, rule=decision.rule)
        elif decision.verdict is Verdict.WAITING:
            text = f"not handed off yet: {words.WAITS}"
            yield Entry(at=decision.at, what=What.WAITS, text=text, rule=decision.rule)
        else:
            queued = writes_for(config, dossier, decision)
            yield _handed_off(dossier, decision, queued)


def _fields(config: Config, dossier: Dossier) -> Iterator[Entry]:
    for episode, at, queued in lifecycle_of(config, dossier):
        said = what_it_does(queued.write)
        text = f"{said}: {words.write_state(queued.state)}"
        why = (queued.reason,) if queued.reason else ()
        yield Entry(at=at, what=What.FIELDS, text=text, rule=episode.rule, why=why)


def _handed_off(dossier: Dossier, decision: Decision, queued: Sequence[Queued]) -> Entry:
    return Entry(
        at=decision.at,
        what=What.HANDED_OFF,
        text=f"handed off to {_receiver(dossier, queued)}",
        rule=decision.rule,
        why=tuple(write_in_words(each) for each in queued),
    )


def _receiver(dossier: Dossier, queued: Sequence[Queued]) -> str:
    """Who got the task; of whom no write is left, who would get it now."""
    users = [
        str(each.write.fields["owner"] or "") for each in queued if "owner" in each.write.fields
    ]
    return dossier.owners.get(users[0], NOBODY) if users else dossier.receiver


def write_in_words(queued: Queued) -> str:
    """A write and where it is on its way."""
    subject = queued.write.fields.get("subject")
    named = f'task "{subject}"' if subject else "fields " + ", ".join(queued.write.fields)
    ident = f" as {queued.remote_id}" if queued.remote_id else ""
    reason = f" ({queued.reason})" if queued.reason else ""
    return f"{named}: {words.write_state(queued.state)}{ident}{reason}"


def _opportunities(dossier: Dossier) -> Iterator[Entry]:
    for record in dossier.person.opportunities:
        named = f'"{record.fields.get("name") or record.ref.id}"'
        if record.created_at is not None:
            text = f"opportunity opened: {named}"
            yield Entry(at=record.created_at, what=What.OPPORTUNITY, text=text)
        if record.closed_at is not None:
            text = f"opportunity {_end(record)}: {named}"
            yield Entry(at=record.closed_at, what=What.OPPORTUNITY, text=text)


def _end(record: Record) -> str:
    won = record.fields.get("is_won")
    return "closed" if won is None else "won" if won else "lost"


def _statuses(dossier: Dossier) -> Iterator[Entry]:
    for at, status in dossier.person.status_changes:
        if at == dossier.person.known_at:
            continue  # told with the beginning
        yield Entry(at=at, what=What.STATUS, text=f'status became "{status}"')
