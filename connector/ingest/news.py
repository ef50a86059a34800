"""What reading and evaluating brought, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from connector.assess import Assessed
from connector.errors import AdapterError
from connector.ports import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one page, or one whole poll, brought."""

    source: str
    stream: Stream | None = None
    """None for a whole poll."""
    records: int = 0
    engagements: int = 0
    set_aside: int = 0
    """Rows that could not be understood or stored."""
    pages: int = 0

    def plus(self, other: Polled) -> Polled:
        """Both together."""
        return replace(
            self,
            records=self.records + other.records,
            engagements=self.engagements + other.engagements,
            set_aside=self.set_aside + other.set_aside,
            pages=self.pages + other.pages,
        )


Watch = Callable[[Polled | Assessed], None]
"""Told of every page and of every person with news, after they are safely stored."""


def trouble_told(trouble: Exception) -> str:
    """What may be shown of an error; the text of an unexpected one may hold personal data."""
    kind = type(trouble).__name__
    return f"{kind}: {trouble}" if isinstance(trouble, AdapterError) else kind
