"""`leadmode doctor`: what the platforms say about themselves and about our access."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.memory.adapter import MemoryAdapter, Settings
from adapters.memory.client import forget, register
from adapters.memory.platform import Fault, MemoryPlatform
from connector.cli.app import app
from connector.clock import MINUTE, ManualClock
from connector.doctor import examine
from connector.ports import Ability, Delivery, Health, Support

CONFIG = """
[leadmode]
instance = "acme"

[sources.crm]
adapter = "memory"
name = "doctors"
authority = true

[sources.web]
adapter = "memory"
name = "nobody"
"""

UNKNOWN = (
    'No memory platform is called "nobody" in this process. '
    "They live as long as the process that made them; register one under this name."
)


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[MemoryPlatform]:
    made = MemoryPlatform(ManualClock(0))
    register("doctors", made)
    yield made
    forget("doctors")


@pytest.fixture
def clock(platform: MemoryPlatform) -> ManualClock:
    assert isinstance(platform.clock, ManualClock)
    return platform.clock


def adapter(clock: ManualClock) -> MemoryAdapter:
    return MemoryAdapter("crm", Settings(name="doctors"), clock)


def test_a_source_that_is_well_and_one_that_cannot_be_asked(
    tmp_path: Path, platform: MemoryPlatform, clock: ManualClock
):
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    done = CliRunner().invoke(app, ["doctor", "-c", str(config)], obj=clock)
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "source           crm (memory)",
        "account          crm",
        "its clock        +0.0 s",
        f"repeated writes  class A: {MemoryAdapter.capabilities.delivery_reason}",
        "  All is well.",
        "",
        "source  web (memory)",
        f"  Trouble: Rejected: {UNKNOWN}",
        "",
    ]
    assert platform.calls == {"check": 1}


def test_as_json(tmp_path: Path, platform: MemoryPlatform, clock: ManualClock):
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    done = CliRunner().invoke(app, ["doctor", "-c", str(config), "--json"], obj=clock)
    crm, web = json.loads(done.stdout)
    assert (crm["source"], crm["ok"], crm["delivery"], crm["clock_skew"]) == ("crm", True, "A", 0)
    assert (web["source"], web["ok"], web["delivery"]) == ("web", False, None)


class Ailing(MemoryAdapter):
    """Everything that there is to tell."""

    capabilities = dataclasses.replace(
        MemoryAdapter.capabilities,
        writes={},
        delivery=Delivery.C,
        delivery_reason="It keeps no keys.",
        deletions=Ability(Support.UNTESTED, "nobody tried"),
    )

    def check(self) -> Health:
        return Health(
            account="portal 7",
            missing=("scope tickets",),
            missing_to_write=("field tasks.key",),
            warnings=("Version 1 ends on 2027-01-01.",),
            quota_left=12,
            clock_skew=-6 * MINUTE,
        )


def test_everything_that_there_is_to_tell(clock: ManualClock):
    told = examine("crm", "memory", Ailing("crm", Settings(name="x"), clock), gets_writes=True)
    assert not told.is_well
    assert told.missing == ("scope tickets", "field tasks.key")
    assert told.warnings == (
        "Version 1 ends on 2027-01-01.",
        "Its clock is 360 s behind this machine's. Look at the time service here.",
    )
    assert told.cannot == {
        "write create_task": "no",
        "write set_fields": "no",
        "write add_note": "no",
        "write add_member": "no",
        "write withdraw": "no",
        "tell of deletions": "nobody tried",
    }
    assert (told.delivery, told.delivery_reason) == (Delivery.C, "It keeps no keys.")


def test_a_source_that_gets_no_writes_is_not_asked_about_them(clock: ManualClock):
    told = examine("web", "memory", Ailing("web", Settings(name="x"), clock), gets_writes=False)
    assert told.delivery is None
    assert told.missing == ("scope tickets",)
    assert list(told.cannot) == ["tell of deletions"]


def test_trouble_is_told_with_its_kind(platform: MemoryPlatform, clock: ManualClock):
    platform.fail_next(Fault.SIGN_IN_AGAIN, call="check")
    told = examine("crm", "memory", adapter(clock), gets_writes=True)
    assert told.trouble.startswith("SignInAgain: ")
    assert not told.is_well


def test_what_writing_lacks_is_asked_of_a_target_only(clock: ManualClock):
    class Lacking(MemoryAdapter):
        def lacking_to_write(self) -> tuple[str, ...]:
            return ("an owner who falls back",)

    lame = Lacking("crm", Settings(name="doctors"), clock)
    assert examine("crm", "memory", lame, gets_writes=True).missing == ("an owner who falls back",)
    assert examine("crm", "memory", lame, gets_writes=False).missing == ()
