"""Salesforce as a source of people and what they do, and as the place where tasks go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from adapters.salesforce.activities import Activities
from adapters.salesforce.bell import Bell
from adapters.salesforce.bulk import Bulk
from adapters.salesforce.client import Client
from adapters.salesforce.fields import Catalog, infos
from adapters.salesforce.health import check, identify
from adapters.salesforce.members import Members
from adapters.salesforce.provision import Provision
from adapters.salesforce.reading import Reader
from adapters.salesforce.record_types import RecordTypes
from adapters.salesforce.records import TASK, Records, refuse_unknown
from adapters.salesforce.settings import Settings
from adapters.salesforce.tables import COUNTED, OBJECTS
from adapters.salesforce.updates import Updates
from adapters.salesforce.vocabulary import vocabulary
from adapters.salesforce.withdrawals import Withdrawals
from adapters.salesforce.writing import AT_ONCE, Writer
from connector.clock import MINUTE, Clock
from connector.errors import Rejected
from connector.model import Fields, Outcome, RecordRef, Write, WriteKind
from connector.ports import (
    YES,
    Adapter,
    Capabilities,
    Delivery,
    FieldInfo,
    FieldSpec,
    Health,
    Page,
    RecordKind,
    Stream,
    Vocabulary,
)

__all__ = ["SalesforceAdapter", "Settings"]


class SalesforceAdapter(Adapter):
    """One organisation. Threads may share it; each has a connection of its own."""

    settings_type = Settings
    capabilities: ClassVar[Capabilities] = Capabilities(
        streams=dict.fromkeys(Stream, YES),
        writes=dict.fromkeys(WriteKind, YES),
        find=YES,
        fetch=YES,
        describe=YES,
        create_field=YES,
        task_type=TASK,
        max_batch=AT_ONCE,
        late_window=10 * MINUTE,
        ordered=False,  # an object comes oldest first, except in a first load by Bulk 2.0
        requests_per_day=100_000,
        delivery=Delivery.A,
        delivery_reason="A unique external-id field on Task refuses a key that is there already.",
    )

    def __init__(self, instance: str, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._client = Client(settings, clock)
        self._catalog = Catalog(
            self._client, clock, OBJECTS, counted=COUNTED, up_to=settings.bulk_from
        )
        self._bulk = Bulk(self._client)
        self._reader = Reader(instance, settings, self._client, self._catalog, self._bulk, clock)
        self._records = Records(instance, settings, self._client, self._catalog)
        self._record_types = RecordTypes(self._client, self._catalog)
        self._provision = Provision(settings, self._client, self._catalog)
        self._members = Members(self._client, self._records)
        self._withdrawals = Withdrawals(self._client)
        self._writer = Writer(
            settings,
            self._client,
            Activities(settings, self._client, self._catalog, self._records),
            Updates(self._client, self._catalog, self._records),
            self._members,
            self._withdrawals,
            Bell(settings, self._client),
        )

    def check(self) -> Health:
        with self._client.contract(writing=False):
            return check(self._settings, self._client, self._catalog, self._clock)

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
            fields = self._catalog.fields(object_type)
            refuse_unknown(object_type, fields)
            return infos(fields)

    def create_field(self, spec: FieldSpec) -> None:
        with self._client.contract(writing=False):
            self._provision.create_field(spec)

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        self.refuse_unwritable(writes)
        if len(writes) > self.capabilities.max_batch:
            raise Rejected(f"Salesforce takes {AT_ONCE} writes at once, not {len(writes)}.")
        with self._client.contract(writing=False):
            return self._writer.write(writes)

    def kept_because(self, writes: Sequence[Write]) -> Mapping[str, str]:
        with self._client.contract(writing=False):
            return self._withdrawals.kept_because(writes)

    def lists_amiss(self, ids: Sequence[str]) -> Mapping[str, str]:
        with self._client.contract(writing=False):
            return self._members.amiss(ids)

    def close(self) -> None:
        self._reader.close()
        self._bulk.close()
        self._client.close()

    def needed_fields(self) -> Sequence[FieldSpec]:
        name, label = self._settings.key_field, "leadmode key"
        return (FieldSpec(object_type="Task", name=name, type="text", label=label, unique=True),)

    def vocabulary(self) -> Vocabulary:
        return vocabulary(self._settings)

    def record_kinds(self, object_type: str) -> Sequence[RecordKind]:
        with self._client.contract(writing=False):
            return self._record_types.of(object_type)

    @property
    def calls(self) -> int:
        return self._client.calls
