"""At each moment only what was known then is used; and what the daemon did is what is replayed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from connector.backtest.play import Played, Player
from connector.backtest.reading import portions
from connector.clock import DAY
from connector.model import Decision, Hold, Kind, Record, Verdict
from connector.store import Store
from connector.store.overview import decided
from connector.store.persons import all_persons
from tests.backtest import history
from tests.backtest.history import START, contact, did, lay_down, rules, sale, shopped
from tests.cli.company import NEWS, Company, ms


def played(store: Store, book, until: int) -> list[Played]:
    player = Player(store, book, "crm", until)
    return [
        one
        for portion in portions(store, "crm", until, 10_000)
        for one in player.play(portion).played
    ]  # fmt: skip


def test_what_comes_later_changes_nothing_before(tmp_path: Path):
    """The history as it stood at a moment gives the alerts up to that moment of the whole one."""
    whole = history.market(tmp_path / "state", people=120)
    book = rules(tmp_path / "rules")
    everything = played(whole, book, START + 720 * DAY)
    assert len(everything) > 60
    for day in (250, 400, 555):
        cut = START + day * DAY
        assert played(whole, book, cut) == [
            _known_at(one, cut) for one in everything if one.at <= cut
        ]
    whole.close()


def _known_at(one: Played, cut: int) -> Played:
    """Without an end that comes later."""
    if one.left_at is None or one.left_at <= cut:
        return one
    return dataclasses.replace(one, left_at=None, left_reason=None)


ENGAGEMENTS = [did("A", 1, Kind.PAGE_VIEWED), *shopped("A", 200)]
LATER = sale("O1", "A", 201, won=240)
BEFORE = sale("O1", "A", 190, won=240)
OVER = sale("O1", "A", 150, won=199)


@pytest.mark.parametrize(
    ("opportunity", "hold"),
    [(LATER, None), (BEFORE, Hold.OPEN_OPPORTUNITY), (OVER, None)],
    ids=["opened later", "won later", "won before"],
)
def test_an_opportunity_holds_only_while_it_was_open(
    tmp_path: Path, opportunity: Record, hold: Hold | None
):
    store = lay_down(tmp_path / "state", [contact("A"), opportunity], ENGAGEMENTS, until=300)
    (one,) = played(store, rules(tmp_path / "rules"), START + 300 * DAY)
    assert one.hold is hold
    store.close()


def test_a_record_that_came_later_could_not_have_been_written_to(tmp_path: Path):
    engagements = [*ENGAGEMENTS, did("A", 203, Kind.FORM_SUBMITTED)]
    store = lay_down(tmp_path / "state", [contact("A", since=202)], engagements, until=300)
    entered, raised = played(store, rules(tmp_path / "rules"), START + 300 * DAY)
    assert (entered.hold, raised.hold) == (Hold.NO_RECORD, None)
    store.close()


def test_a_later_call_does_not_hold_what_came_before_it(tmp_path: Path):
    text = history.SHOPPING.replace("[hold]", '[hold]\nworked_within = "14d"')
    for day, hold in ((190, Hold.WORKED), (201, None)):
        where = tmp_path / str(day)
        engagements = [*ENGAGEMENTS, did("A", day, Kind.CALL_HELD)]
        store = lay_down(where / "state", [contact("A")], engagements, until=300)
        (one,) = played(store, rules(where / "rules", text), START + 300 * DAY)
        assert one.hold is hold, day
        store.close()


def test_the_cool_down_counts_from_what_would_have_been_handed_off(tmp_path: Path):
    """A held alert starts none."""
    text = history.SHOPPING.replace('cooldown = "30d"', 'cooldown = "200d"')
    engagements = [*ENGAGEMENTS, *shopped("A", 290), *shopped("A", 380)]
    for name, sales, holds in (
        ("free", [], [None, Hold.COOLDOWN, Hold.COOLDOWN]),
        ("held", [BEFORE], [Hold.OPEN_OPPORTUNITY, None, Hold.COOLDOWN]),
    ):
        where = tmp_path / name
        store = lay_down(where / "state", [contact("A"), *sales], engagements, until=500)
        assert [
            one.hold for one in played(store, rules(where / "rules", text), START + 500 * DAY)
        ] == holds
        store.close()


def test_it_says_what_the_daemon_said(tmp_path: Path):
    """The same company, lived through by the daemon day by day and replayed afterwards."""
    company = Company(tmp_path)
    company.live()
    config = company.load()
    store = Store.read(config.state)
    told = {
        (each.person, each.decided_at, each.decision.change, each.decision.hold)
        for person in all_persons(store.connection)
        for each in decided(store.connection, person)
        if _is_of_its_time(each.decision)
    }
    first = ms(min(row[0] for rows in NEWS.values() for row in rows))
    replayed = {
        (one.person, one.at, "entered" if one.entered else "raised", one.hold)
        for one in played(store, config.rulebook, company.clock.now())
        if one.at >= first
    }
    assert len(told) >= 4
    assert {each[3] for each in told} >= {None, Hold.OPEN_OPPORTUNITY}
    assert replayed == told
    store.close()


def _is_of_its_time(decision: Decision) -> bool:
    """Leave out what the daemon only found when it was over, or suspected."""
    found = decision.verdict is Verdict.HANDED_OFF or decision.hold is not Hold.BASELINE
    return found and decision.change in {"entered", "raised"}


def test_the_lateness_of_the_daemon_is_told(tmp_path: Path):
    company = Company(tmp_path)
    company.live()
    store = Store.read(company.load().state)
    whole = history.told(store, company.load().rulebook, since=100)
    assert whole.arrival.late == sum(len(rows) for rows in NEWS.values())
    assert whole.arrival.decisions >= 4
    assert whole.arrival.median_ms is not None
    assert whole.arrival.slow_ms is not None
    assert 0 < whole.arrival.median_ms <= whole.arrival.slow_ms
    assert "count from their arrival" in whole.notes[0]
    store.close()
