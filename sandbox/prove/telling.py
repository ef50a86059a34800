"""One telling of the small story to a platform, with real processes that are killed on the way."""

from __future__ import annotations

import os
import shutil
import signal
import traceback
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final, NamedTuple

from connector.clock import DAY, HOUR, MINUTE, SECOND
from connector.config.settings import Config
from connector.registry import load_all
from sandbox import storytime
from sandbox.kill.files import Place
from sandbox.kill.tasks import Task
from sandbox.prove import setup, tiny
from sandbox.prove.boundaries import install
from sandbox.prove.mutants import MUTANTS

_RESTS: Final = (MINUTE, HOUR)
"""After the last piece of news: calm cycles until everything is quiet."""

Kills = tuple[int, ...]
"""The boundaries at which the first, second ... process that comes so far is killed."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one telling of the story came to."""

    kills: Kills
    lives: int
    """Processes that were killed."""
    boundaries: tuple[int, ...]
    """Of every visit that counts, when nobody is killed."""
    tasks: tuple[Task, ...]
    effects: int
    trouble: str = ""


class _Visit(NamedTuple):
    at: int
    """UTC ms."""
    told_until: int | None = None
    """What the platform is told before; None: nothing new."""
    undoing: bool = False


def told(
    story: Story, kills: Kills = (), *, calm: Outcome | None = None, images: Path | None = None
) -> Outcome:
    """Tell the story once; the processes of the daemon are killed at these boundaries.

    Boundaries are counted on through all visits of the story. The second kill counts from the
    first boundary of the process that recovers from the first one, and on from there. In the
    folder `images` an undisturbed telling keeps what is on the disk before every visit, where the
    disk is all there is; with `calm`, its outcome, another one begins there with the visit of the
    first kill.
    """
    folder = setup.fast_folder()
    try:
        world = tiny.world(story.until, story.people)
        place, config = tiny.opened(folder / story.on, world, story.on)
        with closing(place):
            telling = _Telling(story, place, config, kills, images if story.on == "csv" else None)
            if calm is not None and kills:
                telling.skip(calm)
            return telling.run()
    finally:
        shutil.rmtree(folder)


def _visits(story: Story) -> list[_Visit]:
    news = [_Visit(visit.at, visit.told_until) for visit in tiny.visits(story.until)]
    last = news[-1].at
    rests = [_Visit(last + rest) for rest in _RESTS]
    undo = [_Visit(last + DAY, undoing=True), _Visit(last + DAY + HOUR)]
    return [*news, *rests, *(undo if story.undone else ())]


class _Telling:
    def __init__(
        self, story: Story, place: Place, config: Path, kills: Kills, images: Path | None
    ) -> None:
        self._mutant = story.mutant
        self._place = place
        self._path = config
        self._config = load_all(config)
        self._kills = list(kills)
        self._all = kills
        self._images = images
        self._visits = _visits(story)
        self._begin = 0
        self._counted = len(self._visits) - 2 if story.undone else 0
        """The first visit whose boundaries count."""
        self._passed = 0
        self._lives = 0
        self._boundaries: list[int] = []

    def skip(self, calm: Outcome) -> None:
        """Begin with the visit of the first kill, as the undisturbed telling came to it."""
        if self._images is None:
            return
        ends = list(accumulate(calm.boundaries))
        before = sum(end < self._all[0] for end in ends)
        self._begin = self._counted + before
        self._passed = ends[before - 1] if before else 0
        known = [each.told_until for each in self._visits[: self._begin] if each.told_until]
        if known:
            self._place.write_until(known[-1])
        shutil.copytree(self._images / f"{self._begin}", self._path.parent, dirs_exist_ok=True)

    def run(self) -> Outcome:
        for number, visit in enumerate(self._visits[self._begin :], self._begin):
            if self._images is not None and not self._all:
                shutil.copytree(self._path.parent, self._images / f"{number}")
            if visit.told_until is not None:
                self._place.write_until(visit.told_until)
            self._visit(visit, counts=number >= self._counted)
        return Outcome(
            kills=self._all,
            lives=self._lives,
            boundaries=tuple(self._boundaries),
            tasks=tuple(sorted(self._place.tasks())),
            effects=tiny.effects(self._place, self._path.parent),
        )

    def _visit(self, visit: _Visit, *, counts: bool) -> None:
        """One cycle, or one undo; whoever is killed is followed by another, ten seconds later."""
        at = max(0, self._kills[0] - self._passed) if counts and self._kills else 0
        count = self._process(visit, at)
        while count is None:
            self._lives += 1
            self._kills.pop(0)
            self._passed = 0
            visit = visit._replace(at=visit.at + 10 * SECOND)
            count = self._process(visit, self._kills[0] if self._kills else 0)
        if counts:
            self._passed += count
            self._boundaries.append(count)

    def _process(self, visit: _Visit, kill_at: int) -> int | None:
        """A process for one visit: its boundaries; None: it was killed."""
        report, trouble = self._path.with_name("boundaries"), self._path.with_name("trouble")
        report.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            _live(self._config, visit, kill_at, (report, trouble), self._mutant)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return None
        if not report.exists():
            raise RuntimeError(f"The process ended by itself: {trouble.read_text()}")
        return int(report.read_text())


def _live(config: Config, visit: _Visit, kill_at: int, told: Sequence[Path], mutant: str) -> None:
    """The child: it never returns."""
    report, trouble = told
    try:
        if mutant:
            parts = next(each.parts for each in MUTANTS if each.name == mutant)
            vars(storytime).update(Ingest=parts.ingest, Deliver=parts.deliver)
        boundaries = install(kill_at)
        with storytime.StoryTime(config, visit.at) as leadmode:
            (leadmode.undo if visit.undoing else leadmode.cycle)(visit.at)
        report.write_text(str(boundaries.count))
    except BaseException:
        trouble.write_text(traceback.format_exc())
    finally:
        os._exit(0)
