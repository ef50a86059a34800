"""`leadmode tune`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from connector.cli.backtest import Folders
from connector.cli.options import AsJson, ConfigPath
from connector.cli.place import clock_of, load, reading

_MOST: Final = 10
"""Rows of each table of what the proposal changes."""


def tune(
    context: typer.Context,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="From a date on, or so long: 1095d.")
    ] = "1095d",
    horizon: Annotated[
        str, typer.Option("--horizon", metavar="TIME", help="What follows within this time counts.")
    ] = "90d",
    rule: Annotated[
        str | None,
        typer.Option("--rule", metavar="ID", help="Which lead mode, where there are several."),
    ] = None,
    rules: Folders = None,
    opened: Annotated[
        bool,
        typer.Option("--opened", help="Learn from every opportunity opened, not only from wins."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the proposal into a new rule file."),
    ] = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Propose weights and thresholds from what was won. Nothing is applied.

    Learns from the earlier two thirds of the stored history, judges the proposal by the last
    third, and prints it as a rule file whose comments say where each number comes from. With --out
    it prints instead what the proposal would change, as `leadmode diff` does. Refuses when
    there are too few wins, and when the proposal is not surely better than the present rules.

    Examples:
      leadmode tune --since 1095d
      leadmode tune --opened --out draft/tuned.toml
    """
    from connector.tune.library import demand  # noqa: PLC0415

    demand()
    from connector.backtest import Asked  # noqa: PLC0415
    from connector.cli.backtest import beginning, candidates, length  # noqa: PLC0415
    from connector.cli.differing import show  # noqa: PLC0415
    from connector.cli.page import print_json, print_line  # noqa: PLC0415
    from connector.cli.tuned import diff_of, say_way_on  # noqa: PLC0415
    from connector.tune.overlay import overlay  # noqa: PLC0415
    from connector.tune.run import Wish, tune  # noqa: PLC0415

    now, found = clock_of(context).now(), load(config)
    zone = ZoneInfo(found.time_zone)
    (candidate,) = candidates(found, rules, None)
    _can_be_written(out)
    wish = Wish(
        asked=Asked(
            candidates=(candidate,),
            authority=found.authority.name,
            since=beginning(since, zone),
            horizon=length("--horizon", horizon),
            capacity=25,
            zone=zone,
        ),
        rule=rule,
        won=not opened,
    )
    with reading(found) as store, _bars(quiet=as_json) as progress:
        tuned = tune(store, wish, now, progress)
        text = overlay(tuned)
        changes = diff_of(found, store, tuned, candidate.folders, text, now, progress)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    if as_json:
        print_json({"tuned": tuned, "overlay": text, "diff": changes})
        return
    if out is None:
        print_line(text.rstrip("\n"))
    else:
        show(changes, _MOST, "the `leadmode diff` below, or --json")
    say_way_on(tuned, out, candidate.folders)


def _can_be_written(out: Path | None) -> None:
    if out is None:
        return
    if out.exists():
        raise typer.BadParameter(f'--out "{out}" exists already; name a new file.')
    if out.suffix != ".toml":
        raise typer.BadParameter(f'--out "{out}" is no rule file: its name must end with .toml.')


@contextmanager
def _bars(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """How far each step is, on the terminal; it goes away at the end."""
    if quiet or not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, TaskID  # noqa: PLC0415

    lines: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True), transient=True) as progress:

        def tell(what: str, done: int, total: int) -> None:
            if what not in lines:
                lines[what] = progress.add_task(what)
            progress.update(lines[what], completed=done, total=total)

        yield tell
