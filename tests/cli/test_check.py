"""`leadmode check`: every problem at once."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from connector.cli.app import app
from tests.cli.company import Company
from tests.cli.conftest import Leadmode

MISTAKES = Path(__file__).parents[1] / "config" / "ten_mistakes"


def expected() -> list[str]:
    lines = (MISTAKES / "expected.txt").read_text().splitlines()
    return [line for line in lines if line]


def test_ten_mistakes_are_ten_lines_with_positions_and_nearest_names(monkeypatch):
    monkeypatch.chdir(MISTAKES)
    done = CliRunner().invoke(app, ["check", "--config", "config.toml"])
    assert done.exit_code == 1
    assert done.stdout.splitlines() == expected()
    assert done.stderr == "10 problems.\n"


def test_the_same_as_json(monkeypatch):
    monkeypatch.chdir(MISTAKES)
    document = json.loads(CliRunner().invoke(app, ["check", "--json"]).stdout)
    assert document["ok"] is False
    assert len(document["problems"]) == 10
    assert document["problems"][0] == {
        "file": "config.toml",
        "line": 5,
        "column": 13,
        "message": 'time_zone = "Europe/Berln" is not a time zone.',
        "advice": 'Did you mean "Europe/Berlin"?',
    }


def test_all_is_well(company: Company, leadmode: Leadmode):
    done = leadmode(company, "check")
    revision = json.loads(leadmode(company, "check", "--json").output)["revision"]
    assert done.output == (
        f"All is well. {company.config}\n"
        f"  state       {company.folder}/state\n"
        "  source      crm: csv, every 60 s, gets the tasks\n"
        f"  rules from  {company.folder}/rules\n"
        "  rule        Shopping again (returning), 5 signals\n"
        f"  revision    {revision[:12]}\n"
        "  writes      for real\n"
    )
    assert done.exit_code == 0
    assert not (company.folder / "state").exists()


def test_a_warning_is_told_and_has_a_code_of_its_own(company: Company, leadmode: Leadmode):
    rules = company.folder / "rules" / "rules.toml"
    hold = '[hold]\nexcluded = { "person.title" = { equals = "CEO", is_empty = true } }\n'
    rules.write_text(rules.read_text().replace("[hold]\n", hold))
    done = leadmode(company, "check")
    line = hold_line(rules)
    assert done.exit_code == 3
    assert done.stdout.splitlines()[:2] == [
        (
            f"{rules}:{line}:12: Warning: excluded holds for nobody: "
            "its parts contradict each other. Loosen one of them."
        ),
        f"It can run. {company.config}",
    ]
    assert done.stderr == "1 warning.\n"
    document = json.loads(leadmode(company, "check", "--json").stdout)
    assert (document["ok"], len(document["problems"])) == (True, 0)
    assert [(one["line"], one["column"]) for one in document["warnings"]] == [(line, 12)]


def hold_line(rules: Path) -> int:
    return rules.read_text().splitlines().index("[hold]") + 2


def test_json_has_the_documented_keys(company: Company, leadmode: Leadmode):
    assert set(json.loads(leadmode(company, "check", "--json").output)) == {
        "ok", "config", "problems", "warnings", "instance", "state", "dry_run", "revision",
        "sources", "folders", "rules", "notes",
    }  # fmt: skip


def test_other_commands_list_the_problems_too(company: Company, leadmode: Leadmode):
    company.config.write_text(company.config.read_text().replace("dry_run", "dryrun"))
    for command in (["sync"], ["leads"], ["explain", "P1"]):
        done = leadmode(company, *command)
        assert done.exit_code == 78
        assert f'{company.config}:4:1: Unknown key "dryrun"' in done.stderr
        assert "1 problem. `leadmode check` lists them at any time." in done.stderr


def test_without_a_configuration_it_says_where_it_looked(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEADMODE_CONFIG", raising=False)
    done = CliRunner().invoke(app, ["check"])
    assert done.exit_code == 78
    assert "looked for config.toml and /etc/leadmode/config.toml" in done.stderr


def test_a_configuration_that_is_not_there(tmp_path: Path):
    done = CliRunner().invoke(app, ["leads", "--config", str(tmp_path / "no.toml")])
    assert done.exit_code == 78
    assert "no.toml" in done.stderr
    assert "Traceback" not in done.output
