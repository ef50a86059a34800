"""What a person did and had and was told, gathered once for all their alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from connector.config.rulebook import Phase, Topic
from connector.engine.match import about, any_like
from connector.engine.timeline import Engaged
from connector.model import Decision, Episode, Evidence, Kind, Verdict

_NO_LESSON: Final = frozenset(
    kind.code
    for kind in (
        *(Kind.EMAIL_SENT, Kind.EMAIL_OPENED, Kind.LIST_JOINED, Kind.UNSUBSCRIBED, Kind.BOUNCED),
        *(Kind.WEBINAR_REGISTERED, Kind.MEETING_BOOKED, Kind.MEETING_HELD, Kind.CALL_HELD),
        Kind.EMAIL_REPLIED,
    )
)
"""Kinds by which nobody learns what something is about."""
_OFFERS: Final = frozenset(
    kind.code
    for kind in (
        *(Kind.CONTENT_DOWNLOADED, Kind.WEBINAR_REGISTERED, Kind.WEBINAR_ATTENDED),
        *(Kind.EVENT_ATTENDED, Kind.COUPON_REDEEMED, Kind.PURCHASE_MADE, Kind.FORM_SUBMITTED),
    )
)
"""Kinds of which one has had something that was offered."""
_TALKS: Final = frozenset({Kind.CALL_HELD.code, Kind.MEETING_HELD.code})
_PHASES: Final = {phase.value: place for place, phase in enumerate(Phase, start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A topic that somebody engaged with."""

    topic: Topic
    times: int
    last: int
    """UTC ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Besides:
    """Engagement of one kind that no topic is about."""

    kind: int
    times: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a brief tells beside the alert itself."""

    learned: tuple[Learned, ...] = ()
    """The furthest phase first, then the latest."""
    besides: tuple[Besides, ...] = ()
    """The most frequent first."""
    had: tuple[Engaged, ...] = ()
    """What they were offered and took, the latest first, nothing twice."""
    talked: Engaged | None = None
    """The last call or meeting."""
    episodes: tuple[Episode, ...] = ()
    """Recorded ones that hold, the latest first."""
    handed: frozenset[tuple[str, int]] = frozenset()
    """Rule and burst of the episodes that were handed off."""
    around: frozenset[str] | None = None
    """The personas of the company's people; None: that is not known."""


def known_of(
    engagements: Iterable[Engaged],
    topics: Sequence[Topic],
    *,
    now: int,
    asks: Callable[[Engaged], bool],
    episodes: Sequence[Episode] = (),
    decisions: Sequence[Decision] = (),
    around: frozenset[str] | None = None,
) -> Known:
    """Gather it, as of `now` (UTC ms), from classified engagement: a machine learns nothing.

    `asks` says whether an engagement is a raised hand: a demo that was asked for was not had.
    """
    seen = [e for e in engagements if e.at <= now and e.evidence != Evidence.MACHINE]
    learned, besides = _lessons([e for e in seen if e.kind not in _NO_LESSON], topics)
    talks = [each for each in seen if each.kind in _TALKS]
    return Known(
        learned=learned,
        besides=besides,
        had=_had(seen, asks),
        talked=talks[-1] if talks else None,
        episodes=tuple(
            sorted(
                (e for e in episodes if not e.superseded and e.entered_at <= now),
                key=lambda each: -each.entered_at,
            )
        ),
        handed=frozenset(
            (each.rule, each.burst)
            for each in decisions
            if each.verdict is Verdict.HANDED_OFF and each.at <= now
        ),
        around=around,
    )


def teaches(topic: Topic, engaged: Engaged) -> bool:
    """Whether somebody learns about the topic by this."""
    return engaged.kind not in _NO_LESSON and _is_about(topic, engaged)


def _is_about(topic: Topic, engaged: Engaged) -> bool:
    if topic.kinds and Kind.of_code(engaged.kind) not in topic.kinds:
        return False
    return not topic.assets or any_like(topic.assets, about(engaged.touchpoint))


def _lessons(
    seen: Sequence[Engaged], topics: Sequence[Topic]
) -> tuple[tuple[Learned, ...], tuple[Besides, ...]]:
    found: dict[str, Learned] = {}
    rest: dict[int, Besides] = {}
    of_point: dict[tuple[int, object], list[Topic]] = {}
    for each in seen:
        point = (each.kind, each.touchpoint)
        if point not in of_point:
            of_point[point] = [topic for topic in topics if _is_about(topic, each)]
        for topic in of_point[point]:
            times = found[topic.id].times if topic.id in found else 0
            found[topic.id] = Learned(topic=topic, times=times + 1, last=each.at)
        if not of_point[point]:
            times = rest[each.kind].times if each.kind in rest else 0
            rest[each.kind] = Besides(kind=each.kind, times=times + 1, last=each.at)
    furthest = sorted(found.values(), key=lambda one: (-rank(one.topic.phase), -one.last))
    return tuple(furthest), tuple(sorted(rest.values(), key=lambda one: -one.times))


def rank(phase: str) -> int:
    """The place of a phase in the journey, from 1; 0 for none."""
    return _PHASES.get(phase, 0)


def _had(seen: Sequence[Engaged], asks: Callable[[Engaged], bool]) -> tuple[Engaged, ...]:
    latest: dict[tuple[int, str], Engaged] = {}
    for each in reversed(seen):
        point = each.touchpoint
        name = point.asset or point.message or point.link
        if each.kind in _OFFERS and name and (each.kind, name) not in latest and not asks(each):
            latest[each.kind, name] = each
    attended = {name for kind, name in latest if kind == Kind.WEBINAR_ATTENDED.code}
    return tuple(
        each
        for (kind, name), each in latest.items()
        if kind != Kind.WEBINAR_REGISTERED.code or name not in attended
    )
