"""Which rules a text means: revisions whose texts are kept, and what runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from connector.config.references import NoSuchRules, References, Texts, changes_between
from connector.errors import FixInput
from tests.cli.company import RULES

OVER = b'[[lead_mode]]\nid = "returning"\nenter = 60\n'
KEPT: dict[str, Sequence[Texts]] = {
    "aaaaaa111111": [{"rules.toml": RULES.replace("enter = 45", "enter = 30").encode()}],
    "bbbbbb222222": [{"rules.toml": RULES.encode()}, {"over.toml": OVER}],
    "cccccc333333": [{"rules.toml": RULES.replace("leave = 20", "leave = 99").encode()}],
}


@pytest.fixture
def known(tmp_path: Path) -> References:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.toml").write_text(RULES)
    (tmp_path / "room").mkdir()
    return References(
        configured=[tmp_path / "rules"],
        sources=["crm"],
        room=str(tmp_path / "room"),
        stored=lambda start: next((t for name, t in KEPT.items() if name.startswith(start)), None),
    )


def entered_at(known: References, text: str) -> float:
    return known.find(text).rulebook.lead_modes[0].rule.enter


def test_a_revision_is_found_by_its_beginning(known: References):
    assert entered_at(known, "aaaaaa111111") == entered_at(known, "aaaaaa") == 30


def test_a_revision_of_two_folders_is_laid_over_as_it_was(known: References):
    assert entered_at(known, "bbbbbb222222") == 60


def test_places_in_a_revision_are_named_by_it(known: References):
    (change,) = changes_between(known.find("aaaaaa"), known.running(None))
    assert change.old is not None
    assert change.old.place is not None
    assert change.old.place.file == "aaaaaa/rules.toml"


def test_mistakes_in_a_revision_are_told_by_its_name(known: References):
    with pytest.raises(FixInput, match=r"cccccc333333/rules\.toml:"):
        known.find("cccccc333333")


def test_a_revision_that_is_not_kept_is_told(known: References):
    with pytest.raises(NoSuchRules, match="no revision whose texts are kept"):
        known.find("dddddd")


def test_what_runs_is_preferred_to_what_is_configured(known: References):
    assert known.running("aaaaaa111111").label == "running rules"
    configured = known.running(None)
    assert configured.label == "configured rules"
    assert known.running(configured.rulebook.revision).label == "configured rules"
    assert known.running("dddddd444444").label == "configured rules"


def test_a_folder_comes_before_a_revision_of_the_same_name(
    known: References, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "aaaaaa").mkdir()
    (tmp_path / "aaaaaa" / "x.toml").write_text(RULES)
    assert entered_at(known, "aaaaaa") == 45
