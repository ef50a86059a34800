"""What an administrator has set up against bad data, and what hurts integrations.

Follows the help pages on validation rules, duplicate rules and lead assignment rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sandbox.salesforce.values import Row, Value

Condition = Callable[[Row, Row | None], bool]
"""(new row, old row or None) -> whether the rule refuses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRule:
    """Refuses rows for which the condition is true."""

    object: str
    refuses: Condition
    message: str
    field: str | None = None
    """Where the message is shown; None: at the top of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateRule:
    """Looks for records with the same values in these fields."""

    object: str
    fields: tuple[str, ...]
    blocks: bool = False
    """Block refuses even with allowSave; else it is an alert that allowSave passes."""
    name: str = "Standard_Rule"


@dataclass(slots=True)
class Rules:
    """All rules that are active."""

    validation: list[ValidationRule] = field(default_factory=list)
    duplicates: list[DuplicateRule] = field(default_factory=list)
    assign_leads_to: str | None = None
    """The owner that the active assignment rule gives; None: no active rule."""
    required: set[tuple[str, str]] = field(default_factory=set)
    """(object, field) that an administrator made required."""
    approvals: set[str] = field(default_factory=set)
    """Ids of records locked by an approval process."""


def equals(values: Mapping[str, Value]) -> Condition:
    """True for rows that have all these values; how other processes state a rule."""
    wanted = dict(values)

    def refuses(row: Row, old: Row | None) -> bool:  # noqa: ARG001 - as all rules are asked
        return all(row.get(name) == value for name, value in wanted.items())

    return refuses
