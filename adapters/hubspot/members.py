"""Making contacts members of static lists. HubSpot lets a repeat be: a member stays one.

https://developers.hubspot.com/docs/api-reference/crm-lists-v3/memberships/put-crm-v3-lists-listId-memberships-add
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from adapters.hubspot.answers import cancelled, rejected
from adapters.hubspot.batches import AT_ONCE, chunks
from adapters.hubspot.client import Broken, Client, Refused
from adapters.hubspot.records import Records, is_id, no_id
from connector.errors import AdapterError
from connector.model import Outcome, RecordRef, Settled, Write
from connector.ports import outcomes_after

PEOPLE: Final = "contacts"
_CONTACTS: Final = "0-1"
_STATIC: Final = ("MANUAL", "SNAPSHOT")


class Members:
    """Adds to lists."""

    def __init__(self, client: Client, records: Records) -> None:
        self._client = client
        self._records = records

    def add(self, writes: Sequence[Write]) -> dict[str, Outcome]:
        """An outcome per key; an error is raised only while nothing is settled."""
        outcomes: dict[str, Outcome] = {}
        lists: dict[str, list[Write]] = {}
        for write in writes:
            name, target = str(write.fields.get("list") or ""), write.target
            if target.object_type != PEOPLE:
                kind = target.object_type
                outcomes[write.key] = rejected(write.key, f"{kind} join no list of contacts.")
            elif not is_id(target.id):
                outcomes[write.key] = rejected(write.key, no_id(target.id))
            elif not name:
                outcomes[write.key] = rejected(write.key, "No list is named.")
            else:
                lists.setdefault(name, []).append(write)
        for name, some in lists.items():
            for part in chunks(some, AT_ONCE):
                try:
                    outcomes |= self._joined(name, {write.key: write.target for write in part})
                except AdapterError as error:
                    if not outcomes:
                        raise
                    left = outcomes_after([write.key for write in part], error)
                    outcomes |= {each.key: each for each in left}
        return outcomes

    def amiss(self, ids: Sequence[str]) -> dict[str, str]:
        """Of lists with these ids, those that take no contacts, with why."""
        found = {name: self._why_not(name) for name in ids}
        return {name: why for name, why in found.items() if why}

    def _why_not(self, name: str) -> str:
        try:
            told = self._client.get(f"{self._client.paths.lists}/{quote(name, safe='')}").json()
        except Refused as refused:
            if refused.status not in (400, 404):
                raise
            return "there is no such list."
        known = told.get("list")
        if not isinstance(known, dict):
            raise Broken
        if known.get("objectTypeId") != _CONTACTS:
            return "it is not a list of contacts."
        static = known.get("processingType") in _STATIC
        return "" if static else "HubSpot fills it by itself; only a static list takes contacts."

    def _joined(
        self, name: str, targets: dict[str, RecordRef], *, last: bool = False
    ) -> dict[str, Outcome]:
        """One request; contacts that HubSpot misses are followed to where a merge took them."""
        ids = list(dict.fromkeys(target.id for target in targets.values()))
        try:
            added, missing = self._sent(name, ids)
        except Refused as refused:
            if refused.status not in (400, 404) or not refused.faults:
                raise self._client.judged(refused, writing=True) from None
            reason = (
                f"List {name} is not there, or is not a static list of contacts: {_said(refused)}"
            )
            return {key: rejected(key, reason) for key in targets}
        outcomes: dict[str, Outcome] = {}
        lost: dict[str, RecordRef] = {}
        for key, target in targets.items():
            if target.id in missing:
                lost[key] = target
                continue
            how = Settled.APPLIED if target.id in added else Settled.ALREADY_APPLIED
            added.discard(target.id)  # of two writes for one contact the first did it
            remote = f"{name}:{target.id}"
            outcomes[key] = Outcome(key=key, settled=how, remote_id=remote)
        if lost:
            outcomes |= self._followed(name, lost, last=last)
        return outcomes

    def _sent(self, name: str, ids: Sequence[str]) -> tuple[set[str], set[str]]:
        """Who was added, and who is not there; all others were members before."""
        path = f"{self._client.paths.lists}/{quote(name, safe='')}/memberships/add"
        try:
            told = self._client.ask("PUT", path, body=list(ids), writing=True).json()
            return _ids(told, "recordsIdsAdded", "recordIdsAdded"), _ids(told, "recordIdsMissing")
        except Broken:
            with self._client.contract(writing=True):
                raise

    def _followed(self, name: str, lost: dict[str, RecordRef], *, last: bool) -> dict[str, Outcome]:
        with self._client.contract(writing=False):
            went = self._records.went(list(lost.values()))
        gone = [key for key, target in lost.items() if last or went[target] in (None, target)]
        outcomes = {key: cancelled(key, "The record is gone.") for key in gone}
        moved = {
            key: new
            for key, target in lost.items()
            if key not in gone and (new := went[target]) is not None
        }
        return outcomes | (self._joined(name, moved, last=True) if moved else {})


def _ids(told: dict[str, Any], *names: str) -> set[str]:
    found = next((told[name] for name in names if name in told), None)
    if not isinstance(found, list):
        raise Broken
    return {str(each) for each in found}


def _said(refused: Refused) -> str:
    return ", ".join(sorted({word for fault in refused.faults for word in fault.words}))
