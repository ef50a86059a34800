"""[[silence]]: days, and every mistake with its place and advice."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.clock import DAY
from connector.config.rules import load_rulebook
from connector.errors import FixInput
from tests.config.folder import ENOUGH

FAIR = '[[silence]]\nid = "fair"\nsince = "2026-12-01"\nuntil = "2026-12-04"\n'
FIRST_OF_DECEMBER = 1_796_083_200_000


def test_the_last_day_is_part_of_it_and_a_later_folder_can_switch_it_off(tmp_path):
    base, over = tmp_path / "base", tmp_path / "over"
    base.mkdir()
    over.mkdir()
    (base / "rules.toml").write_text(ENOUGH + FAIR)
    (over / "own.toml").write_text('[[silence]]\nid = "fair"\nactive = false\n')
    (one,) = load_rulebook([base]).holds.silences
    assert (one.label, one.since, one.until) == (
        "fair",
        FIRST_OF_DECEMBER,
        FIRST_OF_DECEMBER + 4 * DAY,
    )
    assert one.when.holds({})
    assert load_rulebook([base, over]).holds.silences == ()


@pytest.mark.parametrize(
    ("was", "becomes", "message", "advice"),
    [
        (
            '"2026-12-04"',
            '"2026-11-30"',
            "until is before since.",
            "Exchange the two.",
        ),
        (
            '"2026-12-04"',
            "2026-12-04",
            "until = 2026-12-04 is not a day.",
            'Write a day in quotes: "2026-12-24".',
        ),
        (
            '"2026-12-04"',
            '"2026-02-30"',
            'until = "2026-02-30" is a day that no calendar has.',
            'Write a day in quotes: "2026-12-24".',
        ),
        (
            '"2026-12-04"',
            '"2026-12-04"\nwhen = {}',
            "when = {} says nothing: everybody's hand-offs would be held.",
            "Fill it in, or take it out to mean that.",
        ),
    ],
)
def test_a_mistake_is_told_with_what_to_write(tmp_path: Path, was, becomes, message, advice):
    (tmp_path / "rules.toml").write_text(ENOUGH + FAIR.replace(was, becomes))
    with pytest.raises(FixInput) as caught:
        load_rulebook([tmp_path])
    assert [(each.message, each.advice) for each in caught.value.problems] == [(message, advice)]
