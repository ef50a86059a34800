"""Arrangements that the tests of reading share."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from adapters.hubspot.adapter import HubspotAdapter
from connector.clock import DAY, ManualClock
from connector.model import Engagement, Kind, RecordRef
from connector.ports import Stream
from sandbox.hubspot.caller import PEOPLE
from sandbox.hubspot.kept import Kept
from sandbox.loopback.calls import Answer
from tests.adapters.hubspot.world import FIRST, HubspotWorld
from tests.adapters.reading_laws import Seen, drain
from tests.adapters.world import START

SEARCH = "contacts/search"


class Ticking(ManualClock):
    """The story's date, and seconds that really pass."""

    def monotonic(self) -> float:
        return time.monotonic()


def refusal(status: int, category: str, **more: Any) -> Answer:
    body = {"status": "error", "category": category, "message": "no", **more}
    return Answer(status=status, body=body)


def no_scope(name: str) -> Answer:
    return refusal(403, "MISSING_SCOPES", errors=[{"context": {"requiredGranularScopes": [name]}}])


def people(adapter: HubspotAdapter, cursor: str | None = None) -> tuple[Seen, str]:
    return drain(adapter, Stream.PEOPLE, cursor)


def engaged(adapter: HubspotAdapter, cursor: str | None = None) -> tuple[Seen, str]:
    return drain(adapter, Stream.ENGAGEMENTS, cursor)


def put_contacts(
    world: HubspotWorld, count: int, at: int = START - DAY, **more: str
) -> set[RecordRef]:
    """Plain contacts, all with this stamp, in ids that get another digit on the way."""
    first = 9_999_999_990
    with world.portal.lock:
        made = [
            world.portal.load(
                "contacts",
                {"firstname": f"Person {n}", "email": f"n{n}@acme.example", **more},
                id=first + n,
                created_at=START - 300 * DAY,
                updated_at=at,
            )
            for n in range(count)
        ]
    return {world.ref(kept) for kept in made}


def touch(world: HubspotWorld, refs: set[RecordRef], at: int) -> None:
    """Something about these records changes at this moment."""
    with world.portal.lock, world.portal.at(at):
        for ref in refs:
            kept = world.kept(ref)
            world.portal.change(kept, {"jobtitle": f"as of {at}"}, PEOPLE)


def paths(world: HubspotWorld, part: str) -> list[str]:
    return [path for path in world.front.paths() if part in path]


def counted(world: HubspotWorld) -> Mapping[str, int]:
    """How many calls went where since the world began."""
    return dict(world.platform.counts)


def contact(number: int) -> RecordRef:
    return RecordRef("crm", "contacts", str(FIRST["contacts"] + number))


def told(seen: Seen) -> list[tuple[Kind, int]]:
    return sorted((row.kind, row.at - START) for row in rows(seen))


def rows(seen: Seen) -> list[Engagement]:
    """What was told of and not taken back."""
    told = [row for row in seen.values() if isinstance(row, Engagement)]
    return [row for row in told if not row.withdrawn]


def only(world: HubspotWorld, *sources: str, **more):
    return world.adapter(activity=sources, **more)


def ann(world: HubspotWorld) -> Kept:
    known = world.portal.tables["contacts"].kept.get(FIRST["contacts"])
    values = {"email": "ann@acme.example", "firstname": "Ann"}
    return known or world.load("contacts", FIRST["contacts"], START - DAY, values)


def activity(world: HubspotWorld, kind: str, at: int, **values: str) -> Kept:
    number = FIRST["calls"] + 700 + len(world.portal.tables[kind].kept)
    with world.portal.lock:
        kept = world.portal.load(kind, values, id=number, created_at=at, updated_at=at)
        world.portal.link(kept, world.seller)
    return kept
