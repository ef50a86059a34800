"""`leadmode diff`."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from connector.cli import complete
from connector.cli.backtest import bar, beginning
from connector.cli.options import AsJson, ConfigPath, Most
from connector.cli.place import clock_of, load, reading

if TYPE_CHECKING:
    from connector.config.references import References, RuleSet
    from connector.store import Store

DIFFERS = 3
"""Exit code when something differs."""
_EXAMPLES = 3
"""Differences of now, and of the past, that are told in words."""


def diff(
    context: typer.Context,
    first: Annotated[
        str | None,
        typer.Argument(
            metavar="OLD",
            autocompletion=complete.rule_folders,
            help="Left out: the running rules; the one name is then NEW.",
            show_default=False,
        ),
    ] = None,
    second: Annotated[
        str | None,
        typer.Argument(
            metavar="NEW",
            autocompletion=complete.rule_folders,
            help="A rule folder, pack:NAME, several with + between, a Git ref (git:REF), or a rule "
            "revision.",
            show_default=False,
        ),
    ] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="Compare the past from a date, or 90d.")
    ] = "90d",
    most: Most = 20,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Tell who would enter, leave or be held under other rules.

    First what the files say differently, then who would enter, leave, be held or move in the
    ranking now, and which alerts of the past would have been others. Nothing is changed. The exit
    code is 0 when nothing differs and 3 when something does.

    Examples:
      leadmode diff draft
      leadmode diff git:main pack:default+rules --since 365d
    """
    from connector.cli.page import print_json  # noqa: PLC0415
    from connector.config.references import References  # noqa: PLC0415
    from connector.diff import Asked, difference  # noqa: PLC0415

    if first is None:
        raise typer.BadParameter("Name the rules to compare with: a folder, pack:NAME, or git:REF.")
    now, found = clock_of(context).now(), load(config)
    begins = beginning(since, ZoneInfo(found.time_zone))(now)
    if begins > now:
        raise typer.BadParameter(f'--since "{since}" is in the future.')
    with (
        tempfile.TemporaryDirectory(prefix="leadmode-diff-") as room,
        reading(found) as store,
        bar(quiet=as_json) as progress,
    ):
        known = References(
            configured=found.rules,
            sources=found.sources.keys(),
            room=room,
            stored=lambda beginning: _kept(store, beginning),
        )
        old, new = _sides(known, store, first, second)
        asked = Asked(old=old, new=new, wished_at=begins, examples=min(most, _EXAMPLES))
        told = difference(store, found, asked, now, progress)
    if as_json:
        print_json(told)
    else:
        from connector.cli.differing import show  # noqa: PLC0415

        show(told, most)
    if not told.is_empty:
        raise typer.Exit(DIFFERS)


def _kept(store: Store, beginning: str) -> list[dict[str, bytes]] | None:
    """The folders of the one revision that begins so; None when none is kept.

    NoSuchRules when several begin so.
    """
    from connector.config.references import NoSuchRules  # noqa: PLC0415

    found = store.revisions.like(beginning)
    if not found:
        return None
    if len(found) > 1:
        raise NoSuchRules(
            f'Several revisions begin with "{beginning}": {", ".join(found)}. Write more of it. '
            "`leadmode rules log` tells when each ran."
        )
    folders: dict[int, dict[str, bytes]] = {}
    for text in store.revisions.texts(found[0]):
        folders.setdefault(text.folder, {})[text.name] = text.source
    return [folders[number] for number in sorted(folders)]


def _sides(
    known: References, store: Store, first: str, second: str | None
) -> tuple[RuleSet, RuleSet]:
    """Old and new; with one name it is the new side, and the running rules are the old one."""
    if second is None:
        return known.running(store.sources.note("revision")), known.find(first)
    return known.find(first), known.find(second)
