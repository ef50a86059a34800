"""One turn of everything: each source once, whoever is due, the outbox. `sync` and the demo."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from connector.deliver import Deliver, Delivered, Sent
from connector.errors import AdapterError
from connector.ingest import Ingest, Polled, Watch
from connector.ports import Adapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycled:
    """What one cycle did."""

    polled: Mapping[str, Polled]
    """What each source brought."""
    failed: Mapping[str, AdapterError]
    """The sources that could not be read to their end, and why."""
    evaluated: int
    """Persons whose moment had come."""
    delivered: Delivered
    """What became of the writes that were sent."""


def cycle(
    ingest: Ingest,
    deliver: Deliver,
    adapters: Mapping[str, Adapter],
    *,
    stop: threading.Event | None = None,
    watch: Watch | None = None,
    sent: Sent | None = None,
) -> Cycled:
    """Poll each source, evaluate whoever is due, send what is queued. Setting `stop` ends it soon.

    A source that fails is noted and does not keep the others from their turn. `watch` is told of
    every page and every person with news, `sent` of every write that was settled.
    """
    stop = stop or threading.Event()
    polled: dict[str, Polled] = {}
    failed: dict[str, AdapterError] = {}
    for name, adapter in adapters.items():
        if stop.is_set():
            break
        try:
            polled[name] = ingest.poll(name, adapter, stop, watch)
        except AdapterError as error:
            failed[name] = error
    evaluated = ingest.tick(stop, watch)
    delivered = deliver.drain(stop, sent)
    return Cycled(polled=polled, failed=failed, evaluated=evaluated, delivered=delivered)
