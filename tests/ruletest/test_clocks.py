"""Rule tests about clocks: steps that follow, tasks that people work on, and what sales says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ruletest.small import RULES, one, ran

CLOCKS = (
    RULES
    + """
[sla]
cooling = "5d"
manager = "boss"

[[sla_step]]
id = "remind"
do = "remind"
after = "1d"
raised_after = "1h"

[[sla_step]]
id = "escalate"
do = "escalate"
after = "2d"

[[sla_step]]
id = "hand-over"
do = "reassign"
after = "3d"

[[sla_step]]
id = "recycle"
do = "recycle"
after = "10d"

[task_dispositions]
"In Progress" = "accepted"
"Not now" = "recycled"
"""
)
RAISED = 'timeline = [{ at = "-4d", kind = "form_submitted", asset = "demo" }]\n'
"""On a Monday noon."""


def failures(folder: Path, body: str, *moments: str) -> list[str]:
    people = '[owner.ann]\n[person.eve]\nlike = "ada"\nowner = "ann"\n'
    more = "".join(f"\n[[test.moment]]\n{each}\n" for each in moments[1:])
    found = ran(folder, people + one(body, moments[0], "eve") + more, CLOCKS).results[0].failures
    return [f"{d.key} {d.expected} got {d.got}" for each in found for d in each.differences]


def test_one_step_after_the_other_and_each_once(tmp_path: Path):
    assert (
        failures(
            tmp_path,
            RAISED,
            'at = "-4d + 30m"\nmust = { clock = "running", steps = 0, alert = true }',
            'at = "-4d + 2h"\nmust = { step = "remind", steps = 1, owner = "ann" }',
            'at = "-2d + 2h"\nmust = { step = "escalate", steps = 1, owner = "boss" }',
            'at = "+4d"\nmust = { step = "reassign", steps = 1, owner = "desk" }\n'
            'must_not = { step = ["remind", "escalate"] }',
            'at = "+30d"\nmust = { step = "recycle", left = "recycled", clock = "over", '
            'disposition = "recycled" }\nmust_not = { step = ["remind", "escalate"] }',
        )
        == []
    )


def test_what_people_do_with_the_task_counts(tmp_path: Path):
    tasks = 'tasks = [{ at = "-4d + 10m", status = "In Progress" }, '
    assert (
        failures(
            tmp_path,
            RAISED + tasks + '{ at = "-3d", result = "Not now", done = true }]\n',
            'at = "-4d + 30m"\nmust = { disposition = "accepted", clock = "running" }',
            'at = "+9d"\nmust = { disposition = "recycled", left = "recycled" }\n'
            'must_not = { step = "escalate", disposition = "accepted" }',
        )
        == []
    )


def test_a_task_that_is_thrown_away_stops_the_clock(tmp_path: Path):
    tasks = 'tasks = [{ at = "-4d + 10m", deleted = true }]\n'
    moment = 'at = "+9d"\nmust = { steps = 0, clock = "deleted" }\nmust_not = { step = "remind" }'
    assert failures(tmp_path, RAISED + tasks, moment) == []


@pytest.mark.parametrize(
    ("must", "said"),
    [
        ('clock = "worked"', 'must.clock "worked" got running'),
        ('step = "escalate"', 'must.step "escalate" got remind (ann)'),
        ("steps = 0", "must.steps 0 got remind (ann)"),
        ('disposition = "won"', 'must.disposition "won" got sales has said nothing'),
    ],
)
def test_what_is_not_so_is_told(tmp_path: Path, must: str, said: str):
    (told,) = failures(tmp_path, RAISED, f'at = "-4d + 2h"\nmust = {{ {must} }}')
    assert told == said


def test_without_a_hand_off_there_is_no_clock(tmp_path: Path):
    (told,) = failures(tmp_path, "", 'at = "now"\nmust_not = { clock = "worked" }')
    assert told == 'must_not.clock "worked" got there is no clock: nothing is followed'
