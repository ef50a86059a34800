"""The engine against a naive one that is written anew here, over random rows and conditions.

It works on nothing but text and rows: a condition is made as text together with the set of rows
that satisfy it, so that it shares no code with what is tested, not even the syntax tree.
"""

from __future__ import annotations

import fnmatch
import operator
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.depth import depth
from tests.sandbox.salesforce.soql.asking import column, rows
from tests.sandbox.salesforce.soql.org import Org, id_of

Row = dict[str, Any]
Case = tuple[str, Callable[[Row], bool]]
SIGNS = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
WORDS = ["Ann", "ann", "BOB", "bo", "", "a_b", "50%"]
DAYS = [(date(2026, 3, 8) + timedelta(days=n)).isoformat() for n in range(5)]

ROWS = st.fixed_dictionaries(
    {
        "LastName": st.sampled_from([word or None for word in WORDS]),
        "Email": st.none() | st.sampled_from(["A@x.example", "b@x.example"]),
        "Score__c": st.none() | st.integers(-2, 2) | st.sampled_from([0.5, 1.5]),
        "Birthdate": st.none() | st.sampled_from(DAYS),
        "HasOptedOutOfEmail": st.none() | st.booleans(),
        "AccountId": st.none() | st.sampled_from([id_of("Account", 1), id_of("Account", 2)]),
    }
)
ACCOUNTS: dict[str, str | None] = {id_of("Account", 1): "Acme", id_of("Account", 2): None}


def holds(sign: str, value: Any, wanted: Any) -> bool:
    """Null is a value that equals null only and is neither smaller nor greater than others."""
    if value is None or wanted is None:
        return {"=": value is wanted, "!=": value is not wanted}.get(sign, False)
    return bool(SIGNS[sign](value, wanted))


def lower(value: str | None) -> str | None:
    return value.lower() if value else None


@st.composite
def cases_of_text(draw: st.DrawFn) -> Case:
    field = draw(st.sampled_from(["LastName", "Email"]))
    word = draw(st.sampled_from([*WORDS[:4], "A@x.example"]))
    sign = draw(st.sampled_from(list(SIGNS)))
    return f"{field} {sign} '{word}'", lambda row: holds(sign, lower(row[field]), lower(word))


@st.composite
def cases_of_patterns(draw: st.DrawFn) -> Case:
    pattern = draw(st.sampled_from(["a%", "%n", "_nn", "b_", "%", "A\\_b", "%0\\%", "x%"]))
    shell = pattern.replace("\\_", "[_]").replace("\\%", "[%]")
    shell = shell.replace("[_]", "\0").replace("[%]", "\1").replace("_", "?").replace("%", "*")
    shell = shell.replace("\0", "_").replace("\1", "%").lower()
    return (
        f"LastName LIKE '{pattern}'",
        lambda row: (
            row["LastName"] is not None and fnmatch.fnmatchcase(row["LastName"].lower(), shell)
        ),
    )


@st.composite
def cases_of_others(draw: st.DrawFn) -> Case:
    sign = draw(st.sampled_from(list(SIGNS)))
    number = draw(st.sampled_from([-1, 0, 1.5, 2]))
    day = draw(st.sampled_from(DAYS))
    flag = draw(st.booleans())
    account = draw(st.sampled_from(list(ACCOUNTS)))
    cases: list[Case] = [
        (f"Score__c {sign} {number}", lambda row: holds(sign, row["Score__c"], number)),
        (f"Birthdate {sign} {day}", lambda row: holds(sign, row["Birthdate"], day)),
        (f"HasOptedOutOfEmail = {flag}", lambda row: bool(row["HasOptedOutOfEmail"]) == flag),
        (f"AccountId {sign} '{account}'", lambda row: holds(sign, row["AccountId"], account)),
        ("Birthdate = LAST_N_DAYS:1", lambda row: row["Birthdate"] in DAYS[1:3]),
        ("Birthdate > TODAY", lambda row: row["Birthdate"] in DAYS[3:]),
        ("Score__c = null", lambda row: row["Score__c"] is None),
        (
            "Account.Name != 'acme'",
            lambda row: lower(ACCOUNTS.get(row["AccountId"])) != "acme",
        ),
    ]
    return draw(st.sampled_from(cases))


@st.composite
def cases_of_lists(draw: st.DrawFn) -> Case:
    words = draw(st.lists(st.sampled_from([*WORDS[:4], None]), min_size=1, max_size=3))
    inside = draw(st.booleans())
    shown = ", ".join("null" if word is None else f"'{word}'" for word in words)
    wanted = [lower(word) for word in words]
    return (
        f"LastName {'IN' if inside else 'NOT IN'} ({shown})",
        lambda row: (lower(row["LastName"]) in wanted) is inside,
    )


def larger(inner: st.SearchStrategy[Case]) -> st.SearchStrategy[Case]:
    def both(cases: list[Case]) -> Case:
        text = " AND ".join(f"({text})" for text, _ in cases)
        return text, lambda row: all(test(row) for _, test in cases)

    def either(cases: list[Case]) -> Case:
        text = " OR ".join(f"({text})" for text, _ in cases)
        return text, lambda row: any(test(row) for _, test in cases)

    def neither(case: Case) -> Case:
        return f"NOT ({case[0]})", lambda row: not case[1](row)

    several = st.lists(inner, min_size=2, max_size=3)
    return several.map(both) | several.map(either) | inner.map(neither)


SIMPLE = cases_of_text() | cases_of_patterns() | cases_of_others() | cases_of_lists()
CONDITIONS = st.recursive(SIMPLE, larger, max_leaves=4)


def org_of(people: list[Row], *, indexed: bool) -> Org:
    org = Org(indexed=indexed)
    for name in ACCOUNTS.values():
        org.add("Account", Name=name)
    for person in people:
        org.add("Contact", **person)
    return org


@settings(max_examples=depth(150, 400))
@given(st.lists(ROWS, max_size=8), CONDITIONS, st.booleans())
def test_a_condition_finds_what_the_naive_one_finds(
    people: list[Row], condition: Case, indexed: bool
):
    text, test = condition
    expected = {id_of("Contact", n + 1) for n, row in enumerate(people) if test(row)}
    found = column(org_of(people, indexed=indexed), f"SELECT Id FROM Contact WHERE {text}")
    assert len(found) == len(set(found))
    assert set(found) == expected


@given(
    st.lists(ROWS, max_size=8),
    st.sampled_from(["LastName", "Score__c", "Birthdate", "AccountId"]),
    st.booleans(),
    st.sampled_from([None, "FIRST", "LAST"]),
    st.none() | st.integers(0, 5),
    st.integers(0, 3),
)
def test_order_and_pages_are_those_of_the_naive_one(
    people: list[Row],
    field: str,
    descending: bool,
    nulls: str | None,
    limit: int | None,
    offset: int,
):
    text = f"SELECT Id FROM Contact ORDER BY {field} {'DESC' if descending else 'ASC'}"
    text += f" NULLS {nulls}, Id DESC" if nulls else ", Id DESC"
    text += "" if limit is None else f" LIMIT {limit}"
    numbered = [(n, row[field]) for n, row in enumerate(people)][::-1]
    empty = [n for n, value in numbered if value is None]
    full = [(n, v.lower() if field == "LastName" else v) for n, v in numbered if v is not None]
    ranked = [n for n, _ in sorted(full, key=lambda pair: pair[1], reverse=descending)]
    numbers = ranked + empty if nulls == "LAST" else empty + ranked
    expected = [id_of("Contact", n + 1) for n in numbers]
    end = None if limit is None else offset + limit
    assert column(org_of(people, indexed=False), f"{text} OFFSET {offset}") == expected[offset:end]


@given(st.lists(ROWS, max_size=8))
def test_groups_are_those_of_the_naive_one(people: list[Row]):
    text = (
        "SELECT Email e, COUNT(Id) n, COUNT(Score__c) c, SUM(Score__c) s, MAX(Score__c) m, "
        "MIN(LastName) l FROM Contact GROUP BY Email ORDER BY Email"
    )
    expected = []
    for email in (None, "A@x.example", "b@x.example"):
        members = [row for row in people if row["Email"] == email]
        scores = [row["Score__c"] for row in members if row["Score__c"] is not None]
        words = [row["LastName"] for row in members if row["LastName"] is not None]
        if members:
            total = sum(scores) if scores else None
            least = min(map(str.lower, words), default=None)
            expected.append(
                (email, len(members), len(scores), total, max(scores, default=None), least)
            )
    found = rows(org_of(people, indexed=False), text)
    shown = [(r["e"], r["n"], r["c"], r["s"], r["m"], r["l"] and r["l"].lower()) for r in found]
    assert shown == expected
