"""A person as leadmode knows them: the records that stand for one human, and what is around."""

from __future__ import annotations

from dataclasses import dataclass

from connector.model.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One human with everything that rules and decisions may look at, except engagement."""

    id: int
    """leadmode's own number; lives in one database only, so it never goes into a write key."""
    records: tuple[Record, ...] = ()
    """The records that stand for the person and are not deleted."""
    domains: tuple[str, ...] = ()
    """Domains of the person's e-mail addresses."""
    account: Record | None = None
    """The company of the main record."""
    owner: Record | None = None
    """The owner of the main record."""
    owned_since: int | None = None
    """Since when, UTC ms: as the platform says, or since the owner was first seen."""
    account_owner: Record | None = None
    """The owner of the company of the main record."""
    account_owned_since: int | None = None
    """Since when, UTC ms."""
    opportunities: tuple[Record, ...] = ()
    """Opportunities of the person; those of the account that name nobody are everybody's."""
    colleagues_opportunities: tuple[Record, ...] = ()
    """The other ones of the company: they name people, and not this one."""
    status_changes: tuple[tuple[int, str], ...] = ()
    """(UTC ms, status) as seen on the records, deleted ones too, oldest first."""
    task_values: tuple[tuple[int, str], ...] = ()
    """(UTC ms, status or result) as seen on tasks that we made for the person, oldest first."""
    recycled: tuple[int, ...] = ()
    """When nobody had worked the person and the rules took the hand-off back, UTC ms."""
    former: tuple[int, ...] = ()
    """When records were created that are deleted, merged or converted away by now, UTC ms."""

    @property
    def known_at(self) -> int | None:
        """When the person became known: creation of the oldest record ever, UTC ms."""
        created = [r.created_at for r in self.records if r.created_at is not None]
        return min((*created, *self.former), default=None)

    def record_in(self, instance: str) -> Record | None:
        """The record that stands for the person on one platform instance.

        The choice is stable: a contact before any other object, then the oldest, then the id.
        """
        there = [record for record in self.records if record.ref.instance == instance]
        return min(there, key=_precedence, default=None)


def _precedence(record: Record) -> tuple[bool, int, str]:
    created = record.created_at if record.created_at is not None else 2**62
    return (record.ref.object_type.casefold() != "contact", created, record.ref.id)
