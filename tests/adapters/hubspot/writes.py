"""Arrangements that the tests of writing share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connector.model import Fields, Outcome, RecordRef, Settled, Write, WriteKind
from sandbox.hubspot import merging
from sandbox.hubspot.caller import PEOPLE
from sandbox.hubspot.kept import Kept
from sandbox.loopback.calls import Answer
from tests.adapters.hubspot.world import KEY, HubspotWorld
from tests.adapters.writing_laws import some_write

CREATE = "/batch/create"
UPDATE = "/batch/update"
READ = "/batch/read"


def tasks(world: HubspotWorld, count: int, first: int = 1) -> list[Write]:
    numbers = range(first, first + count)
    return [some_write(world, WriteKind.CREATE_TASK, world.target(n), n) for n in numbers]


def fields_of(write: Write, **fields: Any) -> Write:
    return replace(write, fields={**write.fields, **fields})


def settled(outcomes: Sequence[Outcome]) -> list[Settled]:
    return [outcome.settled for outcome in outcomes]


def made(world: HubspotWorld, object_type: str = "tasks") -> list[Kept]:
    """What was created, each once as often as it was."""
    effects = world.portal.journal.of(object_type, "created")
    return [world.portal.tables[object_type].kept[int(effect.id)] for effect in effects]


def keys(world: HubspotWorld, object_type: str = "tasks") -> list[str]:
    return sorted(kept.properties.get(KEY, "") for kept in made(world, object_type))


def linked(world: HubspotWorld, kept: Kept, other: str = "contacts") -> list[str]:
    return [str(each) for each in world.portal.associations.of(kept.type, kept.id, other)]


def merge(world: HubspotWorld, winner: RecordRef, loser: RecordRef) -> RecordRef:
    with world.portal.lock:
        kind = world.portal.schema["contacts"]
        kept = merging.merge(world.portal, PEOPLE, kind, winner.id, loser.id)
    return world.ref(kept)


def erase(world: HubspotWorld, ref: RecordRef) -> None:
    with world.portal.lock:
        merging.erase(world.portal, PEOPLE, ref.id)


def calls(world: HubspotWorld, part: str) -> list[str]:
    return [path for path in world.front.paths() if part in path]


def instead(world: HubspotWorld, part: str, body: object, status: int = 200) -> None:
    """Answer one call to such a path so, and do nothing for it."""
    world.front.instead.append((part, Answer(status=status, body=body)))


def asked(world: HubspotWorld, part: str) -> list[dict[str, Any]]:
    """The bodies that were sent to such paths."""
    return [json.loads(call.body) for call in world.front.seen if part in call.path]


def row(kept_id: int | str, **more: object) -> dict[str, object]:
    """An object as a batch tells it."""
    return {"id": str(kept_id), "properties": {}, **more}


def change(world: HubspotWorld, target: RecordRef, number: int = 1, /, **fields: Any) -> Write:
    given: Fields = fields
    return Write(key=f"key-{number}", kind=WriteKind.SET_FIELDS, target=target, fields=given)
