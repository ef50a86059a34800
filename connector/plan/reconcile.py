"""What an evaluation says, beside what was recorded before: what is new, what no longer holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from connector.engine.result import Change, Evaluation, Transition
from connector.model import Decision, Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A transition that asks for a decision."""

    transition: Transition
    over: bool
    """True when the episode has ended by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The difference between what is and what was recorded, for one person and rule."""

    episodes: tuple[Episode, ...] = ()
    """New or changed ones."""
    transitions: tuple[Transition, ...] = ()
    """Of the new or changed episodes; some may be recorded already."""
    alerts: tuple[Alert, ...] = ()


def reconcile(
    rule: str,
    evaluation: Evaluation,
    *,
    recorded: Sequence[Episode],
    decided: Sequence[Decision],
    revision: str,
) -> Reconciled:
    """Compare. Nothing recorded is taken back: what no longer holds is marked superseded.

    A burst asks for one decision about its entry for ever, even when late data moves the moment
    of the entry; and for one per raised hand.
    """
    before = {episode.burst: episode for episode in recorded if episode.rule == rule}
    now = _episodes(rule, evaluation.transitions, revision)
    changed = [
        dataclasses.replace(episode, score=before[burst].score, revision=before[burst].revision)
        if burst in before
        else episode
        for burst, episode in now.items()
    ]
    changed = [episode for episode in changed if before.get(episode.burst) != episode]
    gone = [
        dataclasses.replace(episode, superseded=True)
        for burst, episode in before.items()
        if burst not in now and not episode.superseded
    ]
    answered = {_question(d.burst, d.at, d.change) for d in decided if d.rule == rule}
    bursts = {episode.burst for episode in changed}
    transitions, alerts = [], []
    for t in evaluation.transitions:
        asks = t.change is not Change.LEFT
        asks = asks and _question(t.burst, t.at, t.change.value) not in answered
        if asks:
            alerts.append(Alert(transition=t, over=now[t.burst].left_at is not None))
        if asks or t.burst in bursts:
            transitions.append(t)
    return Reconciled(
        episodes=(*changed, *gone), transitions=tuple(transitions), alerts=tuple(alerts)
    )


def _question(burst: int, at: int, change: str) -> tuple[int, str, int]:
    return (burst, change, at if change == Change.RAISED.value else 0)


def _episodes(rule: str, transitions: Sequence[Transition], revision: str) -> dict[int, Episode]:
    episodes: dict[int, Episode] = {}
    for transition in transitions:
        if transition.change is Change.ENTERED:
            episodes[transition.burst] = Episode(
                rule=rule,
                burst=transition.burst,
                entered_at=transition.at,
                reason=transition.reason.value,
                score=transition.score,
                revision=revision,
            )
        elif transition.change is Change.LEFT:
            episodes[transition.burst] = dataclasses.replace(
                episodes[transition.burst],
                left_at=transition.at,
                left_reason=transition.reason.value,
            )
    return episodes
