"""Every key of `must` and `must_not` passes when it is so, and fails when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.ruletest.tables import ExpectTable
from tests.ruletest.small import BACK, RULES, found, one, ran

AT = 'at = "-1d"\n'
RAISED = 'timeline = [{ at = "-1d", kind = "form_submitted", asset = "A demo" }]'
STUDENT = BACK + 'set = { "person.title" = "Student" }'
SPY = BACK + 'set = { "person.title" = "Spy" }'
NO_OWNER = BACK + 'set = { "owner.active" = false }'

TRUE_AND_FALSE = [
    # what happened, what is so, what is not so, what is got instead
    (BACK, 'state = "lead_mode"', 'state = "passive"', '"lead_mode"'),
    ("", 'state = "passive"', 'state = "lead_mode"', '"passive"'),
    (BACK, "score = 47", "score = 48", "47.32"),
    (BACK, "score = [47, 48]", "score = [10, 47]", "47.32"),
    (BACK, "score = { above = 47.3 }", "score = { at_least = 47.4 }", "47.32"),
    (BACK, "score = { below = 47.4 }", "score = { at_most = 47.3 }", "47.32"),
    (BACK, "fit = 100", "fit = [0, 99]", "100"),
    (BACK, 'grade = ["A3", "A4"]', 'grade = "A2"', '"A3"'),
    (BACK, 'entered = "score"', 'entered = "hand_raise"', '"score"'),
    (RAISED, 'entered = "hand_raise"', 'entered = "score"', '"hand_raise"'),
    (BACK, "alert = true", "alert = false", "entered, handed off"),
    ("", "alert = false", "alert = true", "none"),
    (
        STUDENT,
        'held = ["excluded", "consent"]',
        'held = "consent"',
        "entered, held: excluded (the rules exclude this person)",
    ),
    (
        SPY,
        'because = "competitor"',
        'because = "student"',
        "entered, held: excluded (competitor)",
    ),
    (BACK, 'persona = ["leader", "x"]', 'persona = "none"', '"leader"'),
    (SPY, 'persona = "none"', 'persona = "leader"', '"none"'),
    (BACK, 'subject = "Call Ada: Back again"', 'subject = "call ada"', "Call Ada: Back again"),
    (BACK, 'body = ["Seals", "A3"]', 'body = "Pumps"', None),
    (
        BACK,
        'body = ["(+19, consideration)", "(+10)", "phase: consideration, leader"]',
        'body = "phase: awareness"',
        None,
    ),
    (BACK, 'brief = "in lead mode since"', 'brief = "Pumps"', None),
    (BACK, 'priority = "normal"', 'priority = "high"', '"normal"'),
    (RAISED, 'priority = "high"', 'priority = "normal"', '"high"'),
    (BACK, 'due = "1d"', 'due = "2h"', '"1d"'),
    (RAISED, 'due = "2h"', 'due = "1d"', '"2h"'),
    (BACK, 'owner = ["ana", "bo"]', 'owner = "desk"', '"ana"'),
    (NO_OWNER, 'owner = "desk"', 'owner = "ana"', '"desk"'),
    (BACK, 'fields = { Status = "Working" }', 'fields = { Status = "Open" }', '"Working"'),
    (BACK, 'fields = { Status = ["x", "Working"] }', 'fields = { Stat = "x" }', "was not set"),
    (BACK, "machine = 0", "machine = 1", "0"),
    (
        BACK + 'opportunities = [{ opened = "-1d" }]',
        'left = ["idle", "converted"]',
        'left = "idle"',
        '"converted"',
    ),
    (BACK, 'state = "lead_mode"', 'left = "idle"', "has not left"),
    ("", 'state = "passive"', 'left = "idle"', "never entered"),
    ("", 'state = "passive"', 'entered = "score"', "never entered"),
]


NURTURE = (
    RULES
    + """
[[offer]]
id = "guide"
asset = "*guide*"

[[program]]
id = "warm"
entry = "passive"
quiet_for = "30d"
"""
)
SPOKEN = 'timeline = [{ at = "-2d", kind = "call_held" }]'
NURTURED = [
    ("", "touches = 1", "touches = 0", 'touch-1 "guide"'),
    ("", 'offer = ["x", "guide"]', 'offer = "x"', 'touch-1 "guide"'),
    ("", 'program = ["exhausted", "out"]', 'program = "waiting"', "exhausted"),
    (SPOKEN, 'because_of = ["worked", "replied"]', 'because_of = "replied"', "paused: worked"),
    ("", 'subject = "Nurture 1 of 6: guide"', 'subject = "Call"', None),
]


@pytest.mark.parametrize(("body", "so", "not_so", "got"), NURTURED)
def test_nurture_is_as_it_is_said_and_not_otherwise(
    tmp_path: Path, body: str, so: str, not_so: str, got: str | None
):
    assert found(tmp_path, body, f"{AT}must = {{ {so} }}", rules=NURTURE) == []
    assert found(tmp_path, body, f"{AT}must_not = {{ {not_so} }}", rules=NURTURE) == []
    (wrong,) = found(tmp_path, body, f"{AT}must = {{ {not_so} }}", rules=NURTURE)
    assert got is None or wrong.got == got
    (wrong,) = found(tmp_path, body, f"{AT}must_not = {{ {so} }}", rules=NURTURE)
    assert wrong.key == "must_not." + so.split(maxsplit=1)[0]


def test_without_a_program_nobody_is_in_one(tmp_path: Path):
    assert found(tmp_path, "", f'{AT}must = {{ program = "out", touches = 0 }}') == []


@pytest.mark.parametrize(("body", "so", "not_so", "got"), TRUE_AND_FALSE)
def test_a_key_passes_when_it_is_so_and_fails_when_not(
    tmp_path: Path, body: str, so: str, not_so: str, got: str | None
):
    assert found(tmp_path, body, f"{AT}must = {{ {so} }}") == []
    assert found(tmp_path, body, f"{AT}must_not = {{ {not_so} }}") == []
    (wrong,) = found(tmp_path, body, f"{AT}must = {{ {not_so} }}")
    assert wrong.key == "must." + not_so.split(maxsplit=1)[0]
    assert got is None or wrong.got == got
    (wrong, *_) = found(tmp_path, body, f"{AT}must_not = {{ {so} }}")
    assert wrong.key == "must_not." + so.split(maxsplit=1)[0]


def test_every_key_is_tried_here():
    tried = {each[1].split()[0] for each in (*TRUE_AND_FALSE, *NURTURED)}
    elsewhere = {"note", "deferred", "admitted", "rank", "stars", "flames"}  # test_sharing.py
    elsewhere |= {"account_task", "account_held", "surging", "missing"}  # test_accounts.py
    elsewhere |= {"clock", "step", "steps", "disposition"}  # test_clocks.py
    elsewhere |= {"quadrant", "account_phase", "engagement", "propensity"}
    assert tried | elsewhere == set(ExpectTable.model_fields)


NOTED = RULES.replace("[hand_off]\n", "[hand_off]\nnote = true\n")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('must = { note = "in lead mode since" }', False),
        ('must_not = { note = "Pumps that last" }', False),
        ('must = { note = "Pumps that last" }', True),
        ('must_not = { note = "in lead mode since" }', True),
    ],
)
def test_the_note_is_looked_at_where_the_rules_want_one(tmp_path: Path, text: str, wrong: bool):
    assert ran(tmp_path, one(BACK, AT + text), NOTED).failed == wrong


def test_a_note_is_a_branch_and_of_one_that_is_not_there_nothing_holds(tmp_path: Path):
    moment = f'{AT}must = {{ note = "since" }}'
    covered = ran(tmp_path, one(BACK, moment), NOTED).coverage
    assert [each.tests for each in covered if (each.part, each.name) == ("hand_off", "note")] == [1]
    (wrong,) = found(tmp_path, BACK, moment.replace("must", "must_not"))
    assert wrong.got == "no note was written: entered, handed off"


@pytest.mark.parametrize(
    "text", ['body = "x"', 'subject = "x"', 'priority = "high"', 'due = "1d"', 'owner = "ana"']
)
def test_of_a_task_that_is_not_there_nothing_holds(tmp_path: Path, text: str):
    """Otherwise `must_not` would pass for want of a task, whatever it says."""
    for word in ("must", "must_not"):
        (wrong,) = found(tmp_path, "", f"{AT}{word} = {{ {text} }}")
        assert wrong.got == "no task was made: there was no alert"


def test_each_text_is_looked_for_by_itself(tmp_path: Path):
    moment = f'{AT}must = {{ body = ["Seals", "Pumps", "Valves"] }}'
    assert [each.expected for each in found(tmp_path, BACK, moment)] == [
        'has "Pumps"',
        'has "Valves"',
    ]
    moment = f'{AT}must_not = {{ body = ["Seals", "Pumps"] }}'
    assert [each.expected for each in found(tmp_path, BACK, moment)] == ['has "Seals"']


def test_alerts_and_tasks_are_those_since_the_moment_before(tmp_path: Path):
    later = '\n[[test.moment]]\nat = "now"\nmust = { alert = false }\n'
    assert ran(tmp_path, one(BACK, f"{AT}must = {{ alert = true }}{later}")).failed == 0
    later = later.replace("false", "true")
    assert ran(tmp_path, one(BACK, f"{AT}must = {{ alert = true }}{later}")).failed == 1


SECOND = '\n[[lead_mode]]\nid = "second"\nenter = 45\n'
FIRST_ONLY = SECOND + 'applies_to = { "person.title" = "Clerk" }\n'
ASKED = AT + 'must = { state = "lead_mode", score = 47, entered = "score" }'


def test_where_several_lead_modes_apply_a_score_needs_to_say_of_which(tmp_path: Path):
    (result,) = ran(tmp_path, one(BACK, ASKED), RULES + SECOND).results
    (failure,) = result.failures
    said = "2 lead modes apply: returning, second. Add rule = ... to the moment"
    assert [(each.key, each.got) for each in failure.differences] == [
        ("must.score", said),
        ("must.entered", said),
    ]
    named = ASKED.replace(AT, AT + 'rule = "second"\n')
    assert ran(tmp_path, one(BACK, named), RULES + SECOND).results[0].passed


def test_without_a_rule_a_moment_is_about_the_lead_mode_that_applies(tmp_path: Path):
    assert ran(tmp_path, one(BACK, ASKED), RULES + FIRST_ONLY).results[0].passed
    clerk = BACK + 'set = { "person.title" = "Clerk" }'
    only = RULES.replace("rearm_after", 'applies_to = { "person.title" = "Boss" }\nrearm_after')
    (result,) = ran(tmp_path, one(clerk, ASKED.replace("47", "99")), only + FIRST_ONLY).results
    (failure,) = result.failures
    assert [each.rule for each in failure.standings] == ["second"]
    assert not any(line.what.startswith("returning") for line in failure.lines)


def test_a_failure_about_somebody_whom_no_lead_mode_looks_at_shows_them_all(tmp_path: Path):
    only = RULES.replace("rearm_after", 'applies_to = { "person.title" = "Boss" }\nrearm_after')
    (result,) = ran(tmp_path, one(BACK, ASKED), only).results
    (failure,) = result.failures
    assert [each.missing[:1] for each in failure.standings] == [("applies_to does not hold",)]
