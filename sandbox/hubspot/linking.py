"""Associating objects, and what follows from it.

Follows https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide and the guides
on leads and on logging activities: the first company of a contact becomes its primary one; an
activity moves the "last activity" of what it is logged on; a lead without a primary contact ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sandbox.hubspot import instants
from sandbox.hubspot.caller import PORTAL, Caller
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.linktypes import PRIMARY
from sandbox.hubspot.problems import Refused, invalid

if TYPE_CHECKING:
    from sandbox.hubspot.portal import Portal

_CONTACTING: Final = ("calls", "emails", "meetings")
"""Activities that count as having been in touch."""
_COUNTS: Final = {
    ("companies", "contacts"): "num_associated_contacts",
    ("companies", "deals"): "num_associated_deals",
    ("contacts", "deals"): "num_associated_deals",
    ("deals", "contacts"): "num_associated_contacts",
}


def associate(
    portal: Portal, caller: Caller, one: Kept, other: Kept, numbers: Iterable[int] = ()
) -> tuple[int, ...]:
    """Associate by the unlabelled type and these; all numbers that hold then.

    Refused when there is no such type between the two.
    """
    wanted = _checked(portal, one.type, other.type, numbers)
    links = portal.associations
    before = links.numbers(one.type, one.id, other.type, other.id)
    wanted |= set(before) | _first_is_primary(portal, one, other)
    for number in sorted(wanted):
        _make_room(portal, one, other, number)
    _put(portal, one, other, wanted)
    if not before:
        for child, parent in ((one, other), (other, one)):
            _log(portal, child, parent)
    for child, parent in ((one, other), (other, one)):
        _repeat_primary(portal, caller, child, parent.type)
        _count(portal, child, parent.type)
    portal.note(caller, "associated", one, {other.type: str(other.id)})
    return links.numbers(one.type, one.id, other.type, other.id)


def _checked(portal: Portal, one: str, other: str, numbers: Iterable[int]) -> set[int]:
    types = portal.associations.types
    plain = types.plain(one, other)
    if plain is None:
        raise invalid(f"No association types exist between {one} and {other}")
    for number in numbers:
        if types.find(one, other, number) is None:
            raise invalid(f"{number} is not a valid association type between {one} and {other}")
    return {plain.number, *numbers}


def _first_is_primary(portal: Portal, one: Kept, other: Kept) -> set[int]:
    """The number of the primary type, seen from `one`, when this is the first such object."""
    links, types = portal.associations, portal.associations.types
    if "companies" not in (one.type, other.type) or "leads" in (one.type, other.type):
        return set()
    there = types.primary(one.type, other.type)
    if there is not None:
        has_one = links.primary(one.type, one.id, other.type) is not None
        return set() if has_one else {there.number}
    back = types.primary(other.type, one.type)
    if back is None or links.primary(other.type, other.id, one.type) is not None:
        return set()
    return {back.inverse}


def _make_room(portal: Portal, one: Kept, other: Kept, number: int) -> None:
    """When the new association is the primary one, the old primary one is so no more."""
    links, types = portal.associations, portal.associations.types
    kind = types.find(one.type, other.type, number)
    back = types.find(other.type, one.type, kind.inverse) if kind else None
    for child, parent, way in ((one, other, kind), (other, one, back)):
        if way is None or not way.primary:
            continue
        main = links.primary(child.type, child.id, parent.type)
        if main is not None and main != parent.id:
            left = set(links.numbers(child.type, child.id, parent.type, main)) - {way.number}
            _put(portal, child, portal.tables[parent.type].kept[main], left)


def _put(portal: Portal, one: Kept, other: Kept, numbers: Iterable[int]) -> None:
    links = portal.associations
    before = links.numbers(one.type, one.id, other.type, other.id)
    links.put(one.type, one.id, other.type, other.id, numbers)
    portal.undoing(lambda: links.put(one.type, one.id, other.type, other.id, before))


def dissociate(
    portal: Portal, caller: Caller, one: Kept, other: Kept, numbers: Iterable[int] | None = None
) -> None:
    """End an association, or only some of its types; the unlabelled one ends all."""
    links, types = portal.associations, portal.associations.types
    before = set(links.numbers(one.type, one.id, other.type, other.id))
    plain = types.plain(one.type, other.type)
    ended = before if numbers is None else before & set(numbers)
    if plain is not None and plain.number in ended:
        ended = before
    if not ended:
        return
    _put(portal, one, other, before - ended)
    for child, parent in ((one, other), (other, one)):
        _repeat_primary(portal, caller, child, parent.type)
        _count(portal, child, parent.type)
        _end_lead(portal, caller, child)
    portal.note(caller, "dissociated", one, {other.type: str(other.id)})


def _end_lead(portal: Portal, caller: Caller, kept: Kept) -> None:
    """A lead that has lost its last primary contact is deleted."""
    if kept.type != "leads" or not kept.is_live:
        return
    if portal.associations.primary("leads", kept.id, "contacts") is None:
        portal.place(kept, archived_at=portal.now)
        portal.note(caller, "archived", kept)


def _repeat_primary(portal: Portal, caller: Caller, child: Kept, parent_type: str) -> None:
    """Keep the property that repeats the primary object's id in step."""
    name = PRIMARY.get((child.type, parent_type))
    if name is None:
        return
    main = portal.associations.primary(child.type, child.id, parent_type)
    value = str(main) if main is not None else None
    changed = portal.change(child, {name: value}, caller) if _differs(child, name, value) else {}
    if changed:
        portal.note(PORTAL, "updated", child, changed)


def _differs(kept: Kept, name: str, value: str | None) -> bool:
    return kept.properties.get(name) != value


def _count(portal: Portal, kept: Kept, other_type: str) -> None:
    """Numbers of associated objects; such a rollup moves no stamp."""
    name = _COUNTS.get((kept.type, other_type))
    if name is None:
        return
    count = str(len(portal.associations.of(kept.type, kept.id, other_type)))
    if _differs(kept, name, count):
        portal.change(kept, {name: count}, PORTAL, touch=False)


def _log(portal: Portal, activity: Kept, on: Kept) -> None:
    """An activity is logged on an object: its counters and dates move, and its stamp always."""
    kind, target = portal.schema[activity.type], portal.schema[on.type]
    if not kind.is_activity or "notes_last_updated" not in target.properties:
        return
    found = {name: value for name, value in _dates(portal, activity, on).items() if value}
    counters = ["num_notes"] + ["num_contacted_notes"] * (activity.type in _CONTACTING)
    for name in counters:
        found[name] = str(int(on.properties.get(name, "0")) + 1)
    changes = {name: value for name, value in found.items() if name in target.properties}
    portal.change(on, changes, PORTAL)


def _dates(portal: Portal, activity: Kept, on: Kept) -> dict[str, str]:
    given = activity.properties.get("hs_timestamp", "")
    if not given:
        return {}
    at, now, values = instants.read(given), portal.now, on.properties
    found: dict[str, str] = {}
    if at > now:
        coming = values.get("notes_next_activity_date", "")
        soonest = min(at, instants.read(coming)) if coming else at
        return {"notes_next_activity_date": instants.shown(soonest)}
    names = ["notes_last_updated"]
    if activity.type in _CONTACTING:
        names += ["notes_last_contacted", "hs_last_sales_activity_timestamp"]
    if activity.type == "meetings":
        names.append("hs_latest_meeting_activity")
    if activity.properties.get("hs_email_direction") == "INCOMING_EMAIL":
        names.append("hs_sales_email_last_replied")
    for name in names:
        before = values.get(name, "")
        found[name] = instants.shown(max(at, instants.read(before)) if before else at)
    return found


def spec_numbers(portal: Portal, one: str, other: str, types: object) -> list[int]:
    """The numbers in `[{associationCategory, associationTypeId}]`; Refused when unusable."""
    if not isinstance(types, list):
        raise invalid("Some required fields were not set: [types]")
    found = []
    for spec in types:
        number = spec.get("associationTypeId") if isinstance(spec, dict) else None
        if not isinstance(number, int | str) or not str(number).isdigit():
            raise invalid("Some required fields were not set: [associationTypeId]")
        known = portal.associations.types.find(one, other, int(number))
        category = spec.get("associationCategory")
        if known is None or known.category != category:
            raise Refused(
                400,
                "VALIDATION_ERROR",
                f"Invalid association type: {category} {number} between {one} and {other}",
            )
        found.append(int(number))
    return found
