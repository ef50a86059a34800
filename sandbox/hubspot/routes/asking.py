"""What the bodies of several resources have in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.hubspot import linking
from sandbox.hubspot.problems import invalid
from sandbox.hubspot.writing import Link

if TYPE_CHECKING:
    from sandbox.hubspot.portal import Portal

Json = dict[str, object]


def inputs(body: Json, most: int, what: str) -> list[Json]:
    """The inputs of a batch; Refused when there are too many or they are no objects."""
    found = body.get("inputs")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise invalid("Invalid input JSON: Some required fields were not set: [inputs]")
    if len(found) > most:
        raise invalid(
            f"The maximum number of inputs supported in a batch request for {what} is {most}. "
            "Please reduce the number of items and try again"
        )
    return found


def properties_in(given: Json) -> Json:
    """The values of one input; Refused when it has none."""
    found = given.get("properties")
    if not isinstance(found, dict):
        raise invalid("Invalid input JSON: Some required fields were not set: [properties]")
    return found


def names_in(body: Json, name: str) -> list[str]:
    """A list of names in a body; empty when it is missing."""
    found = body.get(name)
    return [str(each) for each in found] if isinstance(found, list) else []


def text_in(given: Json, name: str) -> str:
    """A text or number of one input as text; Refused when it is missing."""
    value = given.get(name)
    if value is None or isinstance(value, dict | list | bool) or str(value) == "":
        raise invalid(f"Invalid input JSON: Some required fields were not set: [{name}]")
    return str(value)


def links_in(portal: Portal, object_type: str, given: Json) -> list[Link]:
    """The associations that a new object is to have; Refused when one leads nowhere."""
    listed = given.get("associations") or []
    if not isinstance(listed, list):
        raise invalid("Invalid input JSON: associations must be a list")
    found = []
    for each in listed:
        to = each.get("to") if isinstance(each, dict) else None
        if not isinstance(to, dict):
            raise invalid("Invalid input JSON: Some required fields were not set: [to]")
        found.append(_link(portal, object_type, text_in(to, "id"), each.get("types")))
    return found


def _link(portal: Portal, object_type: str, key: str, types: object) -> Link:
    """The number of the type says to which type of object it leads."""
    listed = types if isinstance(types, list) else []
    given = [each.get("associationTypeId") for each in listed if isinstance(each, dict)]
    numbers = [int(text) for text in map(str, given) if text.isdigit()]
    for kind in portal.schema:
        known = portal.associations.types
        if any(known.find(object_type, kind.name, number) for number in numbers):
            found = linking.spec_numbers(portal, object_type, kind.name, types)
            other = portal.tables[kind.name].find(key)
            if other is None or not other.is_live:
                raise invalid(
                    f"Objects to associate were not found: {kind.singular} {key}", ids=key
                )
            return Link(other=other, numbers=tuple(found))
    raise invalid(f"Invalid association types {numbers} for {object_type}")
