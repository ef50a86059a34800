"""What the shell offers when Tab is pressed. Quick, silent, and never wrong about the data."""

from __future__ import annotations

import os
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import typer

_MOST: Final = 20
_PATIENCE: Final = 0.2
"""Seconds to wait for the database."""


def config_files(incomplete: str) -> list[str]:
    """TOML files and folders that begin so."""
    folder, name = os.path.split(incomplete)
    with suppress(OSError):
        return [
            os.path.join(folder, each.name) + ("/" if each.is_dir() else "")  # noqa: PTH118
            for each in sorted(Path(folder or ".").iterdir())
            if each.name.startswith(name)
            and (name.startswith(".") or not each.name.startswith("."))
            and (each.is_dir() or each.suffix == ".toml")
        ]
    return []


def rule_folders(incomplete: str) -> list[str]:
    """Rule packs, and folders, that begin so."""
    from connector.config.packs import PACK, packs  # noqa: PLC0415

    named = [f"{PACK}{name}" for name in packs()]
    return [each for each in named if each.startswith(incomplete)] + config_files(incomplete)


def persons(context: typer.Context, incomplete: str) -> list[str]:
    """E-mail addresses that begin so; an index finds them, however many there are."""
    beginning = incomplete.casefold()
    return list(
        _asked(
            context,
            "SELECT address FROM identity_key WHERE address >= ? AND address < ? "
            "ORDER BY address LIMIT ?",
            (beginning, beginning + "\U0010ffff", _MOST),
        )
    )


def stopped_writes(context: typer.Context, incomplete: str) -> list[str]:
    """Keys of writes that wait for somebody."""
    return list(
        _asked(
            context,
            "SELECT key FROM outbox WHERE state IN ('held', 'dead') AND substr(key, 1, ?) = ? "
            "ORDER BY key LIMIT ?",
            (len(incomplete), incomplete, _MOST),
        )
    )


def _asked(context: typer.Context, statement: str, values: tuple[object, ...]) -> Iterator[str]:
    from connector.cli.place import where_config_is  # noqa: PLC0415
    from connector.store import FILE_NAME  # noqa: PLC0415

    with suppress(Exception):  # whatever is wrong, a command will say it; Tab does not
        path = where_config_is(context.params.get("config"))
        state = tomllib.loads(path.read_text(encoding="utf-8"))["leadmode"].get("state", "state")
        name = (path.absolute().parent / state / FILE_NAME).as_uri() + "?mode=ro"
        with closing(sqlite3.connect(name, uri=True, timeout=_PATIENCE)) as connection:
            yield from [row[0] for row in connection.execute(statement, values)]
