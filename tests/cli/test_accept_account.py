"""Every command that works with a platform keeps off another account until it is accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.memory.adapter import MemoryAdapter
from adapters.memory.client import forget
from connector.cli.app import app
from connector.clock import HOUR
from connector.daemon.lock import FolderLock
from connector.ports import FieldSpec
from connector.store.requests import waiting
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import World

REFUSED = 'The credentials of "crm" are those of crm (refreshed)'


@dataclass
class Installation:
    """A configuration on a memory platform, and the command line on it."""

    world: World
    plan: Path

    def run(self, *words: str) -> Result:
        self.world.clock.move_to(self.world.clock.now() + HOUR // 4)
        command = [*words, "-c", str(self.world.folder / "config.toml")]
        return CliRunner().invoke(app, command, obj=self.world.clock)

    def done(self, *words: str) -> str:
        told = self.run(*words)
        assert told.exit_code == 0, told.output
        return str(told.output)


@pytest.fixture
def refreshed(tmp_path: Path) -> Iterator[Installation]:
    """A task about Ada was written, one about Bob is planned; then the sandbox was refreshed."""
    world = World(tmp_path)
    for name in ("ada", "bob"):
        known_for_long(world, name)
    world.returns("ada")
    world.stop()
    made = Installation(world, tmp_path / "bob.plan")
    made.done("sync")
    world.returns("bob")
    made.done("plan", "--out", str(made.plan))
    world.platform.account_id = "refreshed"
    yield made
    forget(world.name)


@pytest.mark.fault("F9")
def test_no_command_works_with_another_account(refreshed: Installation, monkeypatch):
    platform, world = refreshed.world.platform, refreshed.world
    field = FieldSpec(object_type="Contact", name="leadmode_key", type="text")
    monkeypatch.setattr(MemoryAdapter, "needed_fields", lambda _: (field,))
    before = platform.calls.copy()
    commands = {
        ("sync",): 75,
        ("plan",): 75,
        ("apply", str(refreshed.plan)): 75,
        ("undo", world.config.rulebook.revision, "--yes"): 75,
        ("provision", "--yes"): 1,
        ("doctor",): 1,
    }
    for command, code in commands.items():
        told = refreshed.run(*command)
        assert REFUSED in told.output, command
        assert told.exit_code == code, command
    assert platform.calls - before == {"check": platform.calls["check"] - before["check"]}
    assert world.subjects() == ["Call Ada (D2)"]


def test_an_accepted_account_is_worked_with(refreshed: Installation):
    told = refreshed.done("doctor", "--accept-account", "crm")
    assert told == "crm: leadmode works with crm.\n"
    assert "All is well." in refreshed.done("doctor")
    refreshed.done("sync")
    assert refreshed.world.subjects() == ["Call Ada (D2)", "Call Bob (D2)"]
    as_before = json.loads(refreshed.done("doctor", "--accept-account", "crm", "--json"))
    assert as_before == {
        "source": "crm",
        "account": "crm",
        "account_id": "refreshed",
        "changed": False,
        "done": True,
    }


def test_a_running_daemon_is_asked_to_accept_it(refreshed: Installation):
    state = refreshed.world.config.state
    with FolderLock.take(state):
        told = refreshed.done("doctor", "--accept-account", "crm")
        assert "The daemon was asked to" in told
        assert waiting(state) == 1
        assert refreshed.run("doctor").exit_code == 1, "it has not done so yet"
    refreshed.done("sync")
    assert refreshed.world.subjects() == ["Call Ada (D2)", "Call Bob (D2)"]


def test_what_cannot_be_accepted_is_told(refreshed: Installation, tmp_path: Path):
    told = refreshed.run("doctor", "--accept-account", "crn")
    assert told.exit_code == 64
    assert 'Did you mean "crm"?' in told.output
    for path in refreshed.world.config.state.glob("leadmode.sqlite*"):
        path.unlink()
    told = refreshed.run("doctor", "--accept-account", "crm")
    assert told.exit_code == 78
    assert "leadmode sync" in told.output
    assert "All is well." in refreshed.done("doctor"), "nothing is held to an account yet"
