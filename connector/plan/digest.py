"""The weekly digest as a task: who was deferred for want of capacity, and what they were worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from connector.clock import DAY
from connector.config.capacity import Digest
from connector.model import RecordRef, Write, WriteKind
from connector.plan import text, words
from connector.plan.key import write_key
from connector.plan.worth import money

_USER: Final = "User"
"""The kind of record that a receiver is, in the key: it is about a person's week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """One hand-off that was not made yet, or not at all."""

    name: str
    """Empty: there are too many to name."""
    amount: float
    """What was won with the person before."""
    waits: bool
    """Whether it still waits; else it was given up."""


def digest_of(
    digest: Digest,
    *,
    instance: str,
    zone: ZoneInfo,
    target: RecordRef,
    receiver: str,
    name: str,
    week: int,
    now: int,
    deferred: Sequence[Deferred],
) -> Write:
    """The task of one receiver and week; its key depends on nothing else.

    `target` is the record of the best who was deferred, `week` the start of the week and `now`
    the moment, both UTC ms; `deferred` stands in order, the best first.
    """
    worth = sum(each.amount for each in deferred)
    values = {
        "owner": name or receiver or "nobody in particular",
        "week": words.day(week, zone),
        "count": str(len(deferred)),
        "worth": f"won {money(worth)} before" if worth else "none of them bought before",
        "deferred": "\n".join(_lines(deferred)),
    }
    key = write_key(
        instance=instance,
        rule="digest",
        epoch=1,
        target=RecordRef(target.instance, _USER, receiver),
        anchor=(week,),
        action="digest",
    )
    return Write(
        key=key,
        kind=WriteKind.CREATE_TASK,
        target=target,
        fields={
            "subject": text.subject(digest.subject, values),
            "body": text.body(digest.body, values),
            "due_at": now + DAY,
            "priority": "normal",
            "owner": receiver or None,
        },
    )


def _lines(deferred: Sequence[Deferred]) -> list[str]:
    named = [
        f"- {each.name}"
        + (f", won {money(each.amount)} before" if each.amount else "")
        + (": still waits" if each.waits else ": given up")
        for each in deferred
        if each.name
    ]
    more = len(deferred) - len(named)
    return [*named, f"- and {more} more"] if more else named
