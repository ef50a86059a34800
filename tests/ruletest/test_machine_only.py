"""`[hold] machine_only`: an entry for which nothing surely human spoke, in a played test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ruletest.small import RULES, ran

ASKED = RULES.replace("human_min = 1", "human_min = 0").replace(
    "worked_within", "machine_only = true\nworked_within"
)
UNSURE = """\
timeline = [
  { at = "-130d", kind = "webinar_attended" },
  { at = "-100d", kind = "email_clicked", asset = "old" },
  { at = "-3d", kind = "webinar_attended", evidence = "unknown" },
  { at = "-2d", kind = "page_viewed", evidence = "unknown" },
  { at = "-1d", kind = "email_clicked", evidence = "unknown" },
]
"""
HUMAN = UNSURE.replace('"page_viewed", evidence = "unknown"', '"page_viewed", evidence = "human"')
BY_HAND = UNSURE.replace(
    '{ at = "-1d", kind = "email_clicked", evidence = "unknown" }',
    '{ at = "-1d", kind = "form_submitted", asset = "demo" }',
).replace('kind = "page_viewed"', 'kind = "page_viewed", asset = "x"')
HELD = '{ at = "now", must = { state = "lead_mode", held = "machine_only", because = "surely" } }'
ALERT = '{ at = "now", must = { state = "lead_mode", alert = true } }'


@pytest.mark.parametrize(
    ("rules", "story", "moment", "touched"),
    [
        (ASKED, UNSURE, HELD, 1),
        (ASKED, HUMAN, ALERT, 0),
        (ASKED, BY_HAND, ALERT, 0),
        (ASKED.replace("machine_only = true", "machine_only = false"), UNSURE, ALERT, None),
        (ASKED.replace("human_min = 0", "human_min = 1"), HUMAN, ALERT, None),
    ],
)
def test_who_is_held(tmp_path: Path, rules: str, story: str, moment: str, touched: int | None):
    text = f'[[test]]\nname = "one"\nperson = "ada"\n{story}moment = [{moment}]\n'
    done = ran(tmp_path, text, rules)
    found = [
        each.tests
        for each in done.coverage
        if (each.name, each.branch) == ("machine_only", "holds an alert back")
    ]
    assert (done.failed, found) == (0, [] if touched is None else [touched])
