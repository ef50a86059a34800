"""A folder of CSV exports as the platform, and what any such platform can be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

from rich.console import Console

from sandbox.kill.tasks import Task, read_tasks
from sandbox.story.stages import Exports
from sandbox.story.world import World


class Place(Protocol):
    """Where the story is told, and where tasks are written."""

    told_at_rest: bool
    """Whether nobody may read while the story is told: it changes many records one by one."""

    def write_until(self, moment: int) -> object:
        """Tell the story up to `moment` (UTC ms)."""
        ...

    def grown(self) -> int:
        """A number that grows with every task."""
        ...

    def holds(self, keys: frozenset[str]) -> bool:
        """Whether one of the keys has its task."""
        ...

    def tasks(self) -> list[Task]:
        """Every task that was written."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


@runtime_checkable
class Storming(Protocol):
    """A platform whose answers can go wrong."""

    def storm(self, seed: int) -> None:
        """Hostile weather from now on."""
        ...

    def report(self, out: Console) -> bool:
        """Print what the weather was; False when the platform itself broke."""
        ...


class Files:
    """The exports in a folder."""

    told_at_rest = False

    def __init__(self, folder: Path, world: World) -> None:
        self._exports = Exports(world, folder / "exports")
        self._tasks = folder / "exports" / "out" / "tasks.csv"

    def write_until(self, moment: int) -> object:
        """Append what happened before `moment` (UTC ms)."""
        return self._exports.write_until(moment)

    def grown(self) -> int:
        """Bytes in tasks.csv."""
        return self._tasks.stat().st_size if self._tasks.exists() else 0

    def holds(self, keys: frozenset[str]) -> bool:
        """A torn last row is a row that the next start mends, so the file is not parsed here."""
        text = self._tasks.read_text("utf-8", "replace") if self._tasks.exists() else ""
        return any(key in text for key in keys)

    def tasks(self) -> list[Task]:
        """Every row of tasks.csv."""
        return read_tasks(self._tasks)

    def close(self) -> None:
        """Nothing is open."""
