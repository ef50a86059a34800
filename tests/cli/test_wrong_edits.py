"""A newcomer edits a threshold wrongly; the message alone tells how to mend it.

docs/commands.md shows the same edits with the same messages; a test compares.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connector.cli.app import app
from connector.config.packs import shipped_rules

DOCUMENT = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
CONFIG = (
    '[leadmode]\ninstance = "acme"\nrules = {rules}\n[sources.crm]\nadapter = "csv"\nfolder = "."\n'
)
EDITS = [
    ("enter = 50", 'enter = "50"', 1,
     'rules/lead-mode.toml:13:9: enter = "50" must be a number. Write it without quotes.'),
    ("leave = 20", "leave = 60", 1,
     ("rules/lead-mode.toml:20:9: leave = 60 is not below enter = 50. "
     "Make leave less than 50: somebody who enters must not leave at once.")),
    ("enter = 50", "entre = 50", 1,
     ('rules/lead-mode.toml:13:1: Unknown key "entre" in [[lead_mode]] "returning". '
     'Did you mean "enter"?')),
    ('idle_after = "45d"', 'idle_after = "120d"', 1,
     ('rules/lead-mode.toml:21:14: idle_after = 120d is longer than dormant_after = 90d. '
     "Make idle_after 90d or less.")),
    ("distinct_kinds = 2", "distinct_kinds = 20", 1,
     ("rules/lead-mode.toml:14:18: distinct_kinds = 20 cannot be reached: the signals name 13. "
     "Make it 13 or less, or add signals.")),
]  # fmt: skip


def checked(folder: Path, rules: str = '["rules"]') -> tuple[int, str]:
    (folder / "config.toml").write_text(CONFIG.format(rules=rules))
    done = CliRunner().invoke(app, ["check", "--config", str(folder / "config.toml")])
    return done.exit_code, done.stdout


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(shipped_rules(), tmp_path / "rules")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("right", "wrong", "code", "message"), EDITS, ids=range(5))
def test_the_message_alone_tells_how_to_mend_it(
    home: Path, right: str, wrong: str, code: int, message: str
):
    file = home / "rules" / "lead-mode.toml"
    assert file.read_text().count(right) == 1
    assert checked(home)[0] == 0
    file.write_text(file.read_text().replace(right, wrong))
    found, told = checked(home)
    assert (found, told.splitlines()[0].replace(f"{home}/", "")) == (code, message)
    assert f"    # {wrong}\n    {message}\n" in DOCUMENT


def test_an_empty_folder_laid_over_the_pack_changes_nothing(home: Path):
    (home / "mine").mkdir()
    code, told = checked(home, '["pack:default", "mine"]')
    alone = checked(home, '["pack:default"]')[1].splitlines()
    assert (code, [line for line in told.splitlines() if "mine" not in line]) == (0, alone)
    assert "Shopping again (returning)" in told
    (home / "mine" / "mine.toml").write_text('[[lead_mode]]\nid = "returning"\nenter = 60\n')
    code, changed = checked(home, '["pack:default", "mine"]')
    assert (code, changed == told) == (0, False)


def test_an_empty_folder_alone_is_a_mistake(home: Path):
    (home / "mine").mkdir()
    code, told = checked(home, '["mine"]')
    assert (code, "holds no rule files" in told) == (1, True)
