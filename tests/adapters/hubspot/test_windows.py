"""Windows of time, on searches that exist only here: every row is found, in bounded pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.hubspot import windows
from adapters.hubspot.windows import (
    CAP,
    MOST,
    TEXTS,
    Found,
    Hit,
    Pass,
    Turn,
    Untrusted,
    Window,
    cut,
    turned,
)

START = 1_772_442_000_000
LIMIT = 200


@dataclass
class Index:
    """Searches over rows: id to stamp."""

    rows: dict[str, int]
    as_text: bool = False
    """Ids are sorted as text."""
    compares: Callable[[str], Any] | None = None
    """How GT compares ids; None: as they are sorted."""
    scrambled: bool = False
    """Results come in an order that has nothing to do with their stamps."""
    gaps: int = 0
    """Every so many results, one is not shown."""
    pages: int = 0
    seen: set[str] = field(default_factory=set)
    _last: tuple[object, list[Hit]] | None = None

    def search(self, going: Pass, limit: int) -> Found:
        key = (going.window, going.by_id != "", going.behind)
        if self._last is None or self._last[0] != key:
            self._last = (key, self._found(going))
        found = self._last[1]
        start = int(going.after or 0)
        assert start + limit <= windows.MOST, "HubSpot answers 400"
        page = found[start : start + limit]
        shown = [hit for n, hit in enumerate(page, start) if not self.gaps or n % self.gaps]
        more = start + limit < len(found)
        self.pages += 1
        return Found(shown, len(found), str(start + limit) if more else None)

    def _found(self, going: Pass) -> list[Hit]:
        low, high = going.window
        found = [
            Hit(name, stamp)
            for name, stamp in self.rows.items()
            if low <= stamp and (high is None or stamp < high)
        ]
        order: Callable[[str], Any] = str if self.as_text else int
        if going.by_id:
            key = self.compares or order
            found = [hit for hit in found if not going.behind or key(hit.id) > key(going.behind)]
            return sorted(found, key=lambda hit: order(hit.id))
        if self.scrambled:
            return sorted(found, key=lambda hit: crc32(hit.id.encode()))
        return sorted(found, key=lambda hit: -(hit.stamp or 0))

    def read(self, low: int, limit: int = LIMIT, meanwhile: Mapping[int, Callable[[], None]] = {}):
        """All pages of a pass; `meanwhile` happens before the page of that number."""
        going: Pass | None = Pass(began=START, windows=(Window(low, None),))
        while going is not None:
            if self.pages in meanwhile:
                meanwhile[self.pages]()
                self._last = None
            found = self.search(going, limit)
            turn: Turn = turned(going, found, limit=limit)
            if turn.keep:
                self.seen |= {hit.id for hit in found.hits}
            going = turn.onward
            assert self.pages < 3_000, "without an end"


def rows(count: int, stamp: Callable[[int], int] = lambda n: START - n) -> dict[str, int]:
    return {str(9_000 + n): stamp(n) for n in range(count)}


def test_few_rows_are_one_page():
    index = Index(rows(150))
    index.read(START - 1_000)
    assert index.seen == index.rows.keys()
    assert index.pages == 1


def test_five_hundred_rows_are_three_pages():
    index = Index(rows(500))
    index.read(START - 1_000)
    assert index.seen == index.rows.keys()
    assert index.pages == 3


@pytest.mark.parametrize("scrambled", [False, True])
def test_more_than_a_search_gives_is_cut_by_time(scrambled):
    index = Index(rows(25_000, lambda n: START - n * 1_000_000), scrambled=scrambled)
    index.read(1_000)
    assert index.seen == index.rows.keys()
    assert index.pages < 150


def test_one_stamp_of_too_many_rows_is_read_by_ids():
    index = Index(rows(10_500, lambda n: START - 60_000))
    index.read(START - 600_000)
    assert index.seen == index.rows.keys()
    assert index.pages < 70


def test_ids_sorted_as_text_will_do_as_well():
    index = Index(rows(10_500, lambda n: START - 60_000), as_text=True)
    index.read(START - 600_000)
    assert index.seen == index.rows.keys()
    assert index.pages < 70


def test_ids_sorted_as_text_and_compared_as_numbers_are_not_trusted():
    index = Index(rows(10_500, lambda n: START - 60_000), as_text=True, compares=int)
    with pytest.raises(Untrusted):
        index.read(START - 600_000)


def test_a_pile_between_other_rows_is_found_quickly():
    piled = rows(10_500, lambda n: START - 60_000)
    others = {str(50_000 + n): START - 300_000 + n * 700 for n in range(400)}
    index = Index(piled | others)
    index.read(START - 600_000)
    assert index.seen == index.rows.keys()
    assert index.pages < 120


def test_rows_of_many_batches_are_not_peeled_one_by_one():
    index = Index(rows(20_000, lambda n: START - 1_000_000 * (n // 250)))
    index.read(START - 100_000_000)
    assert index.seen == index.rows.keys()
    assert index.pages < 130


def test_pages_with_holes_are_read_to_their_end_and_not_for_ever():
    index = Index(rows(600), gaps=7)
    index.read(START - 1_000)
    assert index.pages == 6, "all twice, because the first time some were not shown"


def test_rows_that_leave_a_closed_window_make_it_be_read_again():
    """Rows that change go to the front, and those behind them move up across a page edge."""
    index = Index(rows(10_400, lambda n: START - n * 60_000))

    def leave() -> None:
        read_last = sorted(index.seen, key=int)[-10:]
        index.rows |= dict.fromkeys(read_last, START + 5)

    index.read(1_000, meanwhile=dict.fromkeys(range(45, 55, 3), leave))
    assert index.seen == index.rows.keys()


@pytest.mark.fault("F37")
def test_what_changes_while_an_open_window_is_read_hides_nothing_else():
    """It is in front then, and read the next time."""
    index = Index(rows(900, lambda n: START - n))
    changed: set[str] = set()

    def touched() -> None:
        names = {str(9_899 - index.pages * 10 - n) for n in range(5)}
        index.rows |= dict.fromkeys(names, START + index.pages)
        changed.update(names)

    index.read(START - 1_000, meanwhile=dict.fromkeys(range(1, 5), touched))
    assert index.rows.keys() - index.seen <= changed


def test_a_place_that_comes_again_ends_the_pass():
    going = Pass(began=START, windows=(Window(1_000, None),), after="200", total=900)
    with pytest.raises(Untrusted):
        turned(going, Found([Hit("1", START)], 900, "200"), limit=LIMIT)


def test_inside_a_millisecond_a_wrong_count_ends_the_pass():
    going = Pass(began=START, windows=(Window(START, START + 1),), by_id="nt")
    onward = turned(going, Found([Hit("11", START), Hit("12", START)], 4, "2"), limit=2).onward
    assert onward is not None
    with pytest.raises(Untrusted):
        turned(onward, Found([Hit("13", START)], 4, None), limit=2)


def test_inside_a_millisecond_ids_must_ascend():
    going = Pass(began=START, windows=(Window(START, START + 1),), by_id="nt")
    with pytest.raises(Untrusted):
        turned(going, Found([Hit("12", START), Hit("11", START)], 2, None), limit=2)


def test_the_order_of_ids_that_fits_is_kept():
    going = Pass(began=START, windows=(Window(START, START + 1),), by_id="nt")
    onward = turned(going, Found([Hit("10", START), Hit("9", START)], 3, "2"), limit=2).onward
    assert onward is not None
    assert onward.by_id == TEXTS


def test_cutting_comes_to_an_end():
    going = Pass(began=START, windows=(Window(1_000, None),))

    def cut_for_ever(going: Pass) -> None:
        while True:
            going = cut(going, [Hit("1", START), Hit("2", START - 5)])
            going = windows.fresh(going, [Window(1_000, None)])

    with pytest.raises(Untrusted):
        cut_for_ever(going)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    stamps=st.lists(st.integers(-3, 40), min_size=0, max_size=80),
    limit=st.integers(1, 7),
    scrambled=st.booleans(),
    as_text=st.booleans(),
)
def test_everything_is_found_whatever_the_stamps(stamps, limit, scrambled, as_text):
    """With small limits, so that cuts and millisecond piles come up all the time."""
    before = windows.MOST, windows.CAP
    try:
        windows.MOST, windows.CAP = 12, 8  # type: ignore[misc]
        index = Index(
            {str(95 + n): START + stamp for n, stamp in enumerate(stamps)},
            scrambled=scrambled,
            as_text=as_text,
        )
        index.read(START - 3, limit)
        assert index.seen == index.rows.keys()
    finally:
        windows.MOST, windows.CAP = before  # type: ignore[misc]


def test_the_cap_leaves_room_for_what_is_added():
    assert CAP < MOST
