"""One person's nurture: who enters, which touch is made now, who leaves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.assess.hand_offs import STORM, Setting, View
from connector.clock import DAY, HOUR
from connector.config.conditions import PERSONA
from connector.config.nurture import Offer, Program
from connector.config.rulebook import Rulebook
from connector.engine.condition import Facts
from connector.engine.machine import classify
from connector.engine.match import Matcher
from connector.engine.timeline import Engaged
from connector.model import Enrolment, Person, Touch, Write
from connector.plan.hours import jitter
from connector.plan.nurture import Nurture, Sight, State, Step
from connector.plan.phase import further, furthest
from connector.plan.touch import Occasion, touch_of, wanting_of
from connector.store import Store

QUEUE_DAYS: Final = 7
"""How far ahead starts are given away; who finds no room looks again after that."""
_GONE: Final = "program_gone"
_MERGED: Final = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """One touch, or one request for content, with the write that makes it."""

    program: str
    title: str
    what: str
    """"touch-2" or "content"."""
    offer: str
    """The title of what is offered; of a request: empty."""
    offer_id: str
    at: int
    write: Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """What the programs made of one person."""

    touches: tuple[Touched, ...] = ()
    due: int | None = None
    """When to look again, UTC ms."""


def sight_of(
    store: Store,
    rulebook: Rulebook,
    person: Person,
    facts: Facts,
    engagements: Sequence[Engaged],
    matchers: Mapping[str, Matcher],
    now: int,
) -> Sight:
    """One person as programs see them, from what is stored."""
    classed = classify(tuple(each for each in engagements if each.at <= now), rulebook.machine)
    persona = facts.get(PERSONA)
    return Sight(
        person=person,
        facts=facts,
        engagements=classed,
        episodes=store.episodes.of(person.id),
        decided=store.episodes.decisions(person.id),
        persona=persona if isinstance(persona, str) else "",
        phase=_phase(rulebook, matchers, classed),
        enrolments=store.enrolments.of(person.id),
        touches=store.enrolments.touches(person.id),
        now=now,
    )


def _phase(
    rulebook: Rulebook, matchers: Mapping[str, Matcher], engagements: Sequence[Engaged]
) -> str:
    """The furthest phase that anything they ever did shows, by any lead mode's signals."""
    found = ""
    for mode in rulebook.lead_modes:
        rows = matchers[mode.rule.id].qualifying(engagements)
        signals = {mode.rule.signals[index].id for _, _, _, index, _ in rows}
        found = further(found, furthest(mode.rule, signals))
    return found


class Programs:
    """Brings one person up to date in all programs, inside the caller's transaction."""

    def __init__(
        self, store: Store, setting: Setting, view: View, matchers: Mapping[str, Matcher]
    ) -> None:
        self._store = store
        self._setting = setting
        self._view = view
        self._matchers = matchers
        self._programs = {one.id: one for one in setting.rulebook.programs}
        self._known: Nurture | None = None

    def attend(self, used: int) -> Attended:
        """Do whatever is to be done now. `used` of the room's hand-offs were made before."""
        store, person = self._store.enrolments, self._view.person.id
        if not self._programs and all(run.ended_at is not None for run in store.of(person)):
            return Attended()
        if self._setting.dry_run:
            return Attended(due=self._due(rehearsed=True))
        self._end_superfluous()
        self._leave()
        self._enter()
        touches = self._act(used)
        self._leave()  # a last touch ends the run
        return Attended(touches=tuple(touches), due=self._due())

    def _nurture(self) -> Nurture:
        """The person as they are now; what is recorded makes them another."""
        if self._known is None:
            view, setting = self._view, self._setting
            book, matchers = setting.rulebook, self._matchers
            sight = sight_of(
                self._store, book, view.person, view.facts, view.engagements, matchers, view.now
            )
            self._known = Nurture(book, setting.authority, setting.zone, sight)
        return self._known

    def _put(self, run: Enrolment) -> None:
        self._known = None
        self._store.enrolments.put(self._view.person.id, run)

    def _end(self, run: Enrolment, reason: str) -> None:
        self._put(dataclasses.replace(run, ended_at=self._view.now, reason=reason))

    def _end_superfluous(self) -> None:
        """A person runs through one program at a time, also one that two records stood for."""
        nurture = self._nurture()
        current = nurture.current()
        for run in nurture.sight.enrolments:
            if run.ended_at is None and run != current:
                self._end(run, _MERGED)

    def _leave(self) -> None:
        nurture = self._nurture()
        run = nurture.current()
        if run is None:
            return
        program = self._programs.get(run.program)
        if program is None:
            self._end(run, _GONE)
            return
        step = nurture.stand(program)
        if step.state is State.EXITED:
            self._end(run, step.reason)

    def _enter(self) -> None:
        """Enrol where the person may enter; not from a baseline, which may be half a history."""
        nurture, now = self._nurture(), self._view.now
        if self._view.baseline_before is not None:
            return
        for program in self._programs.values():
            step = nurture.stand(program)
            if step.state is not State.MAY_ENTER or step.anchor is None:
                continue
            starts_at = self._store.enrolments.first_room(
                program.id, step.entry, per_day=program.per_day, now=now, days=QUEUE_DAYS
            )
            if starts_at is not None:
                self._put(
                    Enrolment(
                        program=program.id,
                        anchor=step.anchor,
                        entry=step.entry,
                        enrolled_at=now,
                        starts_at=starts_at,
                    )
                )
                return

    def _act(self, used: int) -> list[Touched]:
        """The touch that is due, or the request for content when there is nothing to offer."""
        nurture = self._nurture()
        run = nurture.current()
        program = self._programs[run.program] if run else None
        if run is None or program is None:
            return []
        step = nurture.stand(program)
        exhausted = step.state is State.EXHAUSTED
        if exhausted != (run.exhausted_at is not None):
            since = self._view.now if exhausted else None
            self._put(dataclasses.replace(run, exhausted_at=since))
        if exhausted:
            made = self._ask_for_content(program, nurture)
        elif step.state is State.TOUCH:
            made = self._touch(program, step, nurture.sight)
        else:
            return []
        return [each for each in made if self._queue(each, used)]

    def _touch(self, program: Program, step: Step, sight: Sight) -> list[Touched]:
        view = self._view
        target = view.person.record_in(program.on or self._setting.authority)
        if target is None or step.offer is None or step.anchor is None or step.number is None:
            return []
        write = touch_of(
            Occasion(
                instance=self._setting.instance,
                program=program,
                offer=step.offer,
                person=view.person,
                facts=view.facts,
                target=target.ref,
                anchor=step.anchor,
                number=step.number,
                phase=sight.phase,
                now=view.now,
            )
        )
        touch = Touch(
            key=write.key,
            program=program.id,
            anchor=step.anchor,
            number=step.number,
            offer=step.offer.id,
            at=view.now,
            persona=sight.persona,
            phase=sight.phase,
        )
        self._known = None
        revision = self._setting.rulebook.revision
        self._store.enrolments.put_touch(view.person.id, touch, revision=revision)
        what = f"touch-{step.number}"
        return [self._touched(program, what, write, step.offer)]

    def _ask_for_content(self, program: Program, nurture: Nurture) -> list[Touched]:
        target = self._view.person.record_in(self._setting.authority)
        if program.content_owner is None or target is None:
            return []
        persona, phase, offers = nurture.wanting(program)
        write = wanting_of(
            program,
            instance=self._setting.instance,
            target=target.ref,
            persona=persona,
            phase=phase,
            offers=offers,
            now=self._view.now,
        )
        return [self._touched(program, "content", write)]

    def _touched(
        self, program: Program, what: str, write: Write, offer: Offer | None = None
    ) -> Touched:
        agreed = self._setting.agreed.get(write.key, write)
        return Touched(
            program=program.id,
            title=program.title,
            what=what,
            offer=offer.title if offer else "",
            offer_id=offer.id if offer else "",
            at=self._view.now,
            write=agreed,
        )

    def _queue(self, touched: Touched, used: int) -> bool:
        """Queue the write; False when it was queued before: somebody else went without first."""
        room = self._view.room
        held = STORM if room is not None and room - used <= 0 else ""
        return self._store.outbox.add(
            touched.write,
            person=self._view.person.id,
            revision=self._setting.rulebook.revision,
            now=self._view.now,
            held=held,
        )

    def _due(self, *, rehearsed: bool = False) -> int | None:
        """When to look again.

        Whoever finds no room to start comes back after the queue's days. In a dry run, which
        `leadmode arm` ends without a word to anybody, whoever would be nurtured does the day after.
        """
        nurture, now = self._nurture(), self._view.now
        running = nurture.current() is not None
        dues: list[int] = []
        for program in self._programs.values():
            step = nurture.stand(program)
            if rehearsed and (running or step.state is State.MAY_ENTER):
                dues.append(now + DAY)
            elif step.state is State.MAY_ENTER and self._view.baseline_before is not None:
                dues.append(now + HOUR)
            elif step.state is State.MAY_ENTER:
                spread = jitter(DAY, program.id, step.anchor, nurture.target(program))
                dues.append(now + QUEUE_DAYS * DAY + spread)
            elif step.due is not None:
                dues.append(step.due)
        return min(dues, default=None)
