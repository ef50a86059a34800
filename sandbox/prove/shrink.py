"""The smallest history that still breaks a promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from sandbox.prove.steps import ALONE, History, Step

Breaks = Callable[[History], bool]
MOST: Final = 600
"""Histories that are tried at most."""


def shrunk(history: History, breaks: Breaks, most: int = MOST) -> History:
    """Drop steps, then troubles within steps, as long as `breaks` says that it still breaks."""
    tries = 0
    progress = True
    while progress and tries < most:
        progress = False
        for smaller in _smaller(history):
            tries += 1
            if breaks(smaller):
                history, progress = smaller, True
                break
            if tries >= most:
                break
    return history


def _smaller(history: History) -> Iterator[History]:
    steps = history.steps
    size = len(steps) // 2
    while size:
        for begin in range(0, len(steps), size):
            yield replace(history, steps=steps[:begin] + steps[begin + size :])
        size //= 2
    if history.twin != ALONE:
        yield replace(history, twin=ALONE)
    for extra in history.extras:
        yield replace(history, extras=tuple(e for e in history.extras if e != extra))
    for number, step in enumerate(steps):
        for simpler in _simpler(step):
            yield replace(history, steps=(*steps[:number], simpler, *steps[number + 1 :]))


def _simpler(step: Step) -> Iterator[Step]:
    if step[0] == "cycle":
        _, host, crash, troubles, meanwhile = step
        if crash:
            yield ("cycle", host, 0, troubles, meanwhile)
        for left_out in range(len(troubles)):
            rest = troubles[:left_out] + troubles[left_out + 1 :]
            yield ("cycle", host, crash, rest, meanwhile)
        if meanwhile:
            yield ("cycle", host, crash, troubles, 0)
    if step[0] == "act" and step[3]:
        yield ("act", step[1], step[2], 0, step[4])
