"""Which transitions raise a hand-off: the cool-down. Holds are decided where the facts are."""

from __future__ import annotations

from collections.abc import Sequence

from connector.engine.result import Change, Reason, Transition


def within_cooldown(at: int, last_hand_off: int | None, cooldown: int) -> bool:
    """Whether a hand-off at `at` would come less than `cooldown` ms after the last one.

    A cool-down of 0 holds nothing back. Raised hands are not asked about: they always alert.
    """
    return last_hand_off is not None and at < last_hand_off + cooldown


def alerts(transitions: Sequence[Transition], cooldown: int) -> tuple[bool, ...]:
    """Per transition of one person, in order, whether it raises a hand-off if nothing is held.

    A raised hand always does, in an entry or in a running episode, and counts as a hand-off
    for the entries after it. Leaving never does.
    """
    told: list[bool] = []
    last: int | None = None
    for transition in transitions:
        told.append(_alerts(transition, last, cooldown))
        if told[-1]:
            last = transition.at
    return tuple(told)


def _alerts(transition: Transition, last: int | None, cooldown: int) -> bool:
    if transition.change is Change.LEFT:
        return False
    by_hand = transition.reason is Reason.HAND_RAISE
    return by_hand or not within_cooldown(transition.at, last, cooldown)
