"""Every episode of one person as it was recorded, and every hand-off that was held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.engine.result import Change
from connector.model import Episode, Verdict
from connector.report import words
from connector.report.dossier import Dossier
from connector.report.hand_offs import mode_of

if TYPE_CHECKING:
    from connector.config.settings import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEpisode:
    """One episode, as recorded."""

    rule: str
    title: str
    entered_at: int
    """UTC ms."""
    because: str
    """How it began, in words."""
    score: float
    left_at: int | None
    ended: str
    """How it ended, in words; empty while it goes on."""
    superseded: bool
    """Later data moved its beginning: it does not hold any more."""
    hand_off: str
    """What was made of its alert, in words."""
    revision: str
    """The rule revision that recorded it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastHold:
    """One hand-off that was not made."""

    at: int
    """UTC ms."""
    rule: str
    reason: str
    """`Hold`."""
    because: str
    """In words."""
    revision: str
    """The rule revision that decided it."""


def past_episodes(config: Config, dossier: Dossier, at: int) -> Iterator[PastEpisode]:
    """The episodes that had begun by a moment, oldest first; what came later is left out."""
    for episode in dossier.episodes:
        if episode.entered_at > at:
            continue
        over = episode.left_at is not None and episode.left_at <= at
        mode = mode_of(config, episode.rule)
        yield PastEpisode(
            rule=episode.rule,
            title=mode.title if mode and mode.title else episode.rule,
            entered_at=episode.entered_at,
            because=words.entered(episode.reason),
            score=episode.score,
            left_at=episode.left_at if over else None,
            ended=words.left(episode.left_reason) if over else "",
            superseded=episode.superseded,
            hand_off=_hand_off(dossier, episode, at),
            revision=episode.revision,
        )


def past_holds(dossier: Dossier, at: int) -> Iterator[PastHold]:
    """The hand-offs that had been held by a moment, oldest first."""
    for each in dossier.decided:
        decision = each.decision
        if decision.verdict is Verdict.HELD and decision.hold and decision.at <= at:
            yield PastHold(
                at=decision.at,
                rule=decision.rule,
                reason=decision.hold.value,
                because=words.hold(decision),
                revision=each.revision,
            )


def _hand_off(dossier: Dossier, episode: Episode, at: int) -> str:
    known = [
        each.decision
        for each in dossier.decided
        if (each.decision.rule, each.decision.burst) == (episode.rule, episode.burst)
        and each.decision.change == Change.ENTERED
        and each.decision.at <= at
    ]
    return words.verdict(known[-1]) if known else "not decided yet"
