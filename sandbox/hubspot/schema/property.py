"""One property of an object type, and the short notation in which the default ones are written.

Follows https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide and the default
properties in HubSpot's knowledge base.

A line reads `name kind flags Label;attribute=value`. Flags: r read-only value, c calculated,
h hidden, u unique, - none. Attributes: picks=<name of an option list>, group=<group>.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Json = dict[str, object]
KINDS: Final[dict[str, tuple[str, str]]] = {
    "text": ("string", "text"),
    "area": ("string", "textarea"),
    "html": ("string", "html"),
    "phone": ("string", "phonenumber"),
    "num": ("number", "number"),
    "date": ("date", "date"),
    "time": ("datetime", "date"),
    "bool": ("bool", "booleancheckbox"),
    "pick": ("enumeration", "select"),
    "radio": ("enumeration", "radio"),
    "multi": ("enumeration", "checkbox"),
    "owner": ("enumeration", "select"),
}
"""Kind in the notation -> (type, field type)."""
TYPES: Final = {
    "string": ("text", "textarea", "html", "phonenumber", "file", "calculation_equation"),
    "number": ("number", "calculation_equation", "calculation_rollup", "calculation_score"),
    "bool": ("booleancheckbox", "calculation_equation"),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox", "calculation_equation"),
    "date": ("date",),
    "datetime": ("date", "calculation_equation", "calculation_rollup"),
    "phone_number": ("phonenumber",),
}
"""Type -> the field types that go with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One allowed value."""

    value: str
    label: str
    order: int = 0
    hidden: bool = False
    description: str = ""

    def as_json(self) -> Json:
        """As the API shows it."""
        return {
            "label": self.label,
            "value": self.value,
            "description": self.description or None,
            "displayOrder": self.order,
            "hidden": self.hidden,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property as the portal keeps it."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    description: str = ""
    options: tuple[Option, ...] = ()
    unique: bool = False
    """No two live objects have the same value."""
    calculated: bool = False
    read_only: bool = False
    """Nobody but the portal sets its value."""
    hidden: bool = False
    custom: bool = False
    archived: bool = False
    archived_at: int | None = None
    external: bool = False
    """Its options are kept elsewhere: owners, pipelines."""
    referenced: str = ""
    """What its values are ids of: OWNER."""
    form_field: bool = False
    order: int = -1
    created_at: int = 0
    updated_at: int = 0
    """UTC ms; 0: since the portal exists."""

    @property
    def is_multiple(self) -> bool:
        """Whether a value is a list with semicolons."""
        return self.type == "enumeration" and self.field_type == "checkbox"

    def option(self, given: str) -> Option | None:
        """The option with this value, in any case of its letters."""
        folded = given.lower()
        return next((each for each in self.options if each.value.lower() == folded), None)


Picklists = Mapping[str, Sequence[tuple[str, str]]]
"""Name of a list -> (value, label) of each option."""


def options_of(pairs: Sequence[tuple[str, str]]) -> tuple[Option, ...]:
    """Options in this order."""
    return tuple(
        Option(value=value, label=label, order=order) for order, (value, label) in enumerate(pairs)
    )


def properties_of(notation: str, group: str, picklists: Picklists) -> Iterator[Property]:
    """The properties that a block of lines in the notation describes."""
    for line in notation.splitlines():
        if line.strip():
            yield _property(line.strip(), group, picklists)


def _property(line: str, group: str, picklists: Picklists) -> Property:
    head, *attributes = line.split(";")
    name, kind, flags, label = head.split(None, 3)
    given = dict(part.partition("=")[::2] for part in attributes)
    kept_type, field_type = KINDS[kind]
    if "c" in flags and kept_type in ("number", "datetime", "string", "bool"):
        field_type = "calculation_equation"
    pairs = picklists.get(given.get("picks", name), ())
    if kept_type == "bool":
        pairs = (("true", "True"), ("false", "False"))
    return Property(
        name=name,
        label=label,
        type=kept_type,
        field_type=field_type,
        group=given.get("group", group),
        options=options_of(pairs),
        unique="u" in flags,
        calculated="c" in flags,
        read_only="r" in flags or "c" in flags,
        hidden="h" in flags,
        external=kind == "owner",
        referenced="OWNER" if kind == "owner" else "",
        form_field=not flags.strip("-") and group.endswith("information"),
    )
