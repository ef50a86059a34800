"""What an adapter's tests supply: one platform, and ways to arrange and look at it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from connector.clock import ManualClock
from connector.model import Engagement, Fields, Record, RecordRef, Scalar, Write, WriteKind
from connector.ports import Adapter, Stream

START: Final = 1_772_442_000_000
"""Every world begins at this moment: 2026-03-02 09:00 UTC, in ms."""

Row = Record | Engagement


class AnswerLost(Exception):
    """Raised by worlds without a wire where a killed process would stop: after the effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """One effect of a write as it is found on the platform."""

    target: RecordRef
    fields: Fields
    """Tasks and notes: subject, body ...; field changes: the new values. In leadmode's names."""
    key: str = ""
    """The write's key; may stay empty for field changes."""


class World(Protocol):
    """One platform in a fresh folder, at START. The laws own the clock and move it forward."""

    clock: ManualClock
    instance: str
    """The instance name that the adapters are built with."""

    def adapter(self, page_size: int | None = None) -> Adapter:
        """A new adapter on the platform as it is now, as after a restart of the process.

        `page_size` asks for about this many rows per page.
        """
        ...

    def close(self) -> None:
        """Close every adapter that was built, and the platform."""
        ...

    # reading

    def put(self, stream: Stream, number: int, at: int, *, email: str | None = None) -> Row:
        """Make row `number` of the stream exist, stamped `at` (ms) by the platform.

        Putting a record's number again changes it (something besides the stamp differs); an
        engagement's number is put once only. A person gets `email` if it is given. Returns
        exactly what a reader must be told about the row.
        """
        ...

    # writing

    def target(self, number: int) -> RecordRef:
        """A person record that exists and may be written to."""
        ...

    def owner(self) -> str:
        """The id of a user who may own tasks."""
        ...

    def own_field(self) -> str:
        """A text field of the target that leadmode may change."""
        ...

    def list_id(self) -> str:
        """The id of a list or campaign that people can be made members of."""
        ...

    def lose_next_answer(self) -> None:
        """The next `write` takes effect, and its answer is lost (FateUnknown or AnswerLost)."""
        ...

    def spoil(self, write: Write) -> Write:
        """A write like this one that the platform refuses for good."""
        ...

    def edit(self, ref: RecordRef, field: str, value: Scalar) -> None:
        """A person changes a field in the CRM."""
        ...

    def remove(self, ref: RecordRef) -> None:
        """A person deletes a record in the CRM."""
        ...

    def change_task(self, remote_id: str, *, done: bool = False, owner: str = "") -> None:
        """A person works on a task that was written: is done with it, or gives it to another."""
        ...

    def remove_task(self, remote_id: str) -> None:
        """A person deletes a task that was written."""
        ...

    def as_stored(self, field: str, text: str) -> str:
        """What the platform keeps of a text; other than the text only as the README says."""
        ...

    # looking; none of these go through an adapter

    def landed(self, kind: WriteKind) -> list[Landed]:
        """Every effect of such writes, in order; an effect that came twice is there twice."""
        ...

    def look(self) -> dict[RecordRef, Fields]:
        """All fields of all records that are not deleted, as the platform has them."""
        ...

    def requests(self) -> int:
        """How often any adapter has turned to the platform so far, for whatever reason."""
        ...

    def standing(self, kind: WriteKind) -> set[RecordRef]:
        """The targets of what such writes made, as far as it is still there."""
        ...

    def touch(self, made: str) -> None:
        """A day later a person completes the task of this id; where the platform tells that."""
        ...

    # fields, find, secrets: only for adapters that declare them

    def object_type(self) -> str:
        """The object that fields can be described and made on."""
        ...

    def secret(self) -> str:
        """The secret that the adapters' settings hold."""
        ...

    def refuse_sign_in(self) -> None:
        """From now on the platform refuses the credentials."""
        ...


class NewWorld(Protocol):
    """How a world is made."""

    def __call__(self, folder: Path, clock: ManualClock) -> World: ...
