"""What a query means, and what is said about one that means nothing."""

from __future__ import annotations

import pytest

from sandbox.salesforce.soql import Query, SoqlError, parse
from sandbox.salesforce.soql.syntax import (
    And,
    Comparison,
    Currency,
    DateLiteral,
    DateTimeValue,
    FieldPath,
    Membership,
    Not,
    Null,
    Number,
    Or,
    SemiJoin,
    Text,
)

NAME = FieldPath(("Name",))


def where(text: str) -> object:
    return parse(f"SELECT Id FROM Contact WHERE {text}").where


def refused(text: str) -> SoqlError:
    with pytest.raises(SoqlError) as caught:
        parse(text)
    return caught.value


# meaning


def test_a_condition_keeps_the_parentheses_that_matter():
    one, two, three = (Comparison(NAME, "=", Number(n)) for n in "123")
    assert where("Name = 1 AND Name = 2 AND Name = 3") == And((one, two, three))
    assert where("Name = 1 AND (Name = 2 AND Name = 3)") == And((one, And((two, three))))
    assert where("(Name = 1 OR Name = 2) AND Name = 3") == And((Or((one, two)), three))
    assert where("((Name = 1))") == one
    assert where("NOT (Name = 1 OR Name = 2)") == Not(Or((one, two)))


def test_lists_and_semi_joins():
    assert where("Name IN ('a', NULL)") == Membership(NAME, "IN", (Text("a"), Null()))
    assert where("Name not in ('a')") == Membership(NAME, "NOT IN", (Text("a"),))
    join = where("AccountId NOT IN (SELECT Id FROM Account)")
    assert isinstance(join, SemiJoin)
    assert (join.operator, join.query) == ("NOT IN", parse("SELECT Id FROM Account"))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (r"it\'s", "it's"),
        (r"\\", "\\"),
        (r"\n\t\r\b\f\"", '\n\t\r\b\f"'),
        (r"\N", "\n"),
        (r"\u00e9\U00E9", "éé"),
        (r"50\%", "50%"),
        ("Zoë ☃", "Zoë ☃"),
    ],
)
def test_escapes_in_strings(raw: str, value: str):
    found = where(f"Name = '{raw}'")
    assert isinstance(found, Comparison)
    assert isinstance(found.right, Text)
    assert found.right.value == value


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:01Z", 1_000),
        ("1970-01-01T00:00:01.250Z", 1_250),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T01:00:00.000+0100", 0),
        ("1969-12-31T16:00:00-08:00", 0),
    ],
)
def test_moments_have_a_zone(text: str, instant: int):
    found = where(f"CreatedDate > {text}")
    assert isinstance(found, Comparison)
    assert isinstance(found.right, DateTimeValue)
    assert found.right.instant == instant


def test_other_literals():
    assert where("Name = usd5000.50") == Comparison(NAME, "=", Currency("USD", "5000.50"))
    assert where("Name > last_n_days:7") == Comparison(NAME, ">", DateLiteral("LAST_N_DAYS", 7))
    assert where("Name <> -1.5") == Comparison(NAME, "!=", Number("-1.5"))


def test_offsets_take_no_part_in_comparisons():
    assert parse("SELECT Id FROM Lead") == parse("select  Id\nfrom\tLead")
    assert parse("SELECT Id FROM Lead") != parse("SELECT ID FROM Lead")


def test_all_clauses():
    query = parse(
        "SELECT Name n, COUNT(Id) FROM Contact c USING SCOPE mine WHERE Name != null "
        "WITH USER_MODE GROUP BY Name HAVING COUNT(Id) > 1 ORDER BY Name DESC NULLS LAST "
        "LIMIT 5 OFFSET 6 FOR VIEW FOR REFERENCE UPDATE TRACKING, VIEWSTAT"
    )
    assert isinstance(query, Query)
    assert (query.object, query.origins[0].alias, query.scope) == ("Contact", "c", "mine")
    assert (query.security, query.limit, query.offset) == ("USER_MODE", 5, 6)
    assert (query.purposes, query.updates) == (("VIEW", "REFERENCE"), ("TRACKING", "VIEWSTAT"))
    assert (query.order_by[0].descending, query.order_by[0].nulls_last) == (True, True)


# refusals


def test_a_refusal_shows_the_place():
    error = refused("SELECT Id FORM Lead")
    assert error.code == "MALFORMED_QUERY"
    assert error.message == (
        "\nSELECT Id FORM Lead\n          ^\nERROR at Row:1:Column:11\nunexpected token: 'FORM'"
    )
    assert (error.row, error.column) == (1, 11)


def test_a_refusal_in_a_long_query_shows_the_words_around_the_place():
    fields = ", ".join(f"Field{number}__c" for number in range(30))
    error = refused(f"SELECT {fields}\nFROM Contact\nWHERE Name = 'x' ADN Email = null")
    shown, caret, place, problem = error.message.splitlines()[1:]
    assert (error.row, error.column) == (3, 18)
    assert shown[caret.index("^") :].startswith("ADN ")
    assert (place, problem) == ("ERROR at Row:3:Column:18", "unexpected token: 'ADN'")
    far = refused(f"SELECT {fields},, Id FROM Contact")
    shown, caret = far.message.splitlines()[1:3]
    assert shown[caret.index("^") :].startswith(", Id FROM")
    assert len(shown) < 80


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELECT Id FROM Lead WHERE Name = 'x", "mismatched character '<EOF>' expecting '''"),
        ("SELECT Id FROM Lead WHERE Name = :x", "Bind variables only allowed in Apex code"),
        ("SELECT Id FROM Lead WHERE Name IN :x", "Bind variables only allowed in Apex code"),
        ("SELECT Id FROM Lead WHERE A = 1 AND B = 2 OR C = 3", "unexpected token: 'OR'"),
        ("SELECT Id FROM Lead WHERE A = 1 AND NOT B = 2", "unexpected token: 'NOT'"),
        ("SELECT Id FROM", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Lead ALL ROWS", "unexpected token: 'ALL'"),
        ("SELECT UPPER(Id) FROM Lead", "unexpected token: '('"),
        ("SELECT Id FROM Lead WHERE Born = 2026-02-30", "Invalid date: 2026-02-30"),
        (
            "SELECT Id FROM Lead WHERE At = 2026-01-31T25:00:00Z",
            "Invalid dateTime: 2026-01-31T25:00:00Z",
        ),
        ("SELECT Id FROM Lead WHERE Name = '\\q'", "Illegal string literal: '\\q'"),
        (f"SELECT {'x' * 81} FROM Lead", "name is too long"),
    ],
)
def test_refusals_say_what_is_wrong(text: str, problem: str):
    error = refused(text)
    assert error.code == "MALFORMED_QUERY"
    assert problem in error.message.splitlines()[-1]


def test_a_query_too_long_or_too_deep_is_refused():
    assert "100000 characters" in refused("SELECT Id FROM Lead" + " " * 100_000).message
    deep = f"SELECT Id FROM Lead WHERE {'(' * 5_000}Name = 'x'{')' * 5_000}"
    assert refused(deep).code == "QUERY_TOO_COMPLICATED"
    nested = "SELECT Id FROM A"
    for _ in range(500):
        nested = f"SELECT Id, ({nested}) FROM A"
    assert refused(nested).code == "QUERY_TOO_COMPLICATED"
