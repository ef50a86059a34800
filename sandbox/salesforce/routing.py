"""Which function answers which path and method of the org."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.loopback import routing
from sandbox.loopback.routing import NoRoute, route
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.problems import Refused, not_found

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

__all__ = ["Respond", "Router", "route"]

Respond = Callable[["Platform", Call, dict[str, str]], Answer]
"""(platform, call, names from the path) -> answer."""


class Router(routing.Router["Platform", Call]):
    """The routes of the org."""

    def find(
        self, method: str, path: str
    ) -> tuple[routing.Route[Platform, Call], Respond, dict[str, str]]:
        """The function for a call; 404 for an unknown path, 405 for a method it does not take."""
        try:
            return super().find(method, path)
        except NoRoute as error:
            if not error.allowed:
                raise not_found() from None
            listed = ",".join(error.allowed)
        raise Refused(
            "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed. Allowed are {listed}"
        )
