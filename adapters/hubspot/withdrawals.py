"""Taking back what was made: archived, and so for 90 days in the recycle bin of the portal.

Not completed: that would count as a rep's work. A task or note that does not say any more what
leadmode wrote was touched, and stays. The time of the last change tells nothing here: HubSpot moves
it for reasons of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from typing import Any, Final
from urllib.parse import quote

from adapters.hubspot.answers import cancelled, rejected
from adapters.hubspot.client import Broken, Client, Refused
from adapters.hubspot.mapping import instant
from adapters.hubspot.outgoing import NOTES, TASKS, note, task
from adapters.hubspot.properties import Properties
from adapters.hubspot.settings import Settings
from connector.errors import AdapterError
from connector.model import Outcome, Settled, Write, WriteKind, earlier_of
from connector.ports import outcomes_after

_OBJECT: Final = {WriteKind.CREATE_TASK: TASKS, WriteKind.ADD_NOTE: NOTES}
_OWNER: Final = "hubspot_owner_id"
_TEXTS: Final = ("hs_task_body", "hs_note_body")
_COMPARED: Final = {
    TASKS: ("hs_task_subject", "hs_task_body", "hs_task_status", "hs_task_priority", _OWNER),
    NOTES: ("hs_note_body",),
}
_DUE: Final = "hs_timestamp"
_TAG: Final = re.compile("<[^>]*>")
_GONE: Final = (404,)


class Withdrawals:
    """Archives tasks and notes that nobody has touched, and takes contacts out of lists."""

    def __init__(self, settings: Settings, client: Client, properties: Properties) -> None:
        self._settings = settings
        self._client = client
        self._properties = properties

    def take_back(self, writes: Sequence[Write]) -> dict[str, Outcome]:
        """An outcome per key; an error is raised only while nothing is settled."""
        outcomes: dict[str, Outcome] = {}
        for write in writes:
            member = write.fields["what"] == WriteKind.ADD_MEMBER.value
            way: Callable[[Write], Outcome] = self._left if member else self._archived
            try:
                outcomes[write.key] = way(write)
            except AdapterError as error:
                if not outcomes:
                    raise
                left = [each.key for each in writes if each.key not in outcomes]
                return outcomes | {each.key: each for each in outcomes_after(left, error)}
        return outcomes

    def kept_because(self, writes: Sequence[Write]) -> dict[str, str]:
        """Of the writes, by key, those that would not be done, and why."""
        told: dict[str, str] = {}
        for write in writes:
            if write.fields["what"] != WriteKind.ADD_MEMBER.value:
                now = self._now(write)
                told[write.key] = "" if now is None else self._touched(write, now)
        return {key: reason for key, reason in told.items() if reason}

    def _archived(self, write: Write) -> Outcome:
        with self._client.contract(writing=False):
            now = self._now(write)
            reason = "" if now is None else self._touched(write, now)
        if now is None:
            return _done(write, Settled.ALREADY_APPLIED)
        if reason:
            return cancelled(write.key, reason)
        with self._client.contract(writing=True):
            try:
                self._client.ask("DELETE", self._path(write), writing=True)
            except Refused as refused:
                if refused.status not in _GONE:
                    raise
                return _done(write, Settled.ALREADY_APPLIED)
        return _done(write, Settled.APPLIED)

    def _left(self, write: Write) -> Outcome:
        name, person = str(write.fields["list"]), write.target.id
        path = f"{self._client.paths.lists}/{quote(name, safe='')}/memberships/remove"
        with self._client.contract(writing=True):
            try:
                told = self._client.ask("PUT", path, body=[person], writing=True).json()
            except Refused as refused:
                if refused.status not in _GONE:
                    raise
                return rejected(write.key, f"There is no list {name} any more.")
            removed = told.get("recordsIdsRemoved", told.get("recordIdsRemoved"))
            if not isinstance(removed, list):
                raise Broken
        was = person in map(str, removed)
        return _done(write, Settled.APPLIED if was else Settled.ALREADY_APPLIED)

    def _path(self, write: Write) -> str:
        made = quote(str(write.fields["made"]), safe="")
        return f"{self._client.paths.objects(_OBJECT[earlier_of(write).kind])}/{made}"

    def _now(self, write: Write) -> Mapping[str, Any] | None:
        """The properties of what was made, as they are now; None: it is not there any more."""
        names = (*_COMPARED[_OBJECT[earlier_of(write).kind]], _DUE)
        try:
            answer = self._client.get(self._path(write), [("properties", ",".join(names))])
        except Refused as refused:
            if refused.status not in _GONE:
                raise
            return None
        found = answer.json().get("properties")
        if not isinstance(found, dict):
            raise Broken
        return found

    def _touched(self, write: Write, now: Mapping[str, Any]) -> str:
        """What is not any more as leadmode wrote it; empty: nothing."""
        earlier = earlier_of(write)
        kind = _OBJECT[earlier.kind]
        fields = self._properties.fields(kind)
        make = task if kind == TASKS else note
        ours = make(earlier, self._settings, fields, now=0)
        changed = [name for name in _COMPARED[kind] if not self._same(name, ours, now)]
        due = earlier.fields.get("due_at")
        if kind == TASKS and isinstance(due, int) and instant(now.get(_DUE)) != due:
            changed.append(_DUE)
        return f"A person has changed {', '.join(changed)} since." if changed else ""

    def _same(self, name: str, ours: Mapping[str, str], now: Mapping[str, Any]) -> bool:
        wrote, there = ours.get(name, ""), str(now.get(name) or "")
        if name in _TEXTS:
            return _words(wrote) == _words(there)
        if name == _OWNER and there == self._settings.fallback_owner:
            return True  # who we named could not own it
        return not wrote or wrote == there


def _words(html: str) -> list[str]:
    """The words of a text, whatever mark-up stands around them."""
    return unescape(_TAG.sub(" ", html)).split()


def _done(write: Write, settled: Settled) -> Outcome:
    return Outcome(key=write.key, settled=settled, remote_id=str(write.fields["made"]))
