"""`leadmode accounts`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connector.cli.app import app
from connector.config.rules import load_rulebook
from tests.flow.test_accounts import start
from tests.flow.world import World


def said(world: World, *arguments: str) -> str:
    config = str(world.folder / "config.toml")
    done = CliRunner().invoke(app, ["accounts", *arguments, "--config", config], obj=world.clock)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory):
    world = start(World(tmp_path_factory.mktemp("mill")))
    world.returns("cleo")
    world.engaged("bob")
    world.cycles(3)
    yield world
    world.close()


def test_accounts_stand_in_a_table_with_what_is_missing(mill):
    told = said(mill)
    row = next(line for line in told.splitlines() if line.startswith("Mill")).split()
    assert row == ["Mill", "Olga", "pursue", "10", "91", "2", "-", "executive", "2", "Jan", "2026"]
    assert "1 likely to buy and engaged (pursue)" in told
    assert "1 company with engaged people has no executive among them." in told


def test_one_account_alone_is_told_with_its_people_and_surges(mill):
    told = said(mill, "mill")
    assert "Mill (crm:Account:mill), owned by Olga" in told
    assert "Missing: executive (known there, not engaged: Ada is executive)." in told
    assert "Surge of 2 Jan 2026 until now, 2 people: task written, for Olga." in told
    cleo = next(line for line in told.splitlines() if line.startswith("Cleo"))
    assert cleo.rstrip().endswith("2 Jan 2026")


def test_json_has_everything_and_options_narrow_it(mill):
    (row,) = json.loads(said(mill, "--surging", "--json"))["rows"]
    assert row["quadrant"] == "pursue"
    assert row["missing"] == ["executive"]
    assert [each["name"] for each in row["engaged"]] == ["Cleo", "Bob"]
    assert row["surges"][0]["held"] == ""
    assert json.loads(said(mill, "--quadrant", "watch", "--json"))["rows"] == []
    assert "No company is like that." in said(mill, "--quadrant", "watch")


def test_a_wrong_quadrant_is_told_with_the_nearest(mill):
    done = CliRunner().invoke(
        app, ["accounts", "--quadrant", "persue", "--config", str(mill.folder / "config.toml")]
    )
    assert done.exit_code != 0
    assert "pursue" in done.output


def test_without_a_rule_it_says_how_to_make_one(tmp_path: Path):
    world = World(tmp_path)
    world.cycle()
    assert load_rulebook([tmp_path / "rules"]).account is None
    assert "docs/rules.md, [account], says how" in said(world)
    world.close()
