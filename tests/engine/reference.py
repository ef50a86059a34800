"""The semantics of lead mode written down a second time: slow, from scratch, no shortcuts.

Every question ("what is the score at t?") is answered from the raw timeline by its definition in
docs/semantics.md. Nothing is carried from one moment to the next except the state itself: the
episode and the burst. Shares only the value classes with the engine.
"""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Callable
from dataclasses import dataclass

from connector.engine.result import Change, Contribution, Reason, Transition
from connector.engine.rule import DEFAULT_GROUP, EPSILON, MachineTests, Rule, Signal
from connector.engine.timeline import EndReason, Engaged, Timeline
from connector.model import Evidence, Kind

DAY = 86_400_000
CLICK = Kind.EMAIL_CLICKED.code
SENT = Kind.EMAIL_SENT.code
ORDER_OF_REASONS = list(EndReason)


def reference(
    rule: Rule, timeline: Timeline, now: int, machine: MachineTests | None = None
) -> tuple[Transition, ...]:
    """All transitions up to and including `now`."""
    return _Reference(rule, timeline, now, machine or MachineTests()).transitions()


def reference_classes(engagements: list[Engaged], tests: MachineTests) -> dict[int, int]:
    """Evidence class by engagement id."""
    kept = _without_duplicates(engagements)
    return {one.id: _class_of(one, kept, tests) for one in kept}


def _without_duplicates(engagements) -> list[Engaged]:
    kept: list[Engaged] = []
    for one in sorted(engagements):
        if all(one.id != other.id for other in kept):
            kept.append(one)
    return kept


def _class_of(one: Engaged, known: list[Engaged], tests: MachineTests) -> int:
    if one.kind == CLICK and (_follows_sending(one, known, tests) or _scans(one, known, tests)):
        return Evidence.MACHINE
    return one.evidence


def _follows_sending(click: Engaged, known: list[Engaged], tests: MachineTests) -> bool:
    if tests.click_after_send == 0:
        return False
    return any(
        sent.kind == SENT
        and 0 <= click.at - sent.at <= tests.click_after_send
        and (not click.touchpoint.message or click.touchpoint.message == sent.touchpoint.message)
        for sent in known
    )


def _scans(click: Engaged, known: list[Engaged], tests: MachineTests) -> bool:
    if tests.scan_links == 0 or tests.scan_within == 0:
        return False
    clicks = [other for other in known if other.kind == CLICK]
    starts = {other.at for other in clicks if 0 <= click.at - other.at <= tests.scan_within}
    # A span that holds the click can be moved right until it begins with a click.
    for start in starts:
        span = [other for other in clicks if 0 <= other.at - start <= tests.scan_within]
        links = {other.touchpoint.link for other in span if other.touchpoint.link}
        if len(links) >= tests.scan_links:
            return True
    return False


def reference_signal(rule: Rule, one: Engaged) -> Signal | None:
    """The first signal in file order that matches."""
    kind = Kind.of_code(one.kind)
    about = (one.touchpoint.asset.lower(), one.touchpoint.link.lower())
    for signal in rule.signals:
        patterns = [pattern.lower() for pattern in signal.assets]
        if (
            kind in signal.kinds
            and (not signal.classes or one.evidence in signal.classes)
            and (not signal.sources or one.touchpoint.source in signal.sources)
            and (
                not patterns
                or any(fnmatch.fnmatchcase(text, pattern) for text in about for pattern in patterns)
            )
        ):
            return signal
    return None


@dataclass
class _Episode:
    anchor: int
    hand_raised: bool


class _Reference:
    def __init__(self, rule: Rule, timeline: Timeline, now: int, machine: MachineTests) -> None:
        self.rule, self.now = rule, now
        known = [one for one in _without_duplicates(timeline.engagements) if one.at <= now]
        self.signal_of: dict[int, Signal] = {}
        self.qualifying: list[Engaged] = []
        for one in known:
            signal = reference_signal(rule, one)
            if signal is None or signal.weight <= 0:
                continue
            if _class_of(one, known, machine) != Evidence.MACHINE:
                self.signal_of[one.id] = signal
                self.qualifying.append(one)
        self.carried = [one for one in self.qualifying if self._is_carried(one)]
        self.instants = sorted({one.at for one in self.qualifying})
        self.endings = sorted(
            (ending for ending in timeline.endings if ending.at <= now),
            key=lambda ending: (ending.at, ORDER_OF_REASONS.index(ending.reason)),
        )
        self.wipes = [e.at for e in self.endings if e.reason.is_disposition and rule.fresh_start]
        self.known_at = timeline.known_at
        self.fit = sorted(timeline.fit)
        self.out: list[Transition] = []
        self.episode: _Episode | None = None
        self.burst: int | None = None
        self.armed = False
        self.last = 0

    # What is true at a moment, from the raw data.

    def _is_carried(self, one: Engaged) -> bool:
        signal = self.signal_of[one.id]
        if signal.limit is None:
            return True
        length = signal.limit.days * DAY
        before = [
            other
            for other in self.qualifying
            if self.signal_of[other.id] is signal
            and other.at // length == one.at // length
            and (other.at, other.id) < (one.at, one.id)
        ]
        return len(before) < signal.limit.count

    def _alive(self, engagements: list[Engaged], t: int) -> list[Engaged]:
        """Those at or before t that no disposition wiped before t."""
        return [
            one
            for one in engagements
            if one.at <= t and not any(one.at <= wipe < t for wipe in self.wipes)
        ]

    def _points(self, one: Engaged, t: int) -> float:
        signal = self.signal_of[one.id]
        points: float = signal.weight * 2.0 ** (-(t - one.at) / signal.half_life)
        return points

    def _score(self, t: int, last: int | None = None) -> float:
        """S(t); with `last`, as if nothing had happened after that instant."""
        by_group: dict[str, list[float]] = {DEFAULT_GROUP: []}
        for one in self._alive(self.carried, t if last is None else last):
            group = self.signal_of[one.id].group
            by_group.setdefault(group, []).append(self._points(one, t))
        caps = self.rule.caps
        return math.fsum(
            min(math.fsum(points), caps.get(group, math.inf)) for group, points in by_group.items()
        )

    def _evidence(self, t: int) -> tuple[Contribution, ...]:
        ranked = sorted(
            self._alive(self.carried, t), key=lambda one: (-self._points(one, t), -one.at, -one.id)
        )
        return tuple(
            Contribution(engaged=one, signal=self.signal_of[one.id].id, points=self._points(one, t))
            for one in ranked[: self.rule.top]
        )

    def _fits(self, t: int) -> bool:
        fits = True
        for change in self.fit:
            if change.at <= t:
                fits = change.fits
        return fits

    def _in_window(self, t: int) -> list[Engaged]:
        return [one for one in self._alive(self.qualifying, t) if one.at > t - self.rule.window]

    def _hand_raise(self, t: int) -> Engaged | None:
        hands = [
            one
            for one in self.qualifying
            if one.at == t and self.signal_of[one.id].hand_raise and one.evidence == Evidence.HUMAN
        ]
        return max(hands, key=lambda one: one.id) if hands else None

    def _leaving(self, last: int) -> tuple[int, Reason]:
        """The natural end of the running episode when `last` is the last instant."""
        assert self.episode is not None
        idle = last + self.rule.idle_after

        def decayed(t: int) -> bool:
            return self._score(t, last) <= self.rule.leave * (1 + EPSILON)

        if self.rule.leave > 0 and not self.episode.hand_raised and decayed(idle):
            return _first(last, idle, decayed), Reason.DECAYED
        return idle, Reason.IDLE

    def _starts_armed_burst(self, t: int) -> bool:
        earlier = [instant for instant in self.instants if instant < t]
        previous = earlier[-1] if earlier else None
        since = previous if previous is not None else self.known_at
        if since is not None and since <= t and t - since >= self.rule.dormant_after:
            return True
        wipes = [wipe for wipe in self.wipes if wipe < t]
        if not wipes:
            return False
        again = max(wipes) + self.rule.rearm_after
        return t >= again and (previous is None or previous <= max(wipes) or previous < again)

    def _may_enter(self, t: int) -> bool:
        window = self._in_window(t)
        return (
            self.burst is not None
            and self.armed
            and t - self.burst <= self.rule.burst_max
            and self._score(t) >= self.rule.enter * (1 - EPSILON)
            and len({one.kind for one in window}) >= self.rule.distinct_kinds
            and sum(one.evidence == Evidence.HUMAN for one in window) >= self.rule.human_min
            and self._fits(t)
        )

    # The state, moved from moment to moment.

    def transitions(self) -> tuple[Transition, ...]:
        moments = sorted({*self.instants, *(ending.at for ending in self.endings)})
        for t in moments:
            self._leave_naturally(before_or_at=t)
            if t in self.instants:
                self._instant(t)
            # What the instant left behind may be gone in the same millisecond.
            self._leave_naturally(before_or_at=t)
            for ending in self.endings:
                if ending.at == t:
                    self._end(t, ending.reason)
        self._leave_naturally(before_or_at=self.now)
        return tuple(self.out)

    def _leave_naturally(self, before_or_at: int) -> None:
        if self.episode is None:
            return
        at, reason = self._leaving(self.last)
        if at <= before_or_at:
            self._left(at, reason, self._score(at, self.last))

    def _instant(self, t: int) -> None:
        self.last = t
        hand = self._hand_raise(t)
        if self._starts_armed_burst(t):
            self.burst, self.armed = t, True
        elif self.burst is None:
            self.burst, self.armed = t, False
        if self.episode is not None:
            if hand is not None:
                self.episode.hand_raised = True
                self._say(t, Change.RAISED, Reason.HAND_RAISE, hand)
        elif hand is not None:
            self.burst = t
            self._enter(t, Reason.HAND_RAISE, hand)
        elif self._may_enter(t):
            self._enter(t, Reason.SCORE, None)

    def _enter(self, t: int, reason: Reason, hand: Engaged | None) -> None:
        assert self.burst is not None
        self.armed = False
        self.episode = _Episode(anchor=self.burst, hand_raised=hand is not None)
        self._say(t, Change.ENTERED, reason, hand)

    def _end(self, t: int, reason: EndReason) -> None:
        if self.episode is not None:
            self._left(t, Reason(reason.value), self._score(t))
        if reason.is_disposition and self.rule.fresh_start:
            self.armed = False

    def _say(self, t: int, change: Change, reason: Reason, hand: Engaged | None) -> None:
        assert self.episode is not None
        self.out.append(
            Transition(
                at=t,
                change=change,
                reason=reason,
                burst=self.episode.anchor,
                score=self._score(t),
                evidence=self._evidence(t),
                raised_by=hand,
            )
        )

    def _left(self, t: int, reason: Reason, score: float) -> None:
        assert self.episode is not None
        self.out.append(
            Transition(
                at=t, change=Change.LEFT, reason=reason, burst=self.episode.anchor, score=score
            )
        )
        self.episode = None


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The first integer in [low, high] for which it holds; it holds for `high`."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
