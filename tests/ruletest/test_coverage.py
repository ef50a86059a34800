"""Each branch of the rules is untested until a test takes it, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ruletest.small import BACK, RULES, one, ran

AT = 'at = "now"\nmust_not = { grade = "Z9" }'


def did(*rows: str) -> str:
    return "timeline = [\n" + "".join(f"  {{ {row} }},\n" for row in rows) + "]\n"


def status(word: str, at: str) -> str:
    return f'changes = [{{ at = "{at}", set = {{ "person.status" = "{word}" }} }}]\n'


def shifted(text: str, days: int) -> str:
    for day in (1, 2, 3):
        text = text.replace(f'"-{day}d"', f'"-{day + days}d"')
    return text


WEBINAR = 'at = "-1d", kind = "webinar_attended"'
PAGE = 'at = "-1d", kind = "page_viewed"'
CLICK = 'at = "-1d", kind = "email_clicked"'
DEMO = 'at = "-1d", kind = "form_submitted", asset = "demo"'
UNKNOWN = BACK.replace(" },", ', evidence = "unknown" },')
ENTERED = "lead_mode returning: enters by score"

BRANCHES = [
    (did(DEMO), "signal demo: scores an engagement"),
    (did(DEMO), 'signal demo: asset "*demo*"'),
    (did(DEMO.replace("demo", "free TRIAL")), 'signal demo: asset "*trial*"'),
    (did(DEMO), "signal demo: raises a hand"),
    (did(PAGE), "signal read: kind page_viewed"),
    (
        did(PAGE.replace("page_viewed", "content_downloaded")),
        "signal read: kind content_downloaded",
    ),
    (did(PAGE + ', repeat = 3, every = "1h"'), "signal read: goes beyond its limit, 2/day"),
    (did(WEBINAR), "signal webinar: source crm"),
    (did(WEBINAR + ', source = "zoom"'), "signal webinar: source zoom"),
    (did(WEBINAR), "signal webinar: evidence_class human"),
    (did(WEBINAR + ', evidence = "unknown"'), "signal webinar: evidence_class unknown"),
    (did(CLICK), "signal click: scores an engagement"),
    (did(PAGE + ', repeat = 2, every = "1h"'), "group web: has more than its cap"),
    (BACK, ENTERED),
    (did(DEMO), "lead_mode returning: enters by a raised hand"),
    (
        BACK.replace("]", f"  {{ {DEMO.replace('-1d', '-1h')} }},\n]"),
        "lead_mode returning: a hand is raised in an episode",
    ),
    (
        BACK.replace("]", '{ at = "-1000d", kind = "email_clicked", repeat = 20, every = "50d" }]'),
        "lead_mode returning: dormant_after alone keeps somebody out",
    ),
    (
        BACK.replace("]", '{ at = "-24d", kind = "email_clicked" }]'),
        "lead_mode returning: burst_max alone keeps somebody out",
    ),
    (did(WEBINAR, PAGE), "lead_mode returning: enter alone keeps somebody out"),
    (
        did(WEBINAR + ', repeat = 3, every = "1h"'),
        "lead_mode returning: distinct_kinds alone keeps somebody out",
    ),
    (UNKNOWN, "lead_mode returning: human_min alone keeps somebody out"),
    (
        BACK + 'set = { "person.country" = "NO" }',
        "lead_mode returning: requires alone keeps somebody out",
    ),
    (shifted(BACK, 80), "lead_mode returning: leaves: decayed"),
    (
        did(DEMO.replace("-1d", "-40d")),
        "lead_mode returning: leaves: idle",
    ),
    (
        BACK + 'opportunities = [{ opened = "now" }]',
        "lead_mode returning: leaves: converted",
    ),
    (
        did(DEMO.replace("-1d", "-25d")).replace("]", BACK.partition("[")[2])
        + 'opportunities = [{ opened = "-24d", closed = "-23d" }]\n'
        + status("Recycled", "-28d"),
        "lead_mode returning: cooldown holds an alert back",
    ),
    (
        shifted(BACK, 27).replace("]", BACK.partition("[")[2]) + status("Recycled", "-26d"),
        "lead_mode returning: rearm_after starts a new return",
    ),
    (BACK, "fit decides: gives its points"),
    (BACK + 'set = { "person.title" = "Clerk" }', "fit decides: gives none"),
    (BACK, "fit points[2]: gives its points"),
    (BACK + 'set = { "account.employees" = 5 }', "fit points[2]: gives none"),
    (BACK, "fit grades: cap is reached"),
    (BACK, "fit grades: letter A"),
    (BACK + 'set = { "person.title" = "", "account.employees" = 5 }', "fit grades: letter D"),
    (BACK, "fit grades: digit 3"),
    (did(CLICK), "fit grades: digit 4"),
    (did(DEMO, CLICK), "fit grades: digit 2"),
    (did(DEMO, WEBINAR, CLICK, PAGE), "fit grades: digit 1"),
    (
        did(
            'at = "-1d", kind = "email_sent", message = "N"',
            'at = "-1d + 1s", kind = "email_clicked", message = "N"',
        ),
        "machine click_after_send: finds a machine's click",
    ),
    (
        did(*(f'at = "-1d", kind = "email_clicked", link = "{n}"' for n in "abc")),
        "machine scan_links: finds a machine's click",
    ),
    (BACK + 'opportunities = [{ opened = "-90d" }]', "hold open_opportunity: holds an alert back"),
    (
        BACK + 'set = { "person.opted_out" = true, "person.do_not_call" = true }',
        "hold consent: holds an alert back",
    ),
    (
        BACK.replace("]", '{ at = "-4d", kind = "call_held" }]'),
        "hold worked_within: holds an alert back",
    ),
    (
        BACK.replace(" },\n]", ', evidence = "machine" },\n]'),
        "hold machine_only: tells of clicks that no human made",
    ),
    (
        BACK + 'set = { "person.email" = "ada@us.example" }',
        "hold excluded, any[1]: holds an alert back",
    ),
    (
        BACK + 'set = { "person.title" = "Student" }',
        "hold excluded, any[2]: holds an alert back",
    ),
    (
        BACK + 'set = { "person.email" = "ada@mail.rival.example" }',
        "hold exclusion rival, any[1]: holds an alert back",
    ),
    (
        BACK + 'set = { "person.title" = "Spy" }',
        "hold exclusion rival, any[2]: holds an alert back",
    ),
    (BACK, "persona leader: is somebody's"),
    (BACK + status("Recycled", "now"), "dispositions Recycled: ends an episode"),
    (BACK, "hand_off task: for an entry by score"),
    (did(DEMO), "hand_off task: for a raised hand"),
    (BACK + 'set = { "owner.active" = false }', "hand_off fallback_owner: gets a task"),
    (BACK + 'set = { "owner.active" = false }', "hand_off owners account: gets a task"),
    (BACK, "hand_off field Status: is set"),
]


OF_OTHERS = {"hand_off owners account: gets a task": "cy"}
"""What it takes somebody else to touch."""
CY = """
[owner.ben]
[account.owned]
owner = "ben"
[person.cy]
like = "ada"
account = "owned"
"""


def touched(folder: Path, body: str, rules: str = RULES, person: str = "ada") -> dict[str, int]:
    covered = ran(folder, CY + one(body, AT, person), rules).coverage
    return {f"{each.part} {each.name}: {each.branch}": each.tests for each in covered}


@pytest.mark.parametrize(("body", "branch"), BRANCHES, ids=[str(each[1]) for each in BRANCHES])
def test_a_branch_is_touched_by_the_test_that_takes_it(tmp_path: Path, body: str, branch: str):
    assert touched(tmp_path, body, person=OF_OTHERS.get(branch, "ada"))[branch] == 1
    assert touched(tmp_path, "")[branch] == (branch in IDLE)


IDLE = {"persona leader: is somebody's",
        "fit decides: gives its points", "fit points[2]: gives its points",
        "fit grades: cap is reached", "fit grades: letter A", "fit grades: digit 4"}  # fmt: skip
"""What the mere being there of the person touches."""


def test_every_branch_of_the_small_rules_is_tried_here(tmp_path: Path):
    tried = {branch for _, branch in BRANCHES}
    not_tried = set(touched(tmp_path, "")) - tried
    assert not_tried == {
        "signal read: scores an engagement",
        "signal webinar: scores an engagement",
        "fit grades: letter B",
        "fit grades: letter C",
    }


def test_a_person_of_whom_nobody_knows_anything_touches_no_more():
    """So that the branches above are touched by what the tests say."""
    assert len(IDLE) < len(BRANCHES) / 5


def test_the_tests_that_touch_a_branch_are_counted(tmp_path: Path):
    text = "".join(one(BACK, AT, name=f"test {n}") for n in range(3))
    covered = ran(tmp_path, text).coverage
    assert next(each for each in covered if each.branch == "enters by score").tests == 3


def test_applies_to_and_a_signal_without_points_are_branches_too(tmp_path: Path):
    rules = RULES.replace("rearm_after", 'applies_to = { "person.title" = "Clerk" }\nrearm_after')
    rules = rules.replace("weight = 10\n", "weight = 0\n")
    found = touched(tmp_path, BACK, rules)
    assert found["lead_mode returning: applies_to leaves somebody out"] == 1
    assert found["lead_mode returning: applies_to takes somebody in"] == 0
    found = touched(tmp_path, BACK + 'set = { "person.title" = "Clerk" }', rules)
    assert found["lead_mode returning: applies_to takes somebody in"] == 1
    assert found["signal click: matches, for nothing"] == 1


def test_a_lead_mode_that_looks_at_somebody_else_is_not_touched(tmp_path: Path):
    """Nor are the signals, when nobody looks."""
    rules = RULES.replace("rearm_after", 'applies_to = { "person.title" = "Clerk" }\nrearm_after')
    found = touched(tmp_path, BACK, rules)
    assert [branch for branch, tests in found.items() if tests and "lead_mode" in branch] == [
        "lead_mode returning: applies_to leaves somebody out"
    ]
    assert found["signal click: scores an engagement"] == 0
    other = (
        '\n[[lead_mode]]\nid = "others"\nenter = 45\n'
        'applies_to = { unless = { "person.title" = "Clerk" } }\n'
    )
    found = touched(tmp_path, BACK, rules + other)
    assert found["lead_mode others: enters by score"] == 1
    assert found["lead_mode returning: enters by score"] == 0
