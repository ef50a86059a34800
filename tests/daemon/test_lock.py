"""One leadmode per state folder, freed by the kernel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connector.daemon.lock import FolderLock
from connector.errors import AlreadyRunning


@pytest.mark.fault("F74")
def test_a_second_one_is_refused_and_told_who_has_it(tmp_path: Path):
    folder = tmp_path / "state"
    with FolderLock.take(folder), pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
        FolderLock.take(folder)
    FolderLock.take(folder).release()


def test_only_the_owner_may_look_into_a_new_folder(tmp_path: Path):
    with FolderLock.take(tmp_path / "state"):
        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


@pytest.mark.fault("F88")
def test_a_killed_process_leaves_no_lock(tmp_path: Path):
    program = (
        "import os, sys, pathlib\nfrom connector.daemon.lock import FolderLock\n"
        "lock = FolderLock.take(pathlib.Path(sys.argv[1]))\n"
        "print('held', flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=f"process {other.pid}"):
            FolderLock.take(tmp_path)
        other.kill()
        other.wait(10)
        FolderLock.take(tmp_path).release()
