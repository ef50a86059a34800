"""Whatever a value holds, it is one literal of the query, and nothing else of it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.salesforce import soql
from adapters.salesforce.ids import to_18
from sandbox.salesforce import ids
from sandbox.salesforce.soql import parse
from sandbox.salesforce.soql.syntax import Comparison, Membership, Text


@given(value=st.text(st.characters(), max_size=40))
@example(value="O'Brien")
@example(value="\\' OR Id != '")
@example(value="\x00\x01\u2028\u2029\x85\ud800")
@example(value="\\u0027")
def test_any_text_is_one_literal(value):
    query = soql.select(["Id"], "Lead", [soql.equals("Email", value)], limit=1)
    where = parse(query).where
    assert isinstance(where, Comparison)
    assert isinstance(where.right, Text)
    assert where.right.value == value


@given(values=st.lists(st.text(st.characters(), max_size=9), min_size=1, max_size=5))
def test_any_texts_are_a_list_of_literals(values):
    where = parse(soql.select(["Id"], "Lead", [soql.one_of("Email", values)])).where
    assert isinstance(where, Membership)
    assert [one.value for one in where.values if isinstance(one, Text)] == values


@pytest.mark.parametrize("name", ["", "Id FROM User", "a.b.", "1a", "a'b", "Näme", "a b"])
def test_what_is_no_name_gets_into_no_query(name):
    for build in (lambda: soql.select([name], "Lead"), lambda: soql.select(["Id"], name)):
        with pytest.raises(ValueError, match="not the name"):
            build()
    with pytest.raises(ValueError, match="not the name"):
        soql.equals(name, "x")


def test_an_empty_list_is_refused():
    with pytest.raises(ValueError, match="empty"):
        soql.one_of("Id", [])


def test_a_keyset_query_reads_as_it_is_meant():
    where = [soql.past("SystemModstamp", 1_772_442_000_000, "00Q1")]
    query = soql.select(["Id"], "Lead", where, order_by=("SystemModstamp", "Id"), limit=5)
    assert query == (
        "SELECT Id FROM Lead WHERE SystemModstamp >= 2026-03-02T09:00:00.000Z AND (SystemModstamp "
        "> 2026-03-02T09:00:00.000Z OR Id > '00Q1') ORDER BY SystemModstamp, Id LIMIT 5"
    )
    parse(query)


@given(number=st.integers(0, 62**9 - 1))
def test_ids_have_eighteen_characters(number):
    whole = ids.make("00Q", number)
    assert to_18(whole[:15]) == whole
    assert to_18(whole) == whole
