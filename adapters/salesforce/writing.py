"""A batch of writes: sorted by kind, sent in chunks, answered in order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from adapters.salesforce.activities import Activities
from adapters.salesforce.bell import Bell
from adapters.salesforce.client import Client
from adapters.salesforce.members import Members
from adapters.salesforce.settings import Settings
from adapters.salesforce.updates import Updates
from adapters.salesforce.withdrawals import Withdrawals
from connector.model import Outcome, Settled, Write, WriteKind
from connector.ports import Apply, in_groups

AT_ONCE: Final = 200
"""Records in one collection."""


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
        bell: Bell,
    ) -> None:
        self._settings = settings
        self._client = client
        self._activities = activities
        self._updates = updates
        self._members = members
        self._withdrawals = withdrawals
        self._bell = bell

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """One outcome per write, in order. An error is raised only while nothing is settled."""
        self._client.spare(self._settings.write_share)
        outcomes = in_groups(_groups(writes), self._apply)
        self._ring(writes, outcomes)
        return [outcomes[write.key] for write in writes]

    def _apply(self, kind: WriteKind) -> Apply:
        if kind is WriteKind.WITHDRAW:
            return self._withdrawals.take_back
        if kind is WriteKind.ADD_MEMBER:
            return self._members.add
        return self._updates.apply if kind is WriteKind.SET_FIELDS else self._activities.create

    def _ring(self, writes: Sequence[Write], outcomes: dict[str, Outcome]) -> None:
        """A bell for tasks that are new; it may fail, the task stands."""
        if not self._bell.wanted:
            return
        for write in writes:
            outcome = outcomes[write.key]
            if write.kind is WriteKind.CREATE_TASK and outcome.settled is Settled.APPLIED:
                self._bell.ring(write, outcome)


def _groups(writes: Sequence[Write]) -> Iterator[tuple[WriteKind, list[Write]]]:
    """Runs of one way of writing, in order, none longer than a collection.

    Writes to one parent follow each other inside a run, so that no two calls fight for its lock.
    """
    for kind, run in itertools.groupby(writes, key=lambda write: write.kind):
        listed = list(run)
        for first in range(0, len(listed), AT_ONCE):
            yield kind, listed[first : first + AT_ONCE]
