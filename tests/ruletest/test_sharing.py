"""Rule tests about order and capacity: what waits, what gets its place, where somebody stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ruletest.small import BACK, RULES, one, ran

CAPACITY = RULES + "[capacity]\ndefault = 5\n"
FULL = BACK + 'taken = [{ at = "-4d", hand_offs = 5, owner = "ann" }]\n'
AT = 'at = "now"\n'


def failures(folder: Path, body: str, *moments: str, rules: str = CAPACITY) -> list[str]:
    people = '[owner.ann]\n[person.eve]\nlike = "ada"\nowner = "ann"\n'
    more = "".join(f"\n[[test.moment]]\n{each}\n" for each in moments[1:])
    found = ran(folder, people + one(body, moments[0], "eve") + more, rules).results[0].failures
    return [f"{d.key} {d.expected} got {d.got}" for each in found for d in each.differences]


def test_with_places_left_somebody_goes_at_once(tmp_path: Path):
    moment = AT + 'must = { alert = true, deferred = false, admitted = false, owner = "ann" }'
    assert failures(tmp_path, BACK, moment) == []


def test_when_the_week_is_full_it_waits_and_goes_on_monday(tmp_path: Path):
    assert (
        failures(
            tmp_path,
            FULL,
            AT + "must = { alert = false, deferred = true }",
            'at = "+2d + 11h"\nmust = { deferred = true }',
            'at = "+2d + 12h"\nmust = { alert = true, admitted = true, deferred = false }',
        )
        == []
    )


@pytest.mark.parametrize(
    ("must", "said"),
    [
        ("deferred = false", "must.deferred false got it waits"),
        ("alert = true", "must.alert true got entered, waits for a free place"),
        ("admitted = true", "must.admitted true got entered, waits for a free place"),
        ("stars = 5", "must.stars at least 4.5 and below 5.5 got 2"),
        ("flames = { above = 9 }", "must.flames more than 9 got"),
        ("rank = { above = 999 }", "must.rank more than 999 got"),
    ],
)
def test_what_is_not_so_is_told(tmp_path: Path, must: str, said: str):
    (told,) = failures(tmp_path, FULL, AT + f"must = {{ {must} }}")
    assert told.startswith(said)


def test_nobody_stands_anywhere_outside_lead_mode(tmp_path: Path):
    found = failures(tmp_path, "", AT + "must_not = { stars = 1 }\nmust = { deferred = true }")
    assert found == [
        "must.deferred true got nothing waits",
        "must_not.stars at least 0.5 and below 1.5 got not in lead mode",
    ]


def test_the_way_of_each_table_is_a_branch(tmp_path: Path):
    rules = (
        CAPACITY
        + '[[team]]\nid = "north"\nmembers = ["ann"]\n[holdout]\nshare = 0.5\n'
        + '[[team]]\nid = "south"\nmembers = ["bob"]\n'
    )
    people = '[owner.ann]\n[person.eve]\nlike = "ada"\nowner = "ann"\n'
    moment = 'at = "+3d"\nmust = { deferred = false }'
    told = ran(tmp_path, people + one(FULL, moment, "eve"), rules).coverage
    parts = {(c.part, c.name, c.branch): bool(c.tests) for c in told}
    assert parts["capacity", "week", "defers an alert"] is False, "no moment looked while it waited"
    assert ("capacity", "wait", "gives up what waited") in parts
    assert parts["team", "south", "gets a task"] is False
    went = parts["team", "north", "gets a task"]
    assert went != parts["holdout", "share", "holds an alert back"]
    assert went == parts["capacity", "week", "lets through what waited"]
