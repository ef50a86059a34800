"""`leadmode tune`, on a told market."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connector.cli.app import app
from connector.clock import DAY, ManualClock
from connector.config.rules import load_rulebook
from connector.model import Kind
from connector.tune import library
from tests.backtest.history import START, folder
from tests.tune.history import RULES, market

pytestmark = pytest.mark.xdist_group("tune")  # the library is loaded, and fixtures made, once

CONFIG = """\
[leadmode]
instance = "told"
state = "state"
rules = ["rules"]

[sources.crm]
adapter = "csv"
folder = "exports"
"""


@pytest.fixture(scope="module", autouse=True)
def fewer_draws():
    """What is told does not depend on how often people are drawn."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr("connector.tune.run.DRAWS", 60)
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("place")
    (where / "exports").mkdir()
    folder(where / "rules", RULES)
    config = where / "config.toml"
    config.write_text(CONFIG)
    config.chmod(0o600)
    truth = {Kind.PAGE_VIEWED: 3.0}
    market(where / "state", truth, people=300, base=0.002, wins=0.3).close()
    return where


def run(place: Path, *arguments: str) -> Result:
    command = ["tune", "--config", str(place / "config.toml"), *arguments]
    return CliRunner().invoke(app, command, obj=ManualClock(START + 1_095 * DAY))


def test_a_file_that_lies_over_the_rules_and_the_way_on(place: Path):
    out = place / "draft" / "tuned.toml"
    done = run(place, "--opened", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Diff of present rules (")
    assert re.search(r"signal\.page\.weight +10 +-> +20 +proposal/tuned\.toml:", done.stdout)
    assert "Nothing was applied" in done.stderr
    command = next(line for line in done.stderr.splitlines() if "leadmode backtest" in line)
    assert f"--compare {place / 'rules'} --compare {place / 'draft'}" in command
    book = load_rulebook([place / "rules", place / "draft"])
    weights = {each.id: each.weight for each in book.lead_modes[0].rule.signals}
    assert weights["page"] == 20 > 4 * weights["social"]

    again = run(place, "--opened", "--out", str(out))
    assert again.exit_code == 64
    assert "exists already" in again.output
    no_rules = run(place, "--out", str(place / "draft" / "tuned.txt"))
    assert "must end with .toml" in no_rules.output

    compare = next(line for line in done.stderr.splitlines() if "leadmode diff" in line)
    again = CliRunner().invoke(
        app,
        [*compare.split()[1:], "--config", str(place / "config.toml")],
        obj=ManualClock(START + 1_095 * DAY),
    )
    assert again.exit_code == 3, again.output
    told = [line.split() for line in done.stdout.splitlines() if " enters " in line]
    assert told
    assert "more: the `leadmode diff` below" in done.stdout
    more = [line.split() for line in again.stdout.splitlines()]
    assert all(line in more for line in told)

    words = command.split()
    tried = CliRunner().invoke(
        app,
        [*words[1:], "--config", str(place / "config.toml"), "--json"],
        obj=ManualClock(START + 1_095 * DAY),
    )
    assert tried.exit_code == 0, tried.output
    now, proposed = (side["rules"][0]["opportunity"] for side in json.loads(tried.stdout)["sides"])
    assert proposed["episodes"]["share"] > now["episodes"]["share"]


def test_json_has_everything(place: Path):
    told = json.loads(run(place, "--opened", "--since", "1000d", "--json").stdout)
    assert told["overlay"].startswith("## Proposed by `leadmode tune`")
    assert {each["signal"] for each in told["tuned"]["weights"]} == {"page", "download", "social"}
    assert told["tuned"]["cut_at"].endswith("Z")
    assert told["tuned"]["held_out"]["period"]["start_at"] == told["tuned"]["cut_at"]


def test_too_few_wins_are_refused(place: Path):
    done = run(place, "--since", "250d")
    assert done.exit_code == 78
    assert "at least 20 are needed" in done.stderr
    assert done.stdout == ""


def test_without_the_library_it_says_how_to_get_it(place: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(library, "LIBRARY", "a_library_that_nobody_has")
    done = run(place)
    assert done.exit_code == 78
    assert "pip install 'leadmode[tune]'" in done.stderr


def test_nothing_but_this_command_loads_the_library():
    assert importlib.util.find_spec(library.LIBRARY) is not None
    code = (
        "import sys, pkgutil, importlib, connector\n"
        "for each in pkgutil.walk_packages(connector.__path__, 'connector.'):\n"
        "    if '__main__' not in each.name and not each.name.startswith('connector.tune.'):\n"
        "        importlib.import_module(each.name)\n"
        "found = [m for m in ('sklearn', 'scipy', 'joblib') if m in sys.modules]\n"
        "sys.exit(f'loaded {found}' if found else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
