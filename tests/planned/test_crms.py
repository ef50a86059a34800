"""Plans on Salesforce and HubSpot: written exactly as they were shown, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from connector.cli.app import app
from connector.clock import DAY, HOUR, SECOND, ManualClock
from connector.config.settings import load
from connector.model import OutboxState, Record, RecordRef, WriteKind
from connector.ports import Stream
from connector.store import Store
from sandbox.hubspot.founding import TOKEN
from sandbox.salesforce.founding import CONSUMER_KEY, CONSUMER_SECRET
from tests.adapters.hubspot.world import HubspotWorld
from tests.adapters.salesforce.world import SalesforceWorld
from tests.adapters.world import START

CONFIG = """\
[leadmode]
instance = "acme"
rules = ["rules"]
dry_run = false
storm = 1

[sources.crm]
authority = true
{source}
"""
SALESFORCE = """\
adapter = "salesforce"
domain = "acme.my"
instance_url = "{url}"
consumer_key = "{key}"
consumer_secret = "file:{secret}"
"""
HUBSPOT = """\
adapter = "hubspot"
base_url = "{url}"
token = "file:{secret}"
burst = 100000
searches = 100000.0
"""
RULES = """\
[[signal]]
id = "call"
kind = "call_held"
weight = 60
half_life = "30d"
[[lead_mode]]
id = "back"
title = "Back again"
enter = 50
distinct_kinds = 1
human_min = 0
[hold]
worked_within = "0d"
[hand_off]
subject = "Call {{{{person.name}}}}"
body = "{{{{evidence}}}}"
[[hand_off.field]]
field = "status"
value = "{new}"
expected = ["{old}"]
"""


@dataclass
class Place:
    """A company with one CRM on loopback, and two people in it whom nobody has met for long."""

    world: SalesforceWorld | HubspotWorld
    folder: Path
    old: str
    new: str
    other: str
    field: str
    """What the CRM calls the status."""
    people: tuple[RecordRef, ...] = ()

    def found(self, source: str) -> None:
        secret = self.folder / "secret"
        secret.touch(mode=0o600)
        secret.write_text(TOKEN if isinstance(self.world, HubspotWorld) else CONSUMER_SECRET)
        filled = source.format(url=self.world.front.url, key=CONSUMER_KEY, secret=secret)
        config = self.folder / "config.toml"
        config.touch(mode=0o600)
        config.write_text(CONFIG.format(source=filled))
        (self.folder / "rules").mkdir()
        rules = RULES.format(old=self.old, new=self.new)
        (self.folder / "rules" / "rules.toml").write_text(rules)
        made = [self.world.put(Stream.PEOPLE, number, START) for number in (2, 4, 6)]
        self.people = tuple(one.ref for one in made if isinstance(one, Record))
        if isinstance(self.world, HubspotWorld):
            for ref in self.people:
                self.world.edit(ref, self.field, self.old)
        self.later(HOUR)
        assert self.run("sync").exit_code == 0

    def later(self, millis: int) -> None:
        self.world.clock.move_to(self.world.clock.now() + millis)

    def called(self, *refs: RecordRef) -> None:
        """A rep speaks with somebody by phone, and it is in the CRM."""
        at = self.world.clock.now() - self.world.clock.now() % SECOND
        for number, ref in enumerate(refs):
            if isinstance(self.world, SalesforceWorld):
                values: dict[str, Any] = {"WhoId": ref.id, "Status": "Completed"}
                values |= {"TaskSubtype": "Call", "Subject": "Call", "CompletedDateTime": at}
                self.world.load("Task", "00T", at // SECOND % 10_000 + number, at, values)
            else:
                values = {"hs_timestamp": str(at), "hs_call_status": "COMPLETED"}
                portal = self.world.portal
                call = portal.load("calls", values, created_at=at, updated_at=at)
                portal.link(call, self.world.kept(ref))

    def run(self, *arguments: str) -> Result:
        command = [*arguments, "--config", str(self.folder / "config.toml")]
        return CliRunner().invoke(app, command, obj=self.world.clock)

    def plan(self) -> Path:
        """The plan of the next cycle, saved, without any write in the CRM."""
        path = self.folder / "a.plan"
        done = self.run("plan", "--out", str(path))
        assert done.exit_code == 0, done.output
        assert f"status: {self.old} -> {self.new}" in done.output
        return path

    def refused(self, path: Path, *more: str) -> str:
        before = self.written()
        done = self.run("apply", str(path), *more)
        assert done.exit_code == 78, done.output
        assert self.written() == before
        with closing(Store.read(load(self.folder / "config.toml").state)) as store:
            assert not store.outbox.counts()
        return str(done.stderr)

    def written(self) -> list[tuple[str, str]]:
        """Every effect in the CRM: the record, and the task's subject or the new status."""
        tasks = [
            (each.target.id, str(each.fields["subject"]))
            for each in self.world.landed(WriteKind.CREATE_TASK)
        ]
        fields = [
            (each.target.id, str(each.fields.get(self.field)))
            for each in self.world.landed(WriteKind.SET_FIELDS)
        ]
        return sorted(tasks + fields)

    def planned(self, path: Path) -> list[tuple[str, str]]:
        writes = json.loads(path.read_text())["plan"]["writes"]
        return sorted(
            (each["record"], each["fields"].get("subject") or each["fields"]["status"])
            for each in writes
        )


@pytest.fixture(params=["salesforce", "hubspot"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    clock = ManualClock(START)
    if request.param == "salesforce":
        place = Place(
            SalesforceWorld(tmp_path, clock),
            tmp_path,
            old="Open - Not Contacted",
            new="Working - Contacted",
            other="Closed - Not Converted",
            field="Status",
        )
        place.found(SALESFORCE)
    else:
        place = Place(
            HubspotWorld(tmp_path, clock),
            tmp_path,
            old="OPEN",
            new="IN_PROGRESS",
            other="BAD_TIMING",
            field="hs_lead_status",
        )
        place.found(HUBSPOT)
    yield place
    place.world.close()


def test_refused_while_a_rep_has_changed_the_record_and_written_once_when_it_is_as_shown(
    place: Place,
):
    one, two, _ = place.people
    place.later(DAY)
    place.called(one, two)
    place.later(HOUR)
    path = place.plan()
    assert len(place.planned(path)) == 4
    assert place.written() == []
    assert "it makes 2 hand-offs, more than the brake lets go" in place.refused(path)
    place.world.edit(one, place.field, place.other)
    place.later(HOUR // 4)
    said = place.refused(path, "--yes-all", "2")
    assert f"status was '{place.old}' and is now '{place.other}' in the CRM" in said
    assert str(two) not in said
    place.world.edit(one, place.field, place.old)
    place.later(HOUR // 4)
    done = place.run("apply", str(path), "--yes-all", "2")
    assert (done.output, done.exit_code) == ("4 writes: written\n", 0)
    assert place.written() == place.planned(path)
    again = place.run("apply", str(path), "--yes-all", "2")
    assert (again.output, again.exit_code) == ("4 writes of it before: written\n", 0)
    place.later(DAY)
    assert place.run("sync").exit_code == 0
    assert place.written() == place.planned(path)


def test_refused_when_somebody_is_gone_or_somebody_more_came(place: Place):
    one, two, three = place.people
    place.later(DAY)
    place.called(one, two)
    place.later(HOUR)
    path = place.plan()
    place.world.remove(one)
    place.called(three)
    place.later(HOUR // 2)
    said = place.refused(path, "--yes-all", "2")
    assert f"{one} (" in said
    assert "is not there any more" in said
    assert "not in it, and would be written too: Call Person 6" in said


def test_an_answer_that_was_lost_is_told_and_doubles_nothing(place: Place):
    one, *_ = place.people
    place.later(DAY)
    place.called(one)
    place.later(HOUR)
    path = place.plan()
    place.world.front.lose_next_write = True
    lost = place.run("apply", str(path), "--json")
    assert lost.exit_code == 75, lost.output
    assert OutboxState.UNKNOWN in json.loads(lost.stdout)["writes"].values()
    place.later(HOUR // 2)
    done = place.run("apply", str(path))
    assert done.exit_code == 0, done.output
    assert place.written() == place.planned(path)
