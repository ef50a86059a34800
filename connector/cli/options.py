"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connector.cli import complete

ConfigPath = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        envvar="LEADMODE_CONFIG",
        show_envvar=False,
        metavar="FILE",
        autocompletion=complete.config_files,
        help="The configuration. Default: $LEADMODE_CONFIG, ./config.toml, "
        "/etc/leadmode/config.toml.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help='As of this time: "2026-03-01", "2026-03-01T09:00", or "-7d" for a week ago. '
        "A date alone means its end.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="TIME", help='From this time on: "2026-03-01", or "-7d" for a week ago.'
    ),
]
Most = Annotated[int, typer.Option("--most", metavar="N", min=1, help="Show this many at most.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
YesAll = Annotated[
    int | None,
    typer.Option(
        "--yes-all", metavar="N", help="Let all N go, though that is more than the brake lets go."
    ),
]
