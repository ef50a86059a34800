"""A portal on loopback, and a client that knows nothing of the sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from connector.clock import ManualClock
from sandbox.hubspot.founding import Founded
from sandbox.hubspot.platform import Platform
from sandbox.hubspot.portal import Portal
from sandbox.loopback.server import Server

START = 1_795_000_000_000


@dataclass
class Asking:
    """The API over HTTP."""

    founded: Founded
    url: str
    http: httpx.Client
    clock: ManualClock
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def platform(self) -> Platform:
        return self.founded.platform

    @property
    def portal(self) -> Portal:
        return self.founded.portal

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = self.headers | options.pop("headers", {})
        return self.http.request(method, path, headers=headers, **options)

    def ok(self, method: str, path: str, **options: Any) -> Any:
        answer = self.call(method, path, **options)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """Status and category."""
        answer = self.call(method, path, **options)
        assert answer.status_code >= 300, answer.text
        return answer.status_code, str(answer.json()["category"])

    def door(self, name: str, /, **body: object) -> Any:
        """Something that happens in the portal itself."""
        answer = self.http.post(f"/__sandbox__/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def asking(founded: Founded, clock: ManualClock) -> Iterator[Asking]:
    with Server(founded.platform) as server, httpx.Client(base_url=server.url, timeout=10) as http:
        made = Asking(founded, server.url, http, clock)
        made.headers = {"Authorization": f"Bearer {founded.token}"}
        yield made
    assert founded.platform.broken == []
