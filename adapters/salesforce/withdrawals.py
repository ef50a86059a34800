"""Taking back what was made: into the recycle bin, where it can be fetched from for two weeks.

Not completed: that would count as a rep's work. What anybody, or an automation, has changed since
it was made stays; so does a task that is closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.salesforce import soql
from adapters.salesforce.activities import HEADERS
from adapters.salesforce.answers import cancelled, outcome_of, saved_of
from adapters.salesforce.client import Client
from adapters.salesforce.faults import Meaning
from adapters.salesforce.ids import is_id, to_18
from adapters.salesforce.mapping import instant
from adapters.salesforce.rows import chunks
from connector.clock import SECOND
from connector.errors import AdapterError
from connector.model import Outcome, Settled, Write, WriteKind
from connector.ports import outcomes_after

_OBJECT: Final = {
    WriteKind.CREATE_TASK.value: "Task",
    WriteKind.ADD_NOTE.value: "Task",
    WriteKind.ADD_MEMBER.value: "CampaignMember",
}
_CHANGED: Final = "It was changed since it was made."
_CLOSED: Final = "A person has closed it."
_AT_ONCE: Final = 200
_WRITTEN_AT_ONCE: Final = 2 * SECOND
"""What the same creation sets off is not a change by somebody."""


class Withdrawals:
    """Deletes tasks and members that nobody has touched."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def take_back(self, writes: Sequence[Write]) -> dict[str, Outcome]:
        """An outcome per key; an error is raised only while nothing is settled."""
        with self._client.contract(writing=False):
            rows = self._rows(writes)
        outcomes: dict[str, Outcome] = {}
        todo: list[Write] = []
        for write in writes:
            made = _made(write)
            row = rows.get(made)
            if row is None or row.get("IsDeleted"):
                outcomes[write.key] = _gone(write)
            elif reason := _why_kept(write, row):
                outcomes[write.key] = cancelled(write.key, reason)
            else:
                todo.append(write)
        try:
            outcomes |= self._deleted(todo)
        except AdapterError as error:
            if not outcomes:
                raise
            left = outcomes_after([write.key for write in todo], error)
            outcomes |= {each.key: each for each in left}
        return outcomes

    def kept_because(self, writes: Sequence[Write]) -> dict[str, str]:
        """Of the writes, by key, those that would not be done, and why."""
        rows = self._rows(writes)
        told = {write.key: _why_kept(write, rows.get(_made(write), {})) for write in writes}
        return {key: reason for key, reason in told.items() if reason}

    def _rows(self, writes: Sequence[Write]) -> dict[str, Mapping[str, Any]]:
        """What is there of what was made, by its id; also what lies in the bin."""
        found: dict[str, Mapping[str, Any]] = {}
        for name in sorted(set(_OBJECT.values())):
            fields = ["Id", "IsDeleted", "CreatedDate", "LastModifiedDate"]
            fields += ["IsClosed"] if name == "Task" else []
            ids = {_made(write) for write in writes if _object(write) == name}
            for some in chunks(sorted(filter(is_id, ids)), _AT_ONCE):
                query = soql.select(fields, name, [soql.one_of("Id", some)])
                for row in self._client.query(query, deleted=True).rows("records"):
                    found[to_18(str(row["Id"]))] = row
        return found

    def _deleted(self, writes: Sequence[Write]) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        for first in range(0, len(writes), _AT_ONCE):
            some = writes[first : first + _AT_ONCE]
            with self._client.contract(writing=True):
                answer = self._client.ask(
                    "DELETE",
                    "composite/sobjects",
                    writing=True,
                    params={"ids": ",".join(map(_made, some)), "allOrNone": "false"},
                    headers=dict(HEADERS),
                )
                saved = saved_of(answer.body, len(some))
            for write, each in zip(some, saved, strict=True):
                lost = each.first is not None and each.first.meaning is Meaning.GONE
                outcomes[write.key] = _gone(write) if lost else outcome_of(write.key, each)
        return outcomes


def _made(write: Write) -> str:
    made = str(write.fields["made"])
    return to_18(made) if is_id(made) else made


def _object(write: Write) -> str:
    return _OBJECT[str(write.fields["what"])]


def _gone(write: Write) -> Outcome:
    return Outcome(
        key=write.key,
        settled=Settled.ALREADY_APPLIED,
        remote_id=_made(write),
        reason="It was deleted before.",
    )


def _why_kept(write: Write, row: Mapping[str, Any]) -> str:
    """Why it stays; empty: it goes. What leadmode writes as a note is closed from the start."""
    if row.get("IsClosed") and write.fields["what"] != WriteKind.ADD_NOTE.value:
        return _CLOSED
    made, changed = instant(row.get("CreatedDate")), instant(row.get("LastModifiedDate"))
    if made is not None and changed is not None and changed - made > _WRITTEN_AT_ONCE:
        return _CHANGED
    return ""
