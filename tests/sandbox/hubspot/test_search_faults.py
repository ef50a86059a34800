"""What searches see of changes, their real faults, and how they do in a large portal."""

from collections.abc import Mapping

import pytest

from connector.clock import HOUR, MINUTE, SECOND, ManualClock
from sandbox.hubspot.founding import found_portal
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.portal import PEOPLE, Portal
from sandbox.hubspot.problems import Refused
from sandbox.hubspot.search.engine import Engine
from sandbox.hubspot.search.faults import SearchFaults

from .asking import START
from .searching import STAMP, ids, one, searched, where


@pytest.fixture
def portal(clock: ManualClock) -> Portal:
    return found_portal(clock)


# what is seen


def test_an_index_that_lags(portal: Portal, clock: ManualClock):
    engine = Engine()
    portal.search_lag = lambda: 10 * SECOND
    kind = portal.schema["contacts"]
    kept = portal.add(kind, {"firstname": "a"}, PEOPLE)
    window = where(one(STAMP, "GTE", value=str(START)))
    assert ids(portal, engine, window) == []
    clock.move_to(START + 10 * SECOND)
    assert ids(portal, engine, window) == [kept.id]
    clock.move_to(START + MINUTE)
    portal.change(kept, {"firstname": "b"}, PEOPLE)
    late = where(one(STAMP, "GTE", value=str(START + MINUTE)))
    assert ids(portal, engine, late) == []
    assert searched(portal, engine, window).hits[0][1]["firstname"] == "a"
    clock.move_to(START + MINUTE + 10 * SECOND)
    assert ids(portal, engine, late) == [kept.id]
    assert searched(portal, engine, window).hits[0][1]["firstname"] == "b"


def test_archived_and_gone_objects_are_never_found(portal: Portal):
    engine = Engine()
    kept = [portal.load("contacts", {"firstname": "a"}) for _ in range(3)]
    window = where(one(STAMP, "GTE", value=str(START)))
    assert len(ids(portal, engine, window)) == 3
    portal.place(kept[0], archived_at=START)
    portal.place(kept[1], archived_at=None, gone=True)
    by_id = where(one("hs_object_id", "IN", values=[str(each.id) for each in kept]))
    for body in (window, by_id, {}):
        assert ids(portal, engine, body) == [kept[2].id]


# the faults


def people(portal: Portal, count: int) -> list[Kept]:
    return [
        portal.load("contacts", {"firstname": "a"}, created_at=START - 2 * HOUR + n * 60_000)
        for n in range(count)
    ]


def test_ids_as_text(portal: Portal):
    made = [portal.load("contacts", {"firstname": "a"}, id=number) for number in (9, 10, 100)]
    sort: dict[str, object] = {"sorts": [{"propertyName": "hs_object_id"}]}
    plain_engine, faulty = Engine(), Engine(SearchFaults(ids_as_text=True))
    assert ids(portal, plain_engine, sort) == [kept.id for kept in made]
    assert ids(portal, faulty, sort) == [10, 100, 9]
    beyond = where(one("hs_object_id", "GTE", value="10"))
    assert ids(portal, plain_engine, beyond) == [10, 100]
    assert sorted(ids(portal, faulty, beyond)) == [9, 10, 100]


def test_the_order_of_the_last_hour(portal: Portal):
    old = [kept.id for kept in people(portal, 120)[:60]]
    sort: dict[str, object] = {"sorts": [{"propertyName": STAMP}], "limit": 200}
    right = ids(portal, Engine(), sort)
    wrong = ids(portal, Engine(SearchFaults(unordered=True, seed=3)), sort)
    assert right == sorted(right)
    assert wrong != right
    assert sorted(wrong) == right
    assert [number for number in wrong if number in old] == old
    assert wrong == ids(portal, Engine(SearchFaults(unordered=True, seed=3)), sort)


@pytest.mark.parametrize("seed", range(5))
def test_short_and_empty_pages_lose_nothing(portal: Portal, seed: int):
    made = [kept.id for kept in people(portal, 400)]
    engine = Engine(SearchFaults(short_pages=True, seed=seed))
    sizes = []
    after: int | None = 0
    found: list[int] = []
    while after is not None:
        page = searched(portal, engine, {"limit": 20, "after": after})
        found += [hit[0].id for hit in page.hits]
        sizes.append(len(page.hits))
        assert page.total == 400
        after = page.after
    assert found == made
    assert min(sizes[:-1]) < 20


def test_short_pages_keep_the_cap(portal: Portal):
    for _ in range(10_050):
        portal.load("contacts", {"firstname": "a"})
    engine, after, found = Engine(SearchFaults(short_pages=True)), 0, 0
    while found < 10_000:
        page = searched(portal, engine, {"limit": 200, "after": after})
        found += len(page.hits)
        assert page.after is not None
        after = page.after
    assert found == 10_000
    with pytest.raises(Refused):
        searched(portal, engine, {"limit": 200, "after": after})


def test_a_window_that_is_a_little_loose(portal: Portal):
    made = [portal.load("contacts", {"firstname": "a"}, created_at=START + n) for n in range(5)]
    body = where(one(STAMP, "GTE", value=str(START + 2)), one(STAMP, "LT", value=str(START + 3)))
    assert ids(portal, Engine(), body) == [made[2].id]
    loose = Engine(SearchFaults(loose_window=True))
    assert ids(portal, loose, body) == [kept.id for kept in made[1:4]]


# size


def test_many_searches_in_a_large_portal(portal: Portal, monkeypatch: pytest.MonkeyPatch):
    """A window of time does not look at everything; also while objects change."""
    looked = 0
    as_searched = Kept.as_searched

    def counted(kept: Kept, now: int) -> Mapping[str, str] | None:
        nonlocal looked
        looked += 1
        return as_searched(kept, now)

    monkeypatch.setattr(Kept, "as_searched", counted)
    count = 100_000
    made = [
        portal.load("contacts", {"firstname": "a"}, created_at=START - HOUR * 24 + n * 800)
        for n in range(count)
    ]
    engine = Engine()
    total = 0
    for number in range(500):
        low = START - HOUR * 24 + number * 160_000
        body = where(
            one(STAMP, "GTE", value=str(low)),
            one(STAMP, "LT", value=str(low + 160_000)),
            sorts=[{"propertyName": STAMP}],
            limit=200,
        )
        total += searched(portal, engine, body).total
        portal.change(made[number], {"firstname": "b"}, PEOPLE)
    assert total == count
    assert looked < 1.1 * count
