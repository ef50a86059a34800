"""Field changes: compare and set, so that a rep's own edit is never undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Any, Final

from adapters.salesforce.activities import HEADERS
from adapters.salesforce.answers import cancelled, outcome_of, saved_of
from adapters.salesforce.client import Client
from adapters.salesforce.faults import Meaning, Saved
from adapters.salesforce.fields import Catalog, Described
from adapters.salesforce.mapping import instant
from adapters.salesforce.outgoing import outgoing, same
from adapters.salesforce.records import Found, Records
from adapters.salesforce.tables import person_account_field
from connector.errors import AdapterError
from connector.model import Outcome, RecordRef, Scalar, Settled, Write, turns
from connector.ports import outcomes_after

_CHANGED: Final = "LastModifiedDate"
_WATCHED: Final = ("IsConverted", "ConvertedContactId", "IsPersonAccount", "AccountId", _CHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A write that is to be sent."""

    write: Write
    target: RecordRef
    values: Mapping[str, Scalar] = field(default_factory=dict)
    """By Salesforce's names; only what differs from what is there."""
    before: Mapping[str, Scalar] = field(default_factory=dict)
    """By the names of the write; what the record has in those fields now."""
    seen: Scalar = None
    """LastModifiedDate of what was compared."""


class Updates:
    """Changes fields."""

    def __init__(self, client: Client, catalog: Catalog, records: Records) -> None:
        self._client = client
        self._catalog = catalog
        self._records = records

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
        with self._client.contract(writing=False):
            targets = self._targets(writes)
            changes = [self._compared(write, *targets[write.target]) for write in writes]
        sent = []
        for change in changes:
            if isinstance(change, Outcome):
                outcomes[change.key] = change
            else:
                sent.append(change)
        if sent:
            outcomes |= self._sent(sent)

    def _targets(
        self, writes: Sequence[Write]
    ) -> dict[RecordRef, tuple[RecordRef | None, Found | None]]:
        """Per target where it is now, and its values."""
        refs = list(dict.fromkeys(write.target for write in writes))
        found = self._now(refs, writes)
        lost = [ref for ref in refs if ref not in found or found[ref].values.get("IsConverted")]
        if not lost:
            return {ref: (ref, found[ref]) for ref in refs}
        went = self._records.went(lost)
        moved = {ref: at for ref, at in went.items() if at is not None and at != ref}
        later = self._now(list(moved.values()), writes) if moved else {}
        told: dict[RecordRef, tuple[RecordRef | None, Found | None]] = {}
        for ref in refs:
            at = moved.get(ref, ref)
            told[ref] = (at, later.get(at)) if ref in moved else (ref, found.get(ref))
        return told

    def _now(self, refs: Sequence[RecordRef], writes: Sequence[Write]) -> dict[RecordRef, Found]:
        wanted: dict[str, list[str]] = {}
        for object_type in dict.fromkeys(ref.object_type for ref in refs):
            known = self._catalog.fields(object_type)
            names = {name for write in writes for name in write.fields}
            fields = (self._records.field(object_type, name) for name in sorted(names))
            wanted[object_type] = [one.name for one in fields if one is not None]
            wanted[object_type] += [name for name in _WATCHED if name.lower() in known]
        found = self._records.now(refs, wanted)
        return self._person_accounts(found, writes)

    def _person_accounts(
        self, found: dict[RecordRef, Found], writes: Sequence[Write]
    ) -> dict[RecordRef, Found]:
        """The contact of a person account is changed, and so compared, on the account."""
        accounts = {
            ref: RecordRef(ref.instance, "Account", str(one.values["AccountId"]))
            for ref, one in found.items()
            if one.values.get("IsPersonAccount") and one.values.get("AccountId")
        }
        if not accounts:
            return found
        known = self._catalog.fields("Account")
        names = {
            person_account_field(known, field.name)
            for write in writes
            for name in write.fields
            if (field := self._records.field("Contact", name)) is not None
        }
        visible = [known[name.lower()].name for name in sorted(names) if name.lower() in known]
        now = self._records.now(list(accounts.values()), {"Account": [*visible, _CHANGED]})
        return found | {ref: now[at] for ref, at in accounts.items() if at in now}

    def _compared(
        self, write: Write, target: RecordRef | None, found: Found | None
    ) -> Change | Outcome:
        if target is None or found is None:
            return cancelled(write.key, "The record is gone.")
        object_type = found.ref.object_type
        fields = self._catalog.fields(object_type)
        values: dict[str, Scalar] = {}
        before: dict[str, Scalar] = {}
        for name, wanted in write.fields.items():
            known = self._field(target, found, name)
            if known is None or known.name not in found.values:
                if target != write.target:
                    return cancelled(write.key, f"It became a {object_type}, without {name}.")
                return Outcome(
                    key=write.key,
                    settled=Settled.REJECTED,
                    reason=f"{object_type} has no field {name}, or it is hidden.",
                )
            new, now = outgoing(fields, known.name, wanted), found.values[known.name]
            if same(fields, known.name, now, new):
                continue
            allowed = write.expected.get(name)
            if allowed is not None and not any(
                same(fields, known.name, now, outgoing(fields, known.name, old)) for old in allowed
            ):
                return cancelled(write.key, f"A person has changed {name} since.")
            values[known.name], before[name] = new, now
        if not values:
            return Outcome(key=write.key, settled=Settled.ALREADY_APPLIED, remote_id=found.ref.id)
        return Change(
            write=write,
            target=found.ref,
            values=values,
            before=before,
            seen=found.values.get(_CHANGED),
        )

    def _field(self, target: RecordRef, found: Found, name: str) -> Described | None:
        if found.ref.object_type == target.object_type:
            return self._records.field(target.object_type, name)
        known = self._records.field(target.object_type, name)
        accounts = self._catalog.fields(found.ref.object_type)
        if known is None:
            return None
        return accounts.get(person_account_field(accounts, known.name).lower())

    def _sent(self, changes: Sequence[Change]) -> dict[str, Outcome]:
        if len(changes) == 1:
            return {changes[0].write.key: self._alone(changes[0])}
        records: list[dict[str, Any]] = [
            {
                "attributes": {"type": change.target.object_type},
                "Id": change.target.id,
                **change.values,
            }
            for change in sorted(changes, key=_by_object)
        ]
        with self._client.contract(writing=True):
            answer = self._client.ask(
                "PATCH",
                "composite/sobjects",
                writing=True,
                json={"allOrNone": False, "records": records},
                headers=dict(HEADERS),
            )
            answers = saved_of(answer.body, len(records))
        pairs = zip(sorted(changes, key=_by_object), answers, strict=True)
        return {change.write.key: _settled(change, saved) for change, saved in pairs}

    def _alone(self, change: Change) -> Outcome:
        """One record: Salesforce itself refuses when it was changed after we looked."""
        headers = dict(HEADERS)
        seen = instant(change.seen)
        if seen is not None:
            headers["If-Unmodified-Since"] = formatdate(-(-seen // 1_000), usegmt=True)
        path = f"sobjects/{change.target.object_type}/{change.target.id}"
        with self._client.contract(writing=True):
            answer = self._client.ask_or_refused(
                "PATCH", path, json=dict(change.values), headers=headers
            )
        if isinstance(answer, Saved):
            return _settled(change, answer)
        return Outcome(
            key=change.write.key,
            settled=Settled.APPLIED,
            remote_id=change.target.id,
            before=change.before,
        )


def _by_object(change: Change) -> str:
    """Records of one object stand together: a collection takes ten changes of object."""
    return change.target.object_type


def _settled(change: Change, saved: Saved) -> Outcome:
    fault = saved.first
    if fault is not None and fault.meaning is Meaning.GONE and not fault.fields:
        # It went while we looked; the next sending finds out where to.
        return Outcome(key=change.write.key, settled=Settled.RETRY, reason=str(fault))
    return replace(outcome_of(change.write.key, saved), before=change.before)
