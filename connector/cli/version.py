"""`leadmode version`."""

from __future__ import annotations

import platform
import sqlite3

import typer

from connector import __version__
from connector.cli.options import AsJson
from connector.cli.page import print_json, print_line


def version(as_json: AsJson = False) -> None:
    """Print the version of leadmode, and of what it stands on.

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
        print_json(told)
    else:
        print_line(", ".join(f"{name} {number}" for name, number in told.items()))


def say_version(asked: bool) -> None:  # noqa: FBT001 - typer's
    """`leadmode --version`: print it and end."""
    if asked:
        print_line(f"leadmode {__version__}")
        raise typer.Exit
