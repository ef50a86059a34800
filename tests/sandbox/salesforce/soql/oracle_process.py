"""Gets the oracle and asks it: @jetstreamapp/soql-parser-js, run by node.

npm installs it from the lock file beside this module into build/, which git ignores. What the
lock file says is checked by npm through its integrity hashes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "oracle"
CACHE = Path(__file__).parents[4] / "build" / "soql-oracle"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
WAIT = 60  # seconds for npm; node itself needs less than one


class NoOracle(Exception):
    """Why the oracle cannot be asked here."""


def ask(queries: list[str]) -> list[dict[str, Any]]:
    """What the oracle makes of each query; one process answers for all."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NoOracle("node and npm are not installed")
    home = installed(npm)
    command = [node, str(home / "read.cjs")]
    done = subprocess.run(
        command, input=json.dumps(queries), capture_output=True, text=True, check=True, timeout=WAIT
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def installed(npm: str) -> Path:
    """The folder with the oracle of this lock file; made once, by whoever comes first."""
    names = ("package.json", "package-lock.json", "read.cjs")
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in names)).hexdigest()
    home = CACHE / digest[:16]
    if home.exists():
        return home
    fresh = CACHE / f"{digest[:16]}.{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name in names:
        shutil.copy(HERE / name, fresh)
    try:
        subprocess.run(
            [npm, *INSTALL], cwd=fresh, capture_output=True, text=True, check=True, timeout=WAIT
        )
    except (subprocess.SubprocessError, OSError) as problem:
        shutil.rmtree(fresh, ignore_errors=True)
        said = str(getattr(problem, "stderr", "") or problem).splitlines()
        why = [line for line in said if line.startswith("npm error")] or said
        raise NoOracle(f"npm could not install it: {why[0] if why else problem}") from None
    try:
        fresh.rename(home)
    except OSError:  # another process was quicker
        shutil.rmtree(fresh, ignore_errors=True)
    return home
