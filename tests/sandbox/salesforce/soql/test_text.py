"""Writing a query and reading it again gives the same query, whatever the query."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.salesforce.soql import parse, quoted, to_text
from sandbox.salesforce.soql import syntax as s
from sandbox.salesforce.soql.words import (
    AGGREGATES,
    COUNTED_DATE_LITERALS,
    DATE_FUNCTIONS,
    DATE_LITERALS,
    SCOPES,
    SELECTORS,
)
from tests.depth import depth

NAMES = st.sampled_from(["Id", "Name", "Owner", "Account", "X__c", "ns__Y__r", "z9", "Group"])
ALIASES = st.none() | st.sampled_from(["a", "b1", "n_m"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda parts: s.FieldPath(tuple(parts)))
TEXTS = st.text(max_size=8).map(lambda value: s.Text(quoted(value)[1:-1]))
RAW_TEXTS = st.sampled_from(["\\%", "\\u00e9", "a\\_b", "\\\\"]).map(s.Text)
NUMBERS = st.sampled_from(["0", "-5", "+7", "1.50", ".5", "-0.25"]).map(s.Number)
MOMENTS = st.sampled_from(["Z", ".123Z", "+01:00", ".000-0800"]).map(
    lambda end: s.DateTimeValue(f"2026-01-31T09:30:00{end}")
)
COUNTED = st.builds(
    s.DateLiteral, st.sampled_from(sorted(COUNTED_DATE_LITERALS)), st.integers(0, 999)
)
LITERALS = st.one_of(
    TEXTS,
    RAW_TEXTS,
    NUMBERS,
    MOMENTS,
    COUNTED,
    st.booleans().map(s.Boolean),
    st.just(s.Null()),
    st.dates().map(lambda day: s.DateValue(day.isoformat())),
    st.just(s.TimeValue("09:30:00.000Z")),
    st.sampled_from(sorted(DATE_LITERALS)).map(s.DateLiteral),
    st.sampled_from([s.Currency("USD", "5000"), s.Currency("EUR", "0.50")]),
)
ZONED = PATHS.map(lambda path: s.Call("convertTimezone", (path,)))
DATE_CALLS = st.builds(
    lambda name, inner: s.Call(name, (inner,)),
    st.sampled_from(sorted(DATE_FUNCTIONS)),
    PATHS | ZONED,
)
AGGREGATE_CALLS = st.builds(
    lambda name, inner: s.Call(name, (inner,)), st.sampled_from(sorted(AGGREGATES)), PATHS
)
PLACES = st.just(s.Call("GEOLOCATION", (s.Number("37.775"), s.Number("-122.4"))))
DISTANCES = st.builds(
    lambda path, place: s.Call("DISTANCE", (path, place, s.Text("mi"))), PATHS, PLACES
)
EXPRESSIONS = st.one_of(PATHS, DATE_CALLS, AGGREGATE_CALLS, DISTANCES)
SELECTED = st.builds(
    s.Selected,
    st.one_of(
        EXPRESSIONS,
        PATHS.map(lambda path: s.Call("toLabel", (path,))),
        AGGREGATE_CALLS.map(lambda call: s.Call("FORMAT", (call,))),
        st.just(s.Call("COUNT", ())),
    ),
    ALIASES,
)
WHENS = st.builds(s.When, NAMES, st.lists(PATHS, min_size=1, max_size=3).map(tuple))
TYPE_OFS = st.builds(
    s.TypeOf,
    PATHS,
    st.lists(WHENS, min_size=1, max_size=2).map(tuple),
    st.none() | st.lists(PATHS, min_size=1, max_size=2).map(tuple),
)
COMPARISONS = st.builds(
    s.Comparison,
    EXPRESSIONS,
    st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "LIKE"]),
    LITERALS,
)
MEMBERSHIPS = st.builds(
    s.Membership,
    EXPRESSIONS,
    st.sampled_from(["IN", "NOT IN", "INCLUDES", "EXCLUDES"]),
    st.lists(LITERALS, min_size=1, max_size=3).map(tuple),
)


def conditions(tests: st.SearchStrategy[s.Condition]) -> st.SearchStrategy[s.Condition]:
    def larger(inner: st.SearchStrategy[s.Condition]) -> st.SearchStrategy[s.Condition]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return several.map(s.And) | several.map(s.Or) | inner.map(s.Not)

    return st.recursive(tests, larger, max_leaves=5)


ORDER_KEYS = st.builds(
    s.OrderKey, EXPRESSIONS, st.none() | st.booleans(), st.none() | st.booleans()
)
CATEGORIES = st.builds(
    s.DataCategory,
    NAMES,
    st.sampled_from(sorted(SELECTORS)),
    st.lists(NAMES, min_size=1, max_size=2).map(tuple),
)
GROUPS = st.one_of(
    st.none(),
    st.builds(s.GroupBy, st.just(""), st.lists(EXPRESSIONS, min_size=1, max_size=3).map(tuple)),
    st.builds(
        s.GroupBy,
        st.sampled_from(["ROLLUP", "CUBE"]),
        st.lists(PATHS, min_size=1, max_size=3).map(tuple),
    ),
)


@st.composite
def queries(draw: st.DrawFn, depth: int = 2) -> s.Query:
    items: st.SearchStrategy[s.SelectItem] = SELECTED | TYPE_OFS
    items |= st.sampled_from(["ALL", "STANDARD", "CUSTOM"]).map(s.AllFields)
    tests: st.SearchStrategy[s.Condition] = COMPARISONS | MEMBERSHIPS
    if depth:
        inner = queries(depth=depth - 1)
        items |= inner.map(s.ChildQuery)
        tests |= st.builds(s.SemiJoin, PATHS, st.sampled_from(["IN", "NOT IN"]), inner)
    group_by = draw(GROUPS)
    security = draw(st.sampled_from([None, "SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"]))
    return s.Query(
        select=tuple(draw(st.lists(items, min_size=1, max_size=3))),
        origins=tuple(draw(st.lists(st.builds(s.From, PATHS, ALIASES), min_size=1, max_size=2))),
        scope=draw(st.none() | st.sampled_from(sorted(SCOPES))),
        where=draw(st.none() | conditions(tests)),
        security=security,
        categories=() if security else tuple(draw(st.lists(CATEGORIES, max_size=2))),
        group_by=group_by,
        having=draw(st.none() | conditions(COMPARISONS)) if group_by else None,
        order_by=tuple(draw(st.lists(ORDER_KEYS, max_size=2))),
        limit=draw(st.none() | st.integers(0, 50_000)),
        offset=draw(st.none() | st.integers(0, 2_000)),
        purposes=tuple(draw(st.lists(st.sampled_from(["VIEW", "UPDATE"]), unique=True))),
        updates=tuple(draw(st.lists(st.sampled_from(["TRACKING", "VIEWSTAT"]), unique=True))),
    )


@settings(max_examples=depth(30, 150))
@given(queries())
def test_a_query_survives_being_written_and_read(query: s.Query):
    assert parse(to_text(query)) == query


@given(st.text())
def test_a_quoted_text_is_read_as_it_was(value: str):
    query = parse(f"SELECT Id FROM Lead WHERE Name = {quoted(value)}")
    assert isinstance(query.where, s.Comparison)
    assert isinstance(query.where.right, s.Text)
    assert query.where.right.value == value
