"""What a person wants to see when a test fails: what happened around it, and what was missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from connector.config.durations import duration_text
from connector.config.rulebook import LeadMode
from connector.engine.match import Matcher
from connector.engine.rule import EPSILON, MachineTests
from connector.engine.timeline import Engaged
from connector.model import Evidence, Kind
from connector.ruletest.compare import decision_text
from connector.ruletest.moments import moment_text
from connector.ruletest.play import Player
from connector.ruletest.seen import Played, Snapshot
from connector.ruletest.trace import over_cap, whole_standing

_BEFORE: Final = 12
_AFTER: Final = 3
"""Most lines shown before and after the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened."""

    at: int
    when: str
    """As a test file writes it."""
    what: str
    """What was done, changed or decided."""
    why: str
    """What the rules made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One lead mode at the moment."""

    rule: str
    state: str
    """In words: since when, or how the last episode ended."""
    score: float
    missing: tuple[str, ...]
    """What an entry lacked; nothing in lead mode."""
    from_what: tuple[str, ...]
    """The greatest contributions to the score then, before the caps of groups."""
    caps: tuple[str, ...]
    """The groups that gave less than they had."""


def standing_of(mode: LeadMode, snapshot: Snapshot, machine: MachineTests) -> Standing:
    """Where the person stands by one lead mode, in words."""
    stand = snapshot.stands[mode.rule.id]
    standing = stand.evaluation.standing
    episode = next((each for each in reversed(stand.episodes) if each.is_open), None)
    last = stand.episodes[-1] if stand.episodes else None
    if episode is not None:
        state = f"in lead mode since {moment_text(episode.entered_at)} ({episode.reason})"
    elif last is not None and last.left_at is not None:
        state = f"passive; left {moment_text(last.left_at)} ({last.left_reason})"
    else:
        state = "passive; never entered"
    return Standing(
        rule=mode.rule.id,
        state=state,
        score=standing.score,
        missing=() if episode is not None else tuple(_missing(mode, snapshot)),
        from_what=tuple(
            f"{each.signal} {each.points:.1f} of {moment_text(each.engaged.at)}"
            for each in standing.contributions
        ),
        caps=tuple(_capped(mode, snapshot, machine)),
    )


def _capped(mode: LeadMode, snapshot: Snapshot, machine: MachineTests) -> Iterator[str]:
    timeline = snapshot.stands[mode.rule.id].timeline
    standing = whole_standing(mode, timeline, snapshot.at, machine)
    for group, points in over_cap(mode.rule, standing).items():
        yield f"{group} {points:.1f}, capped at {mode.rule.caps[group]:g}"


def _missing(mode: LeadMode, snapshot: Snapshot) -> Iterator[str]:
    rule, stand = mode.rule, snapshot.stands[mode.rule.id]
    now = stand.evaluation.standing
    if not mode.applies_to.holds(snapshot.facts):
        yield "applies_to does not hold"
    if now.burst is None:
        yield "nothing that counts has happened"
        return
    if not now.armed:
        began = moment_text(now.burst)
        quiet = duration_text(rule.dormant_after)
        yield f"no return after {quiet} of silence is open: the run of engagement began {began}"
    elif snapshot.at - now.burst > rule.burst_max:
        open_for = duration_text(rule.burst_max)
        yield f"the return began {moment_text(now.burst)}, and is open for {open_for} only"
    if now.score < rule.enter * (1 - EPSILON):
        yield f"score {now.score:.1f} of {rule.enter:g}"
    within = duration_text(rule.window)
    if now.distinct_kinds < rule.distinct_kinds:
        yield f"kinds {now.distinct_kinds} of {rule.distinct_kinds} within {within}"
    if now.humans < rule.human_min:
        yield f"surely human {now.humans} of {rule.human_min} within {within}"
    if not now.fits:
        yield "fit.requires does not hold"


def lines_around(moment: int, played: Played, player: Player) -> list[Line]:
    """What happened before the moment and shortly after it, in order."""
    every = sorted(_lines(played, player), key=lambda line: line.at)
    before = [line for line in every if line.at <= moment]
    after = [line for line in every if line.at > moment]
    return [*before[-_BEFORE:], *after[:_AFTER]]


def _lines(played: Played, player: Player) -> Iterator[Line]:
    last = played.snapshots[-1]
    modes = [
        mode
        for mode in player.rulebook.lead_modes
        if any(mode.applies_to.holds(facts) for facts in played.looks)
    ]
    matchers = [player.matchers[mode.rule.id] for mode in modes]
    for one in last.engagements:
        what = f"{Kind.of_code(one.kind).value} {about(one)}".strip()
        yield _line(one.at, what, _score_of(one, matchers))
    for at, status in played.person.status_changes:
        yield _line(at, f"status = {status}", player.rulebook.ending(status) or "")
    for sale in played.person.opportunities:
        if sale.created_at is not None:
            yield _line(sale.created_at, "an opportunity was opened", "")
        if sale.closed_at is not None:
            yield _line(sale.closed_at, "the opportunity was closed", "")
    for rule in (mode.rule.id for mode in modes):
        for change in last.stands[rule].evaluation.transitions:
            yield _line(
                change.at, f"{rule}: {change.change}", f"{change.reason}, {change.score:.1f}"
            )
    for alert in played.alerts:
        decision = alert.alerted.decision
        yield _line(alert.at, f"{decision.rule}: alert", decision_text(decision))
    yield from _marks(played)


def _marks(played: Played) -> Iterator[Line]:
    for mark in played.marks:
        for write in mark.marked.writes:
            said = ", ".join(f"{name} = {value}" for name, value in write.fields.items())
            what = f"{mark.marked.rule}: {mark.marked.transition.change.value}"
            yield _line(mark.at, what, f"sets {said}")


def _line(at: int, what: str, why: str) -> Line:
    return Line(at=at, when=moment_text(at), what=what, why=why)


def about(engaged: Engaged) -> str:
    """What an engagement was about, in as few words as it takes."""
    point = engaged.touchpoint
    return point.asset or point.link or point.message


def _score_of(one: Engaged, matchers: Sequence[Matcher]) -> str:
    """The signal that scores it, or why none does."""
    if one.evidence == Evidence.MACHINE:
        return "a machine's: does not count"
    found: Sequence[str] = [
        f"{signal.id} {signal.weight:+g}"
        for matcher in matchers
        for index in [matcher.signal(one.kind, one.evidence, one.touchpoint)]
        if index >= 0
        for signal in [matcher.rule.signals[index]]
    ]
    unknown = " (not surely human)" if one.evidence == Evidence.UNKNOWN else ""
    return (", ".join(dict.fromkeys(found)) or "no signal") + unknown
