"""What follows when nobody works the hand-offs of one person: reminders, and whatever else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector.assess.clocks import Ticking, clocks_of, is_active
from connector.assess.hand_offs import STORM, Setting, View
from connector.config.sla import Do, Sla
from connector.model import Fields, SlaStep, Write
from connector.plan.assign import receivers
from connector.plan.hand_off import owners_of
from connector.plan.sla import COOLING, Clock
from connector.plan.sla_step import Told, step_key, step_write
from connector.plan.week import day_of, is_away
from connector.store import Store
from connector.store.overview import user_fields, user_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """A step that was made, and what it wrote."""

    rule: str
    title: str
    """What people call the rule."""
    step: SlaStep
    raised: bool
    """Whether a raised hand had been handed off."""
    write: Write | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedUp:
    """What was done about one person."""

    steps: tuple[Stepped, ...] = ()
    due: int | None = None
    """When to look again, UTC ms."""


class FollowUps:
    """Looks at the clocks of one person's hand-offs, once the rules are through with them."""

    def __init__(self, store: Store, setting: Setting, view: View) -> None:
        self._store = store
        self._setting = setting
        self._view = view

    def attend(self, leaving: Mapping[str, int | None], used: int) -> FollowedUp:
        """Make the steps that are due. `leaving`: when each lead mode's open episode would end.

        `used` hand-offs were made before, of those that there is room for. Nothing follows in a
        dry run, or from what is only the baseline.
        """
        view, sla = self._view, self._setting.rulebook.sla
        quiet = self._setting.dry_run or view.baseline_before is not None
        if sla is None or quiet or not view.history:
            return FollowedUp()
        made: list[Stepped] = []
        for _ in range(len(sla.steps) + 2):
            ticking = self._ticking(leaving)
            due = [one for one in ticking if one.stand.clock is Clock.DUE]
            if not due:
                return FollowedUp(steps=tuple(made), due=self._due(ticking, made))
            made += [self._make(sla, one, used + len(made)) for one in due]
        return FollowedUp(steps=tuple(made), due=view.now)

    def _ticking(self, leaving: Mapping[str, int | None]) -> list[Ticking]:
        view, setting = self._view, self._setting
        return list(
            clocks_of(
                self._store,
                setting.rulebook,
                view.person,
                view.engagements,
                authority=setting.authority,
                leaving=leaving,
                zone=setting.zone,
                now=view.now,
            )
        )

    def _due(self, ticking: Sequence[Ticking], made: Sequence[Stepped]) -> int | None:
        """A step that waits for a reading asks for one; a hand-off taken back ends its episode."""
        for one in ticking:
            if one.stand.clock is Clock.STALE:
                self._store.followed.look_at_once([task.key for task in one.case.tasks])
        if any(one.step.what == Do.RECYCLE for one in made):
            return self._view.now
        return min((one.stand.due for one in ticking if one.stand.due is not None), default=None)

    def _make(self, sla: Sla, one: Ticking, used: int) -> Stepped:
        deadline = one.stand.step
        what = COOLING if deadline is None else deadline.do.value
        receiver, note = self._receiver(sla, one, what)
        write = self._write(sla, one, what, receiver) if not note and what != Do.RECYCLE else None
        step = SlaStep(
            clock=one.key,
            id=COOLING if deadline is None else deadline.id,
            what=what,
            at=self._view.now,
            rule=one.rule,
            burst=one.burst,
            key=write.key if write else "",
            receiver=receiver,
            note=note,
        )
        self._store.followed.put_step(
            self._view.person.id, step, revision=self._setting.rulebook.revision
        )
        if write is not None:
            self._queue(write, one, what, used)
        raised = one.case.tasks[0].raised
        title = self._title(one.rule)
        return Stepped(rule=one.rule, title=title, step=step, raised=raised, write=write)

    def _receiver(self, sla: Sla, one: Ticking, what: str) -> tuple[str, str]:
        """Who gets the task, or why nobody does."""
        if what == Do.RECYCLE:
            return "", ""
        if self._view.person.record_in(self._setting.authority) is None:
            return "", "the person has no record there any more"
        if what == Do.ESCALATE:
            found = next(self._there(self._superiors(sla, one.holder)), "")
            return found, "" if found else "no manager is known"
        if what == Do.REASSIGN:
            others = (user for user in self._others(sla, one) if user not in one.had_it)
            found = next(self._there(others), "")
            return found, "" if found else "there is nobody else"
        return one.holder, "" if one.holder else "nobody has the task"

    def _superiors(self, sla: Sla, holder: str) -> Iterator[str]:
        named = self._user(holder).get("manager")
        yield from (str(each) for each in (named, sla.manager) if each and each != holder)

    def _others(self, sla: Sla, one: Ticking) -> Iterator[str]:
        view, book = self._view, self._setting.rulebook
        day = day_of(view.now, self._setting.zone)
        yield from receivers(view.person, view.facts, book, key=one.key, day=day, now=view.now)
        yield from owners_of(view.person, book.hand_off, view.now)
        teams = (team for team in book.teams if one.holder in team.members)
        yield from (user for team in teams for user in team.members)
        yield from (each for each in (book.hand_off.fallback_owner, sla.manager) if each)

    def _there(self, users: Iterator[str]) -> Iterator[str]:
        """Those who can get a task today."""
        day = day_of(self._view.now, self._setting.zone)
        for user in users:
            away = is_away(self._setting.rulebook.absences, user, day)
            if user and not away and is_active(self._user(user)):
                yield user

    def _user(self, user: str) -> Fields:
        return user_fields(self._store.connection, self._setting.authority, user)

    def _write(self, sla: Sla, one: Ticking, what: str, receiver: str) -> Write:
        view, setting = self._view, self._setting
        target = view.person.record_in(setting.authority)
        assert target is not None  # noqa: S101 - asked before
        holder = user_name(self._store.connection, setting.authority, one.holder) or one.holder
        write = step_write(
            sla,
            one.stand,
            Told(
                what=what,
                key=step_key(one.key, one.stand.step.id if one.stand.step else COOLING),
                target=target.ref,
                receiver=receiver,
                facts=view.facts,
                title=self._title(one.rule),
                holder=holder or "nobody",
                task=one.case.tasks[0],
                leaves_at=one.case.leaves_at,
                zone=one.calendar.zone,
            ),
            due_at=one.calendar.after(view.now, one.calendar.length(sla.due)),
            now=view.now,
        )
        return setting.agreed.get(write.key, write)

    def _queue(self, write: Write, one: Ticking, what: str, used: int) -> None:
        view = self._view
        held = STORM if view.room is not None and view.room - used <= 0 else ""
        self._store.outbox.add(
            write,
            person=view.person.id,
            revision=self._setting.rulebook.revision,
            now=view.now,
            held=held,
        )
        if what != Do.ESCALATE:  # a manager who is done with it has not worked the person
            self._store.followed.begin(
                write,
                clock=one.key,
                person=view.person.id,
                rule=one.rule,
                burst=one.burst,
                raised=one.case.tasks[0].raised,
                now=view.now,
            )

    def _title(self, rule: str) -> str:
        modes = self._setting.rulebook.lead_modes
        return next((mode.title for mode in modes if mode.rule.id == rule), rule)
