"""Where a reader stands in a stream: one walk per object, as opaque text for the core."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, NamedTuple, Self

from adapters.salesforce.sweep import Sweep
from connector.errors import Rejected

VERSION: Final = 1


class Position(NamedTuple):
    """Behind the row with this stamp (UTC ms) and id."""

    stamp: int
    id: str


BEGINNING: Final = Position(0, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One way through an object, from a floor to its end, page by page.

    The next walk starts an overlap below the newest stamp, but never above the server's clock at
    the first page of this one: a row that becomes readable behind the reader's back lies above
    that floor. Stamps of the future do not move the floor.
    """

    position: Position = BEGINNING
    newest: int = 0
    """Highest stamp read so far, UTC ms."""
    began: int | None = None
    """The server's clock at the first page of this walk; None before it."""
    fields: tuple[str, ...] = ()
    """What was asked for; a field that is new means reading from the beginning."""

    @property
    def untouched(self) -> bool:
        """Whether nothing was read yet."""
        return self.position == BEGINNING and self.began is None

    def onward(self, *, last: Position | None, now: int, more: bool, overlap: int) -> Walk:
        """Where to go on after a page that ended at `last`, asked for at `now` (server, ms)."""
        began = now if self.began is None else self.began
        newest = max(self.newest, last.stamp) if last else self.newest
        if more and last:
            return replace(self, position=last, newest=newest, began=began)
        newest = min(newest, began)
        floor = Position(max(newest - overlap, 1), "")  # 0 is the beginning
        return replace(self, position=floor, newest=newest, began=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A first load by Bulk 2.0 that is under way."""

    id: str
    began: int
    """The server's clock when it was asked for, UTC ms."""
    locator: str = ""
    """Of the page of results that is read now; empty for the first one."""
    row: int = 0
    """How many rows of that page were read."""
    looks: int = 0
    """How often its state was asked for."""
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """All walks of a stream."""

    digest: str
    """Of the settings under which rows were understood."""
    left: tuple[str, ...] = ()
    """What is still to be read in the round that is going on; empty: a new round begins."""
    walks: Mapping[str, Walk] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)
    by_rest: tuple[str, ...] = ()
    """Walks that Bulk refused; they are read page by page."""
    sweep: Sweep = field(default_factory=Sweep)

    def with_walk(self, name: str, walk: Walk, load: Load | None) -> Self:
        """With a walk, and its load if one is under way."""
        loads = {each: one for each, one in self.loads.items() if each != name}
        if load is not None:
            loads[name] = load
        return replace(self, walks={**self.walks, name: walk}, loads=loads)

    def dump(self) -> str:
        """The same text for the same cursor."""
        told = {
            "v": VERSION,
            "s": self.digest,
            "l": list(self.left),
            "w": {
                name: [*walk.position, walk.newest, walk.began, list(walk.fields)]
                for name, walk in self.walks.items()
            },
            "b": {name: asdict(load) for name, load in self.loads.items()},
            "r": list(self.by_rest),
            "z": [self.sweep.at, self.sweep.behind, self.sweep.due, self.sweep.began],
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":"))

    @classmethod
    def read(cls, text: str | None, digest: str) -> Self:
        """The cursor of a text; from the beginning when there is none, or the settings differ.

        Rejected for a text that this adapter never gave.
        """
        if text is None:
            return cls(digest=digest)
        try:
            told = json.loads(text)
            if told["v"] != VERSION or told["s"] != digest:
                return cls(digest=digest)
            return cls(
                digest=digest,
                left=tuple(str(name) for name in told.get("l", ())),
                walks={name: _walk(*values) for name, values in told["w"].items()},
                loads={name: Load(**values) for name, values in told["b"].items()},
                by_rest=tuple(told["r"]),
                sweep=_sweep(*told.get("z", ("", "", 0, 0))),
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Rejected(f"This is not a cursor of Salesforce: {text[:40]!r}") from error


def _walk(stamp: Any, row_id: Any, newest: Any, began: Any, fields: Any) -> Walk:
    return Walk(
        position=Position(int(stamp), str(row_id)),
        newest=int(newest),
        began=None if began is None else int(began),
        fields=tuple(str(name) for name in fields),
    )


def _sweep(at: Any, behind: Any, due: Any, began: Any) -> Sweep:
    return Sweep(at=str(at), behind=str(behind), due=int(due), began=int(began))
