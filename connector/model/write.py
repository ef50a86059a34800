"""Writes: intended changes in a CRM, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from connector.model.record import Fields, RecordRef, Scalar


class WriteKind(StrEnum):
    """What a write does."""

    CREATE_TASK = "create_task"
    """Make a task on the target record; the key makes a second one impossible."""
    SET_FIELDS = "set_fields"
    """Compare-and-set fields of the target record."""
    ADD_NOTE = "add_note"
    """Add a note to the target record; keyed like a task."""
    ADD_MEMBER = "add_member"
    """Make the target person a member of a list or campaign; who is one already stays one."""
    WITHDRAW = "withdraw"
    """Take back what an earlier write made, unless somebody has touched it since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One intended change.

    For CREATE_TASK the fields are: subject, body, due_at (UTC ms), priority ("high", "normal"),
    owner (the platform's id of a user). For ADD_NOTE: subject, body. For ADD_MEMBER: list (the
    platform's id of a list or campaign). For WITHDRAW: what (the kind of the earlier write), made
    (the platform's id of what it made), by (its key), and the fields it had. For SET_FIELDS: the
    new value per field, with the values a human has not moved on from in `expected`.
    """

    key: str
    """Unique for ever; a pure function of CRM data and the rule's stable id."""
    kind: WriteKind
    target: RecordRef
    """The record it is about."""
    fields: Fields
    expected: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    """Per field the values under which it may be changed; a field not named may have any."""
    sent_before: bool = False
    """An earlier sending may have reached the platform. What it made may have been thrown away by a
    person since, which can free the key: an adapter looks into the recycle bin before it makes it
    again."""


class Settled(StrEnum):
    """What became of one write. Anything that is not listed here is raised as an error."""

    APPLIED = "applied"
    """Done now; the platform gave an id."""
    ALREADY_APPLIED = "already_applied"
    """The key was there before, or every field already had its value."""
    CANCELLED = "cancelled"
    """Not done and not wanted any more: the record is gone, or a human moved on."""
    REJECTED = "rejected"
    """The platform refused this one for good."""
    RETRY = "retry"
    """Not applied; passing trouble with this one only."""
    UNKNOWN = "unknown"
    """Sent, and nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to one write."""

    key: str
    settled: Settled
    remote_id: str | None = None
    """The platform's id of the created or changed object; success is proved by it."""
    reason: str = ""
    """In the platform's words, without personal data, when it was not applied."""
    before: Fields | None = None
    """Of SET_FIELDS that was applied: what the changed fields had before; None: not known."""
    retry_after: int | None = None
    """Milliseconds to wait before trying again, if the platform said so."""


def withdrawal(key: str, earlier: Write, made: str) -> Write:
    """The write that takes back what `earlier` made under the platform's id `made`."""
    about = {"what": earlier.kind.value, "made": made, "by": earlier.key}
    return Write(
        key=key,
        kind=WriteKind.WITHDRAW,
        target=earlier.target,
        fields={**earlier.fields, **about},
    )


def earlier_of(write: Write) -> Write:
    """The write that a WITHDRAW takes back."""
    fields = {n: v for n, v in write.fields.items() if n not in ("what", "made", "by")}
    return Write(
        key=str(write.fields["by"]),
        kind=WriteKind(str(write.fields["what"])),
        target=write.target,
        fields=fields,
    )


def turns(writes: Sequence[Write]) -> list[list[Write]]:
    """The writes in turns without two for one record, in their order."""
    told: list[list[Write]] = []
    taken: dict[RecordRef, int] = {}
    for write in writes:
        number = taken.get(write.target, 0)
        taken[write.target] = number + 1
        if number == len(told):
            told.append([])
        told[number].append(write)
    return told
