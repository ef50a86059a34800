"""Many histories at once, each by its seed; what broke, and what it shrinks to."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sandbox.prove.mutants import MUTANTS, Mutant
from sandbox.prove.people import Broken
from sandbox.prove.play import play
from sandbox.prove.shrink import shrunk
from sandbox.prove.steps import History, history
from sandbox.prove.verdict import verdict

REGRESSIONS: Final = Path("tests") / "prove" / "regressions"
WORKERS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of one seed."""

    seed: int
    effects: int
    """Writes that took effect on the platform."""
    broken: tuple[str, ...]


def trial(seed: int) -> Tried:
    """Play one seed."""
    played = play(history(seed))
    broken = tuple(str(each) for each in verdict(played))
    return Tried(seed=seed, effects=len(played.crm.journal), broken=broken)


def campaign(seeds: Iterable[int], workers: int = WORKERS) -> Iterator[Tried]:
    """Play the seeds in processes of their own; in any order."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, initializer=be_quiet) as pool:
        yield from pool.imap_unordered(trial, seeds, chunksize=8)


def be_quiet() -> None:
    """Troubles are what a history is made of; nobody needs to read of each."""
    logging.disable(logging.CRITICAL)


def smallest(found: History, tell: Callable[[], None] = lambda: None) -> tuple[History, list[str]]:
    """The history shrunk to what breaks the same promises, and what it breaks."""
    promises = {each.promise for each in verdict(play(found))}

    def breaks(smaller: History) -> bool:
        tell()
        return bool(promises & {each.promise for each in verdict(play(smaller))})

    small = shrunk(found, breaks)
    return small, [str(each) for each in verdict(play(small))]


def caught_at(mutant: Mutant, seeds: Iterable[int]) -> tuple[int, list[Broken]] | None:
    """The first seed in which the harness fails on a mutant, and by what; None: it survives."""
    with mutant.at_work() as parts:
        for seed in seeds:
            broken = verdict(play(history(seed), parts))
            if broken:
                return seed, broken
    return None


def hunted(
    seeds: Sequence[int], workers: int = WORKERS
) -> Iterator[tuple[int, list[Broken]] | None]:
    """Of every mutant in its turn the first of the seeds in which it is caught, and by what."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, initializer=be_quiet) as pool:
        yield from pool.imap(partial(_caught, seeds), range(len(MUTANTS)))


def _caught(seeds: Sequence[int], number: int) -> tuple[int, list[Broken]] | None:
    return caught_at(MUTANTS[number], seeds)
