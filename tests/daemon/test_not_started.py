"""What keeps the daemon from starting, and the exit code that says what to do about it."""

from __future__ import annotations

import logging
import signal
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector import log
from connector.clock import ManualClock
from connector.daemon.exits import ExitCode, exit_code
from connector.daemon.service import run
from connector.daemon.timing import Timing
from connector.errors import AdapterError
from connector.registry import load_all
from connector.store import FILE_NAME
from connector.store.recovery import EARLIEST
from tests.daemon.systemd import write_config


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("leadmode")
    before = root.handlers[:], root.level, ours.level
    hangup, hook = signal.getsignal(signal.SIGHUP), threading.excepthook
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])
    signal.signal(signal.SIGHUP, hangup)
    threading.excepthook = hook


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path)


class Boots(ManualClock):
    """Says 1970 for so many looks, then the truth."""

    def __init__(self, looks: float) -> None:
        super().__init__(0)
        self._looks = looks

    def now(self) -> int:
        self._looks -= 1
        return 0 if self._looks >= 0 else EARLIEST


HASTE = Timing(beat=0.01, clock=0.05)
JUNK = b"no database" * 1_000


@pytest.fixture
def damaged(config: Path) -> Path:
    """The daemon ends when it comes to this database."""
    state = load_all(config).state
    state.mkdir()
    (state / FILE_NAME).write_bytes(JUNK)
    return state / FILE_NAME


@pytest.mark.fault("F89")
def test_a_clock_that_was_never_set_is_waited_for_and_then_tried_again(
    config: Path, damaged: Path, capsys
):
    assert run(config, clock=Boots(1_000), timing=HASTE) == ExitCode.TEMPORARY
    assert "clock says 1970-01-01" in capsys.readouterr().err
    assert damaged.read_bytes() == JUNK


@pytest.mark.fault("F89")
@pytest.mark.usefixtures("damaged")
def test_a_clock_that_is_set_meanwhile_lets_it_start(config: Path):
    assert run(config, clock=Boots(4), timing=HASTE) == ExitCode.IO, "it came to the database"


def test_every_problem_of_a_broken_configuration_is_told(config: Path, capsys):
    write_config(
        config.parent, more='\n[delivery]\nbatches = 5\n[sources.third]\nadapter = "none"\n'
    )
    assert run(config) == ExitCode.CONFIG
    told = [line for line in capsys.readouterr().err.splitlines() if "action=not_started" in line]
    assert len(told) >= 2
    assert all("config.toml:" in line for line in told)


def test_a_secret_that_is_not_there_has_a_code_of_its_own(config: Path):
    config.write_text(config.read_text() + 'token = "env:NO_SUCH_TOKEN"\n')
    assert run(config) == ExitCode.SIGN_IN


def test_a_secret_that_is_there_is_masked_in_logs_from_then_on(config: Path, monkeypatch):
    monkeypatch.setenv("SUCH_A_TOKEN", "CANARY-0d1e2f")
    config.write_text(config.read_text() + 'token = "env:SUCH_A_TOKEN"\n')
    load_all(config)
    assert log.redact("https://x.example/?t=CANARY-0d1e2f") == "https://x.example/?t=***"


def test_a_missing_secret_beside_other_mistakes_is_a_broken_configuration(config: Path):
    config.write_text(config.read_text() + 'token = "env:NO_SUCH_TOKEN"\npage_size = "many"\n')
    assert run(config) == ExitCode.CONFIG


def test_a_state_folder_that_cannot_be_made(config: Path, capsys):
    (config.parent / "state").write_text("in the way")
    assert run(config) == ExitCode.IO
    assert "state" in capsys.readouterr().err


def test_a_state_of_a_newer_leadmode(config: Path, capsys):
    (config.parent / "state").mkdir()
    database = sqlite3.connect(config.parent / "state" / "leadmode.sqlite")
    database.execute("PRAGMA user_version = 9999")
    database.close()
    assert run(config) == ExitCode.CONFIG
    assert "newer leadmode" in capsys.readouterr().err


def test_a_damaged_database(config: Path):
    (config.parent / "state").mkdir()
    (config.parent / "state" / "leadmode.sqlite").write_bytes(b"not a database, far from it" * 400)
    assert run(config) == ExitCode.IO


def test_what_was_not_foreseen_is_tried_again():
    assert exit_code(RuntimeError("x")) == ExitCode.TEMPORARY
    assert exit_code(AdapterError("x")) == ExitCode.TEMPORARY
