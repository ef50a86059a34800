"""Calls and answers, apart from sockets: what the routes work with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from sandbox.salesforce.caller import Caller
from sandbox.salesforce.problems import Refused

JSON_TYPE: Final = "application/json;charset=UTF-8"


@dataclass(slots=True, kw_only=True)
class Call:
    """One request."""

    method: str
    path: str
    """Percent-encoded, without the query."""
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """By lower-case name."""
    body: bytes = b""
    host: str = ""
    token: str = ""
    """The session that it belongs to."""
    caller: Caller = field(default_factory=lambda: Caller(user=""))
    version: str = ""
    """As in the path: 67.0."""

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

    def header(self, name: str) -> str | None:
        """A header, whatever the case of its name."""
        return self.headers.get(name.lower())


@dataclass(slots=True, kw_only=True)
class Answer:
    """One answer; `body` is JSON unless it is bytes."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON_TYPE
    delivery: str = ""
    """How it is sent: "" as usual, reset, lost, truncated or drip."""

    def payload(self) -> bytes:
        """The bytes that are sent."""
        if isinstance(self.body, bytes):
            return self.body
        if self.body is None:
            return b""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


def call_to(method: str, url: str, headers: Mapping[str, str], body: bytes, host: str) -> Call:
    """A call from what stands in a request line, headers and body."""
    parts = urlsplit(url)
    # A question mark inside the query belongs to a value; urlsplit leaves it there.
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    lowered = {name.lower(): value for name, value in headers.items()}
    override = query.get("_HttpMethod")
    if method == "POST" and override:
        method = override.upper()
    return Call(method=method, path=parts.path, query=query, headers=lowered, body=body, host=host)
