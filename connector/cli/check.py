"""`leadmode check`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from connector.cli.options import AsJson, ConfigPath
from connector.cli.page import Cell, Column, Page, complain, print_json
from connector.cli.place import clock_of, where_config_is
from connector.config.packs import folder_name

if TYPE_CHECKING:
    from connector.config.settings import Config
    from connector.live.findings import Findings
    from connector.live.run import Live
    from connector.problems import Problem

ONLY_WARNINGS: Final = 3
"""The exit code when the rules can run, and hold something that can never happen."""


WithLive = Annotated[
    bool, typer.Option("--live", help="Compare with the platforms too: fields, values, users.")
]


def check(
    context: typer.Context,
    config: ConfigPath = None,
    live: WithLive = False,
    as_json: AsJson = False,
) -> None:
    """List every problem of the configuration and the rules at once.

    What the adapters need is checked as well, and what in the rules can never happen is told as a
    warning. Nothing is changed, and without --live nothing is connected. With --live each platform
    is asked in a few calls whether it has the fields, values and users that rules and configuration
    name. The exit code is 0 when all is well, 1 when there are problems, 3 when there are only
    warnings.

    Examples:
      leadmode check
      leadmode check --live --config /etc/leadmode/acme/config.toml
    """
    from connector.config.lint import find_doubts  # noqa: PLC0415
    from connector.config.wording import in_order  # noqa: PLC0415
    from connector.errors import FixInput  # noqa: PLC0415
    from connector.registry import load_all  # noqa: PLC0415

    path = where_config_is(config)
    try:
        found = load_all(path)
    except FixInput as error:
        _tell_problems(error.problems, as_json=as_json)
        raise typer.Exit(1) from None
    given, seen = _looked(found, context, live=live)
    doubts = in_order([*find_doubts(found.rules, found.rulebook), *given.warnings])
    problems = seen.problems if seen else ()
    warnings = [*doubts, *(seen.warnings if seen else ())]
    if as_json:
        told = {
            "ok": not problems,
            "config": str(path),
            "problems": [_problem(each) for each in problems],
            "warnings": [_problem(each) for each in warnings],
            "notes": given.notes,
        }
        asked = {"live": {"sources": seen.sources, "notes": seen.notes}} if seen else {}
        print_json({**told, **asked, **_summary(found)})
    else:
        if problems:
            _tell_problems(problems, as_json=False)
        _tell_doubts(warnings)
        for note in given.notes:
            Page().row([Cell("Note: ", "yellow"), Cell(note)])
        if seen:
            _tell_seen(seen)
        if not problems:
            _tell(found, well=not warnings)
    raise typer.Exit(1 if problems else ONLY_WARNINGS if warnings else 0)


def _looked(config: Config, context: typer.Context, *, live: bool) -> tuple[Findings, Live | None]:
    """What no source gives, by what the adapters say; and how it is on the platforms."""
    from connector.live.given import not_given  # noqa: PLC0415
    from connector.live.run import look  # noqa: PLC0415
    from connector.registry import open_adapters  # noqa: PLC0415

    adapters = open_adapters(config, clock_of(context))
    try:
        return not_given(config, adapters), look(config, adapters) if live else None
    finally:
        for adapter in adapters.values():
            adapter.close()


def _tell_seen(live: Live) -> None:
    page = Page()
    for each in live.sources:
        calls = f"{each.calls} call{'' if each.calls == 1 else 's'}"
        kinds = f", looked at {', '.join(each.described)}" if each.described else ""
        text = f"{each.source} ({each.account or 'no answer'}): {calls}{kinds}."
        page.row([Cell("Asked ", "dim"), Cell(text)])
    for note in live.notes:
        page.row([Cell("Not checked: ", "yellow"), Cell(note)])


def _tell_problems(problems: tuple[Problem, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({"ok": False, "problems": [_problem(each) for each in problems]})
        return
    page = Page()
    for each in problems:
        _tell_one(page, each)
    complain(f"{len(problems)} problem{'' if len(problems) == 1 else 's'}.")


def _tell_doubts(doubts: Sequence[Problem]) -> None:
    page = Page()
    for each in doubts:
        _tell_one(page, each, "Warning: ")
    if doubts:
        complain(f"{len(doubts)} warning{'' if len(doubts) == 1 else 's'}.")


def _tell_one(page: Page, each: Problem, before: str = "") -> None:
    advice = f" {each.advice}" if each.advice else ""
    if not page.for_people:
        page.line(f"{each.place}: {before}{each.message}{advice}")
        return
    page.row([Cell(f"{each.place}: ", "bold"), Cell(before, "yellow"), Cell(each.message)])
    if each.advice:
        page.line(each.advice, "green", indent=4)


def _problem(each: Problem) -> dict[str, object]:
    return {
        "file": each.place.file,
        "line": each.place.line,
        "column": each.place.column,
        "message": each.message,
        "advice": each.advice,
    }


def _summary(config: Config) -> dict[str, Any]:
    book = config.rulebook
    return {
        "instance": config.instance,
        "state": str(config.state),
        "dry_run": config.dry_run,
        "revision": book.revision,
        "sources": [
            {"name": each.name, "adapter": each.adapter, "authority": each.authority}
            for each in config.sources.values()
        ],
        "folders": [folder_name(each) or str(each) for each in config.rules],
        "rules": [
            {"id": mode.rule.id, "title": mode.title, "signals": len(mode.rule.signals)}
            for mode in book.lead_modes
        ],
    }


def _tell(config: Config, *, well: bool) -> None:
    page, book = Page(), config.rulebook
    says = Cell("All is well. ", "bold green") if well else Cell("It can run. ", "bold yellow")
    page.row([says, Cell(str(config.path))])
    rows = [
        ("state", str(config.state)),
        *(("source", _source(config, name)) for name in config.sources),
        *(("rules from", folder_name(each) or str(each)) for each in config.rules),
        *(
            ("rule", f"{m.title or m.rule.id} ({m.rule.id}), {len(m.rule.signals)} signals")
            for m in book.lead_modes
        ),
        ("revision", book.revision[:12]),
        ("writes", "a dry run until `leadmode arm`" if config.dry_run else "for real"),
    ]
    page.table([Column(""), Column("")], [[Cell(name, "dim"), text] for name, text in rows], 2)


def _source(config: Config, name: str) -> str:
    source = config.sources[name]
    gets = ", gets the tasks" if source.authority else ""
    return f"{name}: {source.adapter}, every {source.poll / 1_000:g} s{gets}"
