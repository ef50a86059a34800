"""The search engine against a naive evaluation, and what cannot be asked."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.clock import ManualClock, to_millis
from sandbox.hubspot.founding import found_portal
from sandbox.hubspot.portal import PEOPLE, Portal
from sandbox.hubspot.problems import Refused
from sandbox.hubspot.search.engine import Engine

from .asking import START
from .searching import STAMP, ids, one, searched, where


@pytest.fixture
def portal(clock: ManualClock) -> Portal:
    return found_portal(clock)


# against a naive evaluation


VALUES = {
    "firstname": st.sampled_from(["Ana", "ana", "Bo", "Ana Maria", "Zoë"]),
    "hs_lead_status": st.sampled_from(["NEW", "OPEN", "CONNECTED"]),
    "num_notes": st.sampled_from(["0", "3", "10", "N/A", "2.5"]),
    "recent_conversion_date": st.sampled_from(
        ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", "1767225600000", "2027-05-05T00:00Z"]
    ),
}  # fmt: skip
ASKED = {
    "firstname": ["Ana", "ana", "bo", "ZOË", "nobody"],
    "hs_lead_status": ["NEW", "new", "OPEN", "BAD_TIMING"],
    "num_notes": ["0", "3", "2.5", "11"],
    "recent_conversion_date": ["1767225600000", "2026-01-01T00:00:00.001Z", "1798761600000"],
}
RANKED = ("LT", "LTE", "GT", "GTE")
BARE = ("HAS_PROPERTY", "NOT_HAS_PROPERTY")


@st.composite
def filters(draw: st.DrawFn) -> dict[str, object]:
    name = draw(st.sampled_from(sorted(ASKED)))
    text = st.sampled_from(ASKED[name])
    operator = draw(st.sampled_from(["EQ", "NEQ", *RANKED, "BETWEEN", "IN", "NOT_IN", *BARE]))
    made = one(name, operator)
    if operator in ("IN", "NOT_IN"):
        return made | {"values": draw(st.lists(text, min_size=1, max_size=3))}
    if operator == "BETWEEN":
        return made | {"value": draw(text), "highValue": draw(text)}
    return made if operator.endswith("PROPERTY") else made | {"value": draw(text)}


def naive(properties: Mapping[str, str], asked_for: Mapping[str, object]) -> bool:
    name, operator = str(asked_for["propertyName"]), str(asked_for["operator"])
    have = properties.get(name)
    if operator.endswith("PROPERTY"):
        return (have is not None) == (operator == "HAS_PROPERTY")
    if have is None:
        return False
    if operator in ("NEQ", "NOT_IN"):
        positive = {"NEQ": "EQ", "NOT_IN": "IN"}[operator]
        return not naive(properties, {**asked_for, "operator": positive})
    if operator == "IN":
        listed = asked_for["values"]
        assert isinstance(listed, list)
        return any(among(name, have, str(text)) for text in listed)
    if operator == "EQ" and name == "hs_lead_status":
        return have == asked_for["value"]
    return compared(operator, plain(name, have), asked_for)


def compared(operator: str, mine: float | str | None, asked_for: Mapping[str, object]) -> bool:
    name = str(asked_for["propertyName"])
    value = plain(name, str(asked_for["value"]))
    high = plain(name, str(asked_for.get("highValue") or asked_for["value"]))
    if mine is None:
        return False
    tests: dict[str, Callable[[Any, Any], bool]] = {
        "EQ": lambda a, b: bool(a == b),
        "LT": lambda a, b: bool(a < b),
        "LTE": lambda a, b: bool(a <= b),
        "GT": lambda a, b: bool(a > b),
        "GTE": lambda a, b: bool(a >= b),
        "BETWEEN": lambda a, b: bool(b <= a <= high),
    }
    return tests[operator](mine, value)


def among(name: str, have: str, text: str) -> bool:
    if name == "hs_lead_status":
        return text in (have, have.lower())
    return have.lower() == text if name == "firstname" else plain(name, have) == plain(name, text)


def plain(name: str, text: str) -> float | str | None:
    if name == "recent_conversion_date":
        return int(text) if text.isdigit() else to_millis(datetime.fromisoformat(text))
    if name == "num_notes":
        return None if text == "N/A" else float(text)
    return text.lower()


@settings(max_examples=150, deadline=None)
@given(
    people=st.lists(st.fixed_dictionaries({}, optional=VALUES), max_size=12),
    groups=st.lists(st.lists(filters(), min_size=1, max_size=3), max_size=3),
)
def test_filters_mean_what_a_naive_evaluation_says(
    people: list[dict[str, str]], groups: list[list[dict[str, object]]]
):
    portal = found_portal(ManualClock(START))
    made = [portal.load("contacts", each) for each in people]
    body: dict[str, object] = {"filterGroups": [{"filters": group} for group in groups]}
    expected = [
        kept.id
        for kept in made
        if not groups
        or any(all(naive(kept.properties, each) for each in group) for group in groups)
    ]
    assert ids(portal, Engine(), body | {"limit": 5}) == expected


@settings(max_examples=60, deadline=None)
@given(
    moments=st.lists(st.integers(0, 40), min_size=1, max_size=60),
    window=st.tuples(st.integers(-5, 45), st.integers(-5, 45)),
    again=st.lists(st.tuples(st.integers(0, 59), st.integers(40, 60)), max_size=30),
)
def test_the_index_by_time_gives_what_a_full_look_gives(
    moments: list[int], window: tuple[int, int], again: list[tuple[int, int]]
):
    portal, engine = found_portal(ManualClock(START)), Engine()
    made = [portal.load("contacts", {"firstname": "a"}, created_at=START + m) for m in moments]
    low, high = START + window[0], START + window[1]
    body = where(one(STAMP, "BETWEEN", value=str(low), highValue=str(high)), limit=200)

    def agree() -> None:
        expected = {kept.id for kept in made if kept.is_live and low <= kept.updated_at <= high}
        found = ids(portal, engine, body)
        assert len(found) == len(set(found))
        assert set(found) == expected

    agree()
    for place, later in again:
        kept = made[place % len(made)]
        with portal.at(START + later):
            portal.change(kept, {"firstname": f"b{later}"}, PEOPLE)
        if place % 7 == 0:
            portal.place(kept, archived_at=START)
        if place % 5 == 0:
            made.append(portal.load("contacts", {"firstname": "c"}, created_at=START + later))
        agree()


# the forms of filters


@pytest.mark.parametrize(
    ("asked_for", "found"),
    [
        (one("email", "CONTAINS_TOKEN", value="*@beta.example"), "B"),
        (one("email", "NOT_CONTAINS_TOKEN", value="*@beta.example"), "A"),
        (one("company", "CONTAINS_TOKEN", value="steel"), "AB"),
        (one("company", "CONTAINS_TOKEN", value="ste*"), "AB"),
        (one("company", "CONTAINS_TOKEN", value="ste"), ""),
        (one("company", "CONTAINS_TOKEN", value="nordic works"), "B"),
        (one("firstname", "IN", values=["a"]), "A"),
        (one("firstname", "IN", values=["A"]), ""),
        (one("firstname", "EQ", value="a"), "A"),
        (one("firstname", "NEQ", value="a"), "B"),
        (one("hs_lead_status", "EQ", value="new"), ""),
        (one("hs_lead_status", "IN", values=["new"]), "A"),
        (one("hs_buying_role", "EQ", value="END_USER"), "B"),
    ],
)
def test_text_tokens_and_options(portal: Portal, asked_for: dict[str, object], found: str):
    portal.load(
        "contacts",
        {
            "firstname": "A",
            "email": "a@x.example",
            "company": "Alba Steel",
            "hs_lead_status": "NEW",
        },
    )
    more = {"company": "Nordic Steel-Works", "hs_buying_role": "CHAMPION;END_USER"}
    portal.load("contacts", {"firstname": "B", "email": "b@beta.example"} | more)
    page = searched(portal, Engine(), where(asked_for))
    assert "".join(hit[1]["firstname"] for hit in page.hits) == found


def test_words_are_looked_for_in_some_properties(portal: Portal):
    portal.load("contacts", {"firstname": "Ana", "lastname": "Lima", "city": "Oslo"})
    portal.load("contacts", {"firstname": "Bo", "lastname": "Limabeer"})
    assert len(ids(portal, Engine(), {"query": "lima"})) == 2
    assert len(ids(portal, Engine(), {"query": "lim an"})) == 1
    assert ids(portal, Engine(), {"query": "oslo"}) == []


@pytest.mark.parametrize(
    "body",
    [
        {"filterGroups": [{"filters": []}] * 6},
        where(*[one("email", "HAS_PROPERTY")] * 7),
        {"filterGroups": [{"filters": [one("email", "HAS_PROPERTY")] * 5}] * 4},
        {"sorts": [{"propertyName": "email"}, {"propertyName": "createdate"}]},
        {"sorts": [{"propertyName": "email", "direction": "UP"}]},
        {"limit": 201},
        {"after": "soon"},
        where(one("email", "LIKE", value="a")),
        where(one("email", "EQ")),
        where(one("email", "IN", value="a")),
        where(one("email", "BETWEEN", value="a")),
        where(one("nonsense", "HAS_PROPERTY")),
        where(one("createdate", "GTE", value="yesterday")),
        {"sorts": [{"propertyName": "nonsense"}]},
        {"after": "10000"},
        {"filterGroups": "all"},
    ],
)
def test_what_cannot_be_asked(portal: Portal, body: dict[str, object]):
    with pytest.raises(Refused) as refused:
        searched(portal, Engine(), body)
    assert (refused.value.status, refused.value.category) == (400, "VALIDATION_ERROR")


def test_a_window_from_the_beginning_of_time_fails(portal: Portal):
    with pytest.raises(Refused) as refused:
        searched(portal, Engine(), where(one(STAMP, "GTE", value="0")))
    assert refused.value.status == 500
    assert ids(portal, Engine(), where(one(STAMP, "GTE", value="1000"))) == []


def test_order(portal: Portal):
    for name in ("b", "a", "", "c"):
        portal.load("contacts", {"lastname": name, "firstname": name or "none"})

    def names(body: dict[str, object]) -> str:
        page = searched(portal, Engine(), body)
        return " ".join(hit[1]["firstname"] for hit in page.hits)

    assert names({}) == "b a none c"
    assert names({"sorts": [{"propertyName": "lastname"}]}) == "a b c none"
    assert names({"sorts": ["-lastname"]}) == "c b a none"
    assert names({"sorts": [{"propertyName": "hs_object_id", "direction": "DESCENDING"}]}) == (
        "c none a b"
    )


def test_ten_thousand_results_and_no_more(portal: Portal):
    for _ in range(10_050):
        portal.load("contacts", {"firstname": "a"})
    engine = Engine()
    page = searched(portal, engine, {"limit": 200, "after": "9900"})
    assert (page.total, len(page.hits), page.after) == (10_050, 100, 10_000)
    with pytest.raises(Refused):
        searched(portal, engine, {"after": "10000"})
