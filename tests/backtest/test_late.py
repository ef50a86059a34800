"""What came late counts from its arrival: daemon and backtest name the same moments."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.backtest.play import Played
from connector.clock import DAY, HOUR
from connector.model import Engagement, Hold, Kind
from connector.store import Store
from connector.store.overview import decided
from connector.store.persons import all_persons
from tests.backtest.history import START, contact, did, lay_down, rules, sale, shopped, told
from tests.backtest.test_leakage import played
from tests.cli.company import HISTORY, PEOPLE, RULES, Company, ms

FIRST = datetime(2026, 11, 1, 6, tzinfo=UTC)
DAYS = 50
DOES = (
    ("page_viewed", "/pricing"),
    ("content_downloaded", "Bearing guide"),
    ("webinar_attended", "Seals"),
    ("form_submitted", "Request a demo"),
    ("call_held", "Catching up"),
)
QUICK = (
    RULES.replace('dormant_after = "90d"', 'dormant_after = "12d"')
    .replace('idle_after = "45d"', 'idle_after = "12d"')
    .replace('window = "14d"', 'window = "10d"')
    .replace('cooldown = "30d"', 'cooldown = "15d"')
    .replace("[hold]", '[hold]\nworked_within = "3d"')
)
"""Rules by which people come and go within weeks."""


def rows_by_arrival(seed: int) -> dict[int, list[Sequence[str]]]:
    """Per day what arrives: most on the day it happened, some up to three weeks later."""
    chance = random.Random(seed)
    rows: dict[int, list[Sequence[str]]] = {}
    for person in PEOPLE:
        for day in range(1, DAYS):
            if chance.random() < 0.82 or day % 25 > 12:
                continue
            for kind, asset in chance.sample(DOES[:3], k=chance.choice((1, 2, 2, 3))):
                does = (kind, asset) if chance.random() > 0.08 else chance.choice(DOES[3:])
                at = FIRST + timedelta(days=day, hours=chance.random() * 8)
                late = chance.randrange(1, 21) if chance.random() < 0.35 else 0
                row = (at.isoformat(), does[0], person, does[1], "", "")
                rows.setdefault(day + late, []).append(row)
    return rows


def live(folder: Path, seed: int) -> Company:
    """A company that the daemon looks at every evening."""
    company = Company(folder)
    (folder / "rules" / "rules.toml").write_text(QUICK)
    company.add(HISTORY)
    company.cycle(FIRST.isoformat())
    arriving = rows_by_arrival(seed)
    for day in range(1, DAYS + 21):
        company.add(arriving.get(day, []))
        company.cycle((FIRST + timedelta(days=day, hours=12)).isoformat())
    return company


@pytest.mark.parametrize("seed", [1, 2])
def test_the_daemon_and_the_backtest_name_the_same_moments(tmp_path: Path, seed: int):
    company = live(tmp_path, seed)
    config = company.load()
    with closing(Store.read(config.state)) as store:
        made = [
            (each.person, each.decided_at, each.decision.change, each.decision.hold)
            for person in all_persons(store.connection)
            for each in decided(store.connection, person)
            if each.decision.hold not in {Hold.BASELINE, Hold.MACHINE_ONLY}
        ]
        first = ms(FIRST.isoformat())
        replayed = [
            (one.person, one.at, "entered" if one.entered else "raised", one.hold)
            for one in played(store, config.rulebook, company.clock.now())
            if one.at > first
        ]
    assert sorted(replayed, key=str) == sorted(made, key=str)
    assert len(made) > 10
    assert len({each[3] for each in made}) > 1


def lay(where: Path, late: Sequence[Engagement], arrived: float, *more: Engagement) -> Store:
    """Somebody did something on day 1, and later something that arrived on day `arrived`."""
    store = lay_down(
        where,
        [contact("A"), sale("O1", "A", 203, won=240)],
        [did("A", 1, Kind.PAGE_VIEWED), *more],
        until=400,
    )
    with store.transaction():
        known = [(store.people.who(each), each) for each in late]
        store.timelines.add(
            [(who, each) for who, each in known if who is not None],
            arrived_at=START + round(arrived * DAY),
        )
    return store


def only(store: Store, book, until: float = 400) -> Played:
    (one,) = played(store, book, START + round(until * DAY))
    return one


def test_an_alert_that_came_after_the_opening_announced_nothing(tmp_path: Path):
    book = rules(tmp_path / "rules")
    for name, arrived, announced in (("in time", 202, 1), ("too late", 204, 0)):
        with closing(lay(tmp_path / name, shopped("A", 200), arrived)) as store:
            assert only(store, book).at == START + arrived * DAY
            rule = told(store, book, since=1_000).sides[0].rules[0]
            assert (rule.warned.announced, rule.opportunity.episodes.count) == (announced,) * 2


def test_what_is_found_when_it_is_over_is_held(tmp_path: Path):
    book = rules(tmp_path / "rules")
    with closing(lay(tmp_path / "state", shopped("A", 200), 290)) as store:
        assert (only(store, book).at, only(store, book).hold) == (START + 290 * DAY, Hold.OVER)


def test_what_had_not_arrived_by_the_end_is_not_known(tmp_path: Path):
    book = rules(tmp_path / "rules")
    with closing(lay(tmp_path / "state", shopped("A", 200), 290)) as store:
        assert played(store, book, START + 289 * DAY) == []


def test_an_alert_on_time_stays_where_it_was(tmp_path: Path):
    """Something else came late, long afterwards."""
    book = rules(tmp_path / "rules")
    late = [did("A", 320, Kind.PAGE_VIEWED)]
    with closing(lay(tmp_path / "state", late, 330, *shopped("A", 200))) as store:
        assert only(store, book).at == START + 200 * DAY + 2 * HOUR


def noted(store: Store) -> list[tuple[int, int]]:
    rows = store.connection.execute("SELECT at, ms FROM late ORDER BY at").fetchall()
    return [((at - START) // DAY, ms // DAY) for at, ms in rows]


def test_arrival_is_kept_of_what_was_late_and_once(tmp_path: Path):
    late = did("A", 200, Kind.PAGE_VIEWED)
    with closing(lay(tmp_path / "state", [late, did("A", 209.99, Kind.PAGE_VIEWED)], 210)) as store:
        assert noted(store) == [(200, 10)]
        who = store.people.who(late)
        assert who is not None
        with store.transaction():  # it is read again, much later
            store.timelines.add([(who, late)], arrived_at=START + 300 * DAY)
        assert noted(store) == [(200, 10)]
        with store.transaction():  # and what was there in time does not become late
            store.timelines.add(
                [(who, did("A", 1, Kind.PAGE_VIEWED))], arrived_at=START + 300 * DAY
            )
        assert noted(store) == [(200, 10)]


def test_a_merge_takes_arrival_along(tmp_path: Path):
    with closing(lay(tmp_path / "state", shopped("A", 200), 210)) as store:
        who = store.people.who(did("A", 200, Kind.PAGE_VIEWED))
        assert who is not None
        with store.transaction():
            store.timelines.move(who, who + 1)
        rows = store.connection.execute("SELECT DISTINCT person FROM late").fetchall()
        assert rows == [(who + 1,)]
