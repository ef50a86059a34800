"""Who is spoken to: the owner who gets the task, with their language and time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard
from zoneinfo import ZoneInfo

from connector.config.nurture import Program
from connector.config.rulebook import HandOff, Owned
from connector.language import Language, language
from connector.model import Person, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How a text is written."""

    language: Language
    zone: ZoneInfo


def active_owners(person: Person, rules: HandOff | Program, at: int) -> Iterator[Record]:
    """The owners who work there and still keep the person, in the order of the rules."""
    owners = {
        Owned.RECORD: (person.owner, person.owned_since),
        Owned.ACCOUNT: (person.account_owner, person.account_owned_since),
    }
    keep = rules.keep_owner_for if isinstance(rules, HandOff) else None
    for owner, since in (owners[each] for each in rules.owners):
        kept = keep is None or since is None or at - since <= keep
        if kept and _is_active(owner):
            yield owner


def voice_of(owner: Record | None, rules: HandOff, zone: ZoneInfo, *, speak: str = "") -> Voice:
    """The owner's own language and zone where they are known, else those of the rules and `zone`.

    `speak` is a language that is used whatever the owner's is.
    """
    fields = owner.fields if owner is not None else {}
    return Voice(
        language=language(speak, fields.get("language"), rules.language),
        zone=_zone(fields.get("time_zone"), zone),
    )


def _zone(name: object, otherwise: ZoneInfo) -> ZoneInfo:
    """The zone of this name; CRMs keep some that no list of zones has."""
    if not isinstance(name, str) or not name:
        return otherwise
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return otherwise


def _is_active(owner: Record | None) -> TypeGuard[Record]:
    """Whether somebody works there; who was never read is taken for active."""
    return owner is not None and not owner.deleted and owner.fields.get("active") is not False
