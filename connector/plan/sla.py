"""The clock of a hand-off: whether a step is due, which one, or when the next one is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from connector.config.sla import Deadline, Sla, Until
from connector.model import Followed, SlaStep
from connector.plan.business import Calendar

COOLING: Final = "cooling"
"""The id, and the kind, of the step that warns before an episode is over."""


class Clock(StrEnum):
    """How the clock of a hand-off stands."""

    WAITING = "waiting"
    """The platform does not have the task yet."""
    RUNNING = "running"
    DUE = "due"
    """A step is to be made now."""
    STALE = "stale"
    """A step would be due, and the last reading is too old to be sure."""
    WORKED = "worked"
    """The task is done, or somebody spoke with the person."""
    DELETED = "deleted"
    """Somebody threw the task away."""
    OVER = "over"
    """The episode has ended."""
    NO_MORE = "no_more"
    """There is no further step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A hand-off and what became of it, as far as it is known."""

    tasks: Sequence[Followed]
    """Its own task and those that followed from steps, the oldest first; at least one."""
    made: Sequence[SlaStep]
    """The steps that were made, oldest first."""
    accepted_at: int | None
    """When somebody took it up, as its task or the person's status say, UTC ms."""
    worked_at: int | None
    """When somebody worked the person, beside what the tasks say, UTC ms."""
    is_open: bool
    """Whether the episode goes on."""
    leaves_at: int | None = None
    """When the episode would end if nothing happened any more, UTC ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How the clock stands, and what follows."""

    clock: Clock
    step: Deadline | None = None
    """The step that is due, or the next one; None with `cooling`, or when there is none."""
    cooling: bool = False
    """Whether the step is the warning before the end of the episode."""
    at: int | None = None
    """The moment of the step, UTC ms."""
    due: int | None = None
    """When to look again, UTC ms."""
    accepted: bool = False
    """Whether somebody has taken it up."""


def worked_at(case: Case) -> int | None:
    """When it was first worked: a task done, or what else is known; UTC ms."""
    moments = [case.worked_at, *(task.closed_at for task in case.tasks if task.is_closed)]
    return min((at for at in moments if at is not None), default=None)


def stand(sla: Sla, calendar: Calendar, case: Case, now: int) -> Stand:
    """How the clock of a hand-off stands at a moment (UTC ms).

    Steps come in order, each once, never after the task is done, and each with as much working
    time after the one before as the rules have between the two: whoever was reminded late has the
    same time as others.
    """
    task = case.tasks[0]
    accepted = case.accepted_at is not None
    if not case.is_open:
        return Stand(clock=Clock.OVER, accepted=accepted)
    if task.opened_at is None:
        return Stand(clock=Clock.WAITING, accepted=accepted)
    if worked_at(case) is not None:
        return Stand(clock=Clock.WORKED, accepted=True)
    if all(one.gone for one in case.tasks):
        return Stand(clock=Clock.DELETED, accepted=accepted)
    coming = sorted(_coming(sla, calendar, case, task.opened_at), key=lambda one: one[0])
    if not coming:
        return Stand(clock=Clock.NO_MORE, accepted=accepted)
    at, step = coming[0]
    found = Stand(clock=Clock.RUNNING, step=step, cooling=step is None, at=at, accepted=accepted)
    return _at(found, sla, calendar, case, now)


def _at(found: Stand, sla: Sla, calendar: Calendar, case: Case, now: int) -> Stand:
    assert found.at is not None  # noqa: S101 - there is a step
    if found.at > now:
        return replace(found, due=found.at)
    opening = calendar.next_open(now)
    if opening > now:
        return replace(found, due=opening)
    read_at = _read_at(case)
    if read_at < now - sla.trust_for:  # a first reading wakes the person by itself
        return replace(found, clock=Clock.STALE, due=now + sla.look_every if read_at else None)
    return replace(found, clock=Clock.DUE, due=now)


def _read_at(case: Case) -> int:
    """The oldest of the last readings of the tasks that are there."""
    there = [task for task in case.tasks if task.opened_at is not None and not task.gone]
    return min((task.seen_at or 0 for task in there), default=0)


def _coming(
    sla: Sla, calendar: Calendar, case: Case, opened_at: int
) -> Iterator[tuple[int, Deadline | None]]:
    """The next step, and the warning, where they are still to be made, each with its moment."""
    raised = case.tasks[0].raised
    made = {step.id for step in case.made}
    order = [step.id for step in sla.steps]
    last = max((order.index(name) for name in made if name in order), default=-1)
    step = next(
        (each for each in sla.steps[last + 1 :] if not _is_needless(each, case)),
        None,
    )
    if step is not None:
        at = calendar.after(opened_at, calendar.length(_span(step, raised=raised)))
        if last >= 0:
            before = sla.steps[last]
            was = next(one.at for one in case.made if one.id == before.id)
            spans = [calendar.length(_span(one, raised=raised)) for one in (before, step)]
            at = max(at, calendar.after(was, max(0, spans[1] - spans[0])))
        yield at, step
    untouched = case.accepted_at is None
    if sla.cooling is not None and case.leaves_at is not None and untouched and COOLING not in made:
        yield max(opened_at, calendar.next_open(case.leaves_at - sla.cooling)), None


def _span(step: Deadline, *, raised: bool) -> int:
    return step.raised_after if raised else step.after


def _is_needless(step: Deadline, case: Case) -> bool:
    return step.until is Until.ACCEPTED and case.accepted_at is not None
