"""`leadmode doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.options import AsJson, ConfigPath
from connector.cli.page import Cell, Column, Page, print_json
from connector.cli.place import clock_of, reading, reading_if_any, where_config_is

if TYPE_CHECKING:
    from connector.clock import Clock
    from connector.config.settings import Config
    from connector.doctor import Examined


def doctor(
    context: typer.Context,
    accept_account: Annotated[
        str | None,
        typer.Option(
            "--accept-account", metavar="SOURCE", help="Work with its present account from now on."
        ),
    ] = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Ask every platform how it is and what our access lacks.

    A few requests to each; nothing is written. Tells the account, missing permissions
    and fields, calls left today, clocks, what a repeated write would do there (A and B: nothing;
    C: a second task), and what will stop working. The exit code is 1 when something is missing,
    or an account is not the one that leadmode has worked with.

    Examples:
      leadmode doctor --json | jq '.[].missing'
      leadmode doctor --accept-account crm
    """
    from connector.registry import load_all  # noqa: PLC0415

    found = load_all(where_config_is(config))
    if accept_account is not None:
        _accept(found, clock_of(context), accept_account, as_json=as_json)
        return
    told = list(_examined(found, context))
    if as_json:
        print_json([{**_plain(each), "ok": each.is_well} for each in told])
    else:
        page = Page()
        for each in told:
            _show(page, each)
    raise typer.Exit(0 if all(each.is_well for each in told) else 1)


def _examined(config: Config, context: typer.Context) -> Iterator[Examined]:
    from connector.doctor import examine  # noqa: PLC0415
    from connector.registry import open_adapters  # noqa: PLC0415

    adapters = open_adapters(config, clock_of(context))
    with reading_if_any(config) as store:
        pins = {name: store.pins.of(name) for name in adapters} if store else {}
    for name, adapter in adapters.items():
        source = config.sources[name]
        with closing(adapter):
            yield examine(
                name,
                source.adapter,
                adapter,
                gets_writes=source.authority,
                pin=pins.get(name),
            )


def _accept(config: Config, clock: Clock, source: str, *, as_json: bool) -> None:
    """The account that a source is on now becomes the one that leadmode works with."""
    from connector.cli.stopped import do_or_ask  # noqa: PLC0415
    from connector.problems import did_you_mean  # noqa: PLC0415
    from connector.registry import open_adapters  # noqa: PLC0415
    from connector.store.requests import Request, Wish  # noqa: PLC0415

    if source not in config.sources:
        near = did_you_mean(source, config.sources)
        raise typer.BadParameter(f'There is no source "{source}". {near}')
    with reading(config) as store:  # complains about a database that is not there
        pin = store.pins.of(source)
    with closing(open_adapters(config, clock)[source]) as adapter:
        seen = adapter.identify()
    account_id, done = seen.account_id or "", True
    changes = account_id != (pin.account_id if pin else "")
    if changes:
        keys = (source, account_id, seen.account)
        request = Request(wish=Wish.ACCEPT, keys=keys, asked_at=clock.now())
        done = do_or_ask(config, request)
    if as_json:
        told = {"source": source, "account": seen.account, "account_id": seen.account_id}
        print_json({**told, "changed": changes, "done": done})
        return
    how = "" if changes else ", as before"
    Page().line(f"{source}: leadmode works with {seen.account}{how}.", "green")
    if not done:
        Page().line(
            f"The daemon was asked to; it does that within {config.tick / 1_000:g} seconds. "
            "Credentials that it has not got yet need a restart.",
        )


def _plain(each: Examined) -> dict[str, object]:
    from dataclasses import asdict  # noqa: PLC0415

    return asdict(each)


def _show(page: Page, each: Examined) -> None:
    rows = [[Cell(name, "dim"), Cell(text, style)] for name, text, style in _lines(each)]
    page.table([Column(""), Column("")], rows)
    for what in each.missing:
        page.row([Cell("Missing: ", "bold red"), Cell(what)], indent=2)
    for what in each.warnings:
        page.row([Cell("Soon: ", "bold yellow"), Cell(what)], indent=2)
    if each.trouble:
        page.row([Cell("Trouble: ", "bold red"), Cell(each.trouble)], indent=2)
    elif each.is_well:
        page.line("All is well.", "bold green", indent=2)
    page.line()


def _lines(each: Examined) -> Iterator[tuple[str, str, str]]:
    yield "source", f"{each.source} ({each.adapter})", "bold"
    if each.account:
        yield "account", each.account, ""
    if each.quota_left is not None:
        yield "calls left today", f"{each.quota_left:,}", ""
    if each.clock_skew is not None:
        yield "its clock", f"{each.clock_skew / 1_000:+.1f} s", ""
    if each.delivery is not None:
        style = "yellow" if each.delivery.value == "C" else ""
        yield "repeated writes", f"class {each.delivery.value}: {each.delivery_reason}", style
    for name, reason in each.cannot.items():
        yield "does not", f"{name}: {reason}", "dim"
