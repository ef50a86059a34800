"""Rule folders as they are named on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from connector.config.packs import NoSuchPack, rule_folder


def rule_folders(named: Iterable[str | Path]) -> tuple[Path, ...]:
    """The folders of `--rules`, in order: paths, and packs such as "pack:industrial"."""
    try:
        return tuple(rule_folder(str(each)) for each in named)
    except NoSuchPack as error:
        raise typer.BadParameter(f"{error} {error.advice}") from None
