"""Creating tasks and notes: each key once, whatever happens on the way.

A Task carries the write's key in a unique external-id field. A second create with the key is
refused by Salesforce, and that refusal counts as success. It is never an upsert: that would undo
what a rep has edited since.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from adapters.salesforce import soql
from adapters.salesforce.answers import (
    cancelled,
    outcome_of,
    saved_of,
    unknown,
)
from adapters.salesforce.client import Client
from adapters.salesforce.faults import Fault, Meaning, Saved
from adapters.salesforce.fields import Catalog
from adapters.salesforce.ids import to_18
from adapters.salesforce.outgoing import about, task
from adapters.salesforce.records import Records
from adapters.salesforce.replies import Json
from adapters.salesforce.rows import chunks
from adapters.salesforce.settings import Settings
from connector.errors import AdapterError
from connector.model import Outcome, RecordRef, Settled, Write
from connector.ports import outcomes_after

HEADERS: Final = {"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=true"}
"""Without the first an update may give a lead to another owner."""
_ID_IN_MESSAGE: Final = re.compile(r"id:\s*([A-Za-z0-9]{15,18})\b")
_KEYS_AT_ONCE: Final = 200
_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A write on its way, with what was mended about it."""

    write: Write
    target: RecordRef
    owner: str = ""
    """Instead of the one it names."""
    reason: str = ""


class Activities:
    """Creates Tasks."""

    def __init__(
        self, settings: Settings, client: Client, catalog: Catalog, records: Records
    ) -> None:
        self._settings = settings
        self._client = client
        self._catalog = catalog
        self._records = records

    def create(self, writes: Sequence[Write]) -> dict[str, Outcome]:
        """An outcome per key; an error is raised only while nothing is settled."""
        outcomes: dict[str, Outcome] = {}
        wishes = []
        for write in writes:
            if about(write.target) is None:
                kind = write.target.object_type
                outcomes[write.key] = Outcome(
                    key=write.key,
                    settled=Settled.REJECTED,
                    reason=f"A task cannot be about a {kind}.",
                )
            else:
                wishes.append(Wish(write=write, target=write.target))
        try:
            wishes = self._not_binned(wishes, outcomes)
            for turn in range(_ROUNDS):
                if wishes:
                    wishes = self._round(wishes, outcomes, last=turn == _ROUNDS - 1)
        except AdapterError as error:
            if not outcomes:
                raise
            left = outcomes_after([wish.write.key for wish in wishes], error)
            outcomes |= {outcome.key: outcome for outcome in left}
        return outcomes

    def _not_binned(self, wishes: list[Wish], outcomes: dict[str, Outcome]) -> list[Wish]:
        """Settle what an earlier sending made and a rep deleted; give back the others.

        A task in the recycle bin keeps its key, and does not keep the key from another one.
        """
        doubtful = [wish.write.key for wish in wishes if wish.write.sent_before]
        binned = self._by_keys(doubtful, binned=True) if doubtful else {}
        for key in doubtful:
            if key.lower() in binned:
                outcomes[key] = Outcome(
                    key=key,
                    settled=Settled.ALREADY_APPLIED,
                    remote_id=binned[key.lower()],
                    reason="It was deleted since.",
                )
        return [wish for wish in wishes if wish.write.key not in outcomes]

    def _round(
        self, wishes: Sequence[Wish], outcomes: dict[str, Outcome], *, last: bool
    ) -> list[Wish]:
        """Send the wishes; settle what can be settled and give back what was mended."""
        answers = self._sent(wishes)
        again: list[tuple[Wish, Fault]] = []
        ours: list[tuple[Wish, Fault]] = []
        for wish, saved in zip(wishes, answers, strict=True):
            fault = saved.first
            if fault is not None and self._is_our_key(fault):
                ours.append((wish, fault))
            elif fault is not None and not last and self._mendable(wish, fault):
                again.append((wish, fault))
            else:
                outcomes[wish.write.key] = self._settled(wish, saved)
        outcomes |= self._already(ours)
        return self._mended(again, outcomes) if again else []

    def _sent(self, wishes: Sequence[Wish]) -> list[Saved]:
        fields = self._catalog.fields("Task")
        records = [
            task(wish.write, wish.target, self._settings, fields, owner=wish.owner)
            for wish in wishes
        ]
        with self._client.contract(writing=True):
            answer = self._client.ask(
                "POST",
                "composite/sobjects",
                writing=True,
                json={"allOrNone": False, "records": records},
                headers=dict(HEADERS),
            )
            return saved_of(answer.body, len(records))

    def _settled(self, wish: Wish, saved: Saved) -> Outcome:
        fault = saved.first
        if fault is not None and fault.meaning is Meaning.GONE and _about_target(fault):
            return cancelled(wish.write.key, f"The record is gone: {fault}")
        outcome = outcome_of(wish.write.key, saved)
        return replace(outcome, reason=outcome.reason or wish.reason)

    def _is_our_key(self, fault: Fault) -> bool:
        """Whether a duplicate is of our key: another unique field may be taken too."""
        if fault.meaning is not Meaning.DUPLICATE:
            return False
        name = self._settings.key_field.lower()
        return name in fault.message.lower() or name in {field.lower() for field in fault.fields}

    def _already(self, ours: Sequence[tuple[Wish, Fault]]) -> dict[str, Outcome]:
        if not ours:
            return {}
        try:
            found = self._by_keys([wish.write.key for wish, _ in ours])
        except AdapterError:
            found = {}
        outcomes = {}
        for wish, fault in ours:
            key = wish.write.key
            remote = found.get(key.lower()) or _id_in(fault)
            outcomes[key] = (
                Outcome(key=key, settled=Settled.ALREADY_APPLIED, remote_id=remote)
                if remote
                else unknown(key, "Salesforce knows the key, but not yet the task.")
            )
        return outcomes

    def _by_keys(self, keys: Sequence[str], *, binned: bool = False) -> dict[str, str]:
        """Ids of tasks by key, archived ones too; or else of those in the recycle bin."""
        name, found = self._settings.key_field, {}
        for some in chunks(list(dict.fromkeys(keys)), _KEYS_AT_ONCE):
            query = soql.select(["Id", "IsDeleted", name], "Task", [soql.one_of(name, some)])
            with self._client.contract(writing=False):
                for row in self._client.query(query, deleted=True).rows("records"):
                    if bool(row.get("IsDeleted")) is binned:
                        found[_text(row, name).lower()] = to_18(_text(row, "Id"))
        return found

    # mending

    def _mendable(self, wish: Wish, fault: Fault) -> bool:
        if self._about_owner(fault):
            fallback = self._settings.fallback_owner
            return bool(fallback) and not wish.owner and wish.write.fields.get("owner") != fallback
        return fault.meaning is Meaning.GONE and _about_target(fault)

    def _about_owner(self, fault: Fault) -> bool:
        return fault.meaning is Meaning.OWNER or "OwnerId" in fault.fields

    def _mended(
        self, again: Sequence[tuple[Wish, Fault]], outcomes: dict[str, Outcome]
    ) -> list[Wish]:
        wishes: list[Wish] = []
        lost: list[tuple[Wish, Fault]] = []
        for wish, fault in again:
            if self._about_owner(fault):
                owner = to_18(self._settings.fallback_owner)
                reason = f"The owner is not active; it went to the fallback owner: {fault}"
                wishes.append(replace(wish, owner=owner, reason=reason))
            else:
                lost.append((wish, fault))
        return wishes + self._followed(lost, outcomes)

    def _followed(
        self, lost: Sequence[tuple[Wish, Fault]], outcomes: dict[str, Outcome]
    ) -> list[Wish]:
        """Wishes about records that are not there, turned to where those went."""
        if not lost:
            return []
        try:
            with self._client.contract(writing=False):
                went = self._records.went([wish.target for wish, _ in lost])
        except AdapterError as error:
            left = outcomes_after([wish.write.key for wish, _ in lost], error)
            outcomes |= {outcome.key: outcome for outcome in left}
            return []
        wishes = []
        for wish, fault in lost:
            key, target = wish.write.key, went[wish.target]
            if target is None:
                outcomes[key] = cancelled(key, "The record is gone.")
            elif target == wish.target:
                outcomes[key] = outcome_of(key, Saved(faults=(fault,)))
            else:
                wishes.append(replace(wish, target=target, reason=f"It went to {target}."))
        return wishes


def _about_target(fault: Fault) -> bool:
    """Whether what is gone is the record that the task is about."""
    return not fault.fields or bool({"WhoId", "WhatId"} & set(fault.fields))


def _id_in(fault: Fault) -> str | None:
    found = _ID_IN_MESSAGE.search(fault.message)
    return to_18(found[1]) if found else None


def _text(row: Mapping[str, object] | Json, name: str) -> str:
    return str(row.get(name) or "")
