"""[[lifecycle]]: what is read of it, and every mistake with its place and advice."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config.rules import load_rulebook
from connector.errors import FixInput
from tests.config.folder import ENOUGH

FIELD = '[[lifecycle.field]]\nfield = "Status"\nvalue = "x"\n'
LEFT = '[[lifecycle]]\nid = "end"\nwhen = "left"\n'


def problems(folder: Path, text: str, sources: list[str] | None = None) -> list[tuple[str, str]]:
    (folder / "rules.toml").write_text(ENOUGH + text)
    with pytest.raises(FixInput) as caught:
        load_rulebook([folder], sources=sources)
    return [(each.message, each.advice) for each in caught.value.problems]


def test_tables_are_read_in_order_and_can_be_switched_off_by_a_later_folder(tmp_path):
    base, over = tmp_path / "base", tmp_path / "over"
    base.mkdir()
    over.mkdir()
    begin = '[[lifecycle]]\nid = "begin"\nwhen = "entered"\nreasons = "hand_raise"\n'
    (base / "rules.toml").write_text(ENOUGH + LEFT + FIELD + begin + FIELD)
    (over / "own.toml").write_text('[[lifecycle]]\nid = "end"\nactive = false\n')
    both = load_rulebook([base]).lifecycles
    assert [(each.id, each.at_end, set(each.reasons)) for each in both] == [
        ("end", True, set()),
        ("begin", False, {"hand_raise"}),
    ]
    assert [each.id for each in load_rulebook([base, over]).lifecycles] == ["begin"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            LEFT + 'reasons = ["idel"]\n' + FIELD,
            ('An episode is never left for the reason "idel".', 'Did you mean "idle"?'),
        ),
        (
            LEFT + 'reasons = ["score"]\n' + FIELD,
            (
                'An episode is never left for the reason "score".',
                "Known: converted, decayed, disqualified, idle, ineligible, recycled, rejected.",
            ),
        ),
        (
            LEFT + 'lead_modes = ["retuning"]\n' + FIELD,
            ('There is no lead mode "retuning".', 'Did you mean "returning"?'),
        ),
        (
            LEFT.replace("left", "entered") + FIELD.replace('"x"', '"{{left_on}}"'),
            (
                '"left_on" is not known before an episode has ended.',
                'Use it in a [[lifecycle]] with when = "left".',
            ),
        ),
        (
            LEFT + FIELD.replace('"x"', '"{{episode}}"'),
            ('Unknown placeholder "episode".', 'Did you mean "episodes"?'),
        ),
        (
            LEFT + FIELD + FIELD,
            (
                '"Status" is set by an earlier [[lifecycle.field]]: this never counts.',
                "Give them different sources with on, those for one source first.",
            ),
        ),
        (
            LEFT + FIELD + 'on = ["cmr"]\n',
            ('There is no source "cmr".', 'Did you mean "crm"?'),
        ),
    ],
)
def test_a_mistake_is_told_with_the_nearest_name(tmp_path, text, said):
    assert problems(tmp_path, text, ["crm"]) == [said]


def test_a_hand_off_cannot_ask_when_the_episode_ended(tmp_path):
    field = '[[hand_off.field]]\nfield = "x"\nvalue = "{{left_on}}"\n'
    ((message, _),) = problems(tmp_path, field)
    assert message == '"left_on" is not known before an episode has ended.'
