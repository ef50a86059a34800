"""`leadmode version`."""

from __future__ import annotations

import platform
import sqlite3

import typer

from connector import __version__
from connector.cli.options import AsJson
from connector.cli.page import print_json, print_line
from connector.config.packs import PACK, packs


def version(as_json: AsJson = False) -> None:
    """Print the version, what it stands on, and its rule packs.

    Examples:
      leadmode version
      leadmode version --json
    """
    told = {
        "leadmode": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
    if as_json:
        print_json({**told, "packs": list(packs())})
    else:
        print_line(", ".join(f"{name} {number}" for name, number in told.items()))
        print_line(f"rule packs: {', '.join(f'{PACK}{name}' for name in packs())}")


def say_version(asked: bool) -> None:  # noqa: FBT001 - typer's
    """`leadmode --version`: print it and end."""
    if asked:
        print_line(f"leadmode {__version__}")
        raise typer.Exit
