"""Every way that something in the rules can go, and how a played test shows that it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from connector.assess.assess import SUSPECTED
from connector.config.conditions import PERSONA
from connector.config.rulebook import Holds, LeadMode, Rulebook
from connector.engine.condition import Always, AnyOf, Condition, Facts
from connector.engine.match import Matcher
from connector.engine.result import Change, Reason
from connector.engine.rule import Limit, Rule, Signal
from connector.engine.timeline import Engaged
from connector.model import Hold, Kind
from connector.plan.decide import UNNAMED
from connector.plan.grade import fit_points, grade
from connector.ruletest.account_branches import of_accounts
from connector.ruletest.branch import Branch, Test, Told
from connector.ruletest.brief_branches import brief_branches
from connector.ruletest.hand_off_branches import hand_off_branches
from connector.ruletest.lifecycle import branches_of_lifecycles
from connector.ruletest.nurture_branches import of_nurture
from connector.ruletest.sharing import of_sharing
from connector.ruletest.sla_branches import of_clocks, of_dispositions

_LETTERS: Final = "ABCDEFGH"
_HOLDS_BACK: Final = "holds an alert back"
_SCALE: Final = 1e9
"""More points than anybody has: beyond every bound."""


def branches_of(rulebook: Rulebook, authority: str) -> Iterator[Branch]:
    """Everything in a rulebook that a test can touch, in the order of docs/rules.md.

    Fields for other instances than `authority` are never set in a test.
    """
    for signal, rule in _signals(rulebook):
        for way, met in _of_signal(signal, rule):
            yield Branch(part="signal", name=signal.id, way=way, is_met=met)
    for group in dict.fromkeys(name for mode in rulebook.lead_modes for name in mode.rule.caps):
        yield Branch(part="group", name=group, way="has more than its cap", is_met=_capped(group))
    for mode in rulebook.lead_modes:
        for way, met in _of_lead_mode(mode, rulebook):
            yield Branch(part="lead_mode", name=mode.rule.id, way=way, is_met=met)
    yield from _of_personas(rulebook)
    yield from _of_fit(rulebook)
    for key in _machine_keys(rulebook):
        yield Branch(part="machine", name=key, way="finds a machine's click", is_met=_machine(key))
    for name, way, met in _of_holds(rulebook):
        yield Branch(part="hold", name=name, way=way, is_met=met)
    yield from of_dispositions(rulebook)
    yield from brief_branches(rulebook)
    yield from hand_off_branches(rulebook, authority)
    yield from of_sharing(rulebook)
    yield from branches_of_lifecycles(rulebook, authority)
    yield from of_nurture(rulebook)
    yield from of_accounts(rulebook)
    yield from of_clocks(rulebook)


def _signals(rulebook: Rulebook) -> list[tuple[Signal, Rule]]:
    """Each signal once, with a rule that has it."""
    found: dict[str, tuple[Signal, Rule]] = {}
    for mode in rulebook.lead_modes:
        for signal in mode.rule.signals:
            found.setdefault(signal.id, (signal, mode.rule))
    return list(found.values())


def _of_signal(signal: Signal, rule: Rule) -> Iterator[tuple[str, Test]]:
    def matches(is_one: Callable[[Engaged], bool]) -> Test:
        return lambda told: told.matched(signal.id, is_one)

    yield "scores an engagement" if signal.weight else "matches, for nothing", matches(_any)
    for way, is_one in _several(signal, rule):
        yield way, matches(is_one)
    if signal.limit is not None:
        yield f"goes beyond its limit, {_limit(signal.limit)}", _beyond(signal.id)
    if signal.hand_raise:
        yield "raises a hand", _raised(signal.id)


def _several(signal: Signal, rule: Rule) -> Iterator[tuple[str, Callable[[Engaged], bool]]]:
    """Where several are named, each must show that it is needed."""
    if len(signal.kinds) > 1:
        for kind in sorted(signal.kinds, key=list(Kind).index):
            yield f"kind {kind.value}", _of_kind(kind.code)
    if len(signal.assets) > 1:
        for pattern in signal.assets:
            yield f'asset "{pattern}"', _like(replace(signal, assets=(pattern,)), rule)
    if len(signal.sources) > 1:
        for source in sorted(signal.sources):
            yield f"source {source}", _from(source)
    if len(signal.classes) > 1:
        for evidence in sorted(signal.classes):
            yield f"evidence_class {evidence.name.lower()}", _of_class(evidence)


def _any(_: Engaged) -> bool:
    return True


def _of_kind(code: int) -> Callable[[Engaged], bool]:
    return lambda one: one.kind == code


def _of_class(evidence: int) -> Callable[[Engaged], bool]:
    return lambda one: one.evidence == evidence


def _from(source: str) -> Callable[[Engaged], bool]:
    return lambda one: one.touchpoint.source == source


def _like(signal: Signal, rule: Rule) -> Callable[[Engaged], bool]:
    matcher = Matcher(replace(rule, signals=(signal,)))
    return lambda one: matcher.signal(one.kind, one.evidence, one.touchpoint) >= 0


def _limit(limit: Limit) -> str:
    return f"{limit.count}/day" if limit.days == 1 else f"{limit.count}/{limit.days}d"


def _beyond(signal: str) -> Test:
    return lambda told: any(signal in trace.beyond_limit for trace in told.traces.values())


def _capped(group: str) -> Test:
    return lambda told: any(group in trace.capped for trace in told.traces.values())


def _raised(signal: str) -> Test:
    def met(told: Told) -> bool:
        raised = {
            t.raised_by
            for trace in told.traces.values()
            for t in trace.transitions
            if t.raised_by is not None
        }
        return told.matched(signal, lambda one: one in raised)

    return met


# lead modes


def _of_lead_mode(mode: LeadMode, rulebook: Rulebook) -> Iterator[tuple[str, Test]]:
    rule, id_ = mode.rule, mode.rule.id
    hands = any(signal.hand_raise for signal in rule.signals)
    yield "enters by score", _changes(id_, Change.ENTERED, Reason.SCORE)
    if hands:
        yield "enters by a raised hand", _changes(id_, Change.ENTERED, Reason.HAND_RAISE)
        yield "a hand is raised in an episode", _changes(id_, Change.RAISED, Reason.HAND_RAISE)
    for key in _keys_that_keep_out(mode):
        yield f"{key} alone keeps somebody out", _kept_out(id_, key)
    if rule.leave > 0:
        yield "leaves: decayed", _changes(id_, Change.LEFT, Reason.DECAYED)
    yield "leaves: idle", _changes(id_, Change.LEFT, Reason.IDLE)
    yield "leaves: converted", _changes(id_, Change.LEFT, Reason.CONVERTED)
    if rule.cooldown > 0:
        yield "cooldown holds an alert back", lambda told: told.held(Hold.COOLDOWN, id_)
    if rule.fresh_start and any(reason.is_disposition for reason in rulebook.dispositions.values()):
        yield "rearm_after starts a new return", _rearmed(id_)
    if not isinstance(mode.applies_to, Always):
        yield "applies_to takes somebody in", _applies(mode.applies_to, wanted=True)
        yield "applies_to leaves somebody out", _applies(mode.applies_to, wanted=False)


def _keys_that_keep_out(mode: LeadMode) -> Iterator[str]:
    yield from ("dormant_after", "burst_max", "enter")
    if mode.rule.distinct_kinds > 1:
        yield "distinct_kinds"
    if mode.rule.human_min > 0:
        yield "human_min"
    if not isinstance(mode.fit, Always):
        yield "requires"


def _changes(rule: str, change: Change, reason: Reason) -> Test:
    return lambda told: any(
        t.change is change and t.reason is reason for t in told.transitions(rule)
    )


def _kept_out(rule: str, key: str) -> Test:
    return lambda told: rule in told.traces and key in told.traces[rule].kept_out


def _rearmed(rule: str) -> Test:
    return lambda told: rule in told.traces and told.traces[rule].rearmed


def _applies(condition: Condition, *, wanted: bool) -> Test:
    return lambda told: any(condition.holds(facts) == wanted for facts in told.played.looks)


# personas and fit


def _of_personas(rulebook: Rulebook) -> Iterator[Branch]:
    for persona in rulebook.personas:
        met = _is_persona(persona.name)
        yield Branch(part="persona", name=persona.name, way="is somebody's", is_met=met)


def _is_persona(name: str) -> Test:
    return lambda told: any(facts.get(PERSONA) == name for facts in told.played.looks)


def _of_fit(rulebook: Rulebook) -> Iterator[Branch]:
    for number, points in enumerate(rulebook.fit_points, start=1):
        name = points.label or f"points[{number}]"
        for way, wanted in (("gives its points", True), ("gives none", False)):
            met = _applies(points.when, wanted=wanted)
            yield Branch(part="fit", name=name, way=way, is_met=met)
    if not rulebook.fit_points:
        return
    cap, letters = rulebook.grades.cap, len(rulebook.grades.letters) + 1
    if sum(max(0.0, each.points) for each in rulebook.fit_points) > cap:
        yield Branch(part="fit", name="grades", way="cap is reached", is_met=_fit_capped(rulebook))
    for letter in _LETTERS[:letters]:
        met = _graded(rulebook, letter)
        yield Branch(part="fit", name="grades", way=f"letter {letter}", is_met=met)
    for digit in range(1, len(rulebook.grades.digits) + 2):
        met = _graded(rulebook, str(digit))
        yield Branch(part="fit", name="grades", way=f"digit {digit}", is_met=met)


def _fit_capped(rulebook: Rulebook) -> Test:
    def is_capped(facts: Facts) -> bool:
        return fit_points(rulebook.fit_points, facts, _SCALE) > rulebook.grades.cap

    return lambda told: any(is_capped(facts) for facts in told.played.looks)


def _graded(rulebook: Rulebook, character: str) -> Test:
    """A letter or digit of somebody who entered lead mode, or stood somewhere at a moment."""

    def met(told: Told) -> bool:
        grades = [
            grade(rulebook.grades, fit=snapshot.fit, score=stand.evaluation.standing.score)
            for snapshot in told.played.snapshots
            for stand in snapshot.stands.values()
        ]
        return any(character in each for each in grades)

    return met


# machines, holds


def _machine_keys(rulebook: Rulebook) -> Iterator[str]:
    tests = rulebook.machine
    if tests.click_after_send > 0:
        yield "click_after_send"
    if tests.scan_links > 0 and tests.scan_within > 0:
        yield "scan_links"


def _machine(key: str) -> Test:
    return lambda told: key in told.machines


def _of_holds(rulebook: Rulebook) -> Iterator[tuple[str, str, Test]]:
    holds, way = rulebook.holds, _HOLDS_BACK
    if holds.open_opportunity:
        yield "open_opportunity", way, lambda told: told.held(Hold.OPEN_OPPORTUNITY)
    if holds.consent:
        yield "consent", way, lambda told: told.held(Hold.CONSENT)
    if holds.worked_within > 0:
        yield "worked_within", way, lambda told: told.held(Hold.WORKED)
    if holds.only_raised_after:
        yield "only_raised_after", way, lambda told: told.held(Hold.PUT_AWAY)
    if any(_machine_keys(rulebook)):
        yield "machine_only", "tells of clicks that no human made", _suspects
    if holds.machine_only and any(m.rule.human_min == 0 for m in rulebook.lead_modes):
        yield "machine_only", way, _unsure
    yield from _of_people(holds)


def _of_people(holds: Holds) -> Iterator[tuple[str, str, Test]]:
    """Who is held, and when."""
    way = _HOLDS_BACK
    if holds.excluded is not None:
        for name, part in _alternatives("excluded", holds.excluded):
            yield name, way, _excluded(part, UNNAMED)
    for each in holds.exclusions:
        for name, part in _alternatives(f"exclusion {each.id}", each.when):
            yield name, way, _excluded(part, each.label)
    for silence in holds.silences:
        yield f"silence {silence.id}", way, _silenced(silence.label)


def _alternatives(name: str, condition: Condition) -> Iterator[tuple[str, Condition]]:
    """The parts of an `any`, each of which must show that it is needed."""
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    for number, part in enumerate(parts, start=1):
        yield name if len(parts) == 1 else f"{name}, any[{number}]", part


def _suspects(told: Told) -> bool:
    return any(alert.alerted.decision.change == SUSPECTED for alert in told.played.alerts)


def _unsure(told: Told) -> bool:
    return any(
        alert.alerted.decision.hold is Hold.MACHINE_ONLY
        and alert.alerted.decision.change == Change.ENTERED
        for alert in told.played.alerts
    )


def _excluded(condition: Condition, label: str) -> Test:
    def met(told: Told) -> bool:
        return any(
            alert.alerted.decision.hold is Hold.EXCLUDED
            and alert.alerted.decision.detail == label
            and any(
                condition.holds({**alert.facts, "person.domain": domain})
                for domain in alert.person.domains or ("",)
            )
            for alert in told.played.alerts
        )

    return met


def _silenced(label: str) -> Test:
    return lambda told: any(
        alert.alerted.decision.hold is Hold.SILENCE and alert.alerted.decision.detail == label
        for alert in told.played.alerts
    )
