"""Which function answers which path and method of the portal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.hubspot.calls import Answer, Call
from sandbox.loopback.routing import NoRoute, Router, route

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform

__all__ = ["NoRoute", "Respond", "Router", "route"]

Respond = Callable[["Platform", Call, dict[str, str]], Answer]
"""(platform, call, names from the path) -> answer. Paths have no version in them."""
