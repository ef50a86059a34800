"""Which alerts a history owes, by a plain reading of the rules that shares nothing with leadmode.

It knows the signals and thresholds of `sandbox/prove/setup.py` only, looks at everything at once
and makes no use of the engine; and it computes the keys of the tasks by itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from connector.clock import DAY
from connector.model import Kind
from sandbox.prove.extras import CROWD, ENGAGED_FOR

POINTS: Final = 30.0
HAND: Final = 50.0
ENTER: Final = 50.0
LEAVE: Final = 20.0
HALF_LIFE: Final = 30 * DAY
DORMANT: Final = 60 * DAY
IDLE: Final = 45 * DAY
BURST_MAX: Final = 30 * DAY
WINDOW: Final = 14 * DAY
RULE: Final = "returning"
INSTANCE: Final = "proof"


class Act(NamedTuple):
    """One engagement as it truly happened."""

    at: int
    kind: Kind
    readable_at: int
    """When a reader can see it, UTC ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An alert that is owed."""

    anchor: tuple[int, ...]
    """The start of the burst; for a hand raised in lead mode its instant too. UTC ms."""
    at: int
    """When it fell due."""
    until: int
    """When the episode ends if nothing more happens."""
    by_score: bool = True
    """False: by a raised hand."""


@dataclass(slots=True)
class _Walk:
    burst: int | None = None
    armed: bool = False
    opened: int | None = None
    """The anchor of the running episode."""
    by_hand: bool = False
    until: int = 0


def owed(acts: Iterable[Act], known_at: int) -> list[Due]:
    """The alerts of one person, oldest first."""
    known = sorted(acts)
    state, last, found = _Walk(), known_at, list[Due]()
    for t in sorted({act.at for act in known}):
        if state.opened is not None and state.until <= t:
            state.opened = None
        if t - last >= DORMANT:
            state.burst, state.armed = t, True
        elif state.burst is None:
            state.burst = t
        last = t
        past = [act for act in known if act.at <= t]
        anchor = _alert(state, past, t)
        if state.opened is not None:
            state.until = _end(past, t, by_hand=state.by_hand)
        found = [
            replace(due, until=state.until) if due.anchor[0] == state.opened else due
            for due in found
        ]
        if anchor:
            raised = any(act.at == t and act.kind is Kind.FORM_SUBMITTED for act in past)
            found.append(Due(anchor=anchor, at=t, until=state.until, by_score=not raised))
    return found


def _alert(state: _Walk, past: Sequence[Act], t: int) -> tuple[int, ...]:
    """The anchor of the alert that falls due at `t`, if one does."""
    if any(act.at == t and act.kind is Kind.FORM_SUBMITTED for act in past):
        raised = state.opened
        state.by_hand = True
        if raised is not None:
            return (raised, t)
        state.burst = state.opened = t
        state.armed = False
        return (t,)
    recent = {act.kind for act in past if act.at > t - WINDOW}
    fresh = state.burst is not None and t - state.burst <= BURST_MAX
    if state.opened is None and state.armed and fresh and len(recent) > 1:
        if _score(past, t) < ENTER - 1e-9:
            return ()
        state.opened, state.armed, state.by_hand = state.burst, False, False
        return () if state.burst is None else (state.burst,)
    return ()


def _score(past: Sequence[Act], t: int) -> float:
    return math.fsum(
        (HAND if act.kind is Kind.FORM_SUBMITTED else POINTS) * 2.0 ** ((act.at - t) / HALF_LIFE)
        for act in past
    )


def _end(past: Sequence[Act], last: int, *, by_hand: bool) -> int:
    score = _score(past, last)
    fading = math.ceil(HALF_LIFE * math.log2(score / LEAVE)) if score > LEAVE else 0
    return last + (IDLE if by_hand else min(IDLE, fading))


def key(record: str, anchor: Sequence[int], action: str, rule: str = RULE) -> str:
    """The key of a write, made from what the design says a key is made of."""
    parts = [INSTANCE, rule, 1, "Contact", record, list(anchor), action]
    text = json.dumps(parts, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    return "lm1-" + base64.b32encode(digest).decode().lower()[:32]


def surges_of(people: Sequence[Sequence[Act]]) -> list[tuple[int, int]]:
    """Beginning and end (UTC ms) of every time in which enough of these people were engaged."""
    found: list[tuple[int, int]] = []
    moments = {act.at for acts in people for act in acts}
    began = None
    for t in sorted(moments | {at + ENGAGED_FOR for at in moments}):
        there = sum(any(t - ENGAGED_FOR < act.at <= t for act in acts) for acts in people)
        if there >= CROWD and began is None:
            began = t
        elif there < CROWD and began is not None:
            found.append((began, t))
            began = None
    return found
