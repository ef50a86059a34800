"""Indexes: used where they help, and never changing an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.salesforce.soql.asking import column, run
from tests.sandbox.salesforce.soql.org import NOW, Org, id_of

KEYSET = (
    "SELECT Id FROM Contact WHERE SystemModstamp > {0} OR (SystemModstamp = {0} AND Id > '{1}') "
    "ORDER BY SystemModstamp, Id LIMIT {2}"
)


def stamp(second: int) -> str:
    return f"2026-03-10T12:00:{second:02}Z"


def contacts(stamps: list[int], *, indexed: bool) -> Org:
    org = Org(indexed=indexed)
    for number, second in enumerate(stamps):
        org.add("Contact", Email=f"p{number}@x.example", SystemModstamp=NOW + second * 1_000)
    return org


@pytest.mark.parametrize(
    ("where", "most"),
    [
        (f"Id = '{id_of('Contact', 7)}'", 1),
        (f"Id IN ('{id_of('Contact', 7)}', '{id_of('Contact', 9)[:15]}') AND Email != null", 2),
        ("Email = 'P3@X.example'", 1),
        ("Email IN ('p3@x.example', 'P4@x.example', 'nobody')", 2),
        (f"SystemModstamp > {stamp(45)}", 4),
        (f"SystemModstamp >= {stamp(45)} AND SystemModstamp < {stamp(47)}", 2),
        (f"SystemModstamp = {stamp(45)}", 1),
        (f"SystemModstamp < {stamp(3)}", 3),
        (f"(SystemModstamp = {stamp(45)} OR SystemModstamp > {stamp(48)}) AND Email != null", 5),
        (f"Id > '{id_of('Contact', 48)}'", 2),
    ],
)
def test_an_index_saves_looking_at_every_record(where: str, most: int):
    text = f"SELECT Email FROM Contact WHERE {where}"
    org, plain = (contacts(list(range(50)), indexed=indexed) for indexed in (True, False))
    assert column(org, text) == column(plain, text) != []
    assert (org.scans, org.touched <= most, plain.touched) == (0, True, 50)


def test_a_semi_join_looks_up_what_it_found():
    org = Org(indexed=True)
    for number in range(50):
        account = org.add("Account", Name=f"a{number}")
        org.add("Contact", AccountId=account, Email=f"p{number}@x.example")
    text = (
        "SELECT Name FROM Account WHERE Id IN "
        "(SELECT AccountId FROM Contact WHERE Email = 'p7@x.example')"
    )
    assert column(org, text) == ["a7"]
    assert (org.scans, org.touched) == (0, 2)


def test_the_empty_text_is_not_looked_up():
    org = contacts([], indexed=True)
    org.add("Contact", Name="bare")
    for where in ("Email = ''", "AccountId = ''", "Email IN ('', 'x')", "AccountId IN ('')"):
        assert column(org, f"SELECT Name FROM Contact WHERE {where}") == ["bare"]


@pytest.mark.parametrize(
    "where",
    [
        "Email = null",
        "Email IN ('p3@x.example', null)",
        "Email != 'p3@x.example'",
        "(NOT Email = 'p3@x.example')",
        f"Email = 'p3@x.example' OR SystemModstamp > {stamp(48)}",
        f"SystemModstamp != {stamp(3)}",
    ],
)
def test_a_condition_that_no_index_helps_looks_at_every_record(where: str):
    org = contacts(list(range(50)), indexed=True)
    assert len(column(org, f"SELECT Id FROM Contact WHERE {where}")) in {0, 1, 2, 49}
    assert org.scans == 1


def test_keyset_pages_touch_their_own_records_only():
    """Also when very many records share one second."""
    org = contacts([0] * 300 + list(range(60)), indexed=True)
    seen: list[str] = []
    second, last = 0, ""
    while page := run(org, KEYSET.format(stamp(second), last, 25)).records:
        seen += [str(record.id) for record in page]
        second = org.tables["Contact"][int_of(seen[-1])]["SystemModstamp"] // 1_000 % 60
        last = seen[-1]
    assert len(seen) == len(set(seen)) == 360
    assert (org.scans, org.touched) == (0, 360)


def int_of(record_id: str) -> int:
    return next(n for n in range(400) if id_of("Contact", n + 1) == record_id)


@given(
    st.lists(st.integers(0, 3), max_size=12),
    st.integers(0, 3),
    st.integers(1, 13),
    st.sampled_from(
        [
            "SystemModstamp > {0} OR (SystemModstamp = {0} AND Id > '{1}')",
            "SystemModstamp >= {0} AND Id > '{1}'",
            "(SystemModstamp = {0} AND Id >= '{1}') OR SystemModstamp < {0}",
            "SystemModstamp = {0} OR Id = '{1}'",
            "(SystemModstamp <= {0} AND Id <= '{1}') OR SystemModstamp = null",
            "SystemModstamp != {0} AND Id != '{1}'",
            "(NOT SystemModstamp > {0}) AND (NOT Id < '{1}')",
            "SystemModstamp = {0} AND (Id = '{1}' OR Id > '{1}')",
            "SystemModstamp > {0} AND SystemModstamp < {0} AND Id > '{1}'",
            "Id >= '{1}' AND SystemModstamp >= YESTERDAY AND SystemModstamp < TOMORROW",
        ]
    ),
    st.sampled_from(["SystemModstamp, Id", "Id", "SystemModstamp", "Id DESC", "Email, Id"]),
    st.sampled_from(["", "LIMIT 3", "LIMIT 2 OFFSET 2"]),
)
def test_an_index_never_changes_an_answer(
    stamps: list[int], second: int, number: int, where: str, order: str, page: str
):
    condition = where.format(stamp(second), id_of("Contact", number))
    text = f"SELECT Id FROM Contact WHERE {condition} ORDER BY {order} {page}"
    found = [column(contacts(stamps, indexed=indexed), text) for indexed in (False, True)]
    if order == "SystemModstamp":  # which of several equals come first is not said
        found = [sorted(each) for each in found] if not page else [[str(len(e))] for e in found]
    assert found[0] == found[1]


def test_a_hundred_thousand_records_are_searched():
    org = Org()
    org.tables["Contact"] = [
        {"Id": f"003{number:015}", "IsDeleted": False, "LastName": f"n{number}", "Score__c": number}
        for number in range(100_000)
    ]
    result = run(org, "SELECT Id, LastName FROM Contact WHERE LastName LIKE 'n9%' AND Score__c > 5")
    assert result.size == 11_111
    assert [record.values["LastName"] for record in result.records[:2]] == ["n9", "n90"]
