"""The rule packs that come with leadmode: the default one, and each folder of rules/packs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from connector.problems import nearest

PACK: Final = "pack:"
"""Before the name of a rule pack that comes with leadmode."""
DEFAULT: Final = "default"


class NoSuchPack(ValueError):
    """There is no rule pack of this name; `advice` names the nearest one, or all."""

    def __init__(self, named: str) -> None:
        super().__init__(f'There is no rule pack "{named}".')
        name, known = named.removeprefix(PACK), packs()
        begun = [each for each in known if name and each.startswith(name)]
        close = begun[0] if begun else nearest(name, known)
        names = ", ".join(f"{PACK}{each}" for each in known)
        self.advice = f'Did you mean "{PACK}{close}"?' if close else f"Known: {names}."


def packs() -> dict[str, Path]:
    """The folder of every pack by its name, the default one first."""
    folders = sorted(each.parent for each in (shipped_rules() / "packs").glob("*/*.toml"))
    return {DEFAULT: shipped_rules()} | {each.name: each for each in folders}


def rule_folder(named: str) -> Path:
    """The folder that `named` stands for: a pack ("pack:industrial"), or a path as it is.

    Raises NoSuchPack.
    """
    if not named.startswith(PACK):
        return Path(named)
    try:
        return packs()[named.removeprefix(PACK)]
    except KeyError:
        raise NoSuchPack(named) from None


def folder_name(folder: Path) -> str | None:
    """What a folder is called as a pack, for example "pack:industrial"; None when it is none."""
    return next((f"{PACK}{name}" for name, one in packs().items() if one == folder), None)


def shipped_rules() -> Path:
    """The folder of the rules that come with leadmode: installed, or in the source tree."""
    installed = Path(sys.prefix) / "share" / "leadmode" / "rules"
    in_source = Path(__file__).parents[2] / "rules"
    return in_source if in_source.is_dir() else installed
