"""Creating tasks, notes and leads: each key once, whatever happens on the way.

What is made carries the write's key in a unique property. A second creation with the key is refused
by HubSpot, and that refusal counts as success. It is never an upsert: that would open a task again
that a rep has completed since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from adapters.hubspot.answers import (
    TRACE,
    Input,
    Saved,
    cancelled,
    is_missing,
    is_taken,
    lacks,
    names_property,
    outcome_of,
    rejected,
    shown,
    unknown,
)
from adapters.hubspot.batches import Batches
from adapters.hubspot.client import Client
from adapters.hubspot.faults import Fault
from adapters.hubspot.keys import Held, Keys
from adapters.hubspot.outgoing import LEADS, OBJECT_OF, about, lead, note, task
from adapters.hubspot.properties import Fields, Properties
from adapters.hubspot.records import Records
from adapters.hubspot.settings import Settings
from adapters.hubspot.tables import CONTACTS, OWNER
from connector.errors import AdapterError, GrantAccess, Rejected
from connector.model import Outcome, RecordRef, Settled, Write, WriteKind
from connector.ports import outcomes_after

_ROUNDS: Final = 4
"""The first sending, and one for each thing that can be mended."""
_DONE: Final = (Settled.APPLIED, Settled.ALREADY_APPLIED)
_NOT_TOLD: Final = "HubSpot refused it, and did not tell whether it is there already."
_NOT_FOUND: Final = "HubSpot says that something is not found, and the record is there."
_NOT_SHOWN: Final = "HubSpot knows the key, but does not show what has it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A write on its way, with what was mended about it."""

    write: Write
    target: RecordRef
    owner: str = ""
    """Instead of the one it names."""
    lead: str = ""
    """Id of the Lead object that the task belongs to as well."""
    reason: str = ""

    @property
    def key(self) -> str:
        """Of the write."""
        return self.write.key


class Activities:
    """Creates tasks, notes, and Lead objects beside tasks."""

    def __init__(
        self, settings: Settings, client: Client, properties: Properties, records: Records
    ) -> None:
        self._settings = settings
        self._client = client
        self._properties = properties
        self._records = records
        self._batches = Batches(client, settings.key_property)
        self.keys = Keys(settings, client, properties)

    def create(self, writes: Sequence[Write]) -> dict[str, Outcome]:
        """An outcome per key, for writes of one kind; an error is raised while none is settled."""
        object_type = OBJECT_OF[writes[0].kind]
        outcomes: dict[str, Outcome] = {}
        wishes: dict[str, Wish] = {}
        for write in writes:
            if about(object_type, write.target):
                wishes.setdefault(write.key, Wish(write=write, target=write.target))
            else:
                outcomes[write.key] = rejected(
                    write.key, f"HubSpot has no {object_type} about {write.target.object_type}."
                )
        if wishes:
            try:
                self.keys.require(object_type)
                todo = self._with_leads(list(wishes.values()), outcomes)
                self._rounds(object_type, todo, outcomes)
            except AdapterError as error:
                _rest(outcomes, wishes, error)
        return outcomes

    def _rounds(
        self, object_type: str, wishes: Sequence[Wish], outcomes: dict[str, Outcome]
    ) -> dict[str, Wish]:
        """Send, mend and send again; the wishes as they were sent last, by key."""
        sent: dict[str, Wish] = {}
        wishes = self._not_binned(object_type, wishes, outcomes)
        for turn in range(_ROUNDS):
            if not wishes:
                break
            sent |= {wish.key: wish for wish in wishes}
            try:
                wishes = self._round(object_type, wishes, outcomes, last=turn == _ROUNDS - 1)
            except AdapterError as error:
                _rest(outcomes, sent, error)
                break
        return sent

    def _round(
        self,
        object_type: str,
        wishes: Sequence[Wish],
        outcomes: dict[str, Outcome],
        *,
        last: bool,
    ) -> list[Wish]:
        """Send the wishes; settle what can be settled and give back what was mended."""
        fields = self._fields(object_type)
        inputs = [self._input(object_type, each, fields, n) for n, each in enumerate(wishes)]
        answers = self._batches.create(object_type, inputs)
        again: list[tuple[Wish, Fault]] = []
        refused: list[tuple[Wish, Fault]] = []
        for wish, saved in zip(wishes, answers, strict=True):
            outcome = outcome_of(wish.key, saved)
            if saved.fault is None or outcome.settled is not Settled.REJECTED:
                outcomes[wish.key] = replace(outcome, reason=outcome.reason or wish.reason)
            elif self._settings.unique_keys and not lacks(saved.fault, self._settings.key_property):
                refused.append((wish, saved.fault))
            else:
                again.append((wish, saved.fault))
        again += self._already(object_type, refused, outcomes)
        if not last:
            return self._mended(object_type, again, outcomes)
        outcomes |= {wish.key: _refused(wish, fault) for wish, fault in again}
        return []

    def _input(self, object_type: str, wish: Wish, fields: Fields, number: int) -> Input:
        settings, now = self._settings, self._client.server_now()
        match object_type:
            case "tasks":
                told = task(wish.write, settings, fields, owner=wish.owner, now=now)
            case "notes":
                told = note(wish.write, settings, fields, owner=wish.owner, now=now)
            case _:
                told = lead(wish.write, settings, fields, owner=wish.owner)
        tied = about(object_type, wish.target)
        if wish.lead:
            tied += about(object_type, RecordRef(wish.target.instance, LEADS, wish.lead))
        trace = f"write-{number}"  # never like an id, which errors name too
        return Input(
            name=trace,
            key=told.get(settings.key_property, ""),
            body={TRACE: trace, "properties": told, "associations": tied},
        )

    def _fields(self, object_type: str) -> Fields:
        """The properties of the type; where nobody may see them, none: defaults count then."""
        try:
            with self._client.contract(writing=False):
                return self._properties.fields(object_type)
        except GrantAccess:
            if self._settings.unique_keys:
                raise
            return {}

    # keys that are there already

    def _not_binned(
        self, object_type: str, wishes: Sequence[Wish], outcomes: dict[str, Outcome]
    ) -> Sequence[Wish]:
        """Settle what an earlier sending made and a rep threw away; give back the others."""
        doubtful = [wish.key for wish in wishes if wish.write.sent_before]
        if not doubtful or not self._settings.unique_keys:
            return wishes
        binned = self.keys.binned(object_type, doubtful)
        found = {key: binned[key.casefold()] for key in doubtful if key.casefold() in binned}
        outcomes |= {key: _there(key, held) for key, held in found.items()}
        return [wish for wish in wishes if wish.key not in found]

    def _already(
        self,
        object_type: str,
        refused: Sequence[tuple[Wish, Fault]],
        outcomes: dict[str, Outcome],
    ) -> list[tuple[Wish, Fault]]:
        """Settle those whose key is held; give back those whose refusal is about something else.

        A creation whose answer was lost may be refused the next time for what changed since: its
        owner left, its record is gone. It is there all the same.
        """
        if not refused:
            return []
        try:
            held = self.keys.holders(object_type, [wish.key for wish, _ in refused])
        except AdapterError:
            outcomes |= {wish.key: unknown(wish.key, _NOT_TOLD) for wish, _ in refused}
            return []
        others = []
        for wish, fault in refused:
            found = held.get(wish.key.casefold())
            if found is not None:
                outcomes[wish.key] = _there(wish.key, found)
            elif is_taken(fault) and names_property(fault, self._settings.key_property):
                outcomes[wish.key] = unknown(wish.key, _NOT_SHOWN)
            else:
                others.append((wish, fault))
        return others

    # mending

    def _mended(
        self,
        object_type: str,
        again: Sequence[tuple[Wish, Fault]],
        outcomes: dict[str, Outcome],
    ) -> list[Wish]:
        wishes: list[Wish] = []
        lost: list[tuple[Wish, Fault]] = []
        for wish, fault in again:
            if lacks(fault, self._settings.key_property):
                outcomes[wish.key] = self._unkeyed(object_type, wish)
            elif not _about_owner(fault):
                lost.append((wish, fault))
            elif self._has_fallback(wish):
                reason = f"The owner cannot own it; it went to the fallback owner: {shown(fault)}"
                wishes.append(replace(wish, owner=self._settings.fallback_owner, reason=reason))
            else:
                outcomes[wish.key] = _refused(wish, fault)
        return wishes + self._followed(lost, outcomes)

    def _unkeyed(self, object_type: str, wish: Wish) -> Outcome:
        """Somebody took the property of the keys away: the next sending says so and waits."""
        self.keys.doubt(object_type)
        self._properties.forget(object_type)
        name = f"{object_type}.{self._settings.key_property}"
        reason = f"HubSpot has no property {name} any more."
        return Outcome(key=wish.key, settled=Settled.RETRY, reason=reason)

    def _has_fallback(self, wish: Wish) -> bool:
        fallback = self._settings.fallback_owner
        return bool(fallback) and not wish.owner and wish.write.fields.get("owner") != fallback

    def _followed(
        self, lost: Sequence[tuple[Wish, Fault]], outcomes: dict[str, Outcome]
    ) -> list[Wish]:
        """Refused wishes whose record may be gone, turned to where it went."""
        if not lost:
            return []
        try:
            with self._client.contract(writing=False):
                went = self._records.went([wish.target for wish, _ in lost])
        except AdapterError as error:
            left = outcomes_after([wish.key for wish, _ in lost], error)
            outcomes |= {outcome.key: outcome for outcome in left}
            return []
        wishes = []
        for wish, fault in lost:
            target = went[wish.target]
            if target is None:
                outcomes[wish.key] = cancelled(wish.key, "The record is gone.")
            elif target != wish.target:
                wishes.append(replace(wish, target=target, reason=f"It went to {target}."))
            elif wish.lead:
                wishes.append(replace(wish, lead="", reason="Its Lead object is gone."))
            elif is_missing(fault):
                outcomes[wish.key] = Outcome(
                    key=wish.key,
                    settled=Settled.RETRY,
                    reason=f"{_NOT_FOUND} {shown(fault)}".strip(),
                )
            else:
                outcomes[wish.key] = _refused(wish, fault)
        return wishes

    # leads

    def _with_leads(self, wishes: Sequence[Wish], outcomes: dict[str, Outcome]) -> Sequence[Wish]:
        """The wishes with the Lead objects of their episodes, which are made first.

        A lead has the key of its task: killed between the two, the next sending finds it.
        """
        wanted = [wish for wish in wishes if self._wants_lead(wish)]
        if not wanted:
            return wishes
        made: dict[str, Outcome] = {}
        why_not = self._no_leads()
        sent: Mapping[str, Wish] = {}
        if not why_not:
            self.keys.require(LEADS)
            try:
                sent = self._rounds(LEADS, wanted, made)
            except GrantAccess as error:
                why_not = str(error)
        ready = []
        for wish in wishes:
            outcome = made.get(wish.key)
            if not self._wants_lead(wish):
                ready.append(wish)
            elif outcome is not None and outcome.settled not in (*_DONE, Settled.REJECTED):
                outcomes[wish.key] = outcome
            else:
                ready.append(_with_lead(sent.get(wish.key, wish), outcome, why_not))
        return ready

    def _wants_lead(self, wish: Wish) -> bool:
        return (
            self._settings.lead_objects
            and wish.write.kind is WriteKind.CREATE_TASK
            and wish.target.object_type == CONTACTS.object
        )

    def _no_leads(self) -> str:
        """Why the portal has no Lead objects; empty when it has."""
        try:
            with self._client.contract(writing=False):
                found = self._properties.fields(LEADS)
        except (GrantAccess, Rejected) as error:
            return str(error)
        return "" if found else "The portal has no Lead objects."


def _there(key: str, held: Held) -> Outcome:
    """It was made before; whether it still lies open is the rep's matter."""
    return Outcome(
        key=key,
        settled=Settled.ALREADY_APPLIED,
        remote_id=held.id,
        reason="It was archived since." if held.archived else "",
    )


def _with_lead(wish: Wish, outcome: Outcome | None, why_not: str) -> Wish:
    """The wish with its lead; without one where none could be made, or a rep threw it away."""
    archived = outcome is not None and outcome.settled is Settled.ALREADY_APPLIED and outcome.reason
    if outcome is None or outcome.settled not in _DONE or archived:
        why = outcome.reason if outcome is not None else why_not
        return replace(wish, reason=f"{wish.reason} Without a Lead object. {why}".strip())
    return replace(wish, lead=outcome.remote_id or "")


def _rest(outcomes: dict[str, Outcome], wishes: Mapping[str, Wish], error: AdapterError) -> None:
    """What is not settled failed so; the error is raised while nothing is settled."""
    if not outcomes:
        raise error
    left = [key for key in wishes if key not in outcomes]
    outcomes |= {outcome.key: outcome for outcome in outcomes_after(left, error)}


def _refused(wish: Wish, fault: Fault) -> Outcome:
    outcome = outcome_of(wish.key, Saved(fault=fault))
    return replace(outcome, reason=f"{outcome.reason} {wish.reason}".strip())


def _about_owner(fault: Fault) -> bool:
    return names_property(fault, OWNER) or "owner" in fault.message.lower()
