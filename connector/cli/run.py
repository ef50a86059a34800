"""`leadmode run`."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.cli.options import ConfigPath
from connector.cli.place import where_config_is


def run(
    config: ConfigPath = None,
    as_json: Annotated[bool, typer.Option("--json", help="Log in JSON lines.")] = False,
) -> None:
    """Be the daemon: read, decide and write until told to stop.

    SIGTERM stops it within 30 seconds, SIGHUP takes up a changed configuration. The log goes to
    the standard error. Under systemd: systemctl enable --now leadmode@acme

    Examples:
      leadmode run --config /etc/leadmode/acme/config.toml
      leadmode run -c config.toml --json
    """
    path = where_config_is(config)
    from connector.daemon import service  # noqa: PLC0415 - it loads everything there is

    raise typer.Exit(service.run(path, as_json=as_json))
