"""Topics and next steps: what is wrong with them is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config.rules import load_rulebook
from connector.errors import FixInput

ROOT = Path(__file__).parents[2]
RULES = """\
[[topic]]
id = "price"
title = { en = "Prices", de = "Preise" }
asset = "*price*"
phase = "conversion"

[[next_step]]
id = "late"
persona = "champion"
phase = ["conversion", "acquisition"]
text = "Convince."

[[next_step]]
id = "any"
text = { de = "Fragen." }
"""


def loaded(folder: Path, text: str):
    (folder / "more.toml").write_text(text)
    pack = ROOT / "rules" / "packs" / "events"
    (folder / "plain").mkdir()
    for path in pack.glob("*.toml"):
        if path.name != "brief.toml":
            (folder / "plain" / path.name).write_text(path.read_text())
    return load_rulebook([folder / "plain", folder])


def test_topics_and_next_steps_become_values(tmp_path: Path):
    book = loaded(tmp_path, RULES)
    (topic,) = book.topics
    assert topic.titles == {"en": "Prices", "de": "Preise"}
    assert (topic.assets, topic.phase) == (("*price*",), "conversion")
    late, whoever = book.next_steps
    assert late.phases == {"conversion", "acquisition"}
    assert (late.personas, late.texts) == ({"champion"}, {"": "Convince."})
    assert whoever.texts == {"de": "Fragen."}


def test_a_folder_laid_over_switches_one_off(tmp_path: Path):
    over = tmp_path / "over"
    over.mkdir()
    (over / "mine.toml").write_text('[[topic]]\nid = "price"\nactive = false\n')
    book = load_rulebook([ROOT / "rules", over])
    ids = [topic.id for topic in book.topics]
    assert "proof" in ids
    assert "price" not in ids


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('asset = "*price*"\n', "", 'more.toml:2:6: [[topic]] "price" names no asset and no kind'),
        ('"champion"', '"champoin"', 'There is no persona "champoin". Did you mean "champion"?'),
        ('"conversion"\n', '"convertion"\n', "phase"),
        ('de = "Preise"', 'dee = "Preise"', "is no text in languages that leadmode speaks"),
        (
            'persona = "champion"\nphase = ["conversion", "acquisition"]\n',
            "",
            '[[next_step]] "any" is never told: [[next_step]] "late" takes all it is for.',
        ),
        ('text = "Convince."', "", '"text" is missing in [[next_step]] "late".'),
        ("[[topic]]", '[hand_off]\nlanguage = "fr"\n[[topic]]', "is not a language"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, old: str, new: str, problem: str):
    assert old in RULES
    with pytest.raises(FixInput) as caught:
        loaded(tmp_path, RULES.replace(old, new, 1))
    (found,) = caught.value.problems
    assert problem in str(found)
