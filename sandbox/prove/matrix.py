"""The kill matrix: a real process, killed at every boundary in turn, and what came of it."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from connector.clock import DAY, HOUR, MINUTE, SECOND, SystemClock
from sandbox import storytime
from sandbox.kill.files import Place
from sandbox.kill.tasks import Task, compare
from sandbox.prove import setup, tiny
from sandbox.prove.boundaries import install
from sandbox.prove.mutants import MUTANTS
from sandbox.story.chance import stream

PLATFORMS: Final = ("csv", "salesforce", "hubspot")
WORKERS: Final = 2
_RESTS: Final = (MINUTE, HOUR)
"""After the last piece of news: calm cycles until everything is quiet."""

Kills = tuple[int, ...]
"""The boundaries at which the first, second ... process that comes so far is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one telling of the story came to."""

    kills: Kills
    lives: int
    """Processes that were killed."""
    boundaries: tuple[int, ...]
    """Of every visit in which nobody was killed."""
    tasks: tuple[Task, ...]
    effects: int
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is told, to which platform."""

    on: str
    people: int = 4
    until: int
    mutant: str = ""
    """The name of a mutant whose `ingest` or `deliver` takes the place of the sound one."""
    undone: bool = False
    """Whether in the end everything is taken back; kills are counted from there on."""


def today() -> int:
    """The end of every story told today, UTC ms: a Saturday, so that it begins on a Monday."""
    day = SystemClock().now() // DAY
    return (day - (day + 5) % 7) * DAY


def told(story: Story, kills: Kills = ()) -> Outcome:
    """Tell the story once; the processes of the daemon are killed at these boundaries.

    Boundaries are counted on through all visits of the story. The second kill counts from the
    first boundary of the process that recovers from the first one.
    """
    folder = setup.fast_folder()
    try:
        world = tiny.world(story.until, story.people)
        place, config = tiny.opened(folder / story.on, world, story.on)
        with closing(place):
            return _Telling(story, place, config, kills).run()
    finally:
        shutil.rmtree(folder)


class _Telling:
    def __init__(self, story: Story, place: Place, config: Path, kills: Kills) -> None:
        self._story = story
        self._place = place
        self._config = config
        self._kills = list(kills)
        self._all = kills
        self._passed = 0
        self._lives = 0
        self._boundaries: list[int] = []

    def run(self) -> Outcome:
        kills = self._kills
        if self._story.undone:
            self._kills = []
        visits = tiny.visits(self._story.until)
        for visit in visits:
            self._place.write_until(visit.told_until)
            self._visit(visit.at)
        for rest in _RESTS:
            self._visit(visits[-1].at + rest)
        if self._story.undone:
            self._kills, self._passed, self._boundaries = kills, 0, []
            self._visit(visits[-1].at + DAY, undoing=True)
            self._visit(visits[-1].at + DAY + HOUR)
        return Outcome(
            kills=self._all,
            lives=self._lives,
            boundaries=tuple(self._boundaries),
            tasks=tuple(sorted(self._place.tasks())),
            effects=tiny.effects(self._place, self._config.parent),
        )

    def _visit(self, now: int, *, undoing: bool = False) -> None:
        """One cycle, or one undo; whoever is killed is followed by another, ten seconds later."""
        at = max(0, self._kills[0] - self._passed) if self._kills else 0
        count = self._process(now, at, undoing=undoing)
        while count is None:
            self._lives += 1
            self._kills.pop(0)
            now += 10 * SECOND
            at = self._kills[0] if self._kills else 0
            count = self._process(now, at, undoing=undoing)
        self._passed += count
        self._boundaries.append(count)

    def _process(self, now: int, kill_at: int, *, undoing: bool) -> int | None:
        """A process for one cycle, or one undo: its boundaries; None: it was killed."""
        report, trouble = self._config.with_name("boundaries"), self._config.with_name("trouble")
        report.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            _live(self._config, now, kill_at, report, self._story.mutant, undoing=undoing)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return None
        if not report.exists():
            raise RuntimeError(f"The process ended by itself: {trouble.read_text()}")
        return int(report.read_text())


def _live(
    config: Path, now: int, kill_at: int, report: Path, mutant: str, *, undoing: bool
) -> None:
    """The child: it never returns."""
    try:
        if mutant:
            parts = next(each.parts for each in MUTANTS if each.name == mutant)
            vars(storytime).update(Ingest=parts.ingest, Deliver=parts.deliver)
        boundaries = install(kill_at)
        with storytime.StoryTime(config, now) as leadmode:
            (leadmode.undo if undoing else leadmode.cycle)(now)
        report.write_text(str(boundaries.count))
    except BaseException:
        config.with_name("trouble").write_text(traceback.format_exc())
    finally:
        os._exit(0)


@cache
def undisturbed(story: Story) -> Outcome:
    """The story without any kill."""
    _warm(story)
    return told(story)


def _warm(story: Story) -> None:
    """Load everything that a daemon loads, so that its processes are forked with it."""
    folder = setup.fast_folder()
    try:
        world = tiny.world(story.until, 1)
        place, config = tiny.opened(folder / story.on, world, story.on)
        with closing(place):
            visit = tiny.visits(story.until)[0]
            place.write_until(visit.told_until)
            with storytime.StoryTime(config, visit.at) as leadmode:
                leadmode.cycle(visit.at)
    finally:
        shutil.rmtree(folder)
    gc.collect()
    gc.freeze()


def judged(story: Story, kills: Kills) -> Outcome:
    """Tell the story with kills, and say what differs from the undisturbed one."""
    calm = undisturbed(story)
    try:
        outcome = told(story, kills)
    except (RuntimeError, OSError) as error:
        return Outcome(kills=kills, lives=0, boundaries=(), tasks=(), effects=0, trouble=str(error))
    verdict = compare(list(calm.tasks), list(outcome.tasks))
    trouble = "" if verdict.is_exact else str(verdict)
    if outcome.effects != calm.effects:
        trouble += f" {outcome.effects} effects instead of {calm.effects}"
    if outcome.lives < min(1, len(kills)):
        trouble += " nobody was killed"
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
    try:
        calm = pool.submit(undisturbed, story).result()
        yield calm
        asked = [pool.submit(judged, story, point) for point in choose(calm)]
        for done in as_completed(asked):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)  # who has seen enough does not wait for the rest


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
    """So many pairs: a kill anywhere, and another while the next process recovers."""

    def choose(calm: Outcome) -> list[Kills]:
        chance = stream(turn, "pairs")
        whole, longest = sum(calm.boundaries), max(calm.boundaries)
        return [(chance.randint(1, whole), chance.randint(1, longest)) for _ in range(number)]

    return choose
