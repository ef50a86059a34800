"""What became of an alert: the decision, the writes it led to, and those it would have led to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connector.assess import addressee, known_for, quiet_since
from connector.config.rulebook import LeadMode
from connector.engine.match import Matcher
from connector.engine.result import Change, Contribution, Reason, Transition
from connector.engine.timeline import Engaged, Touchpoint
from connector.model import Decision, Evidence, Kind, Verdict, Write, WriteKind
from connector.plan.hand_off import writes_of
from connector.plan.key import write_key
from connector.plan.occasion import Occasion
from connector.report.dossier import Dossier
from connector.store import Store
from connector.store.outbox import Queued
from connector.store.overview import Decided, Proof, Told

if TYPE_CHECKING:
    from connector.config.settings import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What would have been written."""

    record: str
    """The record that would have got it."""
    subject: str
    body: str
    due_at: int | None
    priority: str
    owner: str
    """Platform id of the user; empty: nobody."""
    fields: dict[str, str]
    """Fields of the record that would have been set."""


def writes_for(config: Config, dossier: Dossier, decision: Decision) -> tuple[Queued, ...]:
    """The queued writes of a hand-off, the task first; found by their keys."""
    if decision.verdict is not Verdict.HANDED_OFF:
        return ()
    found = [
        (action, queued)
        for queued in dossier.queued
        for action in ("task", "note", "fields")
        if queued.write.key in _keys(config, decision, queued, action)
    ]
    return tuple(queued for _, queued in sorted(found, key=lambda each: each[0] != "task"))


def draft(store: Store, config: Config, dossier: Dossier, decided: Decided) -> Draft | None:
    """What a held hand-off would have written at its time; None when it had no target."""
    mode = mode_of(config, decided.decision.rule)
    target = dossier.person.record_in(config.authority.name)
    told = told_of(dossier, decided.decision)
    if mode is None or target is None or told is None:
        return None
    transition = transition_of(told)
    matcher = Matcher(mode.rule)
    occasion = Occasion(
        instance=config.instance,
        rulebook=config.rulebook,
        mode=mode,
        person=dossier.person,
        facts=dossier.facts,
        target=target.ref,
        transition=transition,
        quiet_since=quiet_since(dossier.engagements, matcher, transition.burst),
        episodes=dossier.episodes,
        zone=ZoneInfo(config.time_zone),
        now=decided.decided_at,
        receiver=dossier.receiver_id or None,
        known=known_for(
            store,
            config.rulebook,
            dossier.person,
            dossier.engagements,
            matcher,
            authority=config.authority.name,
            now=decided.decided_at,
        ),
        addressee=addressee(store, dossier.person, dossier.receiver_id, config.authority.name),
    )
    return _draft(writes_of(occasion))


def mode_of(config: Config, rule: str) -> LeadMode | None:
    """The rule with this id, if there still is one."""
    return next((each for each in config.rulebook.lead_modes if each.rule.id == rule), None)


def told_of(dossier: Dossier, decision: Decision) -> Told | None:
    """The recorded transition that a decision is about."""
    return next(
        (
            told
            for told in dossier.told
            if (told.rule, told.burst, told.at, told.change)
            == (decision.rule, decision.burst, decision.at, decision.change)
        ),
        None,
    )


def transition_of(told: Told) -> Transition:
    """A recorded transition as the engine said it; who raised the hand comes first."""
    evidence = tuple(
        Contribution(engaged=engaged_of(proof), signal=proof.signal, points=proof.points)
        for proof in told.evidence
    )
    raised = Reason(told.reason) is Reason.HAND_RAISE
    return Transition(
        at=told.at,
        change=Change(told.change),
        reason=Reason(told.reason),
        burst=told.burst,
        score=told.score,
        evidence=evidence,
        raised_by=next((e.engaged for e in evidence if e.engaged.at == told.at), None)
        if raised
        else None,
    )


def engaged_of(proof: Proof) -> Engaged:
    """The engagement as far as the proof of it was kept."""
    point = Touchpoint(asset=proof.about)
    return Engaged(proof.at, 0, Kind(proof.kind).code, int(Evidence.HUMAN), point)


def _keys(config: Config, decision: Decision, queued: Queued, action: str) -> set[str]:
    """The keys that a hand-off's write may have had: its target and epoch are told by the row."""
    mode = mode_of(config, decision.rule)
    raised = decision.change == Change.RAISED
    return {
        write_key(
            instance=config.instance,
            rule=decision.rule,
            epoch=epoch,
            target=queued.write.target,
            anchor=(decision.burst, decision.at) if raised else (decision.burst,),
            action=action,
        )
        for epoch in range(1, (mode.epoch if mode else 1) + 1)
    }


def _draft(writes: tuple[Write, ...]) -> Draft:
    task = next(write for write in writes if write.kind is WriteKind.CREATE_TASK)
    fields = next((write for write in writes if write.kind is WriteKind.SET_FIELDS), None)
    due = task.fields.get("due_at")
    return Draft(
        record=str(task.target),
        subject=str(task.fields["subject"]),
        body=str(task.fields["body"]),
        due_at=due if isinstance(due, int) else None,
        priority=str(task.fields["priority"]),
        owner=str(task.fields["owner"] or ""),
        fields={name: str(value) for name, value in fields.fields.items()} if fields else {},
    )
