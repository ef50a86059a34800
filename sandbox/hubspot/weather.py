"""What goes wrong on the way: seeded, so that a run can be repeated.

Each kind was seen in the field (see https://developers.hubspot.com/docs/api-reference/error-handling
for 423, 477 and 52x): limits that others used up, locks, a portal that moves between data centres,
pages of the CDN in front, answers that are cut off, that drip, that are lost after the commit, and
commits that come after the client has given up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sandbox.hubspot.access import missing, unknown_token
from sandbox.hubspot.problems import Refused
from sandbox.hubspot.quota import BURST, DAILY, SEARCH, limited
from sandbox.hubspot.search.faults import SearchFaults
from sandbox.loopback import weather
from sandbox.loopback.calls import Answer

HTML: Final = "text/html; charset=UTF-8"
_PAGE: Final = (
    "<!DOCTYPE html>\n<html><head><title>{what} | api.hubapi.com</title></head><body><h1>{what}"
    "</h1><p>Error code {status}</p><p>Ray ID: 8f0sandbox</p></body></html>"
)
_WORDS: Final = {
    500: "Internal server error",
    502: "Bad gateway",
    503: "Service temporarily unavailable",
    504: "Gateway time-out",
    521: "Web server is down",
    524: "A timeout occurred",
    414: "URI too long",
}
LOCKED_BY_OTHER: Final = "This portal is currently locked by another process, try again later."
MOVING: Final = "This account is being migrated to another data center."


def page(status: int, title: int = 0) -> Answer:
    """A page of the CDN, for people."""
    shown = title or status
    text = _PAGE.format(what=_WORDS[shown], status=shown)
    return Answer(status=status, body=text.encode(), content_type=HTML)


def _told(status: int, category: str, message: str, **headers: str) -> Callable[[], Answer]:
    def answer() -> Answer:
        made = Refused(status, category, message).answer()
        made.headers |= {name.replace("_", "-"): value for name, value in headers.items()}
        return made

    return answer


INSTEAD: Final[dict[str, Callable[[], Answer]]] = {
    "429": lambda: limited(BURST),
    "429_search": lambda: limited(SEARCH),
    "429_daily": lambda: limited(DAILY),
    "423": _told(423, "LOCKED", LOCKED_BY_OTHER),
    "477": _told(477, "MIGRATION_IN_PROGRESS", MOVING, Retry_After="30"),
    "500": _told(500, "INTERNAL_ERROR", "internal error"),
    "502": lambda: page(502),
    "503": lambda: page(503),
    "504": lambda: page(504),
    "521": lambda: page(521),
    "524": lambda: page(524),
    "html": lambda: page(200, 503),
    "401": lambda: unknown_token(True).answer(),
    "403": lambda: missing(("crm.objects.contacts.read",)).answer(),
    "reset": lambda: Answer(delivery="reset"),
}
"""Kinds where nothing is done: what is answered instead."""
AFTERWARDS: Final = ("lost", "truncated", "drip", "504_after", "200_instead")
"""Kinds where the call is done and the answer suffers."""
LATE: Final = "late"
"""The connection is cut at once and the work is committed some time later."""
KINDS: Final = (*INSTEAD, *AFTERWARDS, LATE)

HOSTILE: Final[dict[str, float]] = {
    "429": 0.006, "429_search": 0.010, "423": 0.004, "477": 0.001, "500": 0.006, "502": 0.008,
    "503": 0.008, "504": 0.006, "521": 0.004, "524": 0.004, "html": 0.006, "401": 0.003,
    "reset": 0.012, "lost": 0.014, "truncated": 0.010, "drip": 0.003, "504_after": 0.008,
    "200_instead": 0.150, "late": 0.006,
}  # fmt: skip
"""Share of calls that each kind hits."""
_LAG: Final = 15_000
"""Milliseconds until a search has seen every change, in hostile weather."""


class Weather(weather.Weather):
    """Decides which fault hits which call, and how searches behave."""

    kinds = KINDS
    api = "/"

    def __init__(self, rates: Mapping[str, float] | None = None, *, seed: int = 0) -> None:
        super().__init__(rates, seed=seed)
        self.searches = SearchFaults(seed=seed)
        self.slowest_index = 0
        """Searches see each change within so many ms."""

    @staticmethod
    def hostile(seed: int) -> Weather:
        """Everything that can go wrong, seldom enough to make progress."""
        made = Weather(HOSTILE, seed=seed)
        made.searches = SearchFaults.all(seed)
        made.slowest_index = _LAG
        made.drip_pause, made.drip_bytes = 0.01, 64
        return made

    def hits(self, kind: str, path: str) -> bool:
        """Searches have a limit of their own."""
        is_search = path.endswith("/search")
        return is_search if kind == "429_search" else not (is_search and kind == "429")

    def index_lag(self) -> int:
        """How long until a search sees the next change, ms."""
        return int(self.chance.random() * self.slowest_index) if self.slowest_index else 0


def afterwards(kind: str, answer: Answer) -> Answer:
    """An answer as it arrives when something happened to it."""
    if kind == "504_after":
        return page(504)
    if kind == "200_instead":
        # https://github.com/HubSpot/hubspot-api-python/issues/448: only the body tells.
        answer.status = 200 if answer.status in (201, 207) else answer.status
        return answer
    answer.delivery = kind
    return answer
