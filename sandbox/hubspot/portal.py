"""The portal: its objects, and how they change, without any rules.

What was changed is there at once for reads by id and for lists; searches see it `search_lag` later.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from connector.clock import DAY
from sandbox.hubspot import derive, instants
from sandbox.hubspot.associations import Associations
from sandbox.hubspot.caller import PEOPLE, PORTAL, Caller
from sandbox.hubspot.kept import Kept, Version
from sandbox.hubspot.linktypes import PRIMARY
from sandbox.hubspot.lists import Lists
from sandbox.hubspot.owners import Owners
from sandbox.hubspot.pipelines import Pipelines
from sandbox.hubspot.problems import invalid
from sandbox.hubspot.schema.catalog import Schema
from sandbox.hubspot.schema.kind import Kind
from sandbox.hubspot.schema.property import Property
from sandbox.hubspot.table import Table
from sandbox.hubspot.units import Units
from sandbox.loopback.clock import PlatformClock

__all__ = ["PEOPLE", "PORTAL", "Caller", "Portal", "Rule"]

Rule = Callable[[str, Mapping[str, str], Mapping[str, str] | None], "tuple[str, str] | None"]
"""(object type, new values, old values or None) -> (property, message) when it is refused.

What an admin's validation rules refuse. Enforced from version 2026-09 on.
"""
FIRST_ID: Final = 9_999_999_000
"""Ids are long, and some way on they get another digit: sorted as text they are out of order."""
MORE_EMAILS: Final = "hs_additional_emails"
KEPT_ARCHIVED: Final = 90 * DAY
"""How long the recycle bin keeps an object, ms."""
MOST_VERSIONS: Final = 45
"""How many values of a property are remembered."""


class Portal(Units):
    """One HubSpot account, in memory. Take `lock` around anything that several threads may do."""

    def __init__(self, clock: PlatformClock, *, leads_too: bool = True) -> None:
        super().__init__(clock)
        self.lock = threading.RLock()
        self.id = 146_000_001
        self.time_zone = "Europe/Berlin"
        self.founded_at = clock.now()
        self.schema = Schema(leads_too=leads_too)
        self.tables = {kind.name: Table(kind.name, FIRST_ID) for kind in self.schema}
        self.owners = Owners()
        self.lists = Lists()
        self.pipelines = Pipelines(clock.now())
        self.associations = Associations()
        self.rules: list[Rule] = []
        self.refuses_unique: set[str] = set()
        """Object types on which no unique property can be made."""
        self.inline_links = 100
        """Associations of one type inside an object; others are on pages of their own."""
        self.association_page = 500
        """Associated objects in one row of a batch read."""
        self.merge_makes_new = False
        """Whether a merge makes a third object with an id of its own, and both old ids lead to it.

        HubSpot's changelog: updated-merge-functionality-for-contacts-and-companies.
        """
        self.conflict_status = 400
        """How a value that another object has already is refused: 400 or 409."""
        self.search_lag: Callable[[], int] = lambda: 0
        """How long until a search sees a change, ms; asked for every change."""
        self.blocked_emails: set[str] = set()
        """Addresses that were privacy-deleted; nobody can make contacts of them."""
        self.tables["contacts"].watch("email")

    # finding

    def kind(self, name: str) -> Kind:
        """The type of objects that a path names; Refused when there is none."""
        found = self.schema.find(name)
        if found is None:
            raise invalid(f"Unable to infer object type from: {name}")
        return found

    def table(self, object_type: str) -> Table:
        """The objects of a type; Refused when there is no such type."""
        return self.tables[self.kind(object_type).name]

    # changing, without any rules

    def add(self, kind: Kind, values: Mapping[str, str], caller: Caller) -> Kept:
        """A new object with these values."""
        now, table = self.now, self.tables[kind.name]
        kept = Kept(id=table.next_id(), type=kind.name, created_at=now, updated_at=now)
        kept.properties = _stamped(kind, kept) | _made_by(caller) | dict(values)
        kept.history = {
            name: [self._version(value, caller)] for name, value in kept.properties.items()
        }
        lag = self.search_lag()
        kept.indexed_from = self.clock.now() + lag if lag else 0
        table.put(kept)
        self._watch(table, kept, {}, kept.properties)
        self.undoing(lambda: self._forget(table, kept))
        return kept

    def _forget(self, table: Table, kept: Kept) -> None:
        self._watch(table, kept, kept.properties, {})
        table.drop(kept)

    def change(
        self,
        kept: Kept,
        values: Mapping[str, str | None],
        caller: Caller,
        *,
        touch: bool = True,
    ) -> dict[str, str | None]:
        """Set values (None: clear); what really changed. `touch` moves the stamp of change."""
        old = kept.properties
        changed = {name: value for name, value in values.items() if old.get(name) != value}
        kind, table = self.schema[kept.type], self.tables[kept.type]
        before = (old, dict(kept.history), kept.updated_at, kept.indexed, kept.indexed_from)
        new = dict(old)
        history = dict(kept.history)
        for name, value in changed.items():
            history[name] = self._remembered(kept, name, value, caller)
            if value is None:
                del new[name]
            else:
                new[name] = value
        if touch:
            kept.updated_at = max(kept.updated_at, self.now)
            new[kind.modified] = instants.shown(kept.updated_at)
        kept.properties, kept.history = new, history
        self._reindex(kept, old)
        self._watch(table, kept, old, new)
        table.touch(kept.id)
        self.undoing(lambda: self._restore(table, kept, before, new))
        return changed

    def _restore(
        self,
        table: Table,
        kept: Kept,
        before: tuple[dict[str, str], dict[str, list[Version]], int, Mapping[str, str], int],
        new: dict[str, str],
    ) -> None:
        self._watch(table, kept, new, before[0])
        kept.properties, kept.history, kept.updated_at, kept.indexed, kept.indexed_from = before
        table.touch(kept.id)

    def _remembered(
        self, kept: Kept, name: str, value: str | None, caller: Caller
    ) -> list[Version]:
        earlier = versions(kept, name)
        return [self._version(value or "", caller), *earlier][:MOST_VERSIONS]

    def _version(self, value: str, caller: Caller) -> Version:
        return Version(
            value=value,
            at=self.now,
            source_type=caller.source,
            source_id=caller.name,
            user=caller.user,
        )

    def _reindex(self, kept: Kept, old: Mapping[str, str]) -> None:
        lag, now = self.search_lag(), self.clock.now()
        if not lag:
            return
        if now >= kept.indexed_from:
            kept.indexed = old
        kept.indexed_from = now + lag

    def _watch(
        self, table: Table, kept: Kept, old: Mapping[str, str], new: Mapping[str, str]
    ) -> None:
        """Keep the indexes of unique values in step."""
        for name in table.watched:
            if old.get(name) != new.get(name):
                table.forget_value(name, old.get(name, ""), kept.id)
                table.note_value(name, new.get(name, ""), kept.id)
        if old.get(MORE_EMAILS) != new.get(MORE_EMAILS):
            for email in old.get(MORE_EMAILS, "").split(";"):
                table.forget_value("email", email, kept.id)
            for email in new.get(MORE_EMAILS, "").split(";"):
                table.note_value("email", email, kept.id)

    def place(self, kept: Kept, *, archived_at: int | None, gone: bool = False) -> None:
        """Put an object into the recycle bin (UTC ms), take it out (None), or make it vanish."""
        table, before = self.tables[kept.type], (kept.archived_at, kept.gone)
        was_live = kept.is_live
        kept.archived_at, kept.gone = archived_at, gone
        self._placed(table, kept, was_live=was_live)

        def back() -> None:
            live = kept.is_live
            kept.archived_at, kept.gone = before
            self._placed(table, kept, was_live=live)

        self.undoing(back)

    def _placed(self, table: Table, kept: Kept, *, was_live: bool) -> None:
        table.placed(kept)
        if was_live and not kept.is_live:
            self._watch(table, kept, kept.properties, {})
        elif kept.is_live and not was_live:
            self._watch(table, kept, {}, kept.properties)

    def empty_bin(self, object_type: str) -> None:
        """Objects that were archived more than 90 days ago are gone for good."""
        oldest = self.clock.now() - KEPT_ARCHIVED
        for kept in list(self.tables[object_type].archived()):
            if kept.archived_at is not None and kept.archived_at < oldest:
                self.place(kept, archived_at=kept.archived_at, gone=True)

    def put_property(self, kind: Kind, known: Property) -> None:
        """Add or replace a property."""
        before = kind.properties.get(known.name)
        kind.properties[known.name] = known
        table = self.tables[kind.name]
        if known.unique and not known.archived:
            table.watch(known.name)

        def back() -> None:
            if before is None:
                del kind.properties[known.name]
                table.unwatch(known.name)
            else:
                kind.properties[known.name] = before

        self.undoing(back)

    # loading

    @contextmanager
    def loading(self) -> Iterator[None]:
        """While very much is loaded inside: no search for garbage, of which there is none."""
        was_on = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if was_on:
                gc.enable()

    def load(
        self,
        object_type: str,
        properties: Mapping[str, str],
        *,
        id: int | None = None,  # noqa: A002 - what HubSpot calls it
        created_at: int | None = None,
        updated_at: int | None = None,
        archived_at: int | None = None,
        history: Mapping[str, Sequence[Version]] | None = None,
    ) -> Kept:
        """Put an object in as it is: no checks, no journal, and searches see it at once.

        Datetimes may be epoch milliseconds; instants are UTC ms and those of now when missing.
        """
        kind, table = self.schema[object_type], self.tables[object_type]
        created = self.now if created_at is None else created_at
        kept = Kept(
            id=table.next_id() if id is None else id,
            type=object_type,
            created_at=created,
            updated_at=created if updated_at is None else updated_at,
            archived_at=archived_at,
        )
        kept.properties = _stamped(kind, kept)
        for name, value in properties.items():
            if value:
                kept.properties[name] = _as_kept(kind, name, value) if value.isdigit() else value
        if object_type == "deals" or properties.get("hs_task_status") == "COMPLETED":
            self._derive(kept)
        kept.history = {name: list(past) for name, past in (history or {}).items()}
        table.put(kept)
        if table.watched and kept.is_live:
            self._watch(table, kept, {}, kept.properties)
        return kept

    def _derive(self, kept: Kept) -> None:
        """What the portal works out itself, where it was not given."""
        with self.at(kept.updated_at):
            found = derive.derived(self, kept.type, kept.properties, kept.properties)
        kept.properties = {name: text for name, text in found.items() if text} | kept.properties

    def link(self, one: Kept, other: Kept, numbers: Iterable[int] = ()) -> None:
        """Associate two loaded objects, by the unlabelled type and these; no stamps move.

        The properties that repeat a primary association are kept in step.
        """
        plain = self.associations.types.plain(one.type, other.type)
        if plain is None:
            raise invalid(f"{one.type} can not be associated with {other.type}")
        wanted = (plain.number, *numbers)
        self.associations.put(one.type, one.id, other.type, other.id, wanted)
        for child, parent in ((one, other), (other, one)):
            name = PRIMARY.get((child.type, parent.type))
            if name:
                main = self.associations.primary(child.type, child.id, parent.type)
                if main is not None:
                    child.properties[name] = str(main)
                    self.tables[child.type].touch(child.id)


def versions(kept: Kept, name: str) -> list[Version]:
    """The values that a property had, newest first; loaded objects remember their first one."""
    found = kept.history.get(name)
    if found is not None:
        return found
    value = kept.properties.get(name)
    if value is None:
        return []
    return [Version(value=value, at=kept.created_at, source_type="CRM_UI")]


def _stamped(kind: Kind, kept: Kept) -> dict[str, str]:
    return {
        "hs_object_id": str(kept.id),
        kind.created: instants.shown(kept.created_at),
        kind.modified: instants.shown(kept.updated_at),
    }


def _made_by(caller: Caller) -> dict[str, str]:
    return {
        "hs_object_source": caller.source,
        "hs_object_source_id": caller.name,
        "hs_object_source_label": caller.source,
    }


def _as_kept(kind: Kind, name: str, value: str) -> str:
    """A loaded number as it is kept: epoch milliseconds of a datetime become ISO text."""
    known = kind.properties.get(name)
    if known is not None and known.type == "datetime":
        return instants.shown(int(value))
    return value
