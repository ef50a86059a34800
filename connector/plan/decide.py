"""Whether an alert becomes a hand-off, and if not, why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from connector.clock import DAY
from connector.config.rulebook import Holds, LeadMode
from connector.engine.alert import within_cooldown
from connector.engine.condition import Facts
from connector.engine.result import Change, Reason, Transition
from connector.engine.timeline import Engaged
from connector.model import Decision, Episode, Hold, Kind, Person, Verdict
from connector.plan.reconcile import Alert

UNNAMED: Final = "the rules exclude this person"
"""The detail of `[hold] excluded`, which has no label."""
UNSURE: Final = "nothing was surely a human's"
"""The detail of `[hold] machine_only`."""
WORK = frozenset({Kind.CALL_HELD.code, Kind.MEETING_HELD.code})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a decision about one person's alerts depends on."""

    person: Person
    facts: Facts
    mode: LeadMode
    holds: Holds
    authority: str
    """The platform instance that receives the tasks."""
    engagements: Sequence[Engaged]
    """In order; only calls and meetings held are looked at."""
    recorded: Sequence[Episode]
    """The person's episodes of all rules, as they are recorded now."""
    decided: Sequence[Decision]
    """Earlier decisions about the person, of all rules; only hand-offs are looked at."""
    now: int
    baseline_before: int | None
    dry_run: bool
    put_away_at: int | None = None
    """Since when only a raised hand is handed off; see `connector.plan.disposition`."""
    unsure: bool = False
    """Nothing that spoke for the entry was surely a human's; see `connector.plan.evidence`."""


def decide(alert: Alert, situation: Situation) -> Decision:
    """The verdict. Holds are looked for in the order of `Hold`; the first one stands."""
    transition = alert.transition
    found = next(iter(holds_against(alert, situation)), None)
    return Decision(
        rule=situation.mode.rule.id,
        burst=transition.burst,
        at=transition.at,
        change=transition.change.value,
        verdict=Verdict.HELD if found else Verdict.HANDED_OFF,
        hold=found[0] if found else None,
        detail=found[1] if found else "",
    )


def holds_against(alert: Alert, situation: Situation) -> Iterator[tuple[Hold, str]]:
    """Everything that speaks against handing off, with its detail, in the order of `Hold`."""
    transition, holds, person = alert.transition, situation.holds, situation.person
    before = situation.baseline_before
    checks = (
        (Hold.BASELINE, before is not None and transition.at <= before and "known from the start"),
        (Hold.OVER, alert.over and "the episode had ended when it was found"),
        (Hold.SAME_BURST, _same_burst(transition, situation)),
        (Hold.EXCLUDED, excluded(holds, person, situation.facts)),
        (Hold.CONSENT, holds.consent and _no_channel(situation.facts)),
        (Hold.OPEN_OPPORTUNITY, holds.open_opportunity and open_opportunity(person)),
        (Hold.WORKED, _worked(transition, situation)),
        (Hold.PUT_AWAY, _put_away(transition, situation)),
        (Hold.COOLDOWN, _cooling(transition, situation)),
        (Hold.SILENCE, _silenced(transition, situation)),
        (Hold.NO_RECORD, person.record_in(situation.authority) is None and situation.authority),
        (Hold.MACHINE_ONLY, situation.unsure and UNSURE),
        (Hold.DRY_RUN, situation.dry_run and "run `leadmode arm` to let writes go"),
    )
    yield from ((hold, str(detail)) for hold, detail in checks if detail)


def _same_burst(transition: Transition, situation: Situation) -> str:
    """What was handed off already must not be handed off again where late data moved it to."""
    if transition.reason is Reason.HAND_RAISE:
        return _same_hand(transition, situation)
    rule = situation.mode.rule
    handed = {d.burst for d in _handed_off(situation) if d.rule == rule.id}
    mine = [episode for episode in situation.recorded if episode.rule == rule.id]
    this = next((each for each in mine if each.burst == transition.burst), None)
    end = this.left_at if this is not None and this.left_at is not None else situation.now
    for episode in mine:
        # Two real bursts begin at least `dormant_after` apart and do not overlap.
        near = abs(episode.burst - transition.burst) < rule.dormant_after
        within = transition.at <= episode.entered_at <= end
        if episode.superseded and episode.burst in handed and (near or within):
            return "handed off before late data moved the start"
    return ""


def _same_hand(transition: Transition, situation: Situation) -> str:
    """One raised hand may begin an episode, or lie within one, or be corrected by some hours."""
    rule = situation.mode.rule.id
    gone = {
        episode.burst: episode.superseded
        for episode in situation.recorded
        if episode.rule == rule and episode.reason == Reason.HAND_RAISE
    }
    for decision in _handed_off(situation):
        if decision.rule != rule or abs(decision.at - transition.at) >= DAY:
            continue
        began = decision.change == Change.ENTERED and decision.burst in gone
        same = decision.at == transition.at and (began or decision.change == Change.RAISED)
        if same or (began and gone[decision.burst]):
            return "handed off before late data moved the episode around it"
    return ""


def excluded(holds: Holds, person: Person, facts: Facts) -> str:
    """What an excluded person is called, "" when nothing excludes them.

    Any of a person's addresses can give them away.
    """
    named = [(each.label, each.when) for each in holds.exclusions]
    if holds.excluded is not None:
        named.append((UNNAMED, holds.excluded))
    if not named:
        return ""
    variants: list[Facts] = [{**facts, "person.domain": domain} for domain in person.domains]
    return next(
        (label for label, when in named if any(when.holds(each) for each in variants or [facts])),
        "",
    )


def _no_channel(facts: Facts) -> str:
    closed = facts.get("person.opted_out") is True and facts.get("person.do_not_call") is True
    return "neither mail nor call is allowed" if closed else ""


def open_opportunity(person: Person) -> str:
    """The reference of an open opportunity of the person or their account; "": none is."""
    found = next(
        (
            o
            for o in person.opportunities
            if o.fields.get("is_closed") is not True
            and o.closed_at is None
            and o.fields.get("is_won") is not True
        ),
        None,
    )
    return str(found.ref) if found else ""


def _worked(transition: Transition, situation: Situation) -> str:
    within = situation.holds.worked_within
    recent = within > 0 and any(
        each.kind in WORK and transition.at - within < each.at <= situation.now
        for each in reversed(situation.engagements)
    )
    return "a rep spoke with the person a short time ago" if recent else ""


def _put_away(transition: Transition, situation: Situation) -> str:
    """A hand-off since then was one of a raised hand, and lets them in again."""
    since = situation.put_away_at
    if since is None or transition.reason is Reason.HAND_RAISE:
        return ""
    back = any(each.at > since for each in _handed_off(situation))
    return "" if back else "sales put them away"


def _cooling(transition: Transition, situation: Situation) -> str:
    if transition.reason is Reason.HAND_RAISE:
        return ""
    cooldown = situation.mode.rule.cooldown
    cooling = any(  # an entry that is found late may lie before the hand-off that was made
        within_cooldown(max(d.at, transition.at), min(d.at, transition.at), cooldown)
        for d in _handed_off(situation)
    )
    return "an earlier hand-off is too recent" if cooling else ""


def _silenced(transition: Transition, situation: Situation) -> str:
    """It goes by when it happened: what is found late is no louder for it."""
    raised = transition.reason is Reason.HAND_RAISE
    return next(
        (
            each.label
            for each in situation.holds.silences
            if each.since <= transition.at < each.until
            and (each.raised_hands or not raised)
            and each.when.holds(situation.facts)
        ),
        "",
    )


def _handed_off(situation: Situation) -> list[Decision]:
    return [d for d in situation.decided if d.verdict is Verdict.HANDED_OFF]
