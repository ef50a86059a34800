"""A memory platform as the laws arrange it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from adapters.memory.adapter import MemoryAdapter, Settings
from adapters.memory.client import Fault, MemoryPlatform, forget, register
from connector.clock import DAY, ManualClock
from connector.model import (
    Engagement,
    Fields,
    Kind,
    Record,
    RecordRef,
    Role,
    Scalar,
    Settled,
    Write,
    WriteKind,
)
from connector.ports import Secret, Stream
from tests.adapters.world import START, Landed, Row

TOKEN = "open-sesame-4711"
LIMITS = {"subject": 255, "body": 32_000}


class MemoryWorld:
    """A memory platform, named after its folder, and the adapters on it."""

    instance = "crm"

    def __init__(
        self, folder: Path, clock: ManualClock, adapter_type: type[MemoryAdapter] = MemoryAdapter
    ) -> None:
        self.clock = clock
        self.platform = MemoryPlatform(clock, instance=self.instance, token=TOKEN)
        self._name = str(folder)
        self._adapter_type = adapter_type
        register(self._name, self.platform)

    def adapter(self, page_size: int | None = None) -> MemoryAdapter:
        settings = Settings(name=self._name, token=Secret(TOKEN), page_size=page_size or 1_000)
        return self._adapter_type(self.instance, settings, self.clock)

    def close(self) -> None:
        forget(self._name)

    def put(self, stream: Stream, number: int, at: int, *, email: str | None = None) -> Row:
        row = self._made(stream, number, at)
        if isinstance(row, Record) and email:
            row = replace(row, emails=(email,))
        self.platform.put(row, stamp=at)
        return row

    def _made(self, stream: Stream, number: int, at: int) -> Row:
        match stream:
            case Stream.ENGAGEMENTS:
                return Engagement(
                    instance=self.instance,
                    id=f"e{number}",
                    at=at,
                    kind=Kind.FORM_SUBMITTED,
                    person=self._ref("Person", number % 3),
                    asset=f"Form {number}",
                )
            case Stream.OWNERS:
                return self._record("Owner", Role.OWNER, number, at, {"active": True})
            case Stream.ACCOUNTS:
                return self._record("Account", Role.ACCOUNT, number, at, {"employees": number})
            case Stream.OPPORTUNITIES:
                row = self._record("Deal", Role.OPPORTUNITY, number, at, {"is_closed": False})
                return replace(row, people=(self._ref("Person", number),))
            case Stream.PEOPLE:
                row = self._record("Person", Role.PERSON, number, at, {"status": "Open"})
                return replace(
                    row,
                    emails=(f"p{number}@acme.example",),
                    account=self._ref("Account", 1),
                    owner=self._ref("Owner", 1),
                )

    def _ref(self, object_type: str, number: int) -> RecordRef:
        return RecordRef(self.instance, object_type, f"{number}")

    def _record(
        self, object_type: str, role: Role, number: int, at: int, fields: dict[str, Scalar]
    ) -> Record:
        return Record(
            ref=self._ref(object_type, number),
            role=role,
            fields={"name": f"{object_type} {number} as of {at}", **fields},
            created_at=START - 400 * DAY,
            modified_at=at,
        )

    def target(self, number: int) -> RecordRef:
        row = self.put(Stream.PEOPLE, number, self.clock.now())
        assert isinstance(row, Record)
        return row.ref

    def owner(self) -> str:
        row = self.put(Stream.OWNERS, 7, START)
        assert isinstance(row, Record)
        return row.ref.id

    def own_field(self) -> str:
        return "status"

    def list_id(self) -> str:
        self.platform.lists.setdefault("newsletter", set())
        return "newsletter"

    def lose_next_answer(self) -> None:
        self.platform.fail_next(Fault.ANSWER_LOST, call="write")

    def spoil(self, write: Write) -> Write:
        self.platform.spoil(write.key, Settled.REJECTED, "a rule of this company forbids it")
        return write

    def edit(self, ref: RecordRef, field: str, value: Scalar) -> None:
        self.platform.edit(ref, **{field: value})

    def remove(self, ref: RecordRef) -> None:
        self.platform.delete(ref)

    def change_task(self, remote_id: str, *, done: bool = False, owner: str = "") -> None:
        changed: dict[str, Scalar] = {"status": "Completed", "is_closed": True} if done else {}
        self.platform.edit_task(remote_id, **changed | ({"owner": owner} if owner else {}))

    def remove_task(self, remote_id: str) -> None:
        self.platform.delete_task(remote_id)

    def as_stored(self, field: str, text: str) -> str:
        limit = LIMITS.get(field, 4_000)
        return text if len(text) <= limit else f"{text[: limit - 1]}…"

    def landed(self, kind: WriteKind) -> list[Landed]:
        return [
            Landed(target=effect.target, fields=effect.fields, key=effect.key)
            for effect in self.platform.journal
            if effect.kind is kind
        ]

    def standing(self, kind: WriteKind) -> set[RecordRef]:
        gone = self.platform.withdrawn
        return {
            effect.target
            for effect in self.platform.journal
            if effect.kind is kind and effect.id not in gone
        }

    def touch(self, made: str) -> None:
        self.platform.touched[made] = "A person has completed it."

    def look(self) -> dict[RecordRef, Fields]:
        return {record.ref: dict(record.fields) for record in self.platform.records()}

    def requests(self) -> int:
        return self.platform.calls.total()

    def object_type(self) -> str:
        return "Task"

    def secret(self) -> str:
        return TOKEN

    def refuse_sign_in(self) -> None:
        self.platform.token = "another token"
