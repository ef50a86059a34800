"""A portal on loopback, with a service key."""

from collections.abc import Iterator

import pytest

from connector.clock import ManualClock
from sandbox.hubspot.founding import Founded, found

from .asking import START, Asking, asking


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def founded(clock: ManualClock) -> Founded:
    return found(clock)


@pytest.fixture
def api(founded: Founded, clock: ManualClock) -> Iterator[Asking]:
    with asking(founded, clock) as made:
        yield made
