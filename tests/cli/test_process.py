"""The real command in a process of its own: pipes, terminals, signals, completion."""

from __future__ import annotations

import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from connector.store import Store
from tests.cli.company import HISTORY, Company

pytestmark = pytest.mark.xdist_group("cli/test_process")  # what was shown once is kept
LEADMODE = (sys.executable, "-m", "connector.cli")


def environment(company: Company, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "LEADMODE_CONFIG": str(company.config), "COLUMNS": "110", **more}


def run(company: Company, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LEADMODE, *arguments],
        env=environment(company, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@cache
def on_terminal(company: Company, *arguments: str, **more: str) -> str:
    """What the command prints on a terminal of 110 columns; it changes nothing, so once."""
    there, here = pty.openpty()
    settings = {"TERM": "xterm-256color", **more}
    process = subprocess.Popen(
        [*LEADMODE, *arguments], env=environment(company, **settings), stdout=here, stdin=here
    )
    os.close(here)
    shown = b""
    try:
        while chunk := os.read(there, 65_536):
            shown += chunk
    except OSError:  # Linux: the other end is closed
        pass
    os.close(there)
    assert process.wait(timeout=30) == 0
    return shown.decode().replace("\r\n", "\n")


def test_the_same_in_a_process_as_in_the_tests(told: Company):
    done = run(told, "leads", "--at", "2026-11-20")
    assert done.returncode == 0
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["RANK", "GRADE"],
        ["1/1", "A1"],
        ["1/1", "D3"],
    ]


def test_a_terminal_gets_colours_and_no_line_is_too_long(told: Company):
    shown = on_terminal(told, "leads", "--at", "2026-11-20")
    assert "\x1b[1;32mA1" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "2 people in lead mode, 20 Nov 2026, 23:59" in plain
    assert all(len(line) <= 110 for line in plain.splitlines())


def test_a_terminal_and_a_pipe_are_told_the_same_story(told: Company):
    """Word for word, but for the width; the picture is drawn with other characters."""
    piped = run(told, "explain", "P1", "--at", "2026-11-20").stdout
    shown = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(told, "explain", "P1", "--at", "2026-11-20"))
    assert "\n\nThe story" in shown
    drawn = re.compile(r"^ .{12,14}\|.*$", re.MULTILINE)
    assert len(drawn.findall(shown)) == len(drawn.findall(piped)) > 5
    assert drawn.sub("", shown).split() == drawn.sub("", piped).split()


def test_no_color_is_respected(told: Company):
    coloured = re.compile(r"\x1b\[[\d;]*[39]\d")
    at = ("--at", "2026-11-20")
    for command in (("explain", "P1"), ("leads",)):
        assert coloured.search(on_terminal(told, *command, *at))
        assert not coloured.search(on_terminal(told, *command, *at, NO_COLOR="1"))


def test_a_reader_that_goes_away_is_no_error(told: Company):
    done = subprocess.run(
        ["/bin/sh", "-c", f"'{LEADMODE[0]}' -m connector.cli explain P1 --json | head -c 1"],
        env=environment(told),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.stdout, done.stderr) == ("{", "")


def test_a_daemon_without_a_configuration_says_so(tmp_path: Path):
    company = Company(tmp_path / "small")
    done = run(company, "run", "--config", str(tmp_path / "none.toml"))
    assert done.returncode == 78
    assert "none.toml" in done.stderr


def test_the_daemon_runs_until_it_is_told_to_stop(tmp_path: Path):
    company = Company(tmp_path / "small", more='tick = "1s"')
    company.add(HISTORY)
    process = subprocess.Popen(
        [*LEADMODE, "run", "--json"], env=environment(company), stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 20
        while not was_read(company):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        shown = run(company, "status").stdout
        assert "daemon        running" in shown
        assert "read just now" in shown
    finally:
        process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=35)
    assert process.returncode == 0
    assert '"action": "started"' in log or '"action":"started"' in log


def was_read(company: Company) -> bool:
    """Whether the daemon has read every stream of its source."""
    try:
        with closing(Store.read(company.folder / "state")) as store:
            asked = "SELECT count(*) > 0 AND min(read_at) > 0 FROM stream"
            return bool(store.connection.execute(asked).fetchone()[0])
    except (FileNotFoundError, sqlite3.OperationalError):  # it has just begun
        return False


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("leadmode exp", ["explain"]),
        ("leadmode explain ada", ["ada.quist@acme.example"]),
        ("leadmode held --reason open", ["open_opportunity"]),
        ("leadmode outbox --state de", ["dead"]),
    ],
)
def test_tab(told: Company, typed: str, offered: list[str]):
    done = run(
        told,
        _LEADMODE_COMPLETE="complete_bash",
        COMP_WORDS=typed,
        COMP_CWORD=str(len(typed.split()) - 1),
    )
    assert done.stdout.split() == offered


def test_tab_on_configuration_files(told: Company):
    folder = f"{told.folder}/"
    typed = f"leadmode leads --config {folder}c"
    done = run(told, _LEADMODE_COMPLETE="complete_bash", COMP_WORDS=typed, COMP_CWORD="3")
    assert done.stdout.split() == [f"{folder}config.toml"]


EACH_UNREAD = """
import os, shlex, sys
sys.argv[0] = "leadmode"
import adapters.csv.adapter, connector.cli.cycled, connector.diff  # once, not in each child
from connector.cli import main
from connector.registry import load_all
from pathlib import Path
load_all(Path(os.environ["LEADMODE_CONFIG"]))  # so that the tables of rules are built
for line in sys.stdin.read().splitlines():
    child = os.fork()
    if not child:
        there, here = os.pipe()
        os.close(there)
        os.dup2(here, 1)
        sys.argv[1:] = shlex.split(line)
        code = 1
        try:
            main()
        except SystemExit as end:
            sys.stdout.flush()
            code = end.code
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), line)
"""
COMMANDS = """\
check
plan
leads
explain P1 --json
why-not P1
held
diff rules
outbox
status
rules log
version
--version
--help
"""


def test_every_command_ends_as_one_whose_reader_went_away(tmp_path: Path):
    company = Company(tmp_path / "small", dry_run=True)
    company.live()
    done = subprocess.run(
        [sys.executable, "-c", EACH_UNREAD],
        input=COMMANDS,
        env=environment(company),
        cwd=company.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"141 {line}" for line in COMMANDS.splitlines()]
