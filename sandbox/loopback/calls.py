"""Calls and answers, apart from sockets: what the routes of a platform work with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

JSON_TYPE: Final = "application/json;charset=UTF-8"


@dataclass(slots=True, kw_only=True)
class Call:
    """One request."""

    method: str
    path: str
    """Percent-encoded, without the query."""
    pairs: tuple[tuple[str, str], ...] = ()
    """The query, in its order; a name may stand there several times."""
    headers: dict[str, str] = field(default_factory=dict)
    """By lower-case name."""
    body: bytes = b""
    host: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The query by name; the last of several values counts."""
        return dict(self.pairs)

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


C = TypeVar("C", bound=Call)


def call_to(
    kind: type[C], method: str, url: str, headers: Mapping[str, str], body: bytes, host: str
) -> C:
    """A call from what stands in a request line, headers and body."""
    parts = urlsplit(url)
    # A question mark inside the query belongs to a value; urlsplit leaves it there.
    pairs = tuple(parse_qsl(parts.query, keep_blank_values=True))
    lowered = {name.lower(): value for name, value in headers.items()}
    return kind(method=method, path=parts.path, pairs=pairs, headers=lowered, body=body, host=host)
