"""`leadmode plan`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connector.cli.options import AsJson, ConfigPath
from connector.cli.page import Page, print_json
from connector.cli.place import clock_of, where_config_is

_TEMPORARY = 75


def plan(
    context: typer.Context,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Save it for `leadmode apply`."),
    ] = None,
    texts: Annotated[
        bool, typer.Option("--texts", help="Show the whole text of every task and note.")
    ] = False,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Show what the next cycle would write, and write nothing.

    Per owner and record: tasks, fields with their values in the CRM now, and what is held and
    why. The sources are really read; no cursor moves. Works beside a running daemon. The exit
    code is 75 when a source could not be read.

    Examples:
      leadmode plan
      leadmode plan --out monday.plan
    """
    from connector.cli.planned import show  # noqa: PLC0415
    from connector.cli.planning import make_plan  # noqa: PLC0415
    from connector.planned.plan import refuse_place, save  # noqa: PLC0415

    if out is not None:
        refuse_place(out)
    made = make_plan(where_config_is(config), clock_of(context), Page(), quiet=as_json)
    checksum = save(made, out) if out else None
    if as_json:
        print_json({"plan": made, "hand_offs": made.hand_offs, "file": out, "checksum": checksum})
    else:
        show(Page(), made, texts=texts)
    if out and not as_json:
        page = Page()
        page.line()
        page.line(f"Saved in {out} (checksum {(checksum or '')[:12]}). It names people.", "green")
        page.line(f"`leadmode apply {out}` writes exactly this, or nothing.")
    raise typer.Exit(_TEMPORARY if made.failed else 0)
