"""What `leadmode test` tests, and how it tells what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import typer

from connector.cli.folders import rule_folders
from connector.cli.page import Cell, Column, Page, complain, print_json
from connector.config.document import shown
from connector.config.rulebook import Rulebook
from connector.config.rules import load_rulebook
from connector.config.settings import load, shipped_rules
from connector.errors import AskOperator
from connector.problems import Problem
from connector.ruletest import Ran, read_cases, run_cases
from connector.ruletest.coverage import Covered
from connector.ruletest.run import Failure, Result
from connector.ruletest.story import Line, Standing

_TESTS: Final = "tests"
_MANY: Final = 100
"""So many tests take long enough for a progress bar."""
_LISTED: Final = 20
"""Most untested branches shown without --coverage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Which rules are tested, as whom."""

    folders: tuple[Path, ...]
    rulebook: Rulebook
    authority: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What was tested, and what came of it."""

    setting: Setting
    files: tuple[Path, ...]
    ran: Ran


def setting_of(config: Path | None, rules: Sequence[Path]) -> Setting:
    """The rules that were named, or of the configuration, or those that come with leadmode.

    Raises FixInput with every problem of the files.
    """
    found = load(config) if config is not None and not rules else None
    if found is not None:
        return Setting(
            folders=found.rules,
            rulebook=found.rulebook,
            authority=found.authority.name,
            zone=ZoneInfo(found.time_zone),
        )
    folders = rule_folders(rules) or (shipped_rules(),)
    return Setting(
        folders=folders, rulebook=load_rulebook(folders), authority="crm", zone=ZoneInfo("UTC")
    )


def run(setting: Setting, named: Sequence[Path], only: str) -> Tested:
    """Run the tests of the files; FixInput names every problem in them."""
    files = tuple(named) or (_tests_of(setting.folders),)
    cases = read_cases(files, setting.rulebook)
    chosen = [case for case in cases if only.casefold() in case.name.casefold()]
    if not chosen:
        raise typer.BadParameter(f'No test has "{only}" in its name.')
    ran = run_cases(chosen, setting.rulebook, authority=setting.authority, zone=setting.zone)
    return Tested(setting=setting, files=files, ran=ran)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, for those who have many tests; it goes away at the end."""
    if total < _MANY or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("testing", total=total)
        yield lambda done: progress.update(bar, completed=done)


def _tests_of(folders: Sequence[Path]) -> Path:
    """The tests beside the last rule folder that has any: one's own come after a pack's."""
    for folder in reversed(folders):
        if any((folder / _TESTS).glob("*.toml")):
            return folder / _TESTS
    places = " and ".join(shown(folder / _TESTS) for folder in folders)
    raise AskOperator(
        f"There are no tests: looked for *.toml in {places}. Name files, or write one; "
        "docs/testing-rules.md shows how."
    )


def show_problems(problems: Sequence[Problem], *, as_json: bool) -> None:
    """Every problem of the files at once."""
    if as_json:
        print_json({"ok": False, "problems": [_words(each) for each in problems]})
        return
    for each in problems:
        complain(str(each))
    complain(f"{len(problems)} problem{'' if len(problems) == 1 else 's'}; no test was run.")


def _words(problem: Problem) -> dict[str, object]:
    place = problem.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "message": problem.message,
        "advice": problem.advice,
    }


def as_values(done: Tested) -> dict[str, Any]:
    """The same as JSON knows it."""
    ran = done.ran
    return {
        "ok": not ran.failed,
        "revision": ran.revision,
        "rules": [shown(each) for each in done.setting.folders],
        "files": [shown(each) for each in done.files],
        "passed": len(ran.results) - ran.failed,
        "failed": ran.failed,
        "tests": [{"passed": each.passed, **_values(each)} for each in ran.results],
        "coverage": {
            "branches": len(ran.coverage),
            "untested": len(ran.untouched),
            "list": list(ran.coverage),
        },
    }


def _values(result: Result) -> dict[str, Any]:
    return {"name": result.name, "place": result.place, "failures": list(result.failures)}


def show(page: Page, done: Tested, *, branches: bool | None) -> None:
    """Failures first, then the sum, then what no test touches.

    `branches`: True lists all of them, None those without a test, False none.
    """
    ran = done.ran
    for result in ran.results:
        if not result.passed:
            _show_failed(page, result)
    _show_sum(page, ran)
    if branches is not False:
        page.line()
        _show_coverage(page, ran.coverage, every_branch=branches is True)


def _show_failed(page: Page, result: Result) -> None:
    page.row([Cell("FAILED ", "bold red"), Cell(result.name, "bold")])
    for failure in result.failures:
        _show_failure(page, failure)
        page.line()


def _show_failure(page: Page, failure: Failure) -> None:
    page.row([Cell(f"{failure.place}: ", "bold"), Cell(f"at {failure.when}")], indent=2)
    for got, several in groupby(failure.differences, key=lambda each: each.got):
        for one in several:
            page.row([Cell(one.key, "cyan"), Cell(f" {one.expected}")], indent=4)
        first, *rest = got.splitlines() or [""]
        page.row([Cell("got "), Cell(first, "red")], indent=6)
        for line in rest:
            page.line(line, "red", indent=10)
    for standing in failure.standings:
        _show_standing(page, standing)
    _show_lines(page, failure.lines, failure.at)


def _show_standing(page: Page, standing: Standing) -> None:
    page.line(f"{standing.rule}: {standing.state}; score {standing.score:.1f}", indent=4)
    if standing.from_what:
        page.line(f"points: {', '.join(standing.from_what)}", "dim", indent=6)
    for each in standing.caps:
        page.line(f"group {each}", "dim", indent=6)
    for each in standing.missing:
        page.row([Cell("missing: "), Cell(each, "yellow")], indent=6)


def _show_lines(page: Page, lines: Sequence[Line], at: int) -> None:
    rows = []
    marked = False
    for line in lines:
        if line.at > at and not marked:
            rows.append(_mark())
            marked = True
        rows.append(["", line.when, line.what, Cell(line.why, "dim")])
    if not marked:
        rows.append(_mark())
    page.table([Column(""), Column("", right=True), Column(""), Column("")], rows, indent=4)


def _mark() -> list[Cell | str]:
    return [Cell(">", "bold"), Cell("here", "bold"), "", ""]


def _show_sum(page: Page, ran: Ran) -> None:
    count = len(ran.results)
    text = f"{count} test{'' if count == 1 else 's'}, "
    if ran.failed:
        page.row([Cell(text), Cell(f"{ran.failed} failed.", "bold red")])
        if ran.failed > 1:
            failed: list[list[Cell | str]] = [
                [each.name, Cell(each.place, "dim")] for each in ran.results if not each.passed
            ]
            page.table([Column(""), Column("")], failed, indent=2)
    else:
        page.row([Cell(text), Cell("all passed.", "bold green")])


def _show_coverage(page: Page, coverage: Sequence[Covered], *, every_branch: bool) -> None:
    untested = [each for each in coverage if not each.tests]
    parts = list(dict.fromkeys(each.part for each in coverage))
    rows: list[list[Cell | str]] = []
    for part in parts:
        mine = [each for each in coverage if each.part == part]
        touched = sum(bool(each.tests) for each in mine)
        style = "green" if touched == len(mine) else "yellow"
        share = f"{100 * touched // len(mine)}%"
        rows.append([part, f"{touched} of {len(mine)}", Cell(share, style)])
    titles = [Column("RULES"), Column("TESTED BRANCHES", right=True), Column("", right=True)]
    page.table(titles, rows)
    listed = coverage if every_branch else untested[:_LISTED]
    if listed:
        page.line()
    page.table(
        [Column("PART"), Column("NAME"), Column("BRANCH"), Column("TESTS", right=True)],
        [[each.part, each.name, each.branch, _tests(each)] for each in listed],
    )
    if len(listed) < len(untested):
        page.line(f"... and {len(untested) - len(listed)} more; --coverage lists them all.")


def _tests(covered: Covered) -> Cell:
    return Cell(str(covered.tests)) if covered.tests else Cell("none", "bold yellow")
