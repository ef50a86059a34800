"""HubSpot as a source of people and what they do, and as a place where tasks go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from adapters.hubspot.activities import Activities
from adapters.hubspot.client import Client
from adapters.hubspot.health import check, identify, lacking
from adapters.hubspot.members import Members
from adapters.hubspot.outgoing import TASKS
from adapters.hubspot.properties import Properties
from adapters.hubspot.provision import Provision, needed
from adapters.hubspot.reading import Reader
from adapters.hubspot.records import Records
from adapters.hubspot.settings import Settings
from adapters.hubspot.updates import Updates
from adapters.hubspot.vocabulary import vocabulary
from adapters.hubspot.withdrawals import Withdrawals
from adapters.hubspot.writing import AT_ONCE, UNIQUE, Writer, promised
from connector.clock import MINUTE, Clock
from connector.errors import Rejected
from connector.model import Fields, Outcome, RecordRef, Write, WriteKind
from connector.ports import (
    YES,
    Ability,
    Adapter,
    Capabilities,
    Delivery,
    FieldInfo,
    FieldSpec,
    Health,
    Page,
    Stream,
    Support,
    Vocabulary,
)

__all__ = ["HubspotAdapter", "Settings"]


class HubspotAdapter(Adapter):
    """One portal. Threads may share it."""

    settings_type = Settings
    capabilities: ClassVar[Capabilities] = Capabilities(
        streams=dict.fromkeys(Stream, YES),
        writes=dict.fromkeys(WriteKind, YES),
        find=YES,
        fetch=YES,
        describe=YES,
        create_field=YES,
        task_type=TASKS,
        deletions=Ability(Support.NO, "Privacy deletions are told nowhere."),
        max_batch=AT_ONCE,
        late_window=10 * MINUTE,
        ordered=False,  # lists come by id, and searches newest first at best
        requests_per_day=250_000,
        delivery=Delivery.A,
        delivery_reason=UNIQUE,
    )

    def __init__(self, instance: str, settings: Settings, clock: Clock) -> None:
        # What the settings take back of the promise holds for this instance only.
        object.__setattr__(self, "capabilities", promised(type(self).capabilities, settings))
        self._settings = settings
        self._clock = clock
        self._client = Client(settings, clock)
        self._properties = Properties(self._client, clock)
        self._reader = Reader(instance, settings, self._client, self._properties)
        self._records = Records(instance, settings, self._client, self._properties)
        self._provision = Provision(settings, self._client, self._properties)
        self._activities = Activities(settings, self._client, self._properties, self._records)
        updates = Updates(settings, self._client, self._records)
        self._members = Members(self._client, self._records)
        self._withdrawals = Withdrawals(settings, self._client, self._properties)
        self._writer = Writer(
            settings, self._client, self._activities, updates, self._members, self._withdrawals
        )

    def check(self) -> Health:
        with self._client.contract(writing=False):
            keys, refused = self._activities.keys, self._reader.missing
            return check(self._settings, self._client, keys, self._clock, refused)

    def identify(self) -> Health:
        with self._client.contract(writing=False):
            return identify(self._client, self._clock)

    def read(self, stream: Stream, cursor: str | None) -> Page:
        self.refuse_unreadable(stream)
        with self._client.contract(writing=False):
            return self._reader.page(stream, cursor)

    def find(self, emails: Sequence[str]) -> Mapping[str, tuple[RecordRef, ...]]:
        with self._client.contract(writing=False):
            return self._records.with_emails(emails)

    def fetch(self, refs: Sequence[RecordRef], fields: Sequence[str]) -> Mapping[RecordRef, Fields]:
        with self._client.contract(writing=False):
            return self._records.fetched(refs, fields)

    def describe(self, object_type: str) -> Sequence[FieldInfo]:
        with self._client.contract(writing=False):
            return self._properties.infos(object_type)

    def create_field(self, spec: FieldSpec) -> None:
        with self._client.contract(writing=False):
            self._provision.create_field(spec)

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        self.refuse_unwritable(writes)
        if len(writes) > self.capabilities.max_batch:
            raise Rejected(f"HubSpot takes {AT_ONCE} writes at once, not {len(writes)}.")
        with self._client.contract(writing=False):
            return self._writer.write(writes)

    def kept_because(self, writes: Sequence[Write]) -> Mapping[str, str]:
        with self._client.contract(writing=False):
            return self._withdrawals.kept_because(writes)

    def lists_amiss(self, ids: Sequence[str]) -> Mapping[str, str]:
        with self._client.contract(writing=False):
            return self._members.amiss(ids)

    def close(self) -> None:
        self._client.close()

    def needed_fields(self) -> Sequence[FieldSpec]:
        return needed(self._settings)

    def vocabulary(self) -> Vocabulary:
        return vocabulary(self._settings)

    @property
    def calls(self) -> int:
        return self._client.calls

    def lacking_to_write(self) -> Sequence[str]:
        with self._client.contract(writing=False):
            return tuple(lacking(self._settings, self._client, self._activities.keys))
