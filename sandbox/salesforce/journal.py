"""What really happened in the org, for tests: every effect once, in the order of commits."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.salesforce.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One change of one record."""

    at: int
    """When it was committed, UTC ms of the org's clock."""
    action: str
    """created, updated, deleted, undeleted, merged, converted or notified."""
    object: str
    id: str
    user: str
    """Id of the user who did it."""
    changes: dict[str, Value] = field(default_factory=dict)
    """The new values."""

    def as_json(self) -> dict[str, Any]:
        """For the control route."""
        return asdict(self)


class Journal:
    """All effects, oldest first."""

    def __init__(self) -> None:
        self.effects: list[Effect] = []

    def add(self, effect: Effect) -> None:
        """Write one down."""
        self.effects.append(effect)

    def of(self, object_name: str, action: str | None = None) -> list[Effect]:
        """Effects on one object, of one kind if given."""
        return [
            effect
            for effect in self.effects
            if effect.object == object_name and action in (None, effect.action)
        ]
