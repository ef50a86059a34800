"""`leadmode test`."""

# ruff: noqa: PT028 - a command, no test of pytest's

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from connector.cli import complete
from connector.cli.options import AsJson, ConfigPath
from connector.cli.place import USUAL_PLACES

FAILED: Final = 1
NOT_COVERED: Final = 2


def test(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILES]",
            autocompletion=complete.config_files,
            help="Test files or folders of them. Default: tests/ of the last rule folder "
            "that has one.",
        ),
    ] = None,
    rules: Annotated[
        list[Path] | None,
        typer.Option(
            "--rules",
            metavar="DIR",
            autocompletion=complete.rule_folders,
            help="A rule folder to test, or a pack (pack:default); several are laid over each "
            "other. "
            "Default: those of the configuration, or those that come with leadmode.",
        ),
    ] = None,
    only: Annotated[
        str, typer.Option("--only", metavar="TEXT", help="Only tests with this in their name.")
    ] = "",
    coverage: Annotated[
        bool, typer.Option("--coverage", help="List every branch, not just the untested ones.")
    ] = False,
    require_coverage: Annotated[
        bool,
        typer.Option("--require-coverage", help="Exit with 2 when a branch has no test."),
    ] = False,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Test the rules on people with a story.

    A test says what must and must not come of a story. Nothing is connected and nothing is
    changed; the daemon's own parts decide. The exit code is 0 when every test passes, and 1 when
    one fails. docs/testing-rules.md tells how to write them.

    Examples:
      leadmode test
      leadmode test --rules pack:default --rules rules --require-coverage
    """
    from connector.cli import tested  # noqa: PLC0415
    from connector.cli.page import Page, print_json  # noqa: PLC0415
    from connector.daemon.exits import exit_code  # noqa: PLC0415
    from connector.errors import FixInput  # noqa: PLC0415

    try:
        setting = tested.setting_of(config or _usual(), rules or [])
        done = tested.run(setting, files or [], only)
    except FixInput as error:
        tested.show_problems(error.problems, as_json=as_json)
        raise typer.Exit(int(exit_code(error))) from None
    if as_json:
        print_json(tested.as_values(done))
    else:
        tested.show(Page(), done, branches=True if coverage else False if only else None)
    if done.ran.failed:
        raise typer.Exit(FAILED)
    if require_coverage and done.ran.untouched:
        raise typer.Exit(NOT_COVERED)


def _usual() -> Path | None:
    """The configuration in a usual place; without one the shipped rules are tested."""
    return next((path for path in USUAL_PLACES if path.is_file()), None)
