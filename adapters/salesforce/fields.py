"""What objects and fields there are for the integration user, described anew each hour."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from adapters.salesforce import soql
from adapters.salesforce.client import Client
from adapters.salesforce.replies import Answer, Broken, Json, Refused
from connector.clock import Clock
from connector.ports import FieldInfo

AGE: Final = 3_600.0
"""Seconds after which everything is described again: a new field is seen within the hour."""
NUMBERS: Final = frozenset({"int", "double", "currency", "percent", "long"})
_KINDS: Final = {
    "boolean": "boolean",
    "datetime": "instant",
    "date": "date",
    "picklist": "choice",
    "reference": "reference",
    "id": "reference",
    **dict.fromkeys(NUMBERS, "number"),
}
_SUFFIX: Final = "__c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One field as the integration user sees it."""

    name: str
    type: str
    length: int = 0
    createable: bool = False
    updateable: bool = False
    unique: bool = False
    external_id: bool = False
    calculated: bool = False
    values: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    restricted: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """A record type as the describe of its object tells it."""

    id: str
    name: str
    active: bool
    default: bool
    """Whether records are of it that the user makes without saying so."""
    master: bool
    """Whether it stands for records without a record type."""


Fields = Mapping[str, Described]
"""By lower-case API name."""


def described(told: Json) -> Described:
    """A field out of a describe."""
    values, retired, default = _listed(told.get("picklistValues") or ())
    return Described(
        name=str(told["name"]),
        type=str(told.get("type")),
        length=int(told.get("length") or 0),
        createable=bool(told.get("createable")),
        updateable=bool(told.get("updateable")),
        unique=bool(told.get("unique")),
        external_id=bool(told.get("externalId")),
        calculated=bool(told.get("calculated")),
        values=values,
        retired=retired,
        restricted=bool(told.get("restrictedPicklist")),
        default=default,
    )


def _listed(told: Sequence[Json]) -> tuple[tuple[str, ...], tuple[str, ...], str | None]:
    """What a picklist offers, what it offers no more, and its default."""
    if not told:  # as most fields
        return (), (), None
    values = [v for v in told if v.get("active")]
    default = next((str(v["value"]) for v in values if v.get("defaultValue")), None)
    retired = tuple(str(v["value"]) for v in told if not v.get("active"))
    return tuple(str(v["value"]) for v in values), retired, default


class Catalog:
    """The describes of the objects that are read and written; one call fetches all.

    The same call counts the objects that are likely to be large, as far as `up_to` and one more:
    a composite request may hold five queries beside other parts.
    """

    def __init__(
        self,
        client: Client,
        clock: Clock,
        objects: Iterable[str],
        *,
        counted: Iterable[str] = (),
        up_to: int = 0,
    ) -> None:
        self._client = client
        self._clock = clock
        self._objects = tuple(objects)
        self._counted = tuple(counted)
        self._up_to = up_to
        self.sizes: Mapping[str, int] = {}
        """How many records there were, for objects that were counted."""
        self._types: Mapping[str, Sequence[RecordType]] = {}
        self._lock = threading.Lock()
        self._known: dict[str, Fields] | None = None
        self._since = 0.0

    def fields(self, object_type: str) -> Fields:
        """The fields of an object; empty when the user cannot see it or there is none."""
        known = self._all()
        if object_type not in known and object_type not in self._objects:
            known[object_type] = self._fetch([object_type]).get(object_type, {})
        return known.get(object_type, {})

    def record_types(self, object_type: str) -> Sequence[RecordType]:
        """The record types of an object that is read or written."""
        self._all()
        return self._types.get(object_type, ())

    def _all(self) -> dict[str, Fields]:
        with self._lock:
            now = self._clock.monotonic()
            if self._known is None or now - self._since >= AGE:
                self._learn(self._client.together(self.paths()))
            return self._known or {}

    def forget(self) -> None:
        """Describe again at the next question: a field came, went or was hidden."""
        with self._lock:
            self._known = None

    def take(self, answers: Sequence[Answer | Refused]) -> None:
        """Use describes that somebody else fetched, in the order of `paths`."""
        with self._lock:
            self._learn(answers)

    def _learn(self, answers: Sequence[Answer | Refused]) -> None:
        described = answers[: len(self._objects)]
        counts = zip(self._counted, answers[len(self._objects) :], strict=True)
        self._known = _understood(self._objects, described)
        told = zip(self._objects, described, strict=True)
        self._types = {each: _types(answer) for each, answer in told}
        self.sizes = {each: _size(told) for each, told in counts}
        self._since = self._clock.monotonic()

    def paths(self) -> list[str]:
        """Where the describes of all objects are, and the counts."""
        return [
            *(_path(each) for each in self._objects),
            *(f"queryAll/?q={quote(self._count_of(each), safe='')}" for each in self._counted),
        ]

    def count(self, object_type: str) -> int:
        """How many records there are now, counted as far as `up_to` and one more."""
        try:
            found = _size(self._client.query(self._count_of(object_type), deleted=True))
        except Refused as refused:
            # Not allowed to count: then it is not large, and pages do it, only slower.
            if not refused.faults or refused.status >= 500:
                raise
            found = 0
        self.sizes = {**self.sizes, object_type: found}
        return found

    def _count_of(self, object_type: str) -> str:
        return soql.count(object_type, self._up_to + 1)

    def _fetch(self, objects: Sequence[str]) -> dict[str, Fields]:
        return _understood(objects, self._client.together([_path(each) for each in objects]))


def _path(object_type: str) -> str:
    return f"sobjects/{soql.name(object_type)}/describe"


def _understood(objects: Sequence[str], answers: Sequence[Answer | Refused]) -> dict[str, Fields]:
    return {each: _fields(told) for each, told in zip(objects, answers, strict=True)}


def _size(told: Answer | Refused) -> int:
    """What a count says; nothing is known of an object that the user may not see."""
    if isinstance(told, Refused):
        return 0
    found = told.json().get("totalSize")
    if not isinstance(found, int):
        raise Broken
    return found


def _fields(told: Answer | Refused) -> Fields:
    """The fields of one object; none when there is no such object for this user."""
    if isinstance(told, Refused):
        if told.status == 404 or any(fault.code == "NOT_FOUND" for fault in told.faults):
            return {}
        raise told
    try:
        found = [described(field) for field in told.rows("fields")]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Broken from None
    return {field.name.lower(): field for field in found}


def _types(told: Answer | Refused) -> tuple[RecordType, ...]:
    """The record types of one object; none where they are not told."""
    listed = [] if isinstance(told, Refused) else told.json().get("recordTypeInfos")
    return tuple(
        RecordType(
            id=str(each.get("recordTypeId")),
            name=str(each.get("name")),
            active=bool(each.get("active", True)),
            default=bool(each.get("defaultRecordTypeMapping")),
            master=bool(each.get("master")),
        )
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, dict)
    )


def resolve(fields: Fields, wanted: str) -> Described | None:
    """A field by its API name; a custom one also without the `__c`."""
    return fields.get(wanted.lower()) or fields.get(f"{wanted}{_SUFFIX}".lower())


def infos(fields: Fields) -> list[FieldInfo]:
    """All fields in our words; a custom field goes without its `__c`."""
    return [
        FieldInfo(
            name=our_name(fields, field),
            type=kind_of(field),
            writable=field.updateable or field.createable,
            choices=field.values if field.type == "picklist" else (),
            retired=field.retired if field.type == "picklist" else (),
            takes_others=field.type == "picklist" and not field.restricted,
            length=field.length or None,
            unique=field.unique,
        )
        for field in fields.values()
    ]


def our_name(fields: Fields, field: Described) -> str:
    """The name without `__c`, unless a standard field has it."""
    short = field.name.removesuffix(_SUFFIX)
    return short if short == field.name or short.lower() not in fields else field.name


def kind_of(field: Described) -> str:
    """The type in our words."""
    return _KINDS.get(field.type, "text")


def shown(field: Described | None, value: Any) -> Any:
    """A cell of a CSV file as JSON would have told it."""
    if value == "":
        return None
    if field is not None and isinstance(value, str):
        if field.type == "boolean":
            return value.lower() == "true"
        if field.type in NUMBERS:
            return float(value)
    return value
