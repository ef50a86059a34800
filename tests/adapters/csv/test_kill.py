"""Exactly once, whatever moment the process is killed at."""

from __future__ import annotations

import csv
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connector.model import Settled, Write
from tests.adapters.csv.folder import Exports
from tests.adapters.csv.writes import change, task
from tests.depth import depth

KILLS = depth(6, 20)
WRITER = """
import sys
from pathlib import Path
from adapters.csv.adapter import CsvAdapter, Settings
from connector.clock import ManualClock
from connector.model import RecordRef, Settled, Write, WriteKind

TARGET = RecordRef("crm", "Person", "p1")

def task(n):
    fields = {"subject": f"Call k{n}", "body": "line\\n" * (n % 50)}
    return Write(key=f"k{n}", kind=WriteKind.CREATE_TASK, target=TARGET, fields=fields)

adapter = CsvAdapter("crm", Settings(folder=Path(sys.argv[1]), people=""), ManualClock(0))
print("ready", flush=True)
for first in range(0, 4_000, 3):
    outcomes = adapter.write([task(n) for n in range(first, first + 3)])
    assert {o.settled for o in outcomes} <= {Settled.APPLIED, Settled.ALREADY_APPLIED}
    print(first + 3, flush=True)
"""
BATCHES: list[list[Write]] = [
    [task("k1", body='a "b"\nc'), task("k2")],
    [change("c1", first="x\ny", second="z")],
]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


class _Killed(Exception):
    pass


def states(folder: Path, batch: list[Write], monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The out folder as it is after each byte that reaches the disk while `batch` is written."""
    shot: list[Path] = []
    real_write = __import__("os").write

    def write(descriptor: int, data: memoryview) -> int:
        written = real_write(descriptor, data[:1])
        shot.append(folder.with_name(f"state{len(shot)}"))
        shutil.copytree(folder, shot[-1])
        return int(written)

    monkeypatch.setattr("os.write", write)
    Exports(folder).adapter(people="").write(batch)
    monkeypatch.undo()
    return shot


@pytest.mark.parametrize("batch", BATCHES, ids=["tasks", "field changes"])
@pytest.mark.parametrize("before", [False, True], ids=["first batch", "later batch"])
def test_killed_after_any_byte(tmp_path, monkeypatch, batch, before):
    folder = tmp_path / "crm"
    folder.mkdir()
    if before:
        Exports(folder).adapter(people="").write([task("k0"), change("c0", first="w")])
    monkeypatch.setattr("os.fsync", lambda _: None)
    shots = states(folder, batch, monkeypatch)
    monkeypatch.setattr("os.fsync", lambda _: None)
    name = "field_changes.csv" if batch[0].key == "c1" else "tasks.csv"
    wanted = rows_of(folder / "out" / name)
    assert len(shots) > 150
    told = set()
    for shot in shots:
        adapter = Exports(shot).adapter(people="")
        outcomes = adapter.write(batch)
        told.add(tuple(outcome.settled for outcome in outcomes))
        assert rows_of(shot / "out" / name) == wanted
        assert {o.settled for o in adapter.write(batch)} == {Settled.ALREADY_APPLIED}
        shutil.rmtree(shot)
    assert told == {(Settled.APPLIED,) * len(batch), (Settled.ALREADY_APPLIED,) * len(batch)}


def interrupted(exports: Exports, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Write k1 and k2, and be killed before the rows, or before the ledger's end."""

    def die(*_: object) -> None:
        raise _Killed

    if at == "end":
        monkeypatch.setattr("adapters.csv.ledger.Ledger.end", die)
    else:
        monkeypatch.setattr("adapters.csv.outbound.write_all", die)
    with pytest.raises(_Killed):
        exports.adapter(people="").write([task("k1"), task("k2")])
    monkeypatch.undo()


@pytest.mark.parametrize("at", ["rows", "end"])
def test_a_file_moved_away_before_the_restart_leaves_a_question(exports, monkeypatch, at):
    exports.adapter(people="").write([task("k0")])
    interrupted(exports, monkeypatch, at)
    tasks = exports.folder / "out" / "tasks.csv"
    tasks.rename(tasks.with_name("moved.csv"))
    for _ in range(2):
        outcomes = exports.adapter(people="").write([task("k1"), task("k0"), task("k3")])
        assert outcomes[0].settled is Settled.UNKNOWN
        assert "moved" in outcomes[0].reason
        assert outcomes[1].settled is Settled.ALREADY_APPLIED
    assert [row["leadmode_key"] for row in rows_of(tasks)] == ["k3"]


def test_a_file_edited_before_the_restart_answers_for_the_keys_it_has(exports, monkeypatch):
    exports.adapter(people="").write([task("k0")])
    interrupted(exports, monkeypatch, "end")
    tasks = exports.folder / "out" / "tasks.csv"
    rows = tasks.read_bytes().split(b'"k2"')[0]
    tasks.write_bytes(rows.replace(b"Call k1", b"Ring k1 up " + b"soon " * 60))
    outcomes = exports.adapter(people="").write([task("k1"), task("k2")])
    assert [o.settled for o in outcomes] == [Settled.ALREADY_APPLIED, Settled.UNKNOWN]


def test_zeros_that_a_power_cut_left_are_cut_off(exports, monkeypatch):
    exports.adapter(people="").write([task("k0")])
    interrupted(exports, monkeypatch, "rows")
    tasks = exports.folder / "out" / "tasks.csv"
    tasks.write_bytes(tasks.read_bytes() + b'"k1","Ca' + bytes(30))
    exports.adapter(people="").write([task("k1"), task("k2")])
    assert [row["leadmode_key"] for row in rows_of(tasks)] == ["k0", "k1", "k2"]


def test_a_last_row_cut_at_any_byte_does_not_swallow_the_next(exports, monkeypatch):
    """Somebody cut the file; the ledger knows the row, so it is not written again."""
    monkeypatch.setattr("os.fsync", lambda _: None)
    exports.adapter(people="").write([task("k1")])
    exports.adapter(people="").write([task("k2", body='a "b"\nc')])
    tasks, ledger = (exports.folder / "out" / name for name in ("tasks.csv", ".leadmode-keys"))
    whole, known = tasks.read_bytes(), ledger.read_bytes()
    start = whole.index(b'"k2"')
    for size in range(start, len(whole) + 1):
        tasks.write_bytes(whole[:size])
        ledger.write_bytes(known)
        outcomes = exports.adapter(people="").write([task("k2"), task("k3")])
        assert [o.settled for o in outcomes] == [Settled.ALREADY_APPLIED, Settled.APPLIED]
        found = [row["leadmode_key"] for row in rows_of(tasks)]
        assert found in (["k1", "k3"], ["k1", "k2", "k3"])
    assert found == ["k1", "k2", "k3"]


def test_killed_for_real(tmp_path):
    """The kernel kills the writer at random moments; then every key is there once."""
    done = 0
    for number in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.001 + 0.0037 * number % 0.04)
            process.send_signal(signal.SIGKILL)
            lines = [line for line in process.stdout if line.endswith("\n")]
        done = max(done, int(lines[-1]) if lines else 0)
    assert done > 0
    adapter = Exports(tmp_path).adapter(people="")
    found = [row["leadmode_key"] for row in rows_of(tmp_path / "out" / "tasks.csv")]
    assert found[:done] == [f"k{n}" for n in range(done)]
    adapter.write([task(f"k{n}", body="line\n" * (n % 50)) for n in range(done, done + 30)])
    rows = rows_of(tmp_path / "out" / "tasks.csv")
    assert [row["leadmode_key"] for row in rows] == [f"k{n}" for n in range(done + 30)]
    for n, row in enumerate(rows):
        assert row["description"] == "line\n" * (n % 50)
        assert row["related_id"] == "p1"
