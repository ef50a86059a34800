"""What rules and settings may name of a portal: object types, properties, owners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from adapters.hubspot.engaged import KINDS
from adapters.hubspot.settings import Settings
from adapters.hubspot.tables import COMPANIES, CONTACTS, DEALS, OWNER, OWNERS, Table
from connector.model import Kind, Role
from connector.ports import Named, ObjectNames, Vocabulary

_RECORDS: Final = (CONTACTS, COMPANIES, DEALS)
_OF_OWNERS: Final = dict.fromkeys(("name", "active"), "")


def vocabulary(settings: Settings) -> Vocabulary:
    """The names; asks nobody."""
    owners = ObjectNames(
        object_type=OWNERS.object, role=Role.OWNER, fields=_OF_OWNERS, fetched=False
    )
    return Vocabulary(
        objects=(
            owners,
            *(
                ObjectNames(
                    object_type=table.object,
                    role=table.role,
                    fields=_fields(table, settings),
                    owner=OWNER,
                )
                for table in _RECORDS
                if table.role is not None
            ),
        ),
        named=tuple(_named(settings)),
        kinds=_kinds(settings),
    )


def _fields(table: Table, settings: Settings) -> Mapping[str, str]:
    own = {"name": "", "status": settings.status_property} if table is CONTACTS else {}
    return {**own, **table.known, **settings.extra.get(table.stream, {})}


def _kinds(settings: Settings) -> frozenset[Kind]:
    """What is read by `activity`, and what the settings make of tasks and forms."""
    found = {kind for name in settings.activity for kind in KINDS[name]}
    words = [*settings.task_kinds.values()]
    if Kind.FORM_SUBMITTED in found:
        words += settings.form_kinds.values()
    return frozenset(found | {Kind(word) for word in words if word})


def _named(settings: Settings) -> Iterator[Named]:
    yield Named(
        key=("status_property",),
        object_types=(CONTACTS.object,),
        field=settings.status_property,
    )
    for table in _RECORDS:
        for ours, theirs in settings.extra.get(table.stream, {}).items():
            key = ("extra", table.stream.value, ours)
            yield Named(key=key, object_types=(table.object,), field=theirs)
    if settings.fallback_owner:
        yield Named(key=("fallback_owner",), owner=settings.fallback_owner)
