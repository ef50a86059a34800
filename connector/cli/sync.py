"""`leadmode sync`."""

from __future__ import annotations

import typer

from connector.cli.options import AsJson, ConfigPath
from connector.cli.place import clock_of, where_config_is

_TEMPORARY = 75


def sync(context: typer.Context, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Do one cycle: read, decide, write, and tell what happened.

    Every source is read once. For trying things out, and for cron where there is no daemon. The
    exit code is 0, or 75 when a source could not be read.

    Examples:
      leadmode sync
      leadmode sync --config config.toml --json
    """
    from connector.cli.cycle_told import show  # noqa: PLC0415
    from connector.cli.cycled import one_cycle  # noqa: PLC0415
    from connector.cli.page import Page, print_json  # noqa: PLC0415

    page = Page()
    told = one_cycle(where_config_is(config), clock_of(context), page, quiet=as_json)
    if as_json:
        print_json(told.summary())
    else:
        show(page, told)
    raise typer.Exit(_TEMPORARY if told.failed else 0)
