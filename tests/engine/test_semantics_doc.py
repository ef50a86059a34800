"""The numbers of docs/semantics.md are computed from its own tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connector.engine.evaluate import evaluate
from connector.engine.result import Evaluation
from connector.engine.rule import Rule, Signal
from connector.engine.timeline import EndReason, Engaged, Timeline
from connector.model import Kind
from tests.engine.strategies import DAY

TEXT = (Path(__file__).parents[2] / "docs" / "semantics.md").read_text(encoding="utf-8")
KNOWN_AT = 1_700_000_000_000 // DAY * DAY
"""Day 0 of the example."""


def table(first_column: str) -> list[list[str]]:
    """The cells of the table whose heading starts with this column."""
    _, _, rest = TEXT.partition(f"\n| {first_column} |")
    lines = rest.partition("\n\n")[0].splitlines()[2:]
    assert lines, f"no table {first_column}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def number(key: str) -> float:
    """What the text says about a key of the example rule."""
    found = re.search(rf"`{key}` ([\d.]+)", TEXT.partition("The rule itself:")[2])
    assert found, key
    return float(found[1])


def days(key: str) -> int:
    return round(number(key) * DAY)


def example_rule() -> Rule:
    return Rule(
        id="example",
        signals=tuple(
            Signal(
                id=name,
                kinds=frozenset({Kind(kind)}),
                weight=float(points),
                half_life=round(float(half_life.removesuffix(" days")) * DAY),
            )
            for name, kind, points, half_life in table("signal")
        ),
        enter=number("enter"),
        leave=number("leave"),
        distinct_kinds=round(number("distinct_kinds")),
        dormant_after=days("dormant_after"),
        burst_max=days("burst_max"),
        window=days("window"),
        idle_after=days("idle_after"),
    )


def example_timeline(rows: list[list[str]]) -> Timeline:
    return Timeline(
        known_at=KNOWN_AT,
        engagements=tuple(
            Engaged(KNOWN_AT + round(float(day) * DAY), index, Kind(kind).code, 0)
            for index, (day, kind, *_) in enumerate(rows)
        ),
    )


def looked_at(day: float, rows: int | None = None) -> Evaluation:
    known = example_timeline(table("day")[:rows])
    return evaluate(example_rule(), known, KNOWN_AT + round(day * DAY))


@pytest.mark.parametrize("row", range(len(table("day"))))
def test_every_score_of_the_example(row: int):
    day, _, score, _ = table("day")[row]
    assert f"{looked_at(float(day), row + 1).standing.score:.2f}" == score


def test_the_transitions_of_the_example():
    found = [
        (_day(each.at), each.change.value, each.reason.value, _day(each.burst))
        for each in looked_at(1_000).transitions
    ]
    assert found == [tuple(row) for row in table("moment")]


def _day(at: int) -> str:
    return f"day {round((at - KNOWN_AT) / DAY, 3):g}"


def test_the_evidence_of_the_example():
    entered = looked_at(105).transitions[0]
    said = [each.points for each in entered.evidence]
    assert [f"{points:.2f}" for points in said] == re.findall(
        r"\d+\.\d\d", TEXT.partition("The evidence is:")[2].partition("\n- ")[0]
    )


def test_the_numbers_in_the_sentences():
    assert f"{4 * 2 ** (-3 / 5):.2f}" in TEXT
    assert f"On day 105 she has {looked_at(105).transitions[0].score:.2f} points" in TEXT
    left = looked_at(1_000).transitions[-1]
    assert f"falls to {left.score:.2f} on {_day(left.at)}" in TEXT
    *_, before, last = (int(row[0]) for row in table("day"))
    assert f"The last thing she did was {last - before} days ago" in TEXT
    idle = looked_at(112).standing.last_instant
    assert idle is not None
    assert f"would have been over on day\n  {(idle - KNOWN_AT) // DAY + 30}" in TEXT
    assert not looked_at(150).standing.armed


def test_the_order_of_endings_is_the_one_the_code_has():
    [said] = re.findall(r"the reason named is the first of ([a-z,\s]+)\.", TEXT)
    assert re.split(r",\s*", said) == [reason.value for reason in EndReason]


def test_what_wipes_the_slate_is_what_the_code_wipes():
    wipes = {
        EndReason(reason): answer == "yes"
        for reasons, _, answer in table("reason")
        for reason in reasons.split(", ")
    }
    assert wipes == {reason: reason.is_disposition for reason in EndReason}
