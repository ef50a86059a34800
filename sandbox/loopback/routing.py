"""Which function answers which path and method."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from urllib.parse import unquote

from sandbox.loopback.calls import Answer, Call

P = TypeVar("P")
C = TypeVar("C", bound=Call)
_SLOT: Final = re.compile(r"\\\{(\w+)\\\}")


class NoRoute(Exception):
    """Nothing answers the path, or not by this method."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        super().__init__()
        self.allowed = sorted(set(allowed))
        """The methods that the path takes; empty: there is no such path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[P, C]):
    """One path, with the function for each method: (platform, call, names from the path)."""

    path: str
    methods: dict[str, Callable[[P, C, dict[str, str]], Answer]]
    pattern: re.Pattern[str]


def route(path: str, **methods: Callable[[P, C, dict[str, str]], Answer]) -> Route[P, C]:
    """A route; `{name}` in the path stands for one segment, `{name*}` for all that follow."""
    text = re.escape(path).replace(r"\*\}", r"_rest\}")
    text = _SLOT.sub(_slot, text)
    pattern = re.compile(f"{text}/?", re.IGNORECASE)
    by_name = {name.upper(): respond for name, respond in methods.items()}
    return Route(path=path, methods=by_name, pattern=pattern)


def _slot(found: re.Match[str]) -> str:
    name = found.group(1)
    return f"(?P<{name}>.+)" if name.endswith("_rest") else f"(?P<{name}>[^/]+)"


class Router(Generic[P, C]):
    """All routes, in the order in which they are tried."""

    def __init__(self, routes: Iterable[Route[P, C]]) -> None:
        self._routes = tuple(routes)

    def find(
        self, method: str, path: str
    ) -> tuple[Route[P, C], Callable[[P, C, dict[str, str]], Answer], dict[str, str]]:
        """The function for a call, and the names in its path; NoRoute when there is none."""
        allowed: list[str] = []
        for known in self._routes:
            found = known.pattern.fullmatch(path)
            if found is None:
                continue
            respond = known.methods.get("GET" if method == "HEAD" else method)
            if respond is not None:
                names = {name: unquote(text) for name, text in found.groupdict().items()}
                return known, respond, names
            allowed += known.methods
        raise NoRoute(allowed)
