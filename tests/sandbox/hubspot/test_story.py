"""The demo's story as a portal: the CRM of record, or marketing beside another CRM."""

from collections import Counter

import pytest

from connector.clock import DAY, ManualClock
from connector.model import Evidence, Kind
from sandbox.hubspot import instants, story
from sandbox.hubspot.activity import APPLE
from sandbox.hubspot.founding import Founded, found
from sandbox.story.telling import tell
from sandbox.story.world import World

from .asking import START

pytestmark = pytest.mark.xdist_group("sandbox/hubspot/test_story")  # its fixtures are made once

UNTIL = START - START % DAY


@pytest.fixture(scope="module")
def world() -> World:
    return tell(7, UNTIL, companies=40, people=200)


@pytest.fixture(scope="module")
def whole(world: World) -> Founded:
    founded = found(ManualClock(UNTIL))
    story.tell(founded, world)
    return founded


def counted(founded: Founded) -> dict[str, Counter[str]]:
    """What there is, under names that do not depend on ids."""
    telling = {
        name: Counter(
            kept.properties.get("email")
            or kept.properties.get("dealname")
            or kept.properties.get("name")
            or kept.properties.get("hs_timestamp", "")
            for kept in table.live()
        )
        for name, table in founded.portal.tables.items()
    }
    marketing = founded.platform.marketing
    telling["events"] = Counter(f"{row.at} {row.type}" for row in marketing.email_events)
    telling["forms"] = Counter(
        f"{row.at} {row.email}" for log in marketing.submissions.values() for row in log
    )
    return telling


def test_it_is_told_in_stages(world: World, whole: Founded):
    staged = found(ManualClock(UNTIL))
    telling = story.tell(staged, world, until=UNTIL - 30 * DAY)
    before = len(staged.platform.marketing.email_events)
    for day in range(29, -1, -1):
        telling.tell_until(UNTIL - day * DAY)
    assert len(staged.platform.marketing.email_events) > before > 0
    assert counted(staged) == counted(whole)
    for name in ("contacts", "companies", "deals", "calls", "meetings", "events", "forms"):
        assert counted(whole)[name]
    properties = [
        sorted(
            (kept.properties["email"], kept.properties.get("hs_email_open", ""),
             kept.properties.get("hs_lead_status", ""), kept.properties.get("hs_email_optout", ""))
            for kept in each.portal.tables["contacts"].live()
        )
        for each in (whole, staged)
    ]  # fmt: skip
    assert properties[0] == properties[1]


def test_nothing_that_hubspot_can_tell_is_left_out(world: World, whole: Founded):
    acts = Counter(act.kind for act in world.acts)
    marketing = whole.platform.marketing
    types = Counter(row.type for row in marketing.email_events)
    assert (types["SENT"], types["CLICK"], types["OPEN"]) == (
        acts[Kind.EMAIL_SENT],
        acts[Kind.EMAIL_CLICKED],
        acts[Kind.EMAIL_OPENED],
    )
    machines = sum(row.user_agent == APPLE for row in marketing.email_events)
    assert machines == sum(
        act.kind is Kind.EMAIL_OPENED and act.evidence is not Evidence.HUMAN for act in world.acts
    )
    filled = sum(len(log) for log in marketing.submissions.values())
    assert filled == acts[Kind.FORM_SUBMITTED] + acts[Kind.CONTENT_DOWNLOADED]
    calls = len(whole.portal.tables["calls"])
    assert calls == acts[Kind.CALL_HELD]
    seen = sum(
        row.type == "e_visited_page" for log in marketing.occurrences.values() for row in log
    )
    assert seen == acts[Kind.PAGE_VIEWED]


def test_records_of_the_crm(world: World, whole: Founded):
    portal = whole.portal
    owners = {owner.email: owner for owner in portal.owners}
    assert owners["greg.tanner@acme.example"].archived
    deals = list(portal.tables["deals"].live())
    stages = Counter(kept.properties["dealstage"] for kept in deals)
    assert stages["closedwon"] == sum(
        sale.won and sale.closed_at is not None and sale.closed_at < UNTIL
        for sale in world.opportunities
    )
    assert stages[story.OPEN_STAGE] > 0
    people = list(portal.tables["contacts"].live())
    statuses = Counter(kept.properties.get("hs_lead_status", "") for kept in people)
    assert statuses["BAD_TIMING"] > 0
    with_company = [kept for kept in people if "associatedcompanyid" in kept.properties]
    assert with_company
    changed = next(kept for kept in people if len(kept.history.get("hs_lead_status", [])) > 1)
    assert changed.history["hs_lead_status"][0].at < UNTIL
    last = max(people, key=lambda kept: kept.updated_at)
    assert last.updated_at < UNTIL
    assert last.properties["lastmodifieddate"] == instants.shown(last.updated_at)
    assert portal.journal.effects == []


def test_marketing_alone(world: World):
    founded = found(ManualClock(UNTIL))
    telling = story.tell(founded, world, only_marketing=True)
    tables = founded.portal.tables
    assert {name for name, table in tables.items() if len(table)} == {"contacts"}
    emails = {record.email.lower() for record in world.people}
    made = {kept.properties["email"] for kept in tables["contacts"].live()}
    assert emails <= made
    assert all("hs_lead_status" not in kept.properties for kept in tables["contacts"].live())
    assert telling.left_out[Kind.CALL_HELD] > 0
    assert len(founded.platform.marketing.email_events) > 1_000
