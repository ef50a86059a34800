"""Which function answers which path and method."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.problems import Refused, not_found

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

Respond = Callable[["Platform", Call, dict[str, str]], Answer]
"""(platform, call, names from the path) -> answer."""
_SLOT: Final = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One path below the API version, with the function for each method."""

    path: str
    methods: dict[str, Respond]
    pattern: re.Pattern[str]


def route(path: str, **methods: Respond) -> Route:
    """A route; `{name}` in the path stands for one segment, `{name*}` for all that follow."""
    text = re.escape(path).replace(r"\*\}", r"_rest\}")
    text = _SLOT.sub(_slot, text)
    pattern = re.compile(f"{text}/?", re.IGNORECASE)
    by_name = {name.upper(): respond for name, respond in methods.items()}
    return Route(path=path, methods=by_name, pattern=pattern)


def _slot(found: re.Match[str]) -> str:
    name = found.group(1)
    return f"(?P<{name}>.+)" if name.endswith("_rest") else f"(?P<{name}>[^/]+)"


class Router:
    """All routes, in the order in which they are tried."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(routes)

    def find(self, method: str, path: str) -> tuple[Route, Respond, dict[str, str]]:
        """The function for a call; 404 for an unknown path, 405 for a method it does not take."""
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
        if allowed:
            listed = ",".join(sorted(set(allowed)))
            raise Refused(
                "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed. Allowed are {listed}"
            )
        raise not_found()
