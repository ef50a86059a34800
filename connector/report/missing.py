"""What would bring a person into lead mode: tried out with the evaluator, not guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final

from connector.engine.rule import EPSILON, Signal
from connector.engine.timeline import Engaged, Touchpoint
from connector.model import Evidence, Kind
from connector.report import words
from connector.report.as_of import AsOf

_MOST_STEPS: Final = 3
_MOST_OPTIONS: Final = 10
_MOST_TRIALS: Final = 1_500
_MOST_WORK: Final = 400_000
"""Engagements looked at in all trials together: keeps a very long timeline under a second."""
_FIRST_ID: Final = -(2**62)
"""Ids that no stored engagement has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing a person could do."""

    signal: str
    kind: str
    weight: float
    text: str
    """For example "attends a webinar"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Things that together would be enough, if they were done right away."""

    steps: tuple[Step, ...]
    points: float
    """By how much they would raise the score, after limits and caps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What keeps a passive person from entering, and what would be enough."""

    by_score: bool
    """Whether they could enter by points now: the next thing they do lies in an armed burst."""
    from_when: int | None
    """If not: the first moment at which they could again, UTC ms."""
    if_silent: bool
    """Whether that holds only when they do nothing until then."""
    options: tuple[Option, ...]
    """The smallest ones first. Empty: no three things at once would do."""
    raised_hands: tuple[Step, ...]
    """Each of these would be enough by itself."""
    why_not: str
    """When points can be gathered and no three things at once would do: what is in the way."""
    complete: bool
    """False when the timeline is so long that not everything was tried."""


def missing(asked: AsOf) -> Missing | None:
    """What would be enough at the moment asked about; None for a person in lead mode."""
    if asked.evaluation.in_lead_mode:
        return None
    # A moment later, so that no machine test takes it for the click of a scanner.
    soon = asked.at + max(asked.machine.click_after_send, asked.machine.scan_within) + 1
    tried = [_Trial(asked, signal) for signal in asked.mode.rule.signals if signal.weight > 0]
    usable = [each for each in tried if each.point is not None]
    plain = [each for each in usable if not each.signal.hand_raise]
    raises = tuple(
        each.step
        for each in usable
        if each.signal.hand_raise and asked.if_also(each.engaged(soon, 0), soon).in_lead_mode
    )
    by_score = bool(plain) and _is_open(asked, plain[0], soon)
    options, complete = _options(asked, plain, soon) if by_score else ((), True)
    in_vain = by_score and complete and not options
    shut = bool(plain) and not by_score
    from_when, if_silent = _from_when(asked, plain[0]) if shut else (None, False)
    return Missing(
        by_score=by_score,
        from_when=from_when,
        if_silent=if_silent,
        options=options,
        raised_hands=raises,
        why_not=_why_not(asked, plain, soon) if in_vain else "",
        complete=complete,
    )


def _is_open(asked: AsOf, trial: _Trial, at: int) -> bool:
    """Whether one small thing at `at` would lie in a burst that can still be entered."""
    then = asked.if_also(trial.engaged(at, 0), at)
    standing = then.standing
    return then.in_lead_mode or (
        standing.armed
        and standing.burst is not None
        and at - standing.burst <= asked.mode.rule.burst_max
    )


def _from_when(asked: AsOf, trial: _Trial) -> tuple[int | None, bool]:
    """When a new burst can begin, and whether only silence until then allows it."""
    rule, last = asked.mode.rule, asked.evaluation.standing.last_instant
    since = asked.timeline.known_at if last is None else last
    moments = [(since + rule.dormant_after, True)] if since is not None else []
    if rule.fresh_start:
        moments += [
            (ending.at + rule.rearm_after, False)
            for ending in asked.timeline.endings
            if ending.reason.is_disposition
        ]
    later = sorted(moment for moment in moments if moment[0] > asked.at)
    return next((each for each in later if _is_open(asked, trial, each[0])), (None, False))


def _options(asked: AsOf, trials: Sequence[_Trial], at: int) -> tuple[tuple[Option, ...], bool]:
    """The smallest sets of things that are enough, and whether all were tried."""
    before = asked.if_also((), at).standing.score
    needed = (asked.mode.rule.enter - before) * (1 - EPSILON)
    left = min(_MOST_TRIALS, _MOST_WORK // (len(asked.timeline.engagements) + 1))
    for size in range(1, _MOST_STEPS + 1):
        found: list[Option] = []
        for chosen in _sets(trials, size, needed):
            if left == 0:
                return tuple(found), False
            left -= 1
            engaged = [one for n, each in enumerate(chosen) for one in each.engaged(at, n)]
            then = asked.if_also(engaged, at)
            if then.in_lead_mode:
                gained = then.standing.score - before
                found.append(Option(steps=tuple(each.step for each in chosen), points=gained))
                if len(found) == _MOST_OPTIONS:
                    break
        if found:
            return tuple(found), True
    return (), True


def _why_not(asked: AsOf, trials: Sequence[_Trial], at: int) -> str:
    """What still lacks after the three strongest things, and after three of different kinds."""
    rule = asked.mode.rule
    strongest, widest = (
        asked.if_also([one for n, each in enumerate(chosen) for one in each.engaged(at, n)], at)
        for chosen in (_strongest(trials), _widest(trials))
    )
    after = [strongest.standing, widest.standing]
    if not any(now.fits for now in after):
        return "they do not fit, whatever they do"
    points = max(now.score for now in after)
    if points < rule.enter * (1 - EPSILON):
        have, needed = words.points(points), words.points(rule.enter)
        return f"the strongest ones make for {have} of {needed} points"
    if max(now.distinct_kinds for now in after) < rule.distinct_kinds:
        return f"{rule.distinct_kinds} different kinds are needed"
    if max(now.humans for now in after) < rule.human_min:
        return f"{rule.human_min} engagements of a human are needed"
    return "those with points enough are of too few kinds"


def _strongest(trials: Sequence[_Trial]) -> list[_Trial]:
    """Three things with the most points; one may be done again where its limit allows."""
    ranked = sorted(trials, key=lambda each: -each.signal.weight)
    return (ranked[:1] * _MOST_STEPS) if ranked[0].signal.limit is None else ranked[:_MOST_STEPS]


def _widest(trials: Sequence[_Trial]) -> list[_Trial]:
    """The strongest things of three different kinds."""
    ranked = sorted(trials, key=lambda each: each.signal.weight)
    return sorted(
        {each.step.kind: each for each in ranked}.values(), key=lambda one: -one.signal.weight
    )[:_MOST_STEPS]


def _sets(trials: Sequence[_Trial], size: int, needed: float) -> Iterator[tuple[_Trial, ...]]:
    """Sets with points enough, the least first: it is the cheapest way that is looked for."""
    every = combinations_with_replacement(trials, size)
    enough = [each for each in every if sum(one.signal.weight for one in each) >= needed]
    enough.sort(key=lambda each: sum(one.signal.weight for one in each))
    yield from enough


class _Trial:
    """One signal with an engagement that it would score."""

    def __init__(self, asked: AsOf, signal: Signal) -> None:
        self.signal = signal
        self._kind, self._pattern, self.point = _example(asked, signal)

    @property
    def step(self) -> Step:
        """What a person would do."""
        return Step(
            signal=self.signal.id,
            kind=self._kind.value,
            weight=self.signal.weight,
            text=words.could(self._kind, self._pattern),
        )

    def engaged(self, at: int, number: int) -> tuple[Engaged, ...]:
        """It, done by a human at `at`."""
        point = self.point or Touchpoint()
        return (Engaged(at, _FIRST_ID + number, self._kind.code, int(Evidence.HUMAN), point),)


def _example(asked: AsOf, signal: Signal) -> tuple[Kind, str, Touchpoint | None]:
    """A kind and a touchpoint that this signal scores and none before it, if one was found."""
    index = asked.mode.rule.signals.index(signal)
    source = min(signal.sources, default="")
    for kind in sorted(signal.kinds, key=lambda kind: kind.code):
        for pattern in signal.assets or ("",):
            point = Touchpoint(source=source, asset=_sample(pattern))
            if asked.matcher.signal(kind.code, Evidence.HUMAN, point) == index:
                return kind, pattern, point
    return Kind.PAGE_VIEWED, "", None


def _sample(pattern: str) -> str:
    """A text that a shell pattern fits, for most patterns; who uses it checks."""
    text, rest = "", pattern
    while rest:
        head, rest = rest[0], rest[1:]
        if head == "[" and "]" in rest[1:]:
            inside, _, rest = rest.partition("]")
            head = inside[0] if inside[0] != "!" else "~"
        text += {"*": "", "?": "x"}.get(head, head)
    return text
