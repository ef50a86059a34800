"""One source as it is now: asked once for each thing, and no more than is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.config.settings import SourceConfig
from connector.errors import AdapterError
from connector.model import Fields, Record, RecordRef, Role
from connector.ports import (
    Adapter,
    FieldInfo,
    Health,
    ObjectNames,
    RecordKind,
    Stream,
    plain_field,
)

MOST_PAGES: Final = 10
"""Pages of users that are read to find one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who can own records."""

    id: str
    name: str
    active: bool


class Platform:
    """Asks one source through its adapter; trouble is kept and told, not raised."""

    def __init__(self, source: SourceConfig, adapter: Adapter) -> None:
        self.name = source.name
        self.source = source
        self.words = adapter.vocabulary()
        self._adapter = adapter
        self._fields: dict[str, dict[str, FieldInfo] | None] = {}
        self._kinds: dict[str, Sequence[RecordKind]] = {}
        self.kinds_refused: dict[str, str] = {}
        """Object types whose kinds of records could not be asked for, with the reason."""
        self._users: dict[str, User] | None = None
        self._cut_off = False
        self.trouble = ""
        """Why it cannot be asked; then everything else of it is unknown."""
        self.refused: dict[str, str] = {}
        """Object types that cannot be described, with the reason."""
        self.health = Health(account="")
        try:
            self.health = adapter.check()
        except AdapterError as error:
            self.trouble = _said(error)

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        return self._adapter.calls

    @property
    def describes(self) -> bool:
        """Whether it can be asked for fields and values."""
        return bool(self._adapter.capabilities.describe) and not self.trouble

    @property
    def described(self) -> list[str]:
        """The object types that were looked at."""
        return [name for name, fields in self._fields.items() if fields is not None]

    def objects(self, role: Role) -> list[ObjectNames]:
        """The object types that stand for a role."""
        return [one for one in self.words.objects if one.role is role] if self.words else []

    def fields(self, object_type: str) -> dict[str, FieldInfo] | None:
        """The fields of an object type by name; None when they are not known."""
        if not self.describes:
            return None
        if object_type not in self._fields:
            self._fields[object_type] = self._described(object_type)
        return self._fields[object_type]

    def _described(self, object_type: str) -> dict[str, FieldInfo] | None:
        try:
            return {one.name: one for one in self._adapter.describe(object_type)}
        except AdapterError as error:
            self.refused[object_type] = _said(error)
            return None

    def kinds(self, object_type: str) -> Sequence[RecordKind]:
        """The kinds of records of an object type that offer their own values; asked once."""
        if object_type not in self._kinds:
            try:
                self._kinds[object_type] = self._adapter.record_kinds(object_type)
            except AdapterError as error:
                self._kinds[object_type] = ()
                self.kinds_refused[object_type] = _said(error)
        return self._kinds[object_type]

    def field(self, object_type: str, name: str) -> FieldInfo | None:
        """A field by the platform's name; None when it has none, or is not known."""
        fields = self.fields(object_type) or {}
        if name in fields or not (self.words and self.words.any_case):
            return fields.get(name)
        wanted = plain_field(name)
        return next((one for key, one in fields.items() if plain_field(key) == wanted), None)

    def meant(self, names: ObjectNames, name: str) -> FieldInfo | None:
        """A field by the platform's name or by ours, as writing understands it."""
        ours = {**names.fields, "owner": names.owner}
        found = self.field(names.object_type, name)
        return found or (self.field(names.object_type, ours[name]) if ours.get(name) else None)

    def lists_amiss(self, ids: Sequence[str]) -> Mapping[str, str] | None:
        """Lists that take nobody, each with why; None when it cannot tell. Raises AdapterError."""
        return self._adapter.lists_amiss(ids)

    def user(self, wanted: str) -> User | None:
        """The user with an id, active or not; None when there is none. Raises AdapterError."""
        kind = self._users_fetched
        if kind is None:
            return self.users().get(wanted)
        ref = RecordRef(self.name, kind, wanted)
        found = self._adapter.fetch([ref], ["name", "active"]).get(ref)
        return None if found is None else _user(wanted, found)

    def users(self) -> dict[str, User]:
        """The users by id. Raises AdapterError."""
        if self._users is None:
            self._users = {
                one.ref.id: _user(one.ref.id, one.fields) for one in self._read() if not one.deleted
            }
        return self._users

    def _read(self) -> Iterator[Record]:
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = self._adapter.read(Stream.OWNERS, cursor)
            yield from page.records
            cursor = page.cursor
            if not page.more:
                return
        self._cut_off = True

    @property
    def knows_all_users(self) -> bool:
        """Whether a user who was not found is surely not there."""
        return self._users_fetched is not None or not self._cut_off

    @property
    def _users_fetched(self) -> str | None:
        """The object type of users, where they can be fetched by their id."""
        kinds = (one.object_type for one in self.objects(Role.OWNER) if one.fetched)
        return next(kinds, None)


def _user(user_id: str, fields: Fields) -> User:
    active = fields.get("active") is not False
    return User(id=user_id, name=str(fields.get("name") or ""), active=active)


def _said(error: AdapterError) -> str:
    return f"{type(error).__name__}: {error}"
