"""The parser against an independent one: what is accepted, and what is understood by it.

The oracle is `@jetstreamapp/soql-parser-js` (MIT), from the package registry, run by node. It is a
reader of SOQL for Apex tools, so that it differs from the API in the points of `DIFFERENCES`.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from sandbox.salesforce.soql import SoqlError, parse
from tests.sandbox.salesforce.soql.generated import broken, queries
from tests.sandbox.salesforce.soql.oracle_process import NoOracle, ask
from tests.sandbox.salesforce.soql.oracle_shape import ours, theirs

pytestmark = pytest.mark.xdist_group(
    "sandbox/salesforce/soql/test_oracle"
)  # its fixtures are made once

CORPUS = Path(__file__).with_name("corpus.txt")
GENERATED = 300
SEED = 20_261_122

DIFFERENCES = {
    "bare-not": "NOT beside AND, OR or NOT needs parentheses: the API answers "
    "`unexpected token: 'NOT'` (reported to the oracle's project as its issue 201)",
    "impossible-dates": "the oracle looks at the digits of a date only, the API at the calendar",
    "joined-aliases": "the reference has `FROM Contact c, c.Account a` on the page Alias Notation; "
    "the oracle knows one object only",
    "list-for-like": "the oracle takes a list, a value or a query behind every operator; the "
    "reference has lists for IN, NOT IN, INCLUDES and EXCLUDES, and queries for IN and NOT IN only",
    "loose-aliases": "the oracle takes the first word of a clause for an alias of the object",
    "loose-calls": "the oracle takes any number and kind of arguments; the reference has one field",
    "loose-ends": "the oracle reads `Id.` as a relationship without a field",
    "missing-and": "the oracle reads on when AND or OR is missing between two conditions",
    "mixed-and-or": "the reference: AND and OR side by side need parentheses; the oracle reads on",
    "offset-behind-where": "the oracle takes OFFSET behind a condition for a further condition",
    "scopes": "the reference says mine_and_my_groups and scopingRule; the oracle knows the name of "
    "older versions, MineAndMyGroups",
    "several-purposes": "the syntax in the reference repeats FOR and lists UPDATE; the oracle "
    "takes one of each",
    "unknown-escapes": "the reference lists the escapes; the oracle takes any character behind a "
    "backslash",
}


def corpus() -> list[tuple[str, str]]:
    """The marks and the queries of the file."""
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    return [
        (mark, query)
        for mark, _, query in (line.partition(" ") for line in lines)
        if mark and not mark.startswith("#")
    ]


def accepted(query: str) -> bool:
    try:
        return bool(parse(query))
    except SoqlError as error:
        return error.code != "MALFORMED_QUERY"


@pytest.fixture(scope="module")
def generated() -> list[str]:
    return queries(Random(SEED), GENERATED)


@pytest.fixture(scope="module")
def spoiled(generated: list[str]) -> list[str]:
    return broken(Random(SEED), generated)


@pytest.fixture(scope="module")
def answers(generated: list[str], spoiled: list[str]) -> dict[str, dict[str, Any]]:
    """What the oracle says to every query, asked once."""
    texts = [*(query for _, query in corpus()), *generated, *spoiled]
    try:
        return dict(zip(texts, ask(texts), strict=True))
    except NoOracle as reason:
        pytest.skip(f"NOT COMPARED WITH THE ORACLE: {reason}")


def test_the_corpus_is_large_and_has_both_kinds():
    marks = [mark for mark, _ in corpus()]
    assert len(marks) >= 300
    assert min(sum(mark[0] == sign for mark in marks) for sign in "+-") >= 100


@pytest.mark.parametrize(("mark", "query"), corpus())
def test_the_corpus_says_what_is_accepted(mark: str, query: str):
    assert accepted(query) is (mark[0] == "+")


def test_the_oracle_agrees_on_the_corpus(answers: dict[str, dict[str, Any]]):
    wrong = {
        query: answers[query].get("error", "accepted")
        for mark, query in corpus()
        if len(mark) == 1 and ("query" in answers[query]) is not (mark == "+")
    }
    assert wrong == {}


def test_every_known_difference_is_still_one(answers: dict[str, dict[str, Any]]):
    marked = [(mark, query) for mark, query in corpus() if len(mark) > 1]
    assert {mark[1:] for mark, _ in marked} == DIFFERENCES.keys()
    agreed = [query for mark, query in marked if ("query" in answers[query]) is (mark[0] == "+")]
    assert agreed == []


def test_the_oracle_understands_the_corpus_as_we_do(answers: dict[str, dict[str, Any]]):
    for mark, query in corpus():
        if mark == "+":
            assert ours(parse(query)) == theirs(answers[query]["query"]), query


def test_the_oracle_understands_generated_queries_as_we_do(
    answers: dict[str, dict[str, Any]], generated: list[str]
):
    assert len(set(generated)) > GENERATED * 0.9
    for query in generated:
        assert "query" in answers[query], (query, answers[query])
        assert ours(parse(query)) == theirs(answers[query]["query"]), query


def test_no_spoiled_query_is_accepted_that_the_oracle_refuses(
    answers: dict[str, dict[str, Any]], spoiled: list[str]
):
    kept = [query for query in spoiled if accepted(query)]
    assert 20 < len(kept) < len(spoiled) / 2
    assert [query for query in kept if "query" not in answers[query]] == []
    for query in kept:
        assert ours(parse(query)) == theirs(answers[query]["query"]), query


def test_hardly_a_spoiled_query_is_refused_that_the_oracle_accepts(
    answers: dict[str, dict[str, Any]], spoiled: list[str]
):
    refused = [query for query in spoiled if not accepted(query)]
    looser = [query for query in refused if "query" in answers[query]]
    assert len(looser) < len(refused) / 20  # the oracle's looseness above, met by chance
