"""Where a person stands in a nurture program, and what is to be done now: pure, `now` is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from connector.config.nurture import Channel, Entry, Offer, Program
from connector.config.rulebook import Rulebook
from connector.engine.condition import Facts
from connector.engine.timeline import EndReason, Engaged
from connector.model import Decision, Enrolment, Episode, Evidence, Kind, Person, Touch, Verdict
from connector.plan.decide import WORK, excluded, open_opportunity
from connector.plan.hours import jitter, next_open
from connector.plan.offers import acts, channel_of, choose, next_phase, offers_of

_REPLY: Final = Kind.EMAIL_REPLIED.code
_BY_A_REP: Final = frozenset({EndReason.REJECTED, EndReason.RECYCLED, EndReason.DISQUALIFIED})


class State(StrEnum):
    """Where somebody stands in a program."""

    OUT = "out"
    """Not in it, and nothing speaks for it now."""
    MAY_ENTER = "may_enter"
    QUEUED = "queued"
    """Enrolled; their first day has not come."""
    WAITING = "waiting"
    """For the next touch."""
    PAUSED = "paused"
    """Sales works the person."""
    TOUCH = "touch"
    """A touch is to be made now."""
    EXHAUSTED = "exhausted"
    """A touch is due, and no offer is left that suits."""
    EXITED = "exited"


class Exit(StrEnum):
    """Why somebody leaves a program. The order is the order in which reasons are looked for."""

    INELIGIBLE = "ineligible"
    """Not one the program is for, or no record is left."""
    EXCLUDED = "excluded"
    DISQUALIFIED = "disqualified"
    OPTED_OUT = "opted_out"
    REPLIED = "replied"
    LEAD_MODE = "lead_mode"
    OPPORTUNITY = "opportunity"
    FINISHED = "finished"


class Pause(StrEnum):
    """Why nothing is sent for now."""

    OPPORTUNITY = "open_opportunity"
    HAND_OFF = "hand_off"
    WORKED = "worked"


CUT_SHORT: Final = frozenset({Exit.LEAD_MODE, Exit.OPPORTUNITY, Exit.REPLIED})
"""After these nobody needs a rest from touches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything about a person that programs look at."""

    person: Person
    facts: Facts
    engagements: Sequence[Engaged]
    """In order, classed as the rules see them."""
    episodes: Sequence[Episode]
    decided: Sequence[Decision]
    persona: str
    """"": none."""
    phase: str
    """The furthest phase that anything they did shows; "": none."""
    enrolments: Sequence[Enrolment]
    """Of all programs, the oldest first."""
    touches: Sequence[Touch]
    """Of all programs, the oldest first."""
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where they stand, and what follows."""

    state: State
    reason: str = ""
    """Of a pause or an exit."""
    due: int | None = None
    """When to look again, UTC ms; None: only news can change it."""
    entry: str = ""
    """How they came in, or may come in."""
    anchor: int | None = None
    number: int | None = None
    """Of the touch that is next."""
    offer: Offer | None = None
    """What it would offer, as things stand."""


ELSEWHERE: Final = "elsewhere"
"""The reason of who is out because they run through another program."""


class Nurture:
    """The programs of a rulebook, asked about one person."""

    def __init__(self, rulebook: Rulebook, authority: str, zone: ZoneInfo, sight: Sight) -> None:
        self._rulebook = rulebook
        self._authority = authority
        self._zone = zone
        self.sight = sight
        """The person."""
        self._acts = list(acts(sight.engagements))

    def current(self) -> Enrolment | None:
        """The run that is not over; of several that a merge has brought together the oldest."""
        return next((one for one in self.sight.enrolments if one.ended_at is None), None)

    def stand(self, program: Program) -> Step:
        """Where the person stands in a program."""
        run = self.current()
        if run is None or run.program != program.id:
            return self._before(program, elsewhere=run is not None)
        reason = self._exit(program, run)
        if reason is not None:
            return Step(state=State.EXITED, reason=reason.value, anchor=run.anchor)
        return self._within(program, run)

    # entering

    def _before(self, program: Program, *, elsewhere: bool) -> Step:
        """Whether somebody who is not in it may enter."""
        if elsewhere:
            return Step(state=State.OUT, reason=ELSEWHERE)
        if (barred := self._barred(program)) is not None:
            return Step(state=State.OUT, reason=barred.value)
        later: list[int] = []
        for entry in program.entry:
            anchor, from_at = self._anchor(program, entry)
            if anchor is None or self._was_in(program, anchor):
                continue
            from_at = max(from_at, self._rested(program))
            if from_at > self.sight.now:
                later.append(from_at)
                continue
            pause, until = self._pause(program)
            if pause is not None:
                return Step(state=State.OUT, reason=pause.value, due=until)
            return Step(state=State.MAY_ENTER, entry=entry.value, anchor=anchor)
        return Step(state=State.OUT, due=min(later, default=None))

    def _anchor(self, program: Program, entry: Entry) -> tuple[int | None, int]:
        """What an entry would hang on (UTC ms), and from when on it is one."""
        episodes = [each for each in self.sight.episodes if not each.superseded]
        if any(each.is_open for each in episodes):
            return None, 0
        if entry is Entry.LEFT_LEAD_MODE:
            last = max(episodes, key=lambda each: each.left_at or 0, default=None)
            left = last is not None and last.left_reason in program.reasons
            return (last.left_at if last is not None and left else None), 0
        heard = max((each.at for each in self._acts), default=None)
        left_at = max((each.left_at or 0 for each in episodes), default=0)
        known = self.sight.person.known_at
        moments = [m for m in (heard, known, left_at or None) if m is not None]
        anchor = max(moments, default=None)
        return anchor, (anchor or 0) + program.quiet_for

    def _was_in(self, program: Program, anchor: int) -> bool:
        """Whether an earlier run was about this anchor, wherever late data has moved it since."""
        return any(
            one.program == program.id and anchor <= one.enrolled_at for one in self.sight.enrolments
        )

    def _rested(self, program: Program) -> int:
        """From when on the rest after an earlier program is over."""
        ended = [
            one.ended_at
            for one in self.sight.enrolments
            if one.ended_at is not None and one.reason not in CUT_SHORT
        ]
        return max(ended) + program.rest if ended else 0

    # leaving

    def _barred(self, program: Program) -> Exit | None:
        """What keeps somebody out of a program, whatever they do."""
        sight, rulebook = self.sight, self._rulebook
        on = program.on or self._authority
        if sight.person.record_in(on) is None or not program.who.holds(sight.facts):
            return Exit.INELIGIBLE
        if excluded(rulebook.holds, sight.person, sight.facts):
            return Exit.EXCLUDED
        status = sight.facts.get("person.status")
        if isinstance(status, str) and rulebook.ending(status) is EndReason.DISQUALIFIED:
            return Exit.DISQUALIFIED
        if not self._reachable(program):
            return Exit.OPTED_OUT
        return None

    def _reachable(self, program: Program) -> bool:
        """Whether any offer of the program may reach the person."""
        allowed = self._allowed()
        return any(channel_of(program, offer) in allowed for offer in self._offers(program))

    def _allowed(self) -> set[Channel]:
        closed = {Channel.MAIL: "person.opted_out", Channel.CALL: "person.do_not_call"}
        return {way for way, path in closed.items() if self.sight.facts.get(path) is not True}

    def _offers(self, program: Program) -> list[Offer]:
        return offers_of(program, self._rulebook.offers)

    def _exit(self, program: Program, run: Enrolment) -> Exit | None:
        sight, since = self.sight, run.enrolled_at
        if (barred := self._barred(program)) is not None:
            return barred
        if any(each.kind == _REPLY and each.at > since for each in self._acts):
            return Exit.REPLIED
        if any(not e.superseded and (e.is_open or e.entered_at > since) for e in sight.episodes):
            return Exit.LEAD_MODE
        if any((each.created_at or 0) > since for each in sight.person.opportunities):
            return Exit.OPPORTUNITY
        if self._made(run) >= program.touches:
            return Exit.FINISHED
        return None

    # touches

    def _within(self, program: Program, run: Enrolment) -> Step:
        now, number, offer = self.sight.now, self._made(run) + 1, self._offer(program)
        due = self._due(program, run, number)
        pause, until = self._pause(program)
        step = Step(
            state=State.EXHAUSTED if offer is None else State.TOUCH,
            entry=run.entry,
            anchor=run.anchor,
            number=number,
            offer=offer,
        )
        if run.starts_at > now:
            return replace(step, state=State.QUEUED, due=run.starts_at)
        if pause is not None:
            return replace(step, state=State.PAUSED, reason=pause.value, due=until)
        return step if due <= now else replace(step, state=State.WAITING, due=due)

    def _made(self, run: Enrolment) -> int:
        made = [t for t in self.sight.touches if (t.program, t.anchor) == (run.program, run.anchor)]
        return max((each.number for each in made), default=0)

    def _due(self, program: Program, run: Enrolment, number: int) -> int:
        """When the touch is due; never sooner than now where the hours are over for today."""
        last = max((each.at for each in self.sight.touches), default=None)
        about = (program.id, run.anchor, number, self.target(program))
        first = max(run.starts_at, run.anchor + program.first_after)
        at = first if last is None else max(first, last + program.spacing)
        return next_open(
            max(at + jitter(program.jitter, *about), self.sight.now), program.hours, self._zone
        )

    def target(self, program: Program) -> str:
        """The id of the record that the touches of a program go to; "": there is none."""
        record = self.sight.person.record_in(program.on or self._authority)
        return record.ref.id if record else ""

    def _offer(self, program: Program) -> Offer | None:
        allowed = self._allowed()
        return choose(
            [each for each in self._offers(program) if channel_of(program, each) in allowed],
            persona=self.sight.persona,
            phase=self.sight.phase,
            had={each.offer for each in self.sight.touches},
            did=self._acts,
        )

    def wanting(self, program: Program) -> tuple[str, str, int]:
        """What is missing when no offer suits: persona, phase, and how many offers there are."""
        phase = next_phase(self.sight.phase)
        there = [
            offer
            for offer in self._offers(program)
            if offer.is_for(self.sight.persona) and phase in (offer.phases or (phase,))
        ]
        return self.sight.persona, phase.value, len(there)

    def _pause(self, program: Program) -> tuple[Pause | None, int | None]:
        """Why nothing is sent now, and until when; None: until news come."""
        sight, within = self.sight, program.pause_for
        if open_opportunity(sight.person):
            return Pause.OPPORTUNITY, None
        settled = {e.burst for e in sight.episodes if e.left_reason in _BY_A_REP}
        handed = [
            each.at
            for each in sight.decided
            if each.verdict is Verdict.HANDED_OFF and each.burst not in settled
        ]
        worked = [
            each.at
            for each in sight.engagements
            if each.kind in WORK and each.evidence != Evidence.MACHINE and each.at <= sight.now
        ]
        for pause, moments in ((Pause.HAND_OFF, handed), (Pause.WORKED, worked)):
            until = max(moments, default=-within) + within
            if until > sight.now:
                return pause, until
        return None, None
