"""Every command explains itself, is documented, and costs nothing to ask."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from connector.cli.app import app
from connector.model import Hold, OutboxState

DOCS = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
HEAVY = ("numpy", "pydantic", "sqlite_utils", "apscheduler", "httpx", "rich", "tree_sitter")


TREE = typer.main.get_command(app)


def commands() -> Iterator[tuple[str, ...]]:
    for name, command in TREE.commands.items():  # type: ignore[attr-defined]
        yield (name,)
        yield from ((name, each) for each in getattr(command, "commands", ()))


ALL = list(commands())


def options(path: tuple[str, ...]) -> list[str]:
    command = TREE
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined]
    return [each for option in command.params for each in option.opts if each.startswith("-")]


def test_these_are_the_commands():
    assert {" ".join(path) for path in ALL} == {
        "run", "sync", "plan", "apply", "undo", "check", "test", "doctor", "provision", "leads",
        "explain", "brief", "why-not", "held", "accounts", "programs", "offers", "backtest", "diff",
        "tune",
        "report", "health", "outbox",
        "outbox retry", "outbox release", "outbox discard", "status", "backup", "restore", "arm",
        "disarm", "reload", "rules", "rules log", "rules show", "version",
    }  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_has_two_examples_of_this_command(path: tuple[str, ...]):
    done = CliRunner().invoke(app, [*path, "--help"])
    assert done.exit_code == 0
    examples = done.output.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert len(examples) == 2
    for example in examples:
        assert example.strip().startswith(("leadmode " + " ".join(path[:1]),))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_and_option_is_documented(path: tuple[str, ...]):
    assert re.search(rf"^### .*\b{path[0]}\b", DOCS, re.MULTILINE)
    assert all(f"`{name}" in DOCS or f" {name} " in DOCS for name in path[1:])
    for option in options(path):
        assert f"`{option}" in DOCS, option


def test_every_word_of_a_state_and_a_reason_is_documented():
    for word in (*Hold, *OutboxState):
        assert f"`{word.value}`" in DOCS


def test_no_help_line_is_cut_off():
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "100"}).output
    assert "..." not in shown.partition("Commands:")[2]


def test_without_arguments_there_is_help():
    done = CliRunner().invoke(app, [])
    assert "Commands:" in done.output


def test_a_wrong_command_is_a_usage_error_with_the_nearest_one():
    done = CliRunner().invoke(app, ["explian"])
    assert done.exit_code == 64
    assert "explain" in done.output


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["--help"], []),
        (["--version"], []),
        (["outbox", "--help"], ["pydantic"]),  # typer's own, for arguments and lists
        (["explain", "--help"], ["pydantic"]),
    ],
    ids=str,
)
def test_asking_for_help_loads_nothing_heavy(arguments: list[str], needed: list[str]):
    code = (
        "import sys, json, time; sys.argv = json.loads(sys.argv[1])\n"
        "import atexit\n"
        f"atexit.register(lambda: sys.stderr.write(json.dumps("
        f"[[m for m in {HEAVY!r} if m in sys.modules], time.process_time()])))\n"
        "from connector.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(["leadmode", *arguments])],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    loaded, seconds = json.loads(done.stderr)
    assert set(loaded) <= set(needed)
    assert seconds < 0.6  # 0.12 on an idle machine
