"""One field of an object, and the short notation in which the standard ones are written.

Follows "Field Properties" and DescribeSObjectResult of the SOAP and REST API guides; lengths, flags
and labels are those of recorded describes of real orgs.

A line reads `Name type(size) flags Label;attribute;attribute=value`. Flags: c createable,
u updateable, n nillable, d defaulted on create, x not subject to field-level security, - none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

TEXT_TYPES: Final = frozenset(
    {"string", "textarea", "phone", "email", "url", "combobox", "picklist", "multipicklist"}
)
NUMBER_TYPES: Final = frozenset({"double", "currency", "percent"})
_SOAP: Final = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
_LONG_TEXT: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field as the org keeps it."""

    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    createable: bool = False
    updateable: bool = False
    nillable: bool = False
    defaulted: bool = False
    permissionable: bool = False
    restricted: bool = False
    """A picklist that refuses values it does not list."""
    id_lookup: bool = False
    name_field: bool = False
    compound: str | None = None
    """The address or name that this is a part of."""
    default: str | None = None
    values: tuple[str, ...] = ()
    reference_to: tuple[str, ...] = ()
    relationship: str | None = None
    children: str | None = None
    """What the target calls the records that point at it with this field."""
    custom: bool = False
    unique: bool = False
    external_id: bool = False
    case_sensitive: bool = False
    calculated: bool = False
    cascade: bool = False
    """Deleting the target deletes this record too."""
    help_text: str | None = None

    @property
    def soap_type(self) -> str:
        """The type in the XML schema."""
        return _SOAP.get(self.type, "xsd:string")

    @property
    def is_long_text(self) -> bool:
        """Text that can not be filtered, sorted or grouped."""
        return self.type == "textarea" and self.length > _LONG_TEXT

    @property
    def filterable(self) -> bool:
        return not self.is_long_text

    @property
    def sortable(self) -> bool:
        return not self.is_long_text and self.type not in ("address", "multipicklist")

    @property
    def groupable(self) -> bool:
        return self.sortable and self.type not in (*NUMBER_TYPES, "datetime", "combobox")

    @property
    def aggregatable(self) -> bool:
        return self.sortable and self.type != "boolean"

    @property
    def required(self) -> bool:
        """A create without it is refused."""
        given = self.createable and not self.nillable and not self.defaulted
        return given and self.type != "boolean"


def fields_of(notation: str, picklists: dict[str, tuple[str, ...]]) -> list[Field]:
    """The fields that a block of lines in the notation describes."""
    lines = (line.strip() for line in notation.splitlines())
    return [_field(line, picklists.get(_picks(line), ())) for line in lines if line]


def _picks(line: str) -> str:
    """Which picklist a field would have its values from."""
    head, *attributes = line.split(";")
    given = dict(part.partition("=")[::2] for part in attributes)
    return given.get("picks", head.split(None, 1)[0])


@cache
def _field(line: str, values: tuple[str, ...]) -> Field:
    head, *attributes = line.split(";")
    name, kind, flags, label = head.split(None, 3)
    base, _, size = kind.rstrip(")").partition("(")
    given = dict(part.partition("=")[::2] for part in attributes)
    # A field that may stay empty and that somebody may write is subject to field-level security.
    written = "c" in flags or "u" in flags
    open_to_rules = written and ("n" in flags or base == "boolean") and "x" not in flags
    open_to_rules = open_to_rules or base == "address"
    known = Field(
        name=name,
        type="reference" if base == "ref" else base,
        label=label,
        createable="c" in flags,
        updateable="u" in flags,
        nillable="n" in flags,
        defaulted="d" in flags or base == "boolean",
        permissionable=open_to_rules,
        restricted="restricted" in given,
        id_lookup="lookup" in given,
        name_field="name" in given,
        compound=given.get("of"),
        default=given.get("default"),
        values=values if "pick" in base or _combo(base) else (),
        children=given.get("kids"),
        cascade="cascade" in given,
    )
    return _sized(known, base, size)


def _combo(base: str) -> bool:
    return base == "combobox"


def _sized(field: Field, base: str, size: str) -> Field:
    if base == "ref":
        targets, _, relationship = size.partition(":")
        return replace(
            field,
            reference_to=tuple(targets.split(",")),
            relationship=relationship or None,
            length=18,
        )
    if base == "id":
        return replace(field, length=18)
    if base in NUMBER_TYPES:
        whole, _, scale = (size or "18.0").partition(".")
        return replace(field, precision=int(whole), scale=int(scale or 0))
    return replace(field, length=int(size) if size else 0)
