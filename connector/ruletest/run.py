"""Runs the tests: each played, compared, and added to the coverage."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from connector.assess import Assess, Setting
from connector.config.rulebook import LeadMode, Rulebook
from connector.ruletest.case import Case
from connector.ruletest.compare import Difference, differences
from connector.ruletest.coverage import Coverage, Covered
from connector.ruletest.moments import moment_text
from connector.ruletest.play import Player
from connector.ruletest.seen import Played, Snapshot
from connector.ruletest.story import Line, Standing, lines_around, standing_of
from connector.ruletest.tables import MomentTable
from connector.store import Store

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A moment that is not as the test says, with what a person wants to see then."""

    at: int
    when: str
    """`at` as the test file writes it."""
    place: str
    """File, line and column of the moment."""
    differences: tuple[Difference, ...]
    standings: tuple[Standing, ...]
    """What each lead mode says then: what is there, and what is missing."""
    lines: tuple[Line, ...]
    """What happened around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one test."""

    name: str
    place: str
    """File, line and column."""
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        """Whether every moment is as the test says."""
        return not self.failures


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """All tests."""

    revision: str
    """Of the rules that were tested."""
    results: tuple[Result, ...]
    coverage: tuple[Covered, ...]

    @property
    def failed(self) -> int:
        """How many tests failed."""
        return sum(not each.passed for each in self.results)

    @property
    def untouched(self) -> tuple[Covered, ...]:
        """The branches that no test touches."""
        return tuple(each for each in self.coverage if not each.tests)


def run_cases(
    cases: Sequence[Case],
    rulebook: Rulebook,
    *,
    authority: str = "crm",
    zone: ZoneInfo | None = None,
    watch: Callable[[int], None] = lambda _: None,
) -> Ran:
    """Play and compare every test. `watch` is told how many are done.

    `authority` is the source that gets the tasks, `zone` the one in which their dates are.
    """
    setting = Setting(
        instance="test",
        rulebook=rulebook,
        authority=authority,
        zone=zone or ZoneInfo("UTC"),
        dry_run=False,
    )
    with empty_store() as store:
        return run_in(store, cases, setting, watch)


def run_in(
    store: Store,
    cases: Sequence[Case],
    setting: Setting,
    watch: Callable[[int], None] = lambda _: None,
) -> Ran:
    """As `run_cases`, in an empty store, which is empty again afterwards."""
    results = []
    player = Player(store, Assess(store, setting))
    coverage = Coverage(player)
    for case in cases:
        played = player.play(case)
        results.append(_result(case, played, player))
        coverage.add(played)
        watch(len(results))
    revision = setting.rulebook.revision
    return Ran(revision=revision, results=tuple(results), coverage=coverage.covered())


@contextmanager
def empty_store() -> Iterator[Store]:
    """A database that is gone afterwards, in memory where there is such a folder."""
    parent = _MEMORY if _MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="leadmode-test-", dir=parent) as folder,
        closing(Store.open(Path(folder))) as store,
    ):
        yield store


def _looked_at(moment: MomentTable, snapshot: Snapshot, rulebook: Rulebook) -> Sequence[LeadMode]:
    """The lead mode that the moment is about, or those that apply; all, when none does."""
    if moment.rule is not None:
        return [mode for mode in rulebook.lead_modes if mode.rule.id == moment.rule]
    applying = [mode for mode in rulebook.lead_modes if mode.applies_to.holds(snapshot.facts)]
    return applying or rulebook.lead_modes


def _result(case: Case, played: Played, player: Player) -> Result:
    failures = []
    for index, moment in enumerate(case.table.moment):
        snapshot = played.snapshots[index]
        found = differences(moment, snapshot, player.rulebook.grades)
        if found:
            failures.append(
                Failure(
                    at=moment.at,
                    when=moment_text(moment.at),
                    place=str(case.part.place(("moment", index))),
                    differences=tuple(found),
                    standings=tuple(
                        standing_of(mode, snapshot, player.rulebook.machine)
                        for mode in _looked_at(moment, snapshot, player.rulebook)
                    ),
                    lines=tuple(lines_around(moment.at, played, player)),
                )
            )
    return Result(name=case.name, place=str(case.place), failures=tuple(failures))
