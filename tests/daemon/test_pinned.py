"""Credentials of another account, and a clock that is days off: nothing of it is touched."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.platform import Fault
from connector.clock import DAY, MINUTE, ManualClock
from connector.daemon.crew import Crew, Loaded
from connector.daemon.heartbeat import Heartbeat
from connector.daemon.timing import Timing
from connector.errors import ConfirmAccount, TryAgain, WaitForClock
from connector.model import OutboxState
from connector.pinned import ASTRAY, Pinned, other_account, pinned
from connector.ports import Adapter, Health, Stream
from connector.registry import open_adapters
from connector.report.status import status
from connector.store import Store
from connector.store.pins import Pin
from connector.store.requests import Request, Wish, write_request
from tests.daemon.test_cycle import NOW, Company
from tests.daemon.test_cycle import company as company  # noqa: PLC0414 - a fixture

PIN = Pin(source="crm", account_id="00D1", account="Acme (00D1)", pinned_at=NOW)


class Daemon:
    """The parts of a daemon that was just started, each given its turns on this thread."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.alarms: list[Exception] = []
        self.stop = threading.Event()
        self.crew = Crew(
            Loaded(config=company.config, adapters=open_adapters(company.config, company.clock)),
            store=company.store,
            ingest=company.ingest,
            clock=company.clock,
            heartbeat=Heartbeat(company.clock),
            timing=Timing(),
            alarm=self.alarms.append,
        )

    def turn(self) -> None:
        """Every part once, later than anything waits."""
        self.company.clock.move_to(self.company.clock.now() + 20 * MINUTE)
        for source in self.crew._sources:
            source.turn()
        self.crew._tick()
        self.crew._sender._once()
        assert self.alarms == []

    @property
    def failing(self) -> dict[str, str]:
        return dict(self.crew.failing.open())


def attention(company: Company) -> str:
    told = status(company.store, company.config, company.clock.now(), daemon=True)
    return "\n".join(told.attention)


@pytest.mark.fault("F9")
def test_another_account_is_neither_read_nor_written_until_the_former_is_there_again(
    company: Company,
):
    Daemon(company).turn()
    company.crm.account_id = "another"
    before = company.crm.calls.copy()
    company.raise_hand()
    daemon = Daemon(company)  # started again, with the credentials of somebody else
    for _ in range(3):
        daemon.turn()
    assert {call for call in company.crm.calls if company.crm.calls[call] > before[call]} == {
        "check"
    }
    assert list(daemon.failing) == ["crm"]
    assert daemon.failing["crm"].startswith("ConfirmAccount: ")
    for said in (daemon.failing["crm"], attention(company)):
        assert "those of crm (another)" in said
        assert "leadmode doctor --accept-account crm" in said
    assert company.store.sources.cursor("web", "engagements") is not None
    assert company.web.calls["read engagements"] > 3, "the other source goes on"
    (waits,) = company.store.outbox.all([OutboxState.RETRY])
    assert waits.attempt == 0, "waiting for a person uses no attempts up"
    company.crm.account_id = "crm"
    for _ in range(2):
        daemon.turn()
    assert daemon.failing == {}
    assert [effect.key for effect in company.crm.journal] == [waits.write.key]
    assert "crm" not in attention(company)


def test_an_account_is_looked_at_once_per_start(company: Company):
    for starts in (1, 2):
        daemon = Daemon(company)
        for _ in range(3):
            daemon.turn()
        assert company.crm.calls["check"] == company.web.calls["check"] == starts
    assert company.store.pins.of("crm") == Pin(
        source="crm", account_id="crm", account="crm", pinned_at=NOW + 20 * MINUTE
    )


def test_a_running_daemon_takes_the_account_that_was_accepted(company: Company):
    Daemon(company).turn()
    company.crm.account_id = "another"
    daemon = Daemon(company)
    daemon.turn()
    wish = Request(wish=Wish.ACCEPT, keys=("crm", "another", "crm"), asked_at=NOW)
    write_request(company.config.state, wish)
    for _ in range(2):
        daemon.turn()
    assert daemon.failing == {}
    pin = company.store.pins.of("crm")
    assert pin is not None
    assert pin.account_id == "another"


def test_a_wish_without_an_account_is_put_aside(company: Company):
    broken = Request(wish=Wish.ACCEPT, keys=("crm",), asked_at=NOW)
    path = write_request(company.config.state, broken)
    Daemon(company).turn()
    assert path.with_suffix(".refused").exists()


def test_trouble_with_looking_passes_as_any_other(company: Company):
    company.crm.fail_next(Fault.SIGN_IN_AGAIN, call="check")
    daemon = Daemon(company)
    daemon.turn()
    assert list(daemon.failing) == ["crm"]
    assert company.store.pins.of("crm") is None
    daemon.turn()
    assert daemon.failing == {}
    assert company.store.pins.of("crm") is not None


@pytest.mark.fault("F89")
@pytest.mark.parametrize("days", [-1, 1])
def test_a_platform_whose_clock_is_days_off_is_neither_read_nor_written(
    company: Company, days: int
):
    company.crm.clock = ManualClock(company.clock.now() + 20 * MINUTE + days * DAY + days)
    daemon = Daemon(company)
    daemon.turn()
    assert daemon.failing["crm"].startswith("WaitForClock: ")
    assert set(company.crm.calls) == {"check"}
    assert company.store.pins.of("crm") is None
    company.crm.clock = company.clock
    daemon.turn()
    assert daemon.failing == {}
    assert company.crm.calls["read people"] > 0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(tmp_path / "state")
    yield made
    made.close()


@given(st.sampled_from(["", "00D1", "00D2"]), st.sampled_from([None, "00D1", "00D2"]))
def test_only_the_pinned_account_is_worked_with(was: str, now: str | None):
    pin = Pin(source="crm", account_id=was, account="Acme", pinned_at=NOW) if was else None
    told = other_account("crm", pin, Health(account="Other", account_id=now))
    assert bool(told) == (bool(was) and was != now)
    if told:
        assert was in told
        assert now is None or now in told


def test_one_that_cannot_tell_any_more_is_not_trusted():
    told = other_account("crm", PIN, Health(account="Salesforce"))
    assert "do not tell which account they belong to" in told
    assert "Acme (00D1)." in told, "an id that is in the name is not said twice"


def test_nothing_is_noted_in_a_store_that_is_only_read(company: Company):
    adapters = {"crm": company.adapters["crm"]}
    looking = pinned(adapters, company.store, company.clock, keep=False)["crm"]
    looking.read(Stream.PEOPLE, None)
    assert company.store.pins.of("crm") is None
    working = pinned(adapters, company.store, company.clock)["crm"]
    working.read(Stream.PEOPLE, None)
    company.crm.account_id = "another"
    with pytest.raises(ConfirmAccount):
        pinned(adapters, company.store, company.clock, keep=False)["crm"].write([])
    company.crm.clock = ManualClock(company.clock.now() + ASTRAY + 1)
    with pytest.raises(WaitForClock):
        pinned(adapters, company.store, company.clock)["crm"].find(["a@b.example"])


def test_an_account_that_cannot_be_noted_leaves_no_write_in_doubt(company: Company, monkeypatch):
    def full(_: Pin) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(company.store.pins, "put", full)
    with pytest.raises(TryAgain):
        pinned(company.adapters, company.store, company.clock)["crm"].write([])
    assert company.crm.calls == {"check": 1}


def test_a_source_without_an_account_gives_its_pin_up(store: Store):
    with store.transaction():
        store.pins.put(PIN)
    assert store.pins.of("crm") == PIN
    with store.transaction():
        store.pins.put(Pin(source="crm", account_id="", account="/exports", pinned_at=NOW))
    assert store.pins.of("crm") is None


def test_everything_an_adapter_can_do_goes_through_the_look():
    able = {name for name in vars(Adapter) if not name.startswith("_")}
    own = {"capabilities", "settings_type", "refuse_unreadable", "refuse_unwritable"}
    assert able - own == able & vars(Pinned).keys()
