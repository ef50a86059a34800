"""Calls to the portal: who calls, under which version of the API."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sandbox.hubspot.caller import Caller
from sandbox.hubspot.problems import Refused, invalid
from sandbox.loopback import calls
from sandbox.loopback.calls import JSON_TYPE, Answer

__all__ = ["JSON_TYPE", "Answer", "Call"]

_TRUE = ("true", "1")


@dataclass(slots=True, kw_only=True)
class Call(calls.Call):
    """One request."""

    caller: Caller = field(default_factory=lambda: Caller(name=""))
    version: str = ""
    """As in the path: v1, v3, v4, 2026-03 or 2026-09."""

    @property
    def is_dated(self) -> bool:
        """Whether the version is a date."""
        return self.version[:1] == "2"

    @property
    def since_2026_09(self) -> bool:
        """Whether the version is 2026-09 or newer."""
        return self.is_dated and self.version >= "2026-09"

    def many(self, name: str) -> list[str]:
        """All values of a query name, given several times or with commas between; in order."""
        found = [value for key, value in self.pairs if key in (name, f"{name}[]")]
        parts = [part.strip() for value in found for part in value.split(",")]
        return list(dict.fromkeys(part for part in parts if part))

    def flag(self, name: str) -> bool:
        """A query value that is true or false; false when it is missing."""
        return self.query.get(name, "").lower() in _TRUE

    def number(self, name: str, default: int, most: int, least: int = 1) -> int:
        """A whole number in the query; Refused when it is none or out of its range."""
        text = self.query.get(name, "")
        if not text:
            return default
        try:
            number = int(text)
        except ValueError:
            raise invalid(
                f'Unable to parse value for query parameter "{name}": {text}', propertyName=name
            ) from None
        if not least <= number <= most:
            raise invalid(f"{name} must be between {least} and {most}, but is {number}")
        return number

    def json(self) -> object:
        """The body; Refused when it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refused(
                400, "VALIDATION_ERROR", "Invalid input JSON on line 1, column 1: not readable"
            ) from None

    def json_object(self) -> dict[str, object]:
        """The body as one JSON object."""
        found = self.json()
        if not isinstance(found, dict):
            raise invalid("Invalid input JSON on line 1, column 1: an object is expected")
        return found

    def link_after(self, after: str) -> str:
        """The address of this call's next page, on this server."""
        pairs = [(name, text) for name, text in self.pairs if name != "after"]
        return f"http://{self.host}{self.path}?{urlencode([*pairs, ('after', after)])}"
