"""`leadmode test`: exit codes, what is tested, and what a person sees."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connector.cli.app import app
from connector.config.settings import shipped_rules
from tests.cli.company import Company
from tests.cli.conftest import Leadmode

PASSING = """\
[person.dora]
title = "Head of Procurement"
[[test]]
name = "A meeting gives 40 points"
person = "dora"
timeline = [{ at = "-1d", kind = "meeting_booked" }]
[[test.moment]]
at = "-1d"
must = { score = 40 }
"""
FAILING = PASSING.replace("score = 40", 'state = "lead_mode", score = 41')


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with no configuration anywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEADMODE_CONFIG", raising=False)
    monkeypatch.setattr("connector.cli.test.USUAL_PLACES", (Path("config.toml"),))
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["test", *arguments])


def test_without_anything_the_shipped_rules_pass_and_are_covered(here: Path):
    done = call("--require-coverage")
    assert done.exit_code == 0, done.output
    assert "all passed." in done.stdout
    shares = [line.split()[-1] for line in done.stdout.splitlines() if line.endswith("%")]
    assert set(shares) == {"100%"}
    assert "none" not in done.stdout
    assert list(here.iterdir()) == []


def test_a_failure_is_exit_code_1_and_shows_the_difference(here: Path):
    (here / "ours.toml").write_text(FAILING)
    done = call("ours.toml")
    assert done.exit_code == 1
    assert done.stdout.partition("\n\n")[0].splitlines() == [
        "FAILED A meeting gives 40 points",
        "  ours.toml:7:8: at -1d",
        '    must.state "lead_mode"',
        '      got "passive"',
        "    must.score at least 40.5 and below 41.5",
        "      got 40.00",
        "    returning: passive; never entered; score 40.0",
        "      points: meeting-booked 40.0 of -1d",
        "      missing: score 40.0 of 50",
        "      missing: kinds 1 of 2 within 14d",
        "        -1d  meeting_booked  meeting-booked +40",
        "    >  here",
    ]
    assert "1 test, 1 failed." in done.stdout


def test_coverage_is_asked_for_with_an_exit_code_of_its_own(here: Path):
    (here / "ours.toml").write_text(PASSING)
    assert call("ours.toml").exit_code == 0
    assert call("ours.toml", "--require-coverage").exit_code == 2
    (here / "ours.toml").write_text(FAILING)
    assert call("ours.toml", "--require-coverage").exit_code == 1


def test_untested_branches_are_listed_and_all_of_them_on_request(here: Path):
    (here / "ours.toml").write_text(PASSING)
    some, every = call("ours.toml").stdout, call("ours.toml", "--coverage").stdout
    assert "... and" in some
    assert count_of(some, "signal  meeting-booked  scores an engagement") is None
    assert count_of(some, "signal  demo-request  raises a hand") == "none"
    assert count_of(every, "signal  meeting-booked  scores an engagement") == "1"
    assert count_of(every, "dispositions  Nurture  ends an episode") == "none"


def count_of(output: str, branch: str) -> str | None:
    """The last column of the row of a branch."""
    rows = [" ".join(line.split()).rpartition(" ") for line in output.splitlines()]
    wanted = " ".join(branch.split())
    return next((last for first, _, last in rows if first == wanted), None)


def test_json_is_one_document(here: Path):
    (here / "ours.toml").write_text(FAILING)
    done = call("ours.toml", "--json")
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert (document["ok"], document["passed"], document["failed"]) == (False, 0, 1)
    (test,) = document["tests"]
    assert (test["passed"], test["place"]) == (False, "ours.toml:4:8")
    assert test["failures"][0]["at"] == "2026-11-19T12:00:00.000Z"
    assert test["failures"][0]["differences"][0] == {
        "key": "must.state",
        "expected": '"lead_mode"',
        "got": '"passive"',
    }
    coverage = document["coverage"]
    assert coverage["branches"] == len(coverage["list"])
    assert coverage["untested"] == sum(each["tests"] == 0 for each in coverage["list"])


def test_mistakes_are_told_at_once_and_nothing_runs(here: Path):
    (here / "ours.toml").write_text(PASSING.replace("meeting_booked", "meting_booked"))
    (here / "more.toml").write_text(PASSING.replace("must", "mst"))
    done = call("ours.toml", "more.toml")
    assert done.exit_code == 78
    assert done.stdout == ""
    assert [line.partition(":")[0] for line in done.stderr.splitlines()[:2]] == [
        "ours.toml",
        "more.toml",
    ]
    assert 'Did you mean "meeting_booked"?' in done.stderr
    assert "no test was run." in done.stderr
    document = json.loads(call("ours.toml", "--json").stdout)
    assert document["problems"][0]["line"] == 6


def test_only_runs_those_with_the_text_in_their_name(here: Path):
    done = call("--only", "STUDENT")
    assert done.exit_code == 0
    assert done.stdout == "1 test, all passed.\n"
    assert call("--only", "nothing like it").exit_code == 64


def test_an_overlay_is_tested_by_its_own_tests_or_by_those_of_the_pack(here: Path):
    own = here / "own"
    own.mkdir()
    (own / "ours.toml").write_text('[[signal]]\nid = "meeting-booked"\nweight = 41\n')
    done = call("--rules", "pack:default", "--rules", "own")
    assert done.exit_code == 1
    assert "FAILED Meeting booked: 40 points" in done.stdout  # what the overlay changes
    (own / "tests").mkdir()
    (own / "tests" / "ours.toml").write_text(PASSING.replace("score = 40", "score = 41"))
    done = call("--rules", "pack:default", "--rules", "own")
    assert (done.exit_code, "1 test, all passed." in done.stdout) == (0, True)


def test_rules_without_tests_say_where_they_were_looked_for(here: Path):
    shutil.copytree(shipped_rules(), here / "rules", ignore=shutil.ignore_patterns("tests"))
    done = call("--rules", "rules")
    assert done.exit_code == 78
    assert "looked for *.toml in rules/tests" in done.stderr


def test_the_rules_of_the_configuration_are_tested_as_its_crm(company: Company, leadmode: Leadmode):
    """Under its own names of sources, in its own time zone, in whatever folder one is."""
    folder = company.folder / "rules" / "tests"
    folder.mkdir()
    (folder / "ours.toml").write_text(
        PASSING.replace("meeting_booked", "page_viewed")
        .replace('" }]', '", asset = "/pricing" },\n{ at = "-1d", kind = "webinar_attended" },\n'
                 '{ at = "-1d", kind = "content_downloaded" }]')
        .replace("score = 40", 'alert = true, body = "13:00"')
    )  # fmt: skip
    done = leadmode(company, "test")
    assert done.exit_code == 0, done.output


def test_no_adapter_and_no_sdk_is_loaded(here: Path):
    code = (
        "import sys; sys.argv = ['leadmode', 'test']\n"
        "from connector.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print([m for m in sys.modules if m.split('.')[0] in "
        "('adapters', 'hubspot', 'simple_salesforce', 'httpx', 'apscheduler')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
