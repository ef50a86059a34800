"""What stands in the body of a call at the back door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.hubspot.kept import Kept
from sandbox.hubspot.problems import gone, invalid

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform

Json = dict[str, object]


def text(body: Json, name: str, default: str | None = None) -> str:
    """Text; Refused when it is missing and has no default."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise invalid(f"{name} must be text")
    return value


def number(body: Json, name: str, default: int | None = None) -> int:
    """A whole number."""
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(f"{name} must be a whole number")
    return value


def mapping(body: Json, name: str) -> Json:
    """An object; an empty one when it is missing."""
    value = body.get(name, {})
    if not isinstance(value, dict):
        raise invalid(f"{name} must be an object")
    return value


def found(platform: Platform, body: Json) -> Kept:
    """The object that {"object", "id"} names."""
    kept = platform.portal.table(text(body, "object")).find(str(body.get("id", "")))
    if kept is None:
        raise gone(body.get("id"))
    return kept


def when(platform: Platform, body: Json) -> int:
    """The moment that is given as "at", or now."""
    return number(body, "at", platform.portal.clock.now())
