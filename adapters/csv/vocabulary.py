"""What rules may name of a folder of exports: the columns that become fields."""

from __future__ import annotations

from typing import Final

from adapters.csv.settings import Settings
from connector.model import Role
from connector.ports import ObjectNames, Stream, Vocabulary

_FIELDS: Final = {
    Stream.PEOPLE: ("name", "title", "country", "phone", "status", "opted_out", "do_not_call"),
    Stream.ACCOUNTS: ("name", "domain", "industry", "employees", "country"),
    Stream.OWNERS: ("name", "active", "time_zone", "language"),
}


def vocabulary(settings: Settings) -> Vocabulary:
    """The names; no file is looked at, as headers are checked where files are read."""
    types = {
        Stream.PEOPLE: (Role.PERSON, settings.person_types),
        Stream.ACCOUNTS: (Role.ACCOUNT, (settings.account_type,)),
        Stream.OWNERS: (Role.OWNER, (settings.owner_type,)),
    }
    return Vocabulary(
        objects=tuple(
            ObjectNames(
                object_type=name,
                role=role,
                fields=dict.fromkeys((*_FIELDS[stream], *settings.extra.get(stream, {})), ""),
            )
            for stream, (role, names) in types.items()
            if settings.pattern(stream)
            for name in names
        ),
        kinds=None if settings.pattern(Stream.ENGAGEMENTS) else frozenset(),
    )
