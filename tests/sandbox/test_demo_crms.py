"""The demo in two systems: the same story, and the tasks as Salesforce holds them."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from rich.console import Console

from connector.model import Verdict
from sandbox.demos import __main__ as demo
from sandbox.demos import acts
from sandbox.demos.__main__ import Told
from sandbox.demos.salesforce import KEY
from sandbox.story.telling import tell
from tests.sandbox.test_demo import MADE_OF_THE_CAST, UNTIL

pytestmark = pytest.mark.xdist_group("sandbox/test_demo_crms")  # its fixtures are made once

ON_THE_CAST = {
    "Ingrid Halvorsen": ["Karin Falk", "Karin Falk"],
    "Priya Raman": ["Ben Ashworth"],
    "Helen Osei": ["Ben Ashworth"],
    "Luca Moretti": ["Lucia Ferrante"],
    "Elena Fischer": ["Amelie Vogt"],
    "Amara Diallo": ["Dwight Carver"],
    "Felix Brandt": ["Ben Ashworth"],  # his rep has left; the fallback owner gets it
}
"""Who was called: the owners of the tasks."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "demo"


@pytest.fixture(scope="module")
def shown() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(scope="module")
def told(folder: Path, shown: io.StringIO) -> Told:
    world = tell(7, UNTIL, companies=40, people=200)
    return demo.run(Console(file=shown, width=110), folder, world)


def test_the_cast_fares_as_with_csv_exports(told: Told):
    made = {one.key: acts.made_of(one, told.cycles) for one in told.world.cast}
    without_nurture = {"recycled_now": "task (entered), left: recycled"}  # files only
    assert made == MADE_OF_THE_CAST | without_nurture


def test_salesforce_holds_one_task_for_every_hand_off(told: Told):
    keys = [
        write.key
        for cycle in told.cycles
        for news in cycle.news
        for alert in news.alerts
        if alert.decision.verdict is Verdict.HANDED_OFF
        for write in alert.writes
    ]
    assert sorted(row[KEY] for row in told.tasks) == sorted(keys)
    assert len(set(keys)) == len(keys) >= 8


def test_tasks_are_on_the_person_and_with_the_rep(told: Told):
    names = {one.name for one in told.world.cast}
    owners: dict[str, list[str]] = {}
    for row in told.tasks:
        if row["Who"]["Name"] in names:
            owners.setdefault(row["Who"]["Name"], []).append(row["Owner"]["Name"])
            assert row["Who"]["Type"] == "Contact"
            assert row["ActivityDate"] >= "2026-11-06"
    assert owners == ON_THE_CAST


def test_nothing_is_set_aside(told: Told):
    assert [cycle.set_aside for cycle in told.cycles] == [0] * acts.WORKDAYS


def test_evidence_comes_from_both_and_one_human_has_records_in_both(told: Told):
    (champion,) = (one for one in told.world.cast if one.key == "champion")
    news = acts.news_of(champion, told.cycles)
    refs = {record.ref for each in news for record in each.person.records}
    assert {(ref.instance, ref.object_type) for ref in refs} == {
        ("crm", "Contact"),
        ("crm", "Lead"),
        ("marketing", "contacts"),
    }
    points = [
        contribution.engaged[4]
        for each in news
        for alert in each.alerts
        for contribution in alert.transition.evidence
    ]
    assert {point.source for point in points} == {"crm", "marketing"}
    assert {"/pricing", "Request a demo"} <= {point.asset for point in points}
    assert "https://www.halden-sensing.example/case-studies/steel" in {p.link for p in points}


def test_every_task_is_in_salesforce_and_none_in_hubspot(told: Told):
    targets = {
        write.target.instance
        for cycle in told.cycles
        for news in cycle.news
        for alert in news.alerts
        for write in alert.writes
    }
    assert targets == {"crm"}
    assert told.in_hubspot == 0


def test_secrets_are_private(folder: Path, told: Told):
    for name in ("consumer-secret", "hubspot-token", "config.toml"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    secret = (folder / "consumer-secret").read_text(encoding="utf-8")
    assert secret not in (folder / "config.toml").read_text(encoding="utf-8")
    token = (folder / "hubspot-token").read_text(encoding="utf-8")
    assert token not in (folder / "config.toml").read_text(encoding="utf-8")


def test_what_is_shown(told: Told, shown: io.StringIO):
    text = " ".join(shown.getvalue().split())
    assert (
        "Call Felix Brandt: Shopping again Ben Ashworth 2026-11-18 Felix Brandt (Contact)" in text
    )
    assert "GET /queryAll" in text
    assert "GET /email/public/v1/events" in text
    assert "In HubSpot, read back by its own client: 0 tasks." in text
