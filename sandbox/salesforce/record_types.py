"""Record types: kinds of records of one object that offer their own values of its picklists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MASTER: Final = "012000000000000AAA"
"""The record type of records that have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """One record type of one object."""

    id: str
    name: str
    active: bool = True
    available: bool = True
    """Whether the asking user may make records of it."""
    default: bool = False
    """Whether records that this user makes without saying so are of it."""
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values it offers, by picklist field; all values of a field that is not named."""


MASTER_TYPE: Final = RecordType(id=MASTER, name="Master")
