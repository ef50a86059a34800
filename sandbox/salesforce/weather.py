"""What goes wrong on the way: seeded, so that a run can be repeated.

Each kind was seen in the wild (facts 3 and the fault list): 420 and 406 without a body, HTML with
status 200, answers that are cut off, that drip, that are lost after the commit, and commits that
come after the client has given up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sandbox.loopback import weather
from sandbox.loopback.calls import Answer
from sandbox.salesforce.locators import LARGEST_PAGE
from sandbox.salesforce.problems import Refused
from sandbox.story.chance import between

HTML: Final = "text/html;charset=UTF-8"
_PAGE: Final = (
    b"<!DOCTYPE html><html><head><title>Salesforce - Maintenance</title></head><body><h1>"
    b"We are down for maintenance.</h1><p>Sorry for the inconvenience.</p></body></html>"
)

INSTEAD: Final[dict[str, Answer]] = {
    "429": Answer(status=429, body=_PAGE, content_type=HTML),
    "420": Answer(status=420, body=b""),
    "406": Answer(status=406, body=b""),
    "503": Answer(status=503, body=_PAGE, content_type=HTML),
    "500": Answer(
        status=500,
        body=Refused(
            "UNKNOWN_EXCEPTION",
            "An unexpected error occurred. ErrorId: 1234567890-123 (-987654)",
        ).body(),
    ),
    "unavailable": Answer(
        status=503, body=Refused("SERVER_UNAVAILABLE", "Server is temporarily unavailable").body()
    ),
    "html": Answer(status=200, body=_PAGE, content_type=HTML),
    "timeout": Answer(
        status=400,
        body=Refused("QUERY_TIMEOUT", "Your query request was running for too long.").body(),
    ),
    "concurrent": Answer(
        status=403,
        body=Refused(
            "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
        ).body(),
    ),
    "reset": Answer(delivery="reset"),
}
"""Kinds where nothing is done: what is answered instead."""
AFTERWARDS: Final = ("lost", "truncated", "drip", "503_after")
"""Kinds where the call is done and the answer suffers."""
BEFOREHAND: Final = ("expired", "locator")
"""Kinds that take something away just before the call."""
LATE: Final = "late"
"""The connection is cut at once and the work is committed some time later."""
KINDS: Final = (*INSTEAD, *AFTERWARDS, *BEFOREHAND, LATE)

HOSTILE: Final[dict[str, float]] = {
    "429": 0.004, "420": 0.006, "406": 0.006, "503": 0.012, "500": 0.006, "unavailable": 0.006,
    "html": 0.008, "timeout": 0.006, "concurrent": 0.004, "reset": 0.012, "lost": 0.014,
    "truncated": 0.010, "drip": 0.003, "503_after": 0.008, "expired": 0.006, "locator": 0.008,
    "late": 0.006,
}  # fmt: skip
"""Share of calls that each kind hits."""


class Weather(weather.Weather):
    """Decides which fault hits which call."""

    kinds = KINDS
    api = "/services/data/"

    def __init__(self, rates: Mapping[str, float] | None = None, *, seed: int = 0) -> None:
        super().__init__(rates, seed=seed)
        self.lock_rate = 0.0
        """Share of written records that meet UNABLE_TO_LOCK_ROW."""
        self.shrinks = False
        """Whether pages hold fewer records than asked for, now this and now that number."""

    @staticmethod
    def hostile(seed: int) -> Weather:
        """Everything that can go wrong, seldom enough to make progress."""
        weather = Weather(HOSTILE, seed=seed)
        weather.lock_rate, weather.shrinks = 0.01, True
        weather.drip_pause, weather.drip_bytes = 0.01, 64
        return weather

    def hits(self, kind: str, path: str) -> bool:
        """Only queries run too long."""
        return kind != "timeout" or "/query" in path

    def locks(self) -> bool:
        """Whether the next record to be written is held by somebody else."""
        return bool(self.lock_rate) and self.chance.random() < self.lock_rate

    def page(self, size: int) -> int:
        """How many records a page really holds."""
        if not self.shrinks or size > LARGEST_PAGE:
            return size
        return between(self.chance, max(1, size // 3), size)
