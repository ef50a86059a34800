"""Where a reader stands in a stream: one walk per object type, as opaque text for the core."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Self, TypeVar

from adapters.hubspot.windows import Pass, Window
from connector.errors import Rejected

VERSION: Final = 1
S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A list of all objects that is under way."""

    began: int
    """The server's clock at its first page, UTC ms."""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One way through the objects of a type. All instants by the server's clock, UTC ms."""

    floor: int = 0
    """Where the next increment begins; 0: a first load has not come to its end."""
    load: Load | None = None
    going: Pass | None = None
    """The increment that is under way."""
    trail: int = 0
    """Where the next trailing pass begins."""
    trailing: Pass | None = None
    sweep_due: int = 0
    """When archived objects are looked for; 0: not planned yet."""
    sweep_after: str = ""
    """Where the next page of archived objects begins; empty between two sweeps."""
    refused: int = 0
    """Until when the walk is left out, because the platform refused it."""
    stamps: tuple[str, ...] = ()
    """What the walk reads histories of, where it reads any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWalk:
    """One way through marketing e-mail events, newest first within a window of time."""

    floor: int = 0
    began: int = 0
    """The server's clock at the first page of the window; 0: none is under way."""
    low: int = 0
    end: int = 0
    """Ends of the window that is under way, both inclusive; 0: it has no upper end."""
    offset: str = ""
    oldest: int = 0
    """The oldest instant that came in it."""
    trail: int = 0
    late: bool = False
    """Whether the window under way is one of the trailing pass."""
    refused: int = 0
    told: int = 0
    """Until when properties of contacts told it instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWalk:
    """One way through the submissions of all forms, newest first in each."""

    floor: int = 0
    began: int = 0
    """The server's clock when the reading under way began; 0: none is."""
    left: tuple[str, ...] = ()
    """Forms that are still to be read; the first one is under way."""
    after: str = ""
    due: int = 0
    """When all forms are read, whatever the contacts tell."""
    known: tuple[str, ...] = ()
    """Conversions of contacts that were followed already: id, a colon, UTC ms."""
    refused: int = 0
    told: int = 0
    """Until when properties of contacts told it instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerWalk:
    """A list of all owners: the active ones, then the archived ones."""

    after: str = ""
    archived: bool = False


AnyWalk = Walk | MailWalk | FormWalk | OwnerWalk
_KINDS: Final[Mapping[str, type[AnyWalk]]] = {
    "o": Walk,
    "m": MailWalk,
    "f": FormWalk,
    "u": OwnerWalk,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """All walks of a stream."""

    digest: str
    """Of the settings under which rows were understood."""
    left: tuple[str, ...] = ()
    """What is still to be read in the round that is going on; empty: a new round begins."""
    walks: Mapping[str, AnyWalk] = field(default_factory=dict)

    def walk(self, name: str, kind: type[S]) -> S:
        """A walk by name; a new one when there is none of this kind."""
        found = self.walks.get(name)
        return found if isinstance(found, kind) else kind()

    def with_walk(self, name: str, walk: AnyWalk) -> Self:
        """With this walk."""
        return replace(self, walks={**self.walks, name: walk})

    def dump(self) -> str:
        """The same text for the same cursor."""
        told = {
            "v": VERSION,
            "s": self.digest,
            "l": list(self.left),
            "w": {name: _dumped(walk) for name, walk in self.walks.items()},
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":"))

    @classmethod
    def read(cls, told: str | None, digest: str) -> Self:
        """The cursor of a text; from the beginning when there is none, or the settings differ.

        Rejected for a text that this adapter never gave.
        """
        if told is None:
            return cls(digest=digest)
        try:
            found = json.loads(told)
            if found["v"] != VERSION or found["s"] != digest:
                return cls(digest=digest)
            return cls(
                digest=digest,
                left=tuple(str(name) for name in found["l"]),
                walks={str(name): _walk(one) for name, one in found["w"].items()},
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Rejected(f"This is not a cursor of HubSpot: {told[:40]!r}") from error


def _changed(value: Any) -> dict[str, Any]:
    """The fields of a value that differ from those of a new one."""
    return {
        each.name: _plain(getattr(value, each.name))
        for each in fields(value)
        if getattr(value, each.name) != each.default
    }


def _plain(value: Any) -> Any:
    return _changed(value) if isinstance(value, Load | Pass) else value


def _dumped(walk: AnyWalk) -> dict[str, Any]:
    letter = next(letter for letter, kind in _KINDS.items() if type(walk) is kind)
    return {"k": letter, **_changed(walk)}


def _walk(told: Mapping[str, Any]) -> AnyWalk:
    given = {name: _tuple(value) for name, value in told.items() if name != "k"}
    kind = _KINDS[told["k"]]
    if kind is Walk:
        if "load" in given:
            given["load"] = Load(**given["load"])
        for name in ("going", "trailing"):
            if name in given:
                given[name] = _pass(given[name])
    return kind(**given)


def _pass(told: Mapping[str, Any]) -> Pass:
    windows = tuple(Window(int(low), high) for low, high in told["windows"])
    return Pass(**{**told, "windows": windows})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
