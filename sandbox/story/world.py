"""What a story consists of: companies, people, sales and everything that happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from connector.model import Evidence, Kind, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A sales rep."""

    id: str
    name: str
    time_zone: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A company, as the CRM keeps it."""

    id: str
    name: str
    domain: str
    industry: str
    employees: int
    country: str
    owner: str
    created_at: int
    scans_links: bool = False
    """Its mail gateway follows every link before the reader sees the mail."""


class Change(NamedTuple):
    """A field of a person's record gets a new value."""

    at: int
    field: str
    value: Scalar


@dataclass(slots=True, kw_only=True)
class PersonRecord:
    """One row of people.csv; one human may have two."""

    id: str
    type: str
    """"Lead" or "Contact"."""
    name: str
    email: str
    title: str
    country: str
    phone: str
    account: str | None
    owner: str
    created_at: int
    status: str
    opted_out: bool = False
    do_not_call: bool = False
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Human:
    """One person: the record that counts, and a second one some have."""

    record: PersonRecord
    account: Account | None
    twin: PersonRecord | None = None
    reads: float = 0.5
    """How much of what is sent to them they open while they care."""
    apple: bool = False
    """Their mail program opens everything itself, so an open says nothing."""
    subscribed: bool = True
    waves: int = 0
    """How many times in two years they go shopping."""
    steady: bool = False
    """Reads every newsletter and never goes quiet."""


@dataclass(slots=True, kw_only=True)
class Opportunity:
    """A possible sale."""

    id: str
    name: str
    account: str
    people: tuple[str, ...]
    """Person record ids."""
    owner: str
    amount: float
    opened_at: int
    closed_at: int | None
    """None: still open when the story ends."""
    won: bool


class Act(NamedTuple):
    """One row of engagements.csv to be."""

    at: int
    seen_at: int
    """When the row shows up in the export."""
    kind: Kind
    record: str
    """Person record id; empty when only the address is known."""
    email: str = ""
    asset: str = ""
    link: str = ""
    message: str = ""
    evidence: Evidence = Evidence.HUMAN


@dataclass(frozen=True, slots=True, kw_only=True)
class CastMember:
    """A named person with a scripted arc, and what leadmode should make of it."""

    key: str
    name: str
    email: str
    record: str
    promise: str
    """One sentence for the reader of the demo."""


@dataclass(slots=True, kw_only=True)
class World:
    """Everything there is; `acts` are in the order in which they show up."""

    until: int
    owners: tuple[Owner, ...]
    accounts: list[Account]
    people: list[PersonRecord]
    opportunities: list[Opportunity]
    acts: list[Act]
    cast: tuple[CastMember, ...] = ()
