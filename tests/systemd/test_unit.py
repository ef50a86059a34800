"""The unit is what systemd understands, and as closed as it claims. Needs no running systemd."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from connector.config.secrets import Reference, resolve
from connector.daemon.exits import ExitCode
from connector.daemon.timing import Timing

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = "leadmode@.service"


def tool(name: str) -> str:
    """The tool's path; where CI lacks it, that is a failure."""
    found = shutil.which(name)
    if found is None:
        missing = f"{name} is not installed (Debian: apt install systemd)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def run(*command: str) -> tuple[int, str]:
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """A copy whose program exists; verify wants to find it."""
    text = (SYSTEMD / UNIT).read_text()
    assert "\nExecStart=/opt/leadmode/bin/leadmode run " in text
    copy = tmp_path / UNIT
    copy.write_text(text.replace("/opt/leadmode/bin/leadmode", "/bin/true"))
    return copy


def verify(unit: Path) -> str:
    code, output = run(tool("systemd-analyze"), "verify", "--man=no", str(unit))
    return output or ("" if code == 0 else f"exit code {code}")


def test_every_line_is_understood(unit: Path):
    assert verify(unit) == ""


def test_verify_notices_a_misspelt_key(unit: Path):
    unit.write_text(unit.read_text().replace("WatchdogSec=", "WatchdogSecs="))
    assert "WatchdogSecs" in verify(unit)


def exposure(unit: Path) -> tuple[int, float]:
    code, output = run(
        tool("systemd-analyze"),
        "security",
        "--offline=true",
        "--threshold=15",
        "--no-pager",
        str(unit),
    )
    verdict = output.strip().splitlines()[-1]
    return code, float(verdict.split(":")[1].split()[0])


def test_exposure_is_at_most_1_5(unit: Path):
    code, level = exposure(unit)
    assert code == 0
    assert level <= 1.5


def test_exposure_notices_an_opened_door(unit: Path):
    unit.write_text(
        unit.read_text().replace("PrivateUsers=yes\n", "").replace("ProtectHome=yes", "")
    )
    code, level = exposure(unit)
    assert code != 0
    assert level > 1.5


def test_the_user_can_be_made():
    code, output = run(
        tool("systemd-sysusers"), "--dry-run", str(SYSTEMD / "leadmode.sysusers.conf")
    )
    assert code == 0, output
    assert "leadmode" in output


def test_the_exit_codes_that_do_not_restart_are_those_a_person_must_mend():
    line = next(
        line
        for line in (SYSTEMD / UNIT).read_text().splitlines()
        if line.startswith("RestartPreventExitStatus=")
    )
    assert {int(code) for code in line.split("=")[1].split()} == {
        ExitCode.USAGE,
        ExitCode.SIGN_IN,
        ExitCode.CONFIG,
    }


def test_stopping_leaves_more_time_than_the_daemon_takes():
    line = next(
        line for line in (SYSTEMD / UNIT).read_text().splitlines() if "TimeoutStopSec=" in line
    )
    assert float(line.split("=")[1]) > Timing().drain + 5


def test_a_file_in_the_loaded_folder_is_the_credential_of_its_name(tmp_path: Path):
    line = next(
        line for line in (SYSTEMD / UNIT).read_text().splitlines() if "LoadCredential=" in line
    )
    folder_id = line.split("=")[1].split(":")[0]
    loaded = tmp_path / f"{folder_id}_crm-token"  # as systemd.exec(5) says of folders
    loaded.write_text("CANARY-5e1f")
    loaded.chmod(0o440)
    secret = resolve(Reference("credential", "crm-token"), {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert secret.reveal() == "CANARY-5e1f"
