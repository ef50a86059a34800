"""Field changes: compare and set, so that a rep's own edit is never undone.

HubSpot has no guard against a change between our look and our writing, and it ignores some values
without an error, so what it answers is compared once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.hubspot.answers import (
    TRACE,
    Input,
    Saved,
    cancelled,
    is_missing,
    outcome_of,
    rejected,
)
from adapters.hubspot.batches import Batches
from adapters.hubspot.client import Client
from adapters.hubspot.outgoing import holds, outgoing, same
from adapters.hubspot.properties import Property
from adapters.hubspot.records import Found, Records, is_id, no_id
from adapters.hubspot.settings import Settings
from connector.errors import AdapterError
from connector.model import Outcome, RecordRef, Scalar, Settled, Write, turns
from connector.ports import outcomes_after
from connector.problems import did_you_mean

CHANGEABLE: Final = ("contacts", "companies", "deals")
_FORWARD_ONLY: Final = "lifecyclestage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A write that is to be sent."""

    write: Write
    target: RecordRef
    values: Mapping[str, str]
    """By HubSpot's names; only what differs from what is there."""
    known: Mapping[str, Property]
    """The properties by those names."""
    before: Mapping[str, str | None]
    """By the names of the write; what the record has in those fields now."""

    @property
    def key(self) -> str:
        """Of the write."""
        return self.write.key


class Updates:
    """Changes properties."""

    def __init__(self, settings: Settings, client: Client, records: Records) -> None:
        self._client = client
        self._records = records
        self._batches = Batches(client, settings.key_property)

    def apply(self, writes: Sequence[Write]) -> dict[str, Outcome]:
        """An outcome per key. Writes to one record follow each other, each seeing the last."""
        outcomes: dict[str, Outcome] = {}
        for turn in turns(writes):
            try:
                self._turn(turn, outcomes)
            except AdapterError as error:
                if not outcomes:
                    raise
                open_keys = [write.key for write in turn if write.key not in outcomes]
                outcomes |= {each.key: each for each in outcomes_after(open_keys, error)}
        return outcomes

    def _turn(self, writes: Sequence[Write], outcomes: dict[str, Outcome]) -> None:
        """Writes to different records: read all, compare, send what differs."""
        possible = []
        for write in writes:
            if write.target.object_type not in CHANGEABLE:
                kind = write.target.object_type
                outcomes[write.key] = rejected(write.key, f"leadmode does not change {kind}.")
            elif not is_id(write.target.id):
                outcomes[write.key] = rejected(write.key, no_id(write.target.id))
            else:
                possible.append(write)
        with self._client.contract(writing=False):
            compared = self._looked_at(possible)
        changes: dict[RecordRef, Change] = {}
        for each in compared:
            if isinstance(each, Outcome):
                outcomes[each.key] = each
            elif each.target in changes:  # two records that were merged into one
                outcomes[each.key] = Outcome(
                    key=each.key,
                    settled=Settled.RETRY,
                    reason="Another change of the same record goes first.",
                )
            else:
                changes[each.target] = each
        for object_type in dict.fromkeys(ref.object_type for ref in changes):
            some = [each for ref, each in changes.items() if ref.object_type == object_type]
            outcomes |= self._sent(object_type, some)

    def _looked_at(self, writes: Sequence[Write]) -> list[Change | Outcome]:
        """What is to be done; a refusal may only mean that a description is old."""
        compared = self._compared_all(writes)
        refused = {
            write.target.object_type
            for write, each in zip(writes, compared, strict=True)
            if isinstance(each, Outcome) and each.settled is Settled.REJECTED
        }
        described_anew = [self._records.describe_anew(kind) for kind in sorted(refused)]
        return self._compared_all(writes) if any(described_anew) else compared

    def _compared_all(self, writes: Sequence[Write]) -> list[Change | Outcome]:
        found = self._found(writes)
        return [self._compared(write, found.get(write.target)) for write in writes]

    def _found(self, writes: Sequence[Write]) -> dict[RecordRef, Found]:
        """Per target the record as it is now: a merged one is its winner, a gone one is absent."""
        refs = list(dict.fromkeys(write.target for write in writes))
        found = self._now(refs, writes)
        lost = [ref for ref in refs if ref not in found]
        if lost:
            went = self._records.went(lost)
            moved = {ref: at for ref, at in went.items() if at is not None}
            later = self._now(list(moved.values()), writes) if moved else {}
            found |= {ref: later[at] for ref, at in moved.items() if at in later}
        return found

    def _now(self, refs: Sequence[RecordRef], writes: Sequence[Write]) -> dict[RecordRef, Found]:
        wanted: dict[str, list[str]] = {}
        for object_type in dict.fromkeys(ref.object_type for ref in refs):
            names = {
                name
                for write in writes
                if write.target.object_type == object_type
                for name in write.fields
            }
            known = (self._records.field(object_type, name) for name in sorted(names))
            wanted[object_type] = [one.name for one in known if one is not None]
        return self._records.now(refs, wanted)

    def _compared(self, write: Write, found: Found | None) -> Change | Outcome:
        if found is None:
            return cancelled(write.key, "The record is gone.")
        values: dict[str, str] = {}
        properties: dict[str, Property] = {}
        before: dict[str, str | None] = {}
        for name, wanted in write.fields.items():
            known = self._records.field(found.ref.object_type, name)
            if known is None or known.name not in found.values:
                kind = found.ref.object_type
                return rejected(write.key, f"{kind} have no property {name}, or it is hidden.")
            problem = _problem(known, wanted)
            if problem:
                return rejected(write.key, problem)
            now, new = found.values[known.name], _new(known, wanted)
            if holds(known, now, new):
                continue
            allowed = write.expected.get(name)
            if allowed is not None and not any(
                same(known, now, _new(known, old)) for old in allowed
            ):
                return cancelled(write.key, f"A person has changed {name} since.")
            values[known.name], properties[known.name] = new, known
            before[name] = now
        if not values:
            return Outcome(key=write.key, settled=Settled.ALREADY_APPLIED, remote_id=found.ref.id)
        return Change(write=write, target=found.ref, values=values, known=properties, before=before)

    def _sent(self, object_type: str, changes: Sequence[Change]) -> dict[str, Outcome]:
        inputs = [
            Input(
                name=change.target.id,
                body={
                    TRACE: change.target.id,
                    "id": change.target.id,
                    "properties": dict(change.values),
                },
            )
            for change in changes
        ]
        answers = self._batches.update(object_type, inputs)
        pairs = list(zip(changes, answers, strict=True))
        silent = [change.target for change, saved in pairs if saved.id and _untold(change, saved)]
        later = self._read_back(silent, changes)
        return {
            change.key: _settled(change, saved, later.get(change.target)) for change, saved in pairs
        }

    def _read_back(
        self, refs: Sequence[RecordRef], changes: Sequence[Change]
    ) -> Mapping[RecordRef, Found]:
        """What is there now, where the answer did not tell; nothing when it cannot be read."""
        if not refs:
            return {}
        names = {name for change in changes for name in change.values}
        try:
            with self._client.contract(writing=False):
                return self._records.now(refs, {ref.object_type: sorted(names) for ref in refs})
        except AdapterError:
            return {}


def _new(known: Property, wanted: Scalar) -> str:
    """The value as it is sent; an option in the spelling that the portal has."""
    new = outgoing(known, wanted)
    alike = [option for option in known.options if option.casefold() == new.casefold()]
    return alike[0] if len(alike) == 1 else new


def _problem(known: Property, wanted: Scalar) -> str:
    """Why a value cannot be written; empty: it can."""
    if not known.writable:
        return f"HubSpot sets {known.name} itself; it cannot be changed."
    new = _new(known, wanted)
    parts = new.split(";") if known.field_type == "checkbox" else [new]
    for part in parts:
        if part and known.options and part not in known.options:
            return f'{known.name} has no value "{part}". {did_you_mean(part, known.options)}'
    return ""


def _row_values(saved: Saved) -> Mapping[str, object]:
    told = saved.row.get("properties")
    return told if isinstance(told, dict) else {}


def _untold(change: Change, saved: Saved) -> bool:
    """Whether the answer does not show all values that were sent."""
    return not change.values.keys() <= _row_values(saved).keys()


def _settled(change: Change, saved: Saved, later: Found | None) -> Outcome:
    if saved.id is None:
        if saved.fault is not None and is_missing(saved.fault):
            # It went while we looked; the next sending finds out where to.
            return Outcome(
                key=change.key, settled=Settled.RETRY, reason="The record went elsewhere."
            )
        return outcome_of(change.key, saved)
    told = {**(later.values if later else {}), **_row_values(saved)}
    stayed = [
        name
        for name, value in change.values.items()
        if name in told and not holds(change.known[name], _text(told[name]), value)
    ]
    reason = _why(stayed)
    if stayed and len(stayed) == len(change.values):
        return cancelled(change.key, reason)
    return Outcome(
        key=change.key,
        settled=Settled.APPLIED,
        remote_id=saved.id,
        reason=reason,
        before=change.before,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _why(stayed: Sequence[str]) -> str:
    """What HubSpot took without an error and did not do."""
    if not stayed:
        return ""
    if _FORWARD_ONLY in stayed:
        return f"HubSpot moves lifecycle stages forward only; {', '.join(stayed)} did not move."
    return f"HubSpot kept the old value of {', '.join(stayed)}."
