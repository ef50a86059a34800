"""The daemon as systemd sees it: a process, its messages, its signals, its end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connector.daemon.exits import ExitCode
from connector.store.requests import Request, Wish, write_request
from tests.daemon.nursery import ROOT
from tests.daemon.systemd import Systemd, write_config

pytestmark = pytest.mark.xdist_group("daemon/test_service")  # one nursery for all


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_config(tmp_path)
    return tmp_path


def test_from_ready_to_a_task_in_the_crm_to_the_end(folder: Path):
    with Systemd(folder) as daemon:
        ready = daemon.hear("READY=1")
        assert "STATUS=2 sources ok" in ready
        daemon.hear("WATCHDOG=1")
        daemon.until(lambda: daemon.calls("web") > 12, "web was read again and again")
        daemon.let("raise-hand")
        daemon.until(lambda: "action=settled" in daemon.logged(), "the task was written")
        wish = Request(wish=Wish.RELEASE, keys=("no-such-key",), asked_at=1)
        request = write_request(folder / "state", wish)
        daemon.until(lambda: not request.exists(), "an admin's wish was taken up")
        daemon.signal(signal.SIGTERM)
        assert "STATUS=stopping" in daemon.hear("STOPPING=1")
        assert daemon.ends() == ExitCode.OK
        assert len(daemon.tasks()) == 1
        for secret in ("Zz-Personal", "zz-personal", "Buyer"):
            assert secret not in daemon.logged()


def test_the_watchdog_is_fed_often_while_all_is_well_and_not_while_a_source_hangs(folder: Path):
    with Systemd(folder, patience=0.5, drain=0.3) as daemon:
        daemon.hear("READY=1")
        pings = [said for said in daemon.listen(1.0) if said == "WATCHDOG=1"]
        assert len(pings) >= 4  # twice per limit of 0.6 s, at least
        daemon.let("hang-web")
        daemon.hear("no progress: source web")
        others = daemon.calls("crm")
        assert "WATCHDOG=1" not in daemon.listen(1.0)
        assert daemon.calls("crm") > others, "the other source goes on"
        daemon.no_more("hang-web")
        daemon.hear("WATCHDOG=1")
        daemon.let("hang-web")
        daemon.until(lambda: len(daemon.logged().split("progress_failing")) == 3, "it hangs again")
        daemon.signal(signal.SIGTERM)
        assert daemon.ends(5) == ExitCode.OK
        assert 'unfinished="source web' in daemon.logged()


@pytest.mark.fault("F80")
def test_a_call_on_its_way_gets_its_time_to_end(folder: Path):
    with Systemd(folder, drain=20) as daemon:
        daemon.hear("READY=1")
        daemon.until(lambda: daemon.calls("web") > 12, "both were read")
        daemon.let("hang-crm")
        daemon.let("raise-hand")
        time.sleep(0.5)
        daemon.signal(signal.SIGTERM)
        daemon.hear("STOPPING=1")
        time.sleep(0.5)
        assert daemon.process.poll() is None
        daemon.no_more("hang-crm")
        assert daemon.ends() == ExitCode.OK
        assert "unfinished" not in daemon.logged()


@pytest.mark.fault("F80")
def test_a_second_signal_ends_it_at_once(folder: Path):
    with Systemd(folder, drain=60, patience=60) as daemon:
        daemon.hear("READY=1")
        daemon.let("hang-web")
        time.sleep(0.5)
        daemon.signal(signal.SIGINT)
        daemon.hear("STOPPING=1")
        time.sleep(0.3)
        assert daemon.process.poll() is None
        daemon.signal(signal.SIGTERM)
        assert daemon.ends(5) == ExitCode.OK


def test_a_failing_source_is_told_once_left_alone_and_stops_nobody(folder: Path):
    with Systemd(folder) as daemon:
        daemon.let("fail-web")
        daemon.hear("1 source ok, 1 failing (web: TryAgain")
        seen = daemon.calls("crm")
        daemon.until(lambda: daemon.calls("crm") > seen + 10, "the other source goes on")
        assert "WATCHDOG=1" in daemon.listen(0.5), "waiting on purpose is progress"
        daemon.no_more("fail-web")
        daemon.hear("STATUS=2 sources ok")
        assert daemon.logged().count("action=poll_failing ") == 1
        assert daemon.logged().count("action=poll_recovered ") == 1


@pytest.mark.fault("F81")
def test_reload_takes_up_what_is_good_and_nothing_of_what_is_broken(folder: Path):
    with Systemd(folder) as daemon:
        daemon.hear("READY=1")
        write_config(folder, more='\n[delivery]\nbatches = 5\n[sources.third]\nadapter = "none"\n')
        daemon.signal(signal.SIGHUP)
        assert "MONOTONIC_USEC=" in daemon.hear("RELOADING=1")
        said = daemon.hear("READY=1")
        assert "not reloaded" in said
        assert "config.toml:" in said
        assert "2 sources ok" in said
        assert daemon.logged().count("action=reload_refused") >= 2, "every problem is told"
        seen = daemon.calls("web")
        daemon.until(lambda: daemon.calls("web") > seen + 10, "the old configuration still works")

        write_config(folder, level="debug", poll="50ms")
        daemon.signal(signal.SIGHUP)
        daemon.hear("RELOADING=1")
        assert "not reloaded" not in daemon.hear("READY=1")
        assert "action=reloaded" in daemon.logged()
        seen = daemon.calls("web")
        daemon.until(lambda: daemon.calls("web") > seen + 10, "the new configuration works")

        write_config(folder, more="").write_text(
            (folder / "config.toml")
            .read_text()
            .replace("instance", 'state = "elsewhere"\ninstance', 1)
        )
        daemon.signal(signal.SIGHUP)
        daemon.hear("RELOADING=1")
        assert "needs a restart" in daemon.hear("READY=1")
        daemon.signal(signal.SIGTERM)
        assert daemon.ends() == ExitCode.OK


def test_a_reload_while_a_source_hangs_gives_up_waiting_and_works(folder: Path):
    with Systemd(folder, drain=0.3, patience=60) as daemon:
        daemon.hear("READY=1")
        daemon.let("hang-web")
        time.sleep(0.3)
        daemon.signal(signal.SIGHUP)
        daemon.hear("RELOADING=1")
        daemon.hear("READY=1")
        daemon.no_more("hang-web")
        seen = daemon.calls("web")
        daemon.until(lambda: daemon.calls("web") > seen + 10, "the new crew reads it")


def test_a_second_daemon_is_refused_and_the_first_goes_on(folder: Path):
    with Systemd(folder) as first:
        first.hear("READY=1")
        done = start(folder / "config.toml")
        assert done.returncode == ExitCode.TEMPORARY
        assert f"process {first.process.pid}" in done.stderr
        first.hear("WATCHDOG=1")
        first.process.kill()
        first.ends()
    with Systemd(folder) as again:
        again.hear("READY=1")


@pytest.mark.fault("F77")
def test_a_dead_ticker_ends_the_daemon_so_that_it_is_started_again(folder: Path):
    with Systemd(folder) as daemon:
        daemon.hear("READY=1")
        daemon.let("kill-ticker")
        assert daemon.ends() == ExitCode.TEMPORARY
        assert "action=scheduler_died" in daemon.logged()
        assert "Zz-Personal" not in daemon.logged()


@pytest.mark.fault("F48")
def test_a_clock_that_steps_back_does_not_put_the_polls_off(folder: Path):
    write_config(folder, poll="1h")
    with Systemd(folder) as daemon:
        daemon.hear("READY=1")
        daemon.until(lambda: daemon.calls("web") >= 5, "the first poll")
        daemon.let("jump", "600000")
        daemon.until(lambda: daemon.calls("web") >= 10, "a second poll, an hour early")
        assert "action=clock_jumped" in daemon.logged()


def start(config: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Start the daemon by a command line that keeps it from running."""
    return subprocess.run(
        [sys.executable, "-m", "connector.daemon", str(config), *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_wrong_usage_is_64(folder: Path):
    done = start(folder / "config.toml", "--no-such-option")
    assert done.returncode == ExitCode.USAGE
    assert "--no-such-option" in done.stderr


def test_json_logs_are_json(folder: Path):
    done = start(folder / "nowhere.toml", "--json-log")
    assert done.returncode == ExitCode.CONFIG
    assert json.loads(done.stderr)["action"] == "not_started"
