"""Objects as answers show them.

Follows https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide ("retrieve"): asked
properties that have no value are null, those that do not exist are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.hubspot import instants
from sandbox.hubspot.kept import Kept, Version
from sandbox.hubspot.linktypes import LinkType
from sandbox.hubspot.portal import versions
from sandbox.hubspot.problems import Json
from sandbox.hubspot.schema.kind import Kind

if TYPE_CHECKING:
    from sandbox.hubspot.portal import Portal

LABELS: Final = {
    "CRM_UI": "User",
    "INTEGRATION": "Integration",
    "IMPORT": "Import",
    "FORM": "Form",
    "EMAIL": "Email",
    "CALCULATED": "Calculated",
    "ANALYTICS": "Analytics",
}
"""What `sourceLabel` says of a source."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a call wants to see of each object."""

    kind: Kind
    names: tuple[str, ...]
    """Properties, in the order of the answer."""
    history: tuple[str, ...] = ()
    """Properties with all the values that they had."""


def wanted(kind: Kind, names: Sequence[str], history: Sequence[str] = ()) -> Wanted:
    """What to show for the names that a call gives; those that do not exist are left out."""
    known = [found.name for name in names if (found := kind.live(name))]
    # The stamps and the id are always there; the defaults only when nothing was asked for.
    always = kind.shown if not names else kind.shown[-3:]
    past = [found.name for name in history if (found := kind.live(name))]
    return Wanted(kind, tuple(dict.fromkeys([*known, *always])), tuple(dict.fromkeys(past)))


def shown(kept: Kept, asked: Wanted) -> Json:
    """One object."""
    values = kept.properties
    told: Json = {
        "id": str(kept.id),
        "properties": {name: values.get(name) for name in asked.names},
    }
    if asked.history:
        told["propertiesWithHistory"] = {
            name: [_version(each) for each in _past(kept, asked.kind, name)]
            for name in asked.history
        }
    return told | _envelope(kept)


def whole(kept: Kept) -> Json:
    """An object with all its values, as the answer to a write shows it."""
    return {"id": str(kept.id), "properties": dict(sorted(kept.properties.items()))} | _envelope(
        kept
    )


def _envelope(kept: Kept) -> Json:
    told: Json = {
        "createdAt": instants.shown(kept.created_at),
        "updatedAt": instants.shown(kept.updated_at),
        "archived": kept.archived_at is not None,
    }
    if kept.archived_at is not None:
        told["archivedAt"] = instants.shown(kept.archived_at)
    return told


def _past(kept: Kept, kind: Kind, name: str) -> list[Version]:
    if name == kind.modified:
        return [Version(value=kept.properties[name], at=kept.updated_at, source_type="CALCULATED")]
    return versions(kept, name)


def _version(each: Version) -> Json:
    told: Json = {
        "value": each.value,
        "timestamp": instants.shown(each.at),
        "sourceType": each.source_type,
    }
    if each.source_id:
        told["sourceId"] = each.source_id
        told["sourceLabel"] = LABELS.get(each.source_type, each.source_id)
    if each.user is not None:
        told["updatedByUserId"] = each.user
    return told


# associations


def type_name(portal: Portal, one: str, other: str, kind: LinkType) -> str:
    """What the v3 API calls a type of association: contact_to_company."""
    name = f"{portal.schema[one].singular}_to_{portal.schema[other].singular}"
    if kind.label is not None and kind.label != "Primary":
        return kind.label.lower().replace(" ", "_")
    has_primary = any(
        each.label == "Primary" for each in portal.associations.types.between(one, other)
    )
    return name if kind.label or not has_primary else f"{name}_unlabeled"


def live_links(
    portal: Portal, kept: Kept, other: str, after: int, limit: int
) -> tuple[list[tuple[int, tuple[int, ...]]], int | None]:
    """A page of live associated objects by ascending id, and where the next page begins."""
    table = portal.tables[other]
    links = portal.associations.of(kept.type, kept.id, other)
    ids = sorted(each for each in links if each >= after and table.kept[each].is_live)
    following = ids[limit] if len(ids) > limit else None
    return [(each, links[each]) for each in ids[:limit]], following


def inline(
    portal: Portal, kept: Kept, others: Iterable[str], link: str, limit: int
) -> dict[str, Json]:
    """Associations as they stand inside an object; `link` is the address of the object."""
    found: dict[str, Json] = {}
    for other in others:
        page, following = live_links(portal, kept, other, 0, limit)
        if not page:
            continue
        block: Json = {
            "results": [
                {"id": str(other_id), "type": type_name(portal, kept.type, other, kind)}
                for other_id, numbers in page
                for kind in kinds_of(portal, kept.type, other, numbers)
            ]
        }
        if following is not None:
            address = f"{link}/associations/{other}?after={following}"
            block["paging"] = {"next": {"after": str(following), "link": address}}
        found[other.replace("_", " ")] = block
    return found


def kinds_of(portal: Portal, one: str, other: str, numbers: Iterable[int]) -> list[LinkType]:
    """The types of these numbers."""
    found = (portal.associations.types.find(one, other, number) for number in numbers)
    return [each for each in found if each is not None]
