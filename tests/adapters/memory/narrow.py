"""A memory adapter that declares less, so that the leaving-out of laws is exercised as well."""

from __future__ import annotations

from adapters.memory.adapter import LATE_WINDOW, MemoryAdapter
from connector.model import WriteKind
from connector.ports import NO, YES, Ability, Adapter, Capabilities, Delivery, Stream, Support


class NarrowMemory(MemoryAdapter):
    """Reads people and engagements, makes tasks that it cannot recognise, and that is all."""

    capabilities = Capabilities(
        streams={Stream.PEOPLE: YES, Stream.ENGAGEMENTS: YES, Stream.ACCOUNTS: NO},
        writes={
            WriteKind.CREATE_TASK: YES,
            WriteKind.ADD_NOTE: Ability(Support.UNTESTED, "nobody has tried"),
        },
        max_batch=2,
        late_window=LATE_WINDOW,
        delivery=Delivery.C,
        delivery_reason="It is declared so for a test.",
    )
    find = Adapter.find
    fetch = Adapter.fetch
    describe = Adapter.describe
    create_field = Adapter.create_field
