"""A story of four people, small enough to be told once for every boundary."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from connector.clock import DAY, HOUR, MINUTE, SECOND
from connector.model import Kind
from sandbox.kill import hubspot, salesforce
from sandbox.kill.files import Files, Place
from sandbox.kill.tasks import Task
from sandbox.prove import extras, setup
from sandbox.prove.truth import Act as Deed
from sandbox.prove.truth import owed, surges_of
from sandbox.story.world import Account, Act, Owner, PersonRecord, World

LONG_AGO: Final = 400 * DAY
BACKFILL: Final = 200 * 24
"""Hours."""
FIELDS: Final = {
    "csv": ("status", "Working", "Open"),
    "salesforce": ("Status__c", "Working", "Open"),
    "hubspot": ("hs_lead_status", "IN_PROGRESS", "OPEN"),
}
STAGES: Final = {"csv": "stage", "salesforce": "Department", "hubspot": "jobtitle"}
"""Per platform the field in which the beginning and the end of an episode are noted."""
LISTS: Final = {"csv": "warm-list", "hubspot": hubspot.LIST}
"""Per platform the list that people are nurtured by; in an org it is made."""
"""Per platform the field that a hand-off sets, its new value and the one it may have had."""
CSV_CONFIG: Final = """\
[leadmode]
instance = "kill"
rules = ["rules"]
dry_run = false
backfill = "{backfill}h"
storm = 0

[sources.crm]
adapter = "csv"
folder = "exports"
person_types = ["Contact", "Lead"]
page_rows = 4

[delivery]
lease = "3s"
batch = 2
"""


class Visit(NamedTuple):
    """The daemon works for one cycle, after the platform was told so far."""

    told_until: int
    """UTC ms."""
    at: int


class QuickOrg(salesforce.Org):
    """A Salesforce that is there at once."""

    forked: ClassVar[bool] = True


class QuickPortal(hubspot.Portal):
    """A HubSpot that is there at once."""

    forked: ClassVar[bool] = True


def world(until: int, people: int = 4) -> World:
    """Ties, a row that shows up late, a raised hand, and somebody who leaves by time alone.

    Their company surges, and belongs to somebody else, so that nobody's own task is joined to it.

    The second who enters waits for a place until the week after, and somebody goes quiet.
    """
    begin = until - 75 * DAY
    owners = tuple(
        Owner(id=f"U0{n}", name=f"{name} Rep", time_zone="Europe/Berlin", active=True)
        for n, name in enumerate(("Rosa", "Otto"), start=1)
    )
    account = Account(
        id="A1", name="Mill", domain="mill.example", industry="Paper", employees=80,
        country="Germany", owner="U02", created_at=begin - LONG_AGO,
    )  # fmt: skip
    records = [
        PersonRecord(
            id=f"C{n}", type="Contact", name=f"{name} Miller", email=f"{name.lower()}@mill.example",
            title="Buyer", country="Germany", phone="", account="A1", owner="U01",
            created_at=begin - LONG_AGO, status="Open",
        )
        for n, name in enumerate(("Ada", "Bob", "Cy", "Dee")[:people], start=1)
    ]  # fmt: skip
    known = {record.id: record.email for record in records}
    tie, dawn = begin + DAY, begin + 2 * DAY
    told = (
        (tie, tie, Kind.PAGE_VIEWED, "C1"),
        (tie, tie, Kind.PAGE_VIEWED, "C2"),
        (tie, tie, Kind.PAGE_VIEWED, "C3"),
        (tie, tie, Kind.CONTENT_DOWNLOADED, "C1"),
        (tie + MINUTE, tie + 5 * MINUTE, Kind.CONTENT_DOWNLOADED, "C2"),  # shows up late
        (tie + 2 * MINUTE, tie + 2 * MINUTE, Kind.PAGE_VIEWED, "C4"),
        (dawn, dawn, Kind.FORM_SUBMITTED, "C3"),
        (begin + 55 * DAY, begin + 55 * DAY, Kind.PAGE_VIEWED, "C4"),
    )
    acts = [
        Act(at=at, seen_at=seen, kind=kind, record=who, email=known[who], asset="pricing")
        for at, seen, kind, who in told
        if who in known
    ]
    acts.sort(key=lambda act: act.seen_at)
    return World(
        until=until,
        owners=owners,
        accounts=[account],
        people=records,
        opportunities=[],
        acts=acts,
    )


def visits(until: int) -> list[Visit]:
    """When the daemon works: the first load, each piece of news, and long after.

    What nobody was told of for long is passive by the third cycle, and gets its offer: before the
    news comes, so that a cycle more, after a kill, changes nothing.
    The story begins on a Monday: after the news come a Friday, the week after, and what time does.
    A second look follows the first where that was a long time after the visit before it, and more
    than `look_every` later: a kill may have left the first reading of a task to it.
    """
    begin = until - 75 * DAY
    news = (0, 2 * HOUR, 3 * HOUR, DAY + 3 * MINUTE, DAY + 6 * MINUTE, 2 * DAY + MINUTE)
    away = (55 * DAY + MINUTE, 55 * DAY + 35 * MINUTE, 57 * DAY)
    friday = (4 * DAY + 16 * HOUR, 4 * DAY + 16 * HOUR + 31 * MINUTE)
    quiet = (*friday, 8 * DAY, 9 * DAY + 150 * MINUTE, *away)
    told = (*news, *quiet)
    return [Visit(begin + at, begin + at + SECOND) for at in told]


def expected(story: World) -> int:
    """How many hand-offs the story owes, by the plain reading of the rules."""
    kinds = {Kind.CONTENT_DOWNLOADED: Kind.EMAIL_CLICKED}
    return sum(
        len(
            owed(
                [
                    Deed(act.at, kinds.get(act.kind, act.kind), act.seen_at)
                    for act in story.acts
                    if act.record == record.id
                ],
                record.created_at,
            )
        )
        for record in story.people
    )


def amiss(story: World, tasks: Sequence[Task], on: str) -> str:
    """What an undisturbed telling wrote too much or too little; empty: nothing."""
    kinds = Counter(task.subject.split()[0] for task in tasks)
    calls = expected(story)
    whose = [[act for act in story.acts if act.record == record.id] for record in story.people]
    surges = surges_of([[Deed(a.at, a.kind, a.seen_at) for a in acts] for acts in whose])
    wanted = {"Call": calls, "Deferred": int(calls > 1), "Offer": 2 * calls, "Surge": len(surges)}
    if on != "csv":  # nobody puts an export of tasks into its folder
        # Who had waited for a place has left before the next visit could escalate.
        wanted["Follow"] = len(extras.STEPS) * calls - int(calls > 1)
    doubled = len(tasks) - len({(task.subject, task.about) for task in tasks})
    if kinds == Counter(wanted) and not doubled:
        return ""
    return f"it wrote {dict(kinds)} instead of {wanted}, {doubled} of them twice"


def left_over(tasks: Sequence[Task]) -> str:
    """What is there although everything was taken back; the next offer to somebody may be."""
    left = [task.subject for task in tasks if not task.gone]
    if not any(task.gone for task in tasks):
        return "nothing was taken back"
    also = [subject for subject in left if not subject.startswith("Offer ")]
    return f"still there: {', '.join(also)}" if also else ""


def opened(folder: Path, story: World, on: str) -> tuple[Place, Path]:
    """A fresh platform and the path of the configuration that reads it."""
    shutil.rmtree(folder, ignore_errors=True)
    begin = visits(story.until)[0].at
    place: Place
    if on == "csv":
        (folder / "exports").mkdir(parents=True)
        place, config = Files(folder, story), folder / "config.toml"
        config.write_text(CSV_CONFIG.format(backfill=BACKFILL), encoding="utf-8")
        config.chmod(0o600)
    elif on == "salesforce":
        org = QuickOrg(story)
        place, config = org, salesforce.prepare(folder, org, BACKFILL, begin)
    else:
        portal = QuickPortal(story)
        place, config = portal, hubspot.prepare(folder, portal, BACKFILL, begin)
    _own_rules(config, on, _list(place, on))
    return place, config


def _list(place: Place, on: str) -> str:
    """A list that the platform has."""
    if isinstance(place, salesforce.Org):
        campaign = {"Name": "Warm", "IsActive": True}
        return str(place.ask("write", {"object": "Campaign", "values": campaign})["id"])
    return LISTS[on]


def _own_rules(config: Path, on: str, named: str) -> None:
    """The rules of the simulation in the place of those of the story."""
    text = config.read_text(encoding="utf-8").replace('"pack:default", ', "")
    config.write_text(text, encoding="utf-8")
    rules = config.parent / "rules"
    shutil.rmtree(rules, ignore_errors=True)
    rules.mkdir()
    name, value, before = FIELDS[on]
    own = setup.RULES.format(edition=1) + "".join(extras.RULES.values())
    changes = (
        ('field = "stage"', f'field = "{STAGES[on]}"'),
        ("[capacity]\n", '[capacity]\ndays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n'),
        ('wait = "7d"', 'wait = "14d"'),
        ('quiet_for = "20d"', 'quiet_for = "5d"'),
        ('spacing = "5d"\njitter = "1d"', 'spacing = "1d"\njitter = "1s"'),
        ('fallback_owner = "U1"\ncontent_owner = "U1"\n', ""),
        *((f'list = "{offer}"', f'list = "{named}"') for offer in extras.OFFERS),
        ('"email_clicked"', '"content_downloaded"'),
        ('fallback_owner = "U1"\n', ""),
        ('fallback_owner = "U2"\n', ""),
        ('field = "status"', f'field = "{name}"'),
        ('"Working"', f'"{value}"'),
        ('"Open"', f'"{before}"'),
    )
    for old, new in changes:
        own = own.replace(old, new)
    (rules / "rules.toml").write_text(own, encoding="utf-8")


def effects(place: Place, folder: Path) -> int:
    """Everything that was written on the platform: tasks and changes of fields."""
    if not isinstance(place, Files):
        return place.grown()
    count = 0
    for path in sorted((folder / "exports" / "out").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            count += sum(1 for _ in csv.DictReader(file, strict=True))
    return count
