"""`leadmode provision`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from connector.cli.options import AsJson, ConfigPath, Yes
from connector.cli.page import Cell, Column, Page, print_json
from connector.cli.place import clock_of, reading_if_any, where_config_is

if TYPE_CHECKING:
    from connector.provision import Field


def provision(
    context: typer.Context, config: ConfigPath = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Make the custom fields in the CRM that writing needs.

    Shows what is there and what is missing, and asks on a terminal before it makes anything;
    with --yes it does not ask. It never alters and never deletes a field. The exit code is 1
    while something is missing.

    Examples:
      leadmode provision
      leadmode provision --yes --config /etc/leadmode/acme/config.toml
    """
    from connector.pinned import opened  # noqa: PLC0415
    from connector.provision import Found, look, provide  # noqa: PLC0415
    from connector.registry import load_all  # noqa: PLC0415

    found = load_all(where_config_is(config))
    name, clock = found.authority.name, clock_of(context)
    with reading_if_any(found) as store, opened(found, clock, store, keep=False) as adapters:
        fields = look(adapters[name])
        missing = any(each.found is Found.MISSING for each in fields)
        if missing and (yes or _agreed(name, fields, as_json=as_json)):
            fields = provide(adapters[name])
    _tell(name, fields, as_json=as_json)
    done = all(each.found in (Found.THERE, Found.MADE) for each in fields)
    raise typer.Exit(0 if done else 1)


def _agreed(name: str, fields: list[Field], *, as_json: bool) -> bool:
    """Ask, where somebody can answer."""
    if as_json or not sys.stdin.isatty():
        return False
    _tell(name, fields, as_json=False)
    return typer.confirm("Make what is missing?")


def _tell(name: str, fields: list[Field], *, as_json: bool) -> None:
    if as_json:
        print_json({"source": name, "fields": fields})
        return
    page = Page()
    if not fields:
        page.line(f"{name} needs no custom fields.", "green")
    columns = [Column("OBJECT"), Column("FIELD"), Column("KIND"), Column("STATE")]
    page.table(columns, [_row(each) for each in fields])
    for each in fields:
        if each.reason:
            page.row([Cell("Trouble: ", "bold red"), Cell(each.reason)])


def _row(each: Field) -> list[Cell | str]:
    unique = "unique " if each.spec.unique else ""
    style = {"there": "green", "made": "bold green"}.get(each.found, "bold red")
    return [
        each.spec.object_type,
        each.spec.name,
        f"{unique}{each.spec.type}",
        Cell(each.found.value, style),
    ]
