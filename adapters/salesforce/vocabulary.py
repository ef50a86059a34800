"""What rules and settings may name of an organisation: objects, fields, values, users."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from adapters.salesforce.mapping import OF_EVENTS_AND_MAILS
from adapters.salesforce.settings import Settings
from adapters.salesforce.tables import (
    ACCOUNTS,
    CONTACTS,
    LEADS,
    OPPORTUNITIES,
    TASKS,
    USERS,
    extra_of,
)
from connector.model import Kind
from connector.ports import Named, ObjectNames, Vocabulary

_NAMES: Final = (USERS, ACCOUNTS, LEADS, CONTACTS, OPPORTUNITIES)
_CHOICES: Final = {
    "open_status": "Status",
    "done_status": "Status",
    "high_priority": "Priority",
    "normal_priority": "Priority",
}
"""Keys that hold values of Task."""


def vocabulary(settings: Settings) -> Vocabulary:
    """The names; asks nobody. Of person accounts it knows what Contact has."""
    return Vocabulary(
        objects=tuple(
            ObjectNames(
                object_type=table.object,
                role=table.role,
                fields={**table.known, **extra_of(table, settings)},
                owner="" if table is USERS else "OwnerId",
            )
            for table in _NAMES
            if table.role is not None
        ),
        named=tuple(_named(settings)),
        subject=(TASKS.object, "Subject"),
        any_case=True,
        kinds=_kinds(settings),
    )


def _kinds(settings: Settings) -> frozenset[Kind]:
    """What events and mails are, and what the settings make of tasks and campaigns."""
    words = (*settings.task_kinds.values(), *settings.campaign_kinds.values())
    return OF_EVENTS_AND_MAILS | {Kind(word) for word in words if word}


def _named(settings: Settings) -> Iterator[Named]:
    for stream, names in settings.extra.items():
        kinds = tuple(table.object for table in _NAMES if table.stream == stream)
        for ours, theirs in names.items():
            yield Named(key=("extra", stream, ours), object_types=kinds, field=theirs)
    if settings.task_link:
        yield Named(key=("task_link",), object_types=(TASKS.object,), field=settings.task_link)
    for key, name in _CHOICES.items():
        yield Named(
            key=(key,), object_types=(TASKS.object,), field=name, value=getattr(settings, key)
        )
    if settings.fallback_owner:
        yield Named(key=("fallback_owner",), owner=settings.fallback_owner)
