"""The kill matrix: a real process, killed at every boundary in turn, and what came of it."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from functools import cache
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from connector.clock import DAY, SystemClock
from connector.registry import load_all
from sandbox.kill.tasks import Task, compare
from sandbox.prove import setup, tiny
from sandbox.prove.telling import Kills, Outcome, Story, told
from sandbox.story.chance import stream
from sandbox.storytime import StoryTime

WORKERS: Final = 2


def today() -> int:
    """The end of every story told today, UTC ms: a Saturday, so that it begins on a Monday."""
    day = SystemClock().now() // DAY
    return (day - (day + 5) % 7) * DAY


@cache
def undisturbed(story: Story, images: Path) -> Outcome:
    """The story without any kill; `images` is a folder of this process (see `told`)."""
    _warm(story)
    return told(story, images=images / f"{os.getpid()}")


def _warm(story: Story) -> None:
    """Load everything that a daemon loads, so that its processes are forked with it."""
    folder = setup.fast_folder()
    try:
        world = tiny.world(story.until, 1)
        place, config = tiny.opened(folder / story.on, world, story.on)
        with closing(place):
            visit = tiny.visits(story.until)[0]
            place.write_until(visit.told_until)
            with StoryTime(load_all(config), visit.at) as leadmode:
                leadmode.cycle(visit.at)
    finally:
        shutil.rmtree(folder)
    gc.collect()
    gc.freeze()


def judged(story: Story, kills: Kills, images: Path) -> Outcome:
    """Tell the story with kills, and say what differs from the undisturbed one."""
    calm = undisturbed(story, images)
    try:
        outcome = told(story, kills, calm=calm, images=images / f"{os.getpid()}")
    except (RuntimeError, OSError) as error:
        return Outcome(kills=kills, lives=0, boundaries=(), tasks=(), effects=0, trouble=str(error))
    verdict = compare(list(calm.tasks), list(outcome.tasks))
    trouble = "" if verdict.is_exact else str(verdict)
    if outcome.effects != calm.effects:
        trouble += f" {outcome.effects} effects instead of {calm.effects}"
    if outcome.lives < len(kills):
        trouble += f" {outcome.lives} processes were killed instead of {len(kills)}"
    return Outcome(
        kills=kills,
        lives=outcome.lives,
        boundaries=outcome.boundaries,
        tasks=outcome.tasks,
        effects=outcome.effects,
        trouble=trouble,
    )


def amiss(story: Story, tasks: Sequence[Task]) -> str:
    """What an undisturbed telling wrote too much or too little; empty: nothing."""
    if story.undone:
        return tiny.left_over(tasks)
    return tiny.amiss(tiny.world(story.until, story.people), tasks, story.on)


Choose = Callable[[Outcome], Sequence[Kills]]
"""Chooses the points from what the undisturbed telling passed."""


def matrix(story: Story, choose: Choose, workers: int = WORKERS) -> Iterator[Outcome]:
    """The undisturbed telling, then every point in processes side by side, in any order."""
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    images = setup.fast_folder()
    try:
        calm = pool.submit(undisturbed, story, images).result()
        yield calm
        asked = [pool.submit(judged, story, point, images) for point in choose(calm)]
        for done in as_completed(asked):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)  # who has seen enough does not wait for the rest
        shutil.rmtree(images)


def every(nth: int, first: int = 0) -> Choose:
    """Every n-th boundary; with another `first` (0 to n - 1) others."""

    def choose(calm: Outcome) -> list[Kills]:
        return [(point,) for point in range(1 + first % nth, sum(calm.boundaries) + 1, nth)]

    return choose


def spread(number: int, turn: int) -> Choose:
    """So many boundaries at equal distances; with every `turn` others."""

    def choose(calm: Outcome) -> Sequence[Kills]:
        return every(max(1, -(-sum(calm.boundaries) // number)), turn)(calm)

    return choose


def pairs(number: int, turn: int) -> Choose:
    """So many pairs: a kill anywhere, and another while the next process recovers.

    Who recovers may have less to do than the visit that was cut off: the second kill is then one
    of the visit after it.
    """

    def choose(calm: Outcome) -> list[Kills]:
        chance = stream(turn, "pairs")
        ends = list(accumulate(calm.boundaries))
        firsts = [chance.randint(1, ends[-2]) for _ in range(number)]
        visits = [next(n for n, end in enumerate(ends) if first <= end) for first in firsts]
        return [
            (first, chance.randint(1, calm.boundaries[visit]))
            for first, visit in zip(firsts, visits, strict=True)
        ]

    return choose
