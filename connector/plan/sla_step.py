"""The task that a step of a clock writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from connector.config.sla import Do, Sla
from connector.engine.condition import Facts
from connector.model import Followed, RecordRef, Write, WriteKind
from connector.plan import text, words
from connector.plan.key import further_key
from connector.plan.sla import COOLING, Stand

_WHAT: Final[Mapping[str, str]] = {
    Do.REMIND: "Reminder",
    Do.ESCALATE: "Nobody works this",
    Do.REASSIGN: "Taken over",
    COOLING: "Going cold",
}
_WHY: Final[Mapping[str, str]] = {
    Do.REMIND: "The task has been there for {waited}, and nobody has worked it.",
    Do.ESCALATE: "The task of somebody who reports to you has been there for {waited}, "
    "and nobody has worked it.",
    Do.REASSIGN: "{holder} has not worked the task for {waited}; please take it over.",
    COOLING: "Nobody has worked the task, and if nothing happens the interest is over "
    "on {leaves_on}.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a step's task is made of."""

    what: str
    """A value of `Do`, or `COOLING`."""
    key: str
    target: RecordRef
    receiver: str
    facts: Facts
    title: str
    """Of the lead mode."""
    holder: str
    """The name of whoever has the task."""
    task: Followed
    """The task of the hand-off."""
    leaves_at: int | None
    zone: ZoneInfo


def step_key(task: str, step: str) -> str:
    """The key of a step's write: it hangs on the key of the hand-off's task, and the step's id."""
    return further_key(task, f"sla-{step}")


def step_write(sla: Sla, stand: Stand, told: Told, *, due_at: int, now: int) -> Write:
    """The task of a step that is due."""
    step, values = stand.step, _values(told, now)
    subject = step.subject if step else sla.cooling_subject
    body = step.body if step else sla.cooling_body
    return Write(
        key=told.key,
        kind=WriteKind.CREATE_TASK,
        target=told.target,
        fields={
            "subject": text.subject(subject, values),
            "body": text.body(body, values),
            "due_at": due_at,
            "priority": sla.priority,
            "owner": told.receiver,
        },
    )


def _values(told: Told, now: int) -> dict[str, str]:
    waited = words.span(now - (told.task.opened_at or told.task.handed_at))
    leaves_on = "" if told.leaves_at is None else words.day(told.leaves_at, told.zone)
    named = ("person.name", "person.title", "account.name")
    return {
        **{name: str(told.facts.get(name) or "") for name in named},
        "owner.name": told.holder,
        "rule.title": told.title,
        "what": _WHAT[told.what],
        "why": _WHY[told.what].format(waited=waited, holder=told.holder, leaves_on=leaves_on),
        "handed_on": words.day(told.task.handed_at, told.zone),
        "waited": waited,
        "leaves_on": leaves_on,
    }
