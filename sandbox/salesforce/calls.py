"""Calls to the org: who calls, under which session and API version."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from sandbox.loopback import calls
from sandbox.loopback.calls import JSON_TYPE, Answer
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.problems import Refused

__all__ = ["JSON_TYPE", "Answer", "Call"]


@dataclass(slots=True, kw_only=True)
class Call(calls.Call):
    """One request."""

    token: str = ""
    """The session that it belongs to."""
    caller: Caller = field(default_factory=lambda: Caller(user=""))
    version: str = ""
    """As in the path: 67.0."""

    def __post_init__(self) -> None:
        override = self.query.get("_HttpMethod")
        if self.method == "POST" and override:
            self.method = override.upper()

    @property
    def base(self) -> str:
        """The path of the API version."""
        return f"/services/data/v{self.version}"

    def json(self) -> object:
        """The body; Refused when it is not JSON."""
        if not self.body:
            raise Refused("JSON_PARSER_ERROR", "No content to map to Object due to end of input")
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Refused(
                "JSON_PARSER_ERROR", f"Unexpected character: {error} at [line:1, column:1]"
            ) from None

    def json_object(self) -> dict[str, object]:
        """The body as one JSON object."""
        found = self.json()
        if not isinstance(found, dict):
            raise Refused("JSON_PARSER_ERROR", "The JSON must be an object at [line:1, column:1]")
        return found
