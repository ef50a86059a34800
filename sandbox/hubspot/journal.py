"""What really happened in the portal, for tests: every effect once, in the order of commits."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One change of one object."""

    at: int
    """When it was committed, UTC ms of the portal's clock."""
    action: str
    """created, updated, archived, restored, merged, associated, dissociated or deleted."""
    object_type: str
    id: str
    source: str
    """What kind of caller: INTEGRATION, CRM_UI, ..."""
    caller: str
    """Its name."""
    changes: dict[str, str | None] = field(default_factory=dict)
    """The new values; None: cleared."""

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

    def of(self, object_type: str, action: str | None = None) -> list[Effect]:
        """Effects on one type of object, of one kind if given."""
        return [
            effect
            for effect in self.effects
            if effect.object_type == object_type and action in (None, effect.action)
        ]
