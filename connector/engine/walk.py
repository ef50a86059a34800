"""The state machine of lead mode: one person, one rule, moments in order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import count
from typing import Final

from connector.engine.ceiling import Ceiling
from connector.engine.parts import Parts, Row
from connector.engine.result import Change, Contribution, Reason, Transition
from connector.engine.rule import EPSILON, Rule
from connector.engine.score import Score
from connector.engine.tally import top_contributions
from connector.engine.timeline import Ending, Engaged, Timeline
from connector.engine.window import Window
from connector.model import Evidence

_HUMAN = int(Evidence.HUMAN)
_NEVER: Final = 1 << 62
"""Later than any moment, ms."""


class Walk:
    """What has become of the person up to the last moment walked to.

    `rows` are all that qualifies, each with the index of its signal, in (instant, id) order.
    Call `ending` in the order of time, and `until` at the end: both walk through the instants
    before them. At one millisecond the natural leave comes first, then the instant, then endings.
    """

    def __init__(self, rule: Rule, parts: Parts, timeline: Timeline, rows: Sequence[Row]) -> None:
        self.rule = rule
        self.transitions: list[Transition] = []
        self.last: int | None = None
        """The last instant."""
        self.burst: int | None = None
        self.armed = False
        self.anchor: int | None = None
        """The burst of the running episode; None: passive."""
        self.walked = 0
        """So many rows lie behind."""
        self.score = Score(parts, rows)
        self.window = Window(rule, rows)
        self._times = [row[0] for row in rows]
        self._hands = _raised_hands(parts, rows) if parts.hands else {}
        self._known_at = timeline.known_at
        self._fit = sorted(timeline.fit)
        self._wiped: int | None = None
        self._enter_at = rule.enter * (1 - EPSILON)
        self._leave_at = rule.leave * (1 + EPSILON)
        self._safe_until = 0
        """Until then the running episode cannot have decayed."""
        self._ceiling = Ceiling(parts, rows, self._enter_at)

    def until(self, moment: int) -> None:
        """Walk through all instants up to the moment, and leave if that comes by then."""
        self._through(bisect_right(self._times, moment, self.walked))
        if self.anchor is not None:
            self._leave_until(moment)

    def ending(self, ending: Ending) -> None:
        """Something from outside ends the episode, if there is one, and may wipe the slate."""
        self.until(ending.at)
        if self.anchor is not None:
            self._leave(ending.at, Reason.of_ending(ending.reason))
        if self.rule.fresh_start and ending.reason.is_disposition:
            self._wiped, self.armed = ending.at, False
            self.score.clear(self.walked)
            self.window.forget(self.walked)

    def _through(self, stop: int) -> None:
        """Take in the rows before `stop`, instant by instant. Most change nothing."""
        hands, ceiling = self._hands, self._ceiling
        times = self._times[self.walked : stop]
        last, patience, safe_until, try_until = self._outlook()
        for end, t, following in zip(
            count(self.walked + 1), times, (*times[1:], None), strict=False
        ):
            if t == following:
                continue
            if (
                t - last < patience
                and t < safe_until
                and t not in hands
                and (t > try_until or end < ceiling.place or not self._may_enter(t, end))
            ):
                self.last = last = t
                self.walked = end
            else:
                self._instant(t, end)
                last, patience, safe_until, try_until = self._outlook()

    def _outlook(self) -> tuple[int, int, int, int]:
        """The last instant, and what keeps the next ones from changing anything.

        Nothing changes as long as one follows the other in less than so many ms, before the moment
        at which the episode may have decayed, without a raised hand, and, up to the moment until
        which the burst may be entered, without enough to enter.
        """
        if self.last is None or self.burst is None or self._wiped is not None:
            return 0, -_NEVER, 0, 0
        if self.anchor is not None:
            patience = min(self.rule.idle_after, self.rule.dormant_after)
            return self.last, patience, self._safe_until, -_NEVER
        try_until = self.burst + self.rule.burst_max if self.armed else -_NEVER
        return self.last, self.rule.dormant_after, _NEVER, try_until

    def _instant(self, t: int, end: int) -> None:
        """All that qualifies at t: the rows up to `end`."""
        if self.anchor is not None:
            self._leave_until(t)
        self._start_burst(t)
        self.last, self.walked = t, end
        if t in self._hands:
            self._raise_hand(t, self._hands[t])
        elif self.anchor is None and self.armed and self._may_enter(t, end):
            self._enter(t, Reason.SCORE, None)

    def _start_burst(self, t: int) -> None:
        """If one starts at t."""
        if self._starts_armed_burst(t):
            self.burst, self.armed = t, True
            if self.last is not None:
                self._ceiling.fade(t - self.last, self.walked)
        elif self.burst is None:
            self.burst = t

    def _starts_armed_burst(self, t: int) -> bool:
        since = self._known_at if self.last is None else self.last
        if since is not None and t - since >= self.rule.dormant_after:
            return True
        if self._wiped is None:
            return False
        again = self._wiped + self.rule.rearm_after
        return t >= again and (self.last is None or self.last <= self._wiped or self.last < again)

    def _raise_hand(self, t: int, hand: Engaged) -> None:
        if self.anchor is None:
            self.burst = t
            self._enter(t, Reason.HAND_RAISE, hand)
        else:
            self._say(t, Change.RAISED, Reason.HAND_RAISE, hand)
        self._safe_until = _NEVER

    def _may_enter(self, t: int, end: int) -> bool:
        """Whether an armed burst is entered at t, the instant of the last row before `end`."""
        if self.burst is None or t - self.burst > self.rule.burst_max or end < self._ceiling.place:
            return False
        score = self.score.at(t, end)
        self._ceiling.know(score, end)
        return score >= self._enter_at and self.window.suffices(t, end) and self.fits(t)

    def fits(self, t: int) -> bool:
        """The fit predicate at t."""
        index = bisect_right(self._fit, (t, True))
        return self._fit[index - 1].fits if index else True

    def _enter(self, t: int, reason: Reason, hand: Engaged | None) -> None:
        self.anchor, self.armed = self.burst, False
        self._safe_until = t if self.rule.leave > 0 else _NEVER
        self._say(t, Change.ENTERED, reason, hand)

    def _leave_until(self, moment: int) -> None:
        """Leave by decay or idleness if that comes at or before the moment."""
        leaving = self.leaving(moment)
        if leaving is not None:
            self._leave(*leaving)

    def leaving(self, horizon: int | None = None) -> tuple[int, Reason] | None:
        """How a running episode ends by itself, if at or before the horizon (None: ever)."""
        if self.anchor is None or self.last is None:
            return None
        idle = self.last + self.rule.idle_after
        edge = idle if horizon is None or horizon > idle else horizon
        if edge >= self._safe_until and self._is_decayed(edge):
            return self.score.first_at_or_below(self._leave_at, self.last, edge), Reason.DECAYED
        return (idle, Reason.IDLE) if edge == idle else None

    def _is_decayed(self, t: int) -> bool:
        score = self.score.at(t, self.walked)
        if score <= self._leave_at:
            return True
        # Until then nothing can have decayed, even at the shortest half-life: no need to look.
        spare = self.score.lasts(score, self._leave_at)
        self._safe_until = t + int(spare * (1 - EPSILON)) - 1
        return False

    def _leave(self, t: int, reason: Reason) -> None:
        self._say(t, Change.LEFT, reason, None)
        self.anchor = None

    def contributions(self, t: int) -> tuple[Contribution, ...]:
        """The top contributions at t of all that lies behind."""
        self.score.take(self.walked)
        return top_contributions(self.rule.signals, self.score.carried, t, self.rule.top)

    def _say(self, t: int, change: Change, reason: Reason, hand: Engaged | None) -> None:
        assert self.anchor is not None  # noqa: S101 - said of an episode only
        left = change is Change.LEFT
        self.transitions.append(
            Transition(
                at=t,
                change=change,
                reason=reason,
                burst=self.anchor,
                score=self.score.at(t, self.walked),
                evidence=() if left else self.contributions(t),
                raised_by=hand,
            )
        )


def _raised_hands(parts: Parts, rows: Sequence[Row]) -> dict[int, Engaged]:
    """The raised hand of each instant that has one: of several the one with the greatest id."""
    return {
        t: one for t, _, evidence, index, one in rows if index in parts.hands and evidence == _HUMAN
    }
