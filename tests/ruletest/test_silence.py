"""A [[silence]] holds hand-offs at its time: in a played test, and in its coverage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ruletest.small import BACK, RULES, ran

DEMO = 'timeline = [ { at = "-1d", kind = "form_submitted", asset = "demo" } ]\n'
"""A raised hand on 19 November at noon; `BACK` enters at the same time."""
HELD = '{ at = "now", must = { state = "lead_mode", alert = false, held = "silence" } }'
ALERT = '{ at = "now", must = { alert = true } }'


def failed(folder: Path, silence: str, story: str, moment: str) -> tuple[int, int]:
    """How many tests failed, and how many touched the silence."""
    fair = f'[[silence]]\nid = "fair"\nlabel = "trade fair"\n{silence}\n'
    text = f'[[test]]\nname = "one"\nperson = "ada"\n{story}moment = [{moment}]\n'
    done = ran(folder, text, RULES + fair)
    (branch,) = (each for each in done.coverage if each.name == "silence fair")
    return done.failed, branch.tests


ON = 'since = "2026-11-19"\nuntil = "2026-11-19"\n'


@pytest.mark.parametrize(
    ("silence", "story", "moment", "touched"),
    [
        (ON, BACK, HELD.replace('"silence"', '"silence", because = "trade fair"'), 1),
        (ON.replace("-19", "-20"), BACK, ALERT, 0),
        (ON.replace("-19", "-18"), BACK, ALERT, 0),
        (ON + 'when = { "person.country" = "FR" }', BACK, ALERT, 0),
        (ON + 'when = { "person.country" = "DE" }', BACK, HELD, 1),
        (ON, DEMO, ALERT, 0),
        (ON + "raised_hands = true", DEMO, HELD, 1),
        (ON + "active = true", BACK, HELD, 1),
    ],
)
def test_who_is_held_and_when(tmp_path, silence, story, moment, touched):
    assert failed(tmp_path, silence, story, moment) == (0, touched)
