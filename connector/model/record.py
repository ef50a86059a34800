"""Records: what a CRM or marketing platform keeps, in the words all platforms share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Scalar = str | int | float | bool | None
Fields = Mapping[str, Scalar]


class Role(StrEnum):
    """What a record stands for, whatever its platform calls it."""

    PERSON = "person"
    """A human: Salesforce Lead or Contact, HubSpot contact, a row of people.csv."""
    ACCOUNT = "account"
    """A company."""
    OPPORTUNITY = "opportunity"
    """A possible sale: Salesforce Opportunity, HubSpot deal."""
    OWNER = "owner"
    """A user of the CRM who can own records and receive tasks."""


@dataclass(frozen=True, slots=True, order=True)
class RecordRef:
    """One object on one platform. The only dataclass here that may be built by position."""

    instance: str
    """The configured name of the platform instance, for example "crm"."""
    object_type: str
    """The platform's own name of the object, for example "Lead"."""
    id: str
    """The platform's id, in its canonical spelling."""

    def __str__(self) -> str:
        return f"{self.instance}:{self.object_type}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as last read.

    `fields` holds the values that rules and briefs may use, under these shared names where the
    platform has them, plus any further field the configuration maps:

    - person: name, title, country, phone, status, opted_out (bool), do_not_call (bool)
    - account: name, domain, industry, employees (int), country
    - opportunity: name, stage, amount (float), is_closed (bool), is_won (bool)
    - owner: name, active (bool), time_zone, language

    A field that is absent was not readable; one that is None is known to be empty.
    """

    ref: RecordRef
    role: Role
    fields: Fields = field(default_factory=dict)
    emails: tuple[str, ...] = ()
    """E-mail addresses as the platform spells them; they tie the records of one human together."""
    account: RecordRef | None = None
    """The company of a person or opportunity."""
    people: tuple[RecordRef, ...] = ()
    """The persons of an opportunity (contact roles)."""
    owner: RecordRef | None = None
    """The user who owns the record."""
    created_at: int | None = None
    """When the record came to be, UTC ms. For an opportunity: when it was opened."""
    modified_at: int | None = None
    """When it last changed, UTC ms; an older reading never replaces a newer one."""
    owned_since: int | None = None
    """Since when the owner owns the record, UTC ms; None: the platform does not say."""
    closed_at: int | None = None
    """When an opportunity was closed, UTC ms."""
    deleted: bool = False
    """True when the platform says that it is gone."""
    merged_into: RecordRef | None = None
    """The surviving record when this one was merged or converted away."""
