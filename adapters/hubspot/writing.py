"""A batch of writes: sorted by kind, sent in chunks, answered in order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from adapters.hubspot.activities import Activities
from adapters.hubspot.batches import AT_ONCE, chunks
from adapters.hubspot.client import Client
from adapters.hubspot.members import Members
from adapters.hubspot.settings import Settings
from adapters.hubspot.updates import Updates
from adapters.hubspot.withdrawals import Withdrawals
from connector.model import Outcome, Write, WriteKind
from connector.ports import Apply, Capabilities, Delivery, in_groups

__all__ = ["AT_ONCE", "Writer", "promised"]

UNIQUE: Final = "A unique property on tasks and notes refuses a key that is there already."
NOT_UNIQUE: Final = (
    "unique_keys = false: the portal refuses no key twice, so an unknown fate is held for a person."
)


def promised(declared: Capabilities, settings: Settings) -> Capabilities:
    """What an adapter with these settings can promise: class C where keys are not unique."""
    if settings.unique_keys:
        return declared
    return replace(declared, delivery=Delivery.C, delivery_reason=NOT_UNIQUE)


class Writer:
    """Applies writes."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        activities: Activities,
        updates: Updates,
        members: Members,
        withdrawals: Withdrawals,
    ) -> None:
        self._settings = settings
        self._client = client
        self._activities = activities
        self._updates = updates
        self._members = members
        self._withdrawals = withdrawals

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """One outcome per write, in order. An error is raised only while nothing is settled."""
        self._client.spare(self._settings.write_share)
        outcomes = in_groups(_groups(writes), self._apply)
        return [outcomes[write.key] for write in writes]

    def _apply(self, kind: WriteKind) -> Apply:
        if kind is WriteKind.WITHDRAW:
            return self._withdrawals.take_back
        if kind is WriteKind.ADD_MEMBER:
            return self._members.add
        return self._updates.apply if kind is WriteKind.SET_FIELDS else self._activities.create


def _groups(writes: Sequence[Write]) -> Iterator[tuple[WriteKind, list[Write]]]:
    """Runs of one kind, in order, none longer than a batch."""
    for kind, run in itertools.groupby(writes, key=lambda write: write.kind):
        for some in chunks(list(run), AT_ONCE):
            yield kind, some
