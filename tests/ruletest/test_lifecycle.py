"""Tests of rules see what episodes set, and coverage knows every way of it."""

from __future__ import annotations

from tests.ruletest.small import BACK, RULES
from tests.ruletest.small import ran as ran_plain

LIFECYCLE = """
[[lifecycle]]
id = "begin"
when = "entered"
[[lifecycle.field]]
field = "Mode"
value = "on {{episodes}}"

[[lifecycle]]
id = "end"
when = "left"
reasons = ["decayed", "converted"]
[[lifecycle.field]]
field = "Mode"
value = "off {{left_on}}"
[[lifecycle.field]]
field = "Elsewhere"
value = "never"
on = ["other"]
"""
ENTERED = '{ at = "now", must = { fields = { "Mode" = "on 1" } } }'
FADED = '{ at = "+40d", must = { left = "decayed", fields = { "Mode" = "off 2026-12-08" } } }'


def ran(folder, moments: str):
    text = f'[[test]]\nname = "one"\nperson = "ada"\n{BACK}moment = [{moments}]\n'
    return ran_plain(folder, text, RULES + LIFECYCLE)


def test_fields_of_beginnings_and_ends_are_seen_at_their_moments(tmp_path):
    assert ran(tmp_path, f"{ENTERED}, {FADED}").failed == 0
    wrong = ran(tmp_path, FADED.replace("+40d", "now"))
    told = [d for failure in wrong.results[0].failures for d in failure.differences]
    assert [(each.key, each.got) for each in told] == [
        ("must.left", "has not left"),
        ("must.fields", '"on 1"'),
    ]
    lines = [line.why for failure in wrong.results[0].failures for line in failure.lines]
    assert "sets Mode = on 1" in lines


def test_coverage_knows_fields_and_reasons(tmp_path):
    def touched(moments: str) -> dict[tuple[str, str], bool]:
        return {
            (each.name, each.branch): bool(each.tests)
            for each in ran(tmp_path, moments).coverage
            if each.part == "lifecycle"
        }

    assert touched(ENTERED) == {
        ("begin", "sets Mode"): True,
        ("end", "sets Mode"): False,
        ("end", "for converted"): False,
        ("end", "for decayed"): False,
    }
    assert touched(f"{ENTERED}, {FADED}")["end", "for decayed"]
