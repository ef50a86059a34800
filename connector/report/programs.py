"""Nurture as people ask about it: who is in which program, what comes next, what is wanting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from connector.assess import sight_of
from connector.config.nurture import Program
from connector.engine.match import Matcher
from connector.model import Enrolment
from connector.plan.nurture import ELSEWHERE, Exit, Nurture, Pause, State, Step
from connector.report.dossier import Who, open_dossier
from connector.store import Store

if TYPE_CHECKING:
    from connector.config.settings import Config
    from connector.report.dossier import Dossier

_WHY: Final[Mapping[str, str]] = {
    Pause.OPPORTUNITY: "an opportunity is open",
    Pause.HAND_OFF: "handed off a short time ago",
    Pause.WORKED: "a rep spoke with them a short time ago",
    Exit.INELIGIBLE: "not one the program is for any more",
    Exit.EXCLUDED: "excluded by the rules",
    Exit.DISQUALIFIED: "disqualified",
    Exit.OPTED_OUT: "no channel is left that they agreed to",
    Exit.LEAD_MODE: "entered lead mode",
    Exit.OPPORTUNITY: "an opportunity was opened",
    Exit.REPLIED: "replied",
    Exit.FINISHED: "had every touch",
    ELSEWHERE: "in another program",
    "program_gone": "the rules have no such program any more",
    "merged": "turned out to be somebody who was in a program already",
}


_NOW: Final[Mapping[State, str]] = {
    State.OUT: "nothing to come in by: in lead mode, or not quiet for long enough",
    State.MAY_ENTER: "may come in as soon as a day has room",
    State.QUEUED: "in it from a later day on",
    State.WAITING: "in it, until the next touch",
    State.TOUCH: "in it, and a touch is due",
    State.EXHAUSTED: "in it, and no offer is left that suits",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeTouch:
    """One touch of a run."""

    number: int
    offer: str
    """The title, or the id of one that the rules do not know any more."""
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One person in one program, now or in the past."""

    program: str
    title: str
    state: str
    """queued, waiting, paused, touch (a touch is due now), exhausted or exited."""
    why: str
    """Of a pause or an exit, in words."""
    entry: str
    """"left_lead_mode" or "passive"."""
    from_at: int
    """When it begins or began to count, UTC ms."""
    ended_at: int | None
    made: tuple[MadeTouch, ...]
    of: int
    """How many touches the program has."""
    due: int | None
    """When the next touch comes at the earliest; None: at no moment that is known."""
    offer: str
    """What it would offer, as things stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A run with its person."""

    who: Who
    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Offers that are wanting."""

    program: str
    persona: str
    """"": people without one."""
    phase: str
    people: int
    """How many wait for one."""
    offers: int
    """How many there are, which they have all had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A program in figures."""

    program: str
    title: str
    running: int
    exhausted: int
    ended: dict[str, int]
    """How many left it, by reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramsTold:
    """All programs."""

    zone: str
    counts: tuple[Count, ...]
    rows: tuple[Placed, ...]
    more: int
    """Runs that are not shown."""
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderProgram:
    """Where somebody stands with one program."""

    program: str
    title: str
    state: str
    """out, may_enter, queued, waiting, paused, touch, exhausted or exited."""
    because: str
    """In words."""
    due: int | None
    """When that can change by itself, UTC ms."""


class Asked:
    """The programs of a configuration, asked about one person after the other."""

    def __init__(self, store: Store, config: Config, now: int) -> None:
        self._store = store
        self._config = config
        self._now = now
        self._book = config.rulebook
        self._matchers = {mode.rule.id: Matcher(mode.rule) for mode in self._book.lead_modes}
        self._programs = {program.id: program for program in self._book.programs}
        self._titles = {offer.id: offer.title for offer in self._book.offers}

    def nurture(self, dossier: Dossier) -> Nurture:
        """The person before the programs."""
        sight = sight_of(
            self._store,
            self._book,
            dossier.person,
            dossier.facts,
            dossier.engagements,
            self._matchers,
            self._now,
        )
        zone = ZoneInfo(self._config.time_zone)
        return Nurture(self._book, self._config.authority.name, zone, sight)

    def runs(self, dossier: Dossier) -> tuple[Run, ...]:
        """Every run of the person, oldest first."""
        nurture = self.nurture(dossier)
        return tuple(self._run(nurture, each) for each in nurture.sight.enrolments)

    def current(self, dossier: Dossier) -> Run | None:
        """The run that goes on."""
        nurture = self.nurture(dossier)
        run = nurture.current()
        return None if run is None else self._run(nurture, run)

    def under(self, dossier: Dossier) -> tuple[UnderProgram, ...]:
        """Where the person stands with each program now, and why."""
        nurture = self.nurture(dossier)
        stands = [(one, nurture.stand(one)) for one in self._book.programs]
        return tuple(
            UnderProgram(
                program=one.id,
                title=one.title,
                state=step.state.value,
                because=_because(step),
                due=step.due,
            )
            for one, step in stands
        )

    def _run(self, nurture: Nurture, run: Enrolment) -> Run:
        program = self._programs.get(run.program)
        step = self._step(nurture, run, program)
        return Run(
            program=run.program,
            title=program.title if program else run.program,
            state=step.state.value,
            why=_WHY.get(step.reason, step.reason),
            entry=run.entry,
            from_at=run.starts_at,
            ended_at=run.ended_at,
            made=tuple(
                MadeTouch(number=t.number, offer=self._titles.get(t.offer, t.offer), at=t.at)
                for t in nurture.sight.touches
                if (t.program, t.anchor) == (run.program, run.anchor)
            ),
            of=program.touches if program else 0,
            due=step.due,
            offer=step.offer.title if step.offer else "",
        )

    @staticmethod
    def _step(nurture: Nurture, run: Enrolment, program: Program | None) -> Step:
        if run.ended_at is not None:
            return Step(state=State.EXITED, reason=run.reason)
        if program is None:
            return Step(state=State.EXITED, reason="program_gone")
        return nurture.stand(program)

    def gaps(self, exhausted: Mapping[int, str]) -> tuple[Gap, ...]:
        """What is wanting for people, given with the program of each, who wait for offers."""
        found: Counter[tuple[str, str, str, int]] = Counter()
        for person, program in exhausted.items():
            known = self._programs.get(program)
            if known is not None:
                nurture = self.nurture(open_dossier(self._store, self._config, person, self._now))
                found[program, *nurture.wanting(known)] += 1
        return tuple(
            Gap(program=program, persona=persona, phase=phase, people=people, offers=offers)
            for (program, persona, phase, offers), people in found.most_common()
        )


def programs_told(
    store: Store, config: Config, now: int, *, program: str = "", most: int = 50
) -> ProgramsTold:
    """Who runs through which program, soonest start first; of one program or of all."""
    asked = Asked(store, config, now)
    running = [
        (person, run) for person, run in store.enrolments.running() if program in ("", run.program)
    ]
    rows = []
    for person, _ in running[:most]:
        dossier = open_dossier(store, config, person, now)
        run = asked.current(dossier)
        if run is not None:
            rows.append(Placed(who=dossier.who, run=run))
    return ProgramsTold(
        zone=config.time_zone,
        counts=tuple(_counts(store, config, running, program)),
        rows=tuple(rows),
        more=len(running) - len(running[:most]),
        gaps=asked.gaps({person: r.program for person, r in running if r.exhausted_at is not None}),
    )


def _counts(
    store: Store, config: Config, running: list[tuple[int, Enrolment]], only: str
) -> Iterator[Count]:
    titles = {program.id: program.title for program in config.rulebook.programs}
    ended = store.enrolments.ended()
    known = dict.fromkeys((*titles, *(program for program, _ in ended)))
    for program in known:
        if only in ("", program):
            runs = [run for _, run in running if run.program == program]
            yield Count(
                program=program,
                title=titles.get(program, program),
                running=len(runs),
                exhausted=sum(run.exhausted_at is not None for run in runs),
                ended={reason: n for (each, reason), n in ended.items() if each == program},
            )


def _because(step: Step) -> str:
    return _WHY.get(step.reason, step.reason) or _NOW.get(step.state, step.state.value)
