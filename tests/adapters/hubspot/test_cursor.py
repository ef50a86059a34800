"""Cursors: what is written is read again, and what nobody wrote is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.hubspot.cursor import Cursor, FormWalk, Load, MailWalk, OwnerWalk, Walk
from adapters.hubspot.windows import Pass, Window
from connector.errors import Rejected
from tests.depth import depth

INSTANTS = st.integers(0, 2**42)
WINDOWS = st.lists(st.builds(Window, INSTANTS, st.none() | INSTANTS), min_size=1).map(tuple)
PASSES = st.builds(
    Pass,
    began=INSTANTS,
    windows=WINDOWS,
    after=st.text(max_size=4),
    total=st.integers(-1, 9),
    by_id=st.sampled_from(["", "n", "nt"]),
    behind=st.text(max_size=4),
)
WALKS = st.one_of(
    st.builds(
        Walk,
        floor=INSTANTS,
        load=st.none() | st.builds(Load, began=INSTANTS, after=st.text(max_size=4)),
        going=st.none() | PASSES,
        trailing=st.none() | PASSES,
        sweep_due=INSTANTS,
        stamps=st.lists(st.text(max_size=4)).map(tuple),
    ),
    st.builds(MailWalk, floor=INSTANTS, offset=st.text(max_size=4), late=st.booleans()),
    st.builds(FormWalk, began=INSTANTS, left=st.lists(st.text(max_size=4)).map(tuple)),
    st.builds(OwnerWalk, after=st.text(max_size=4), archived=st.booleans()),
)
CURSORS = st.builds(
    Cursor,
    digest=st.just("d"),
    left=st.lists(st.text(max_size=4)).map(tuple),
    walks=st.dictionaries(st.text(max_size=4), WALKS, max_size=3),
)


@settings(max_examples=depth(40, 200))
@given(CURSORS)
def test_a_cursor_survives_being_written(cursor):
    text = cursor.dump()
    assert Cursor.read(text, "d") == cursor
    assert Cursor.read(text, "d").dump() == text


@settings(max_examples=depth(15, 100))
@given(CURSORS)
def test_other_settings_begin_anew(cursor):
    assert Cursor.read(cursor.dump(), "other") == Cursor(digest="other")


def test_no_cursor_is_the_beginning():
    assert Cursor.read(None, "d") == Cursor(digest="d")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "3",
        '{"v":1}',
        '{"v":1,"s":"d","l":[],"w":{"a":{"k":"z"}}}',
        '{"v":1,"s":"d","l":[],"w":{"a":{"k":"o","colour":3}}}',
        '{"v":1,"s":"d","l":[],"w":{"a":{"k":"o","going":{"began":1}}}}',
    ],
)
def test_a_text_that_is_no_cursor_is_refused(text):
    with pytest.raises(Rejected, match="not a cursor of HubSpot"):
        Cursor.read(text, "d")


def test_a_quiet_cursor_is_short():
    walks = {"contacts": Walk(floor=1_772_441_400_000, trail=1_772_438_400_000)}
    assert len(Cursor(digest="d", walks=walks).dump()) < 120
