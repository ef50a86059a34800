"""`leadmode backtest`, run on a company that the daemon lived through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connector.cli.app import app
from tests.backtest.history import OPENS, folder
from tests.cli.company import Company

pytestmark = pytest.mark.xdist_group("cli/test_backtest")  # its fixtures are made once


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    made = Company(tmp_path_factory.mktemp("company"))
    made.live()
    return made


def run(company: Company, *arguments: str, code: int = 0) -> str:
    command = ["backtest", "--config", str(company.config), *arguments]
    done = CliRunner().invoke(app, command, obj=company.clock)
    assert done.exit_code == code, done.output
    return done.output


def document(company: Company, *arguments: str) -> Any:
    return json.loads(run(company, "--json", *arguments))


def test_the_table_is_plain_and_aligned_in_a_pipe(company: Company):
    lines = run(company, "--since", "60d", "--horizon", "7d").splitlines()
    assert lines[0] == "Backtest 2026-09-19 to 2026-11-18"
    assert "returning" in lines[4]
    row = next(line for line in lines if line.startswith("episodes"))
    assert row.split(maxsplit=1)[1] == "3 of 3 people"
    assert next(line for line in lines if line.startswith("  held")).split(maxsplit=1)[1] == (
        "open_opportunity 1"
    )
    assert "\x1b" not in "".join(lines)


def test_it_says_what_is_not_stored(company: Company):
    told = run(company)
    assert "count from their arrival" in told
    assert "Only today's values of person.do_not_call, person.opted_out are stored" in told


def test_json_has_everything_with_instants_in_iso(company: Company):
    told = document(company, "--since", "60d", "--horizon", "7d", "--capacity", "1")
    assert told["period"]["until_at"] == "2026-11-18T06:00:00.000Z"
    assert told["period"]["horizon_ms"] == 7 * 86_400_000
    (side,) = told["sides"]
    (rule,) = side["rules"]
    assert (side["label"], rule["rule"], rule["episodes"]) == ("rules", "returning", 3)
    assert told["capacity"] == 1
    assert rule["load"]["too_many"] == sum(rep["too_many"] for rep in rule["load"]["reps"]) > 0
    assert told["arrival"]["late"] > 10


def test_other_rules_beside_the_configured_ones(company: Company, tmp_path: Path):
    other = folder(tmp_path / "opens", OPENS)
    told = document(company, "--compare", str(other))
    assert [side["rules"][0]["rule"] for side in told["sides"]] == ["returning", "opens-only"]
    shown = run(company, "--compare", str(other))
    assert "rules: returning" in shown
    assert "compare: opens-only" in shown


def test_other_rules_instead_and_laid_over_one_another(company: Company, tmp_path: Path):
    over = tmp_path / "over"
    over.mkdir()
    (over / "one.toml").write_text('[[lead_mode]]\nid = "opens-only"\ntitle = "Mine"\n')
    rules = ["--rules", str(folder(tmp_path / "opens", OPENS)), "--rules", str(over)]
    (side,) = document(company, *rules)["sides"]
    assert [(rule["rule"], rule["title"]) for rule in side["rules"]] == [("opens-only", "Mine")]
    (side,) = document(company, "--rules", "pack:default")["sides"]
    assert side["folders"][0].endswith("rules")


def test_the_page_is_written_for_this_user_only(company: Company, tmp_path: Path):
    page = tmp_path / "page.html"
    run(company, "--html", str(page))
    assert page.read_text().startswith("<!doctype html>")
    assert page.stat().st_mode & 0o777 == 0o600


def test_lengths_and_dates_name_the_same_beginning(company: Company):
    starts = {
        document(company, "--since", text)["period"]["wished_at"]
        for text in ("60d", "-60d", "2026-09-19T06:00Z")
    }
    assert starts == {"2026-09-19T06:00:00.000Z"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--since", "soon"), '"soon"'),
        (("--since", "365"), '"365"'),
        (("--horizon", "90"), '--horizon "90"'),
        (("--horizon", "0d"), "longer than nothing"),
        (("--capacity", "0"), "--capacity"),
    ],
    ids=str,
)
def test_a_mistaken_option_is_named(company: Company, arguments: tuple[str, ...], says: str):
    assert says in run(company, *arguments, code=64)


def test_broken_rules_are_told_with_their_place(company: Company, tmp_path: Path):
    broken = folder(tmp_path / "broken", OPENS.replace("enter = 10", "enter = 1"))
    told = run(company, "--compare", str(broken), code=78)
    assert "rules.toml:" in told
    assert "leave" in told


def test_a_period_after_everything_says_so(company: Company):
    assert "too short" in run(company, "--since", "2027-01-01", code=78)
