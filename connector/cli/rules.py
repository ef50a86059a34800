"""`leadmode rules`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli.commands import help_of
from connector.cli.options import AsJson, ConfigPath
from connector.cli.page import Cell, Column, Page, print_json, print_line
from connector.cli.place import load_even_broken, reading

if TYPE_CHECKING:
    from connector.report.revisions import Ran, RulesLog

_TITLES = ("REVISION", "FIRST", "LAST SEEN", "FOR", "TRANSITIONS", "WRITES", "")
_RIGHT = frozenset({"TRANSITIONS", "WRITES"})


def rules_log(config: ConfigPath = None, as_json: AsJson = False) -> None:
    """List the rule revisions: when each ran, what it made, and what was refused.

    Newest first. Every transition and every write names its revision; these are the counts.

    Examples:
      leadmode rules log
      leadmode rules log --json | jq .refused
    """
    from connector.report.revisions import rules_log as found_out  # noqa: PLC0415

    found, _ = load_even_broken(config)
    with reading(found) as store:
        told = found_out(store, found)
    if as_json:
        print_json(told)
    else:
        _show(Page(), told)


def rules_show(
    revision: Annotated[
        str, typer.Argument(metavar="REVISION", help="A revision, or its unique beginning.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write the files into folders of DIR instead."),
    ] = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Show the rule files of a revision as they were.

    Each under its folder (0 is the first one of the configuration) and name.

    Examples:
      leadmode rules show 6ac8cd01f2ba
      leadmode rules show 6ac8 --out /tmp/rules-of-march
    """
    from connector.store.revisions import write_folders  # noqa: PLC0415

    found, _ = load_even_broken(config)
    with reading(found) as store:
        names = store.revisions.like(revision)
        if len(names) != 1:
            how = "No revision that is kept begins" if not names else "Several revisions begin"
            which = f": {', '.join(names)}" if names else ""
            raise typer.BadParameter(
                f'{how} with "{revision}"{which}. `leadmode rules log` tells when each ran.'
            )
        texts = store.revisions.texts(names[0])
    if out is not None:
        folders = [str(folder) for folder in write_folders(texts, out)]
        _tell_where(names[0], folders, as_json=as_json)
    elif as_json:
        told = [{"folder": t.folder, "name": t.name, "text": t.source.decode()} for t in texts]
        print_json({"revision": names[0], "files": told})
    else:
        for text in texts:
            print_line(f"# == {text.folder}/{text.name}")
            print_line(text.source.decode())


def _tell_where(revision: str, folders: list[str], *, as_json: bool) -> None:
    if as_json:
        print_json({"revision": revision, "folders": folders})
    else:
        Page().line(f"Written: {' '.join(folders)}", "green")


def _show(page: Page, told: RulesLog) -> None:
    from connector.plan.words import moment  # noqa: PLC0415

    zone = ZoneInfo(told.zone)
    columns = [Column(title, right=title in _RIGHT, folds=False) for title in _TITLES]
    page.table(columns, [_row(ran, zone) for ran in told.revisions])
    if not told.revisions:
        page.line("No rules were worked by yet.")
    if told.refused:
        page.line()
        page.line("Refused, and what ran went on:", "bold")
    for one in told.refused:
        more = f" and {one.problems - 1} more" if one.problems > 1 else ""
        page.row([Cell(f"{moment(one.at, zone)}: ", "red"), Cell(f"{one.problem}{more}")], indent=2)


def _row(ran: Ran, zone: ZoneInfo) -> list[Cell | str]:
    from connector.plan.words import moment, span  # noqa: PLC0415

    return [
        Cell(ran.revision, "bold" if ran.running else ""),
        moment(ran.first_at, zone),
        moment(ran.last_at, zone),
        span(ran.worked_ms),
        f"{ran.transitions:,}",
        f"{ran.writes:,}",
        Cell("works" if ran.running else "", "green"),
    ]


def of_revisions() -> None:
    """Look at rule revisions: when each ran, and what it said.

    Examples:
      leadmode rules log
      leadmode rules show 6ac8cd01f2ba
    """


rules = typer.Typer(name="rules", rich_markup_mode=None, no_args_is_help=True)
rules.callback(help=help_of(of_revisions))(of_revisions)
rules.command(name="log", help=help_of(rules_log))(rules_log)
rules.command(name="show", help=help_of(rules_show))(rules_show)
