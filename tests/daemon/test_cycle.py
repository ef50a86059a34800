"""One cycle: every source has its turn, also beside one that fails; then the outbox."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.memory.client import forget, register
from adapters.memory.platform import Fault, MemoryPlatform
from connector.clock import DAY, MINUTE, ManualClock
from connector.daemon.cycle import Cycled, cycle
from connector.deliver import Deliver
from connector.errors import TryAgain
from connector.ingest import Ingest
from connector.model import Engagement, Kind, OutboxState, Record, RecordRef, Role
from connector.registry import load_all, open_adapters
from connector.store import Store
from tests.daemon.systemd import write_config

NOW = 1_760_000_000_000
PERSON = RecordRef("crm", "Contact", "1")


class Company:
    """leadmode and two platforms, on one thread and a clock that is moved."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NOW)
        self.crm = MemoryPlatform(self.clock, instance="crm")
        self.web = MemoryPlatform(self.clock, instance="web")
        register("crm", self.crm)
        register("web", self.web)
        old = NOW - 400 * DAY
        owner = Record(ref=RecordRef("crm", "User", "7"), role=Role.OWNER, fields={"active": True})
        person = Record(
            ref=PERSON,
            role=Role.PERSON,
            emails=("buyer@acme.example",),
            owner=owner.ref,
            created_at=old,
            modified_at=old,
        )
        self.crm.seed([owner, person])
        self.config = config = load_all(write_config(folder))
        self.store = Store.open(config.state)
        self.adapters = open_adapters(config, self.clock)
        self.ingest = Ingest(self.store, config, self.clock)
        self.ingest.adopt(config)
        self.deliver = Deliver(self.store, self.adapters, config, self.clock)
        self.told: list[object] = []
        self.sent: list[OutboxState] = []

    def cycle(self, stop: threading.Event | None = None) -> Cycled:
        self.clock.move_to(self.clock.now() + MINUTE)
        return cycle(
            self.ingest,
            self.deliver,
            self.adapters,
            stop=stop,
            watch=self.told.append,
            sent=lambda write, state, reason: self.sent.append(state),
        )

    def raise_hand(self) -> None:
        self.web.put(
            Engagement(
                instance="web",
                id="f1",
                at=self.clock.now(),
                kind=Kind.FORM_SUBMITTED,
                email="buyer@acme.example",
                asset="demo request",
            )
        )


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path)
    yield company
    company.store.close()
    forget("crm")
    forget("web")


def test_from_a_raised_hand_to_a_task_in_one_cycle(company: Company):
    first = company.cycle()
    assert first.polled["crm"].records == 2
    assert not company.crm.journal, "what was there before is recorded, not alerted"
    company.raise_hand()
    second = company.cycle()
    assert second.polled["web"].engagements == 1
    assert [effect.target for effect in company.crm.journal] == [PERSON]
    assert company.sent == [OutboxState.DONE]
    assert second.delivered.settled[OutboxState.DONE] == 1
    company.cycle()
    assert len(company.crm.journal) == 1


def test_a_source_that_fails_keeps_nobody_from_their_turn(company: Company):
    company.cycle()
    company.raise_hand()
    company.crm.fail_next(Fault.TRY_AGAIN, call="read owners", times=3)
    done = company.cycle()
    assert isinstance(done.failed["crm"], TryAgain)
    assert "crm" not in done.polled
    assert done.polled["web"].engagements == 1
    assert len(company.crm.journal) == 1


def test_told_to_stop_it_does_nothing_more(company: Company):
    company.cycle()
    company.raise_hand()
    stop = threading.Event()
    stop.set()
    done = company.cycle(stop)
    assert not done.polled
    assert not company.crm.journal
