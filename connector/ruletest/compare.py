"""What was expected at a moment, beside what was got."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from connector.assess import Surged, Touched
from connector.config.conditions import PERSONA
from connector.config.durations import duration_text
from connector.config.rulebook import Grades
from connector.config.wording import toml_text
from connector.engine.result import Change
from connector.model import Decision, Episode, Verdict, Write, WriteKind
from connector.plan.account_task import Group
from connector.plan.disposition import Disposition
from connector.plan.grade import grade
from connector.plan.nurture import Step
from connector.plan.rank import Ranked
from connector.plan.sla import Clock
from connector.ruletest.ranges import RangeTable
from connector.ruletest.seen import Alert, Snapshot, Stand
from connector.ruletest.tables import ExpectTable, MomentTable

MUST: Final = "must"
MUST_NOT: Final = "must_not"
_OF_ONE: Final = ("score", "grade", "entered", "left", "rank", "stars", "flames")
"""Keys that are about one lead mode: the one that is named, or that applies to the person."""
NOBODY: Final = "nobody"
"""The owner of a task that names none."""
NO_PERSONA: Final = "none"
"""The persona of somebody whom the rules give none."""
_NO_GROUP: Final = "they have no company that [account] looks at"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as the test says."""

    key: str
    """For example `must.state`."""
    expected: str
    got: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What is looked at for one key: whether it is as said, and what there is."""

    holds: bool
    got: str
    missing: bool = False
    """Whether there is nothing to look at: then neither `must` nor `must_not` is met."""


def differences(moment: MomentTable, snapshot: Snapshot, grades: Grades) -> list[Difference]:
    """Everything that is not as the test says; nothing when the moment passes."""
    look = _Look(moment, snapshot, grades)
    return [*_of(moment.must, MUST, look), *_of(moment.must_not, MUST_NOT, look)]


def _of(table: ExpectTable | None, word: str, look: _Look) -> Iterator[Difference]:
    if table is None:
        return
    for key in ExpectTable.model_fields:
        if key not in table.model_fields_set:
            continue
        for expected, seen in look.at(key, getattr(table, key)):
            if seen.missing or seen.holds == (word == MUST_NOT):
                yield Difference(key=f"{word}.{key}", expected=expected, got=seen.got)


_Seens = Iterator[tuple[str, _Seen]]


class _Look:
    """The moment, asked key by key: each value that is looked for, and what there is."""

    def __init__(self, moment: MomentTable, snapshot: Snapshot, grades: Grades) -> None:
        self._unclear = snapshot.applying if moment.rule is None else ()
        self._whole = moment.rule is None
        self._grades = grades
        self._snapshot = snapshot
        self._stands: Sequence[Stand] = (
            tuple(snapshot.stands.values())
            if moment.rule is None
            else (snapshot.stands[moment.rule],)
        )
        self._rules = frozenset(snapshot.stands if moment.rule is None else (moment.rule,))
        self._alerts = [
            each for each in snapshot.alerts if moment.rule in (None, each.alerted.decision.rule)
        ]
        self._marks = [each for each in snapshot.marks if moment.rule in (None, each.marked.rule)]

    def at(self, key: str, wanted: Any) -> _Seens:
        """What is looked for, and what there is; nothing to look at while it is not clear where."""
        for expected, seen in _LOOKS[key](self, wanted):
            if key in _OF_ONE and len(self._unclear) > 1:
                which = f"{len(self._unclear)} lead modes apply: {', '.join(self._unclear)}"
                got = f"{which}. Add rule = ... to the moment"
                yield expected, _Seen(holds=False, missing=True, got=got)
            else:
                yield expected, seen

    def state(self, wanted: str) -> _Seens:
        is_open = any(each.is_open for stand in self._stands for each in stand.episodes)
        got = "lead_mode" if is_open else "passive"
        yield toml_text(wanted), _Seen(holds=got == wanted, got=toml_text(got))

    def score(self, wanted: RangeTable) -> _Seens:
        score = self._stands[0].evaluation.standing.score
        yield range_text(wanted), _Seen(holds=wanted.holds(score), got=f"{score:.2f}")

    def fit(self, wanted: RangeTable) -> _Seens:
        fit = self._snapshot.fit
        yield range_text(wanted), _Seen(holds=wanted.holds(fit), got=f"{fit:g}")

    def grade(self, wanted: Sequence[str]) -> _Seens:
        score = self._stands[0].evaluation.standing.score
        got = grade(self._grades, fit=self._snapshot.fit, score=score)
        yield one_of(wanted), _Seen(holds=got in wanted, got=toml_text(got))

    def entered(self, wanted: str) -> _Seens:
        episode = self._latest()
        got = toml_text(episode.reason) if episode else "never entered"
        yield (
            toml_text(wanted),
            _Seen(holds=episode is not None and episode.reason == wanted, got=got),
        )

    def left(self, wanted: Sequence[str]) -> _Seens:
        episode = self._latest()
        reason = episode.left_reason if episode else None
        got = toml_text(reason) if reason else "has not left" if episode else "never entered"
        yield one_of(wanted), _Seen(holds=reason in wanted, got=got)

    def alert(self, wanted: bool) -> _Seens:  # noqa: FBT001 - the value of the key
        made = [each for each in self._alerts if _handed_off(each)]
        yield toml_text(wanted), _Seen(holds=bool(made) == wanted, got=self._alerts_in_words())

    def held(self, wanted: Sequence[str]) -> _Seens:
        found = {
            each.alerted.decision.hold
            for each in self._alerts
            if each.alerted.decision.hold is not None
        }
        yield one_of(wanted), _Seen(holds=not found.isdisjoint(wanted), got=self._alerts_in_words())

    def because(self, wanted: Sequence[str]) -> _Seens:
        found = [
            each.alerted.decision.detail
            for each in self._alerts
            if each.alerted.decision.hold is not None
        ]
        for text in wanted:
            holds = any(text in each for each in found)
            yield f"has {toml_text(text)}", _Seen(holds=holds, got=self._alerts_in_words())

    def persona(self, wanted: Sequence[str]) -> _Seens:
        got = str(self._snapshot.facts.get(PERSONA) or NO_PERSONA)
        yield one_of(wanted), _Seen(holds=got in wanted, got=toml_text(got))

    def subject(self, wanted: Sequence[str]) -> _Seens:
        return self._texts("subject", wanted)

    def body(self, wanted: Sequence[str]) -> _Seens:
        return self._texts("body", wanted)

    def brief(self, wanted: Sequence[str]) -> _Seens:
        found = [each.alerted.brief.text for each in self._alerts if each.alerted.brief]
        return self._within(found, wanted, self._no_task)

    def note(self, wanted: Sequence[str]) -> _Seens:
        found = [str(write.fields["body"]) for _, write in self._writes(WriteKind.ADD_NOTE)]
        return self._within(found, wanted, self._no_note)

    def priority(self, wanted: str) -> _Seens:
        return self._task_values([wanted], lambda _, write: str(write.fields["priority"]))

    def owner(self, wanted: Sequence[str]) -> _Seens:
        return self._task_values(wanted, lambda _, write: str(write.fields["owner"] or NOBODY))

    def due(self, wanted: int) -> _Seens:
        return self._task_values(
            [duration_text(wanted)],
            lambda at, write: duration_text(max(0, int(str(write.fields["due_at"])) - at)),
        )

    def fields(self, wanted: Mapping[str, Sequence[object]]) -> _Seens:
        changes = [write.fields for _, write in self._writes(WriteKind.SET_FIELDS)]
        changes += [write.fields for mark in self._marks for write in mark.marked.writes]
        for name, values in wanted.items():
            found = [change[name] for change in changes if name in change]
            got = ", ".join(map(toml_text, found)) or "was not set"
            holds = any(str(each) == str(value) for each in found for value in values)
            yield f"{name} = {one_of(values)}", _Seen(holds=holds, got=got)

    def deferred(self, wanted: bool) -> _Seens:  # noqa: FBT001 - the value of the key
        waiting = bool(self._snapshot.waiting & self._rules)
        yield (
            toml_text(wanted),
            _Seen(holds=waiting == wanted, got="it waits" if waiting else "nothing waits"),
        )

    def admitted(self, wanted: bool) -> _Seens:  # noqa: FBT001 - the value of the key
        got = any(_handed_off(each) and each.waited > 0 for each in self._alerts)
        yield toml_text(wanted), _Seen(holds=got == wanted, got=self._alerts_in_words())

    def rank(self, wanted: RangeTable) -> _Seens:
        return self._placed(wanted, lambda ranked: ranked.points)

    def stars(self, wanted: RangeTable) -> _Seens:
        return self._placed(wanted, lambda ranked: ranked.stars)

    def flames(self, wanted: RangeTable) -> _Seens:
        return self._placed(wanted, lambda ranked: ranked.flames)

    def _placed(self, wanted: RangeTable, value: Callable[[Ranked], float]) -> _Seens:
        found = self._stands[0].ranked
        if found is None:
            yield range_text(wanted), _Seen(holds=False, missing=True, got="not in lead mode")
        else:
            got = value(found)
            yield range_text(wanted), _Seen(holds=wanted.holds(got), got=f"{got:g} ({found.why})")

    def touches(self, wanted: int) -> _Seens:
        got = len(self._touches)
        yield str(wanted), _Seen(holds=got == wanted, got=self._touches_in_words())

    def offer(self, wanted: Sequence[str]) -> _Seens:
        found = {each.offer_id for each in self._touches}
        yield (
            one_of(wanted),
            _Seen(holds=not found.isdisjoint(wanted), got=self._touches_in_words()),
        )

    def program(self, wanted: Sequence[str]) -> _Seens:
        step = self._snapshot.nurture
        yield one_of(wanted), _Seen(holds=step.state in wanted, got=_step_text(step))

    def because_of(self, wanted: Sequence[str]) -> _Seens:
        step = self._snapshot.nurture
        yield one_of(wanted), _Seen(holds=step.reason in wanted, got=_step_text(step))

    @property
    def _touches(self) -> list[Touched]:
        return [each for each in self._snapshot.touches if each.offer_id]

    def _touches_in_words(self) -> str:
        told = ", ".join(f'{each.what} "{each.offer_id}"' for each in self._touches)
        return told or "no touch was made"

    def account_task(self, wanted: bool) -> _Seens:  # noqa: FBT001 - the value of the key
        holds = any(each.write for _, each in self._snapshot.surges) == wanted
        yield toml_text(wanted), _Seen(holds=holds, got=self._surges_in_words())

    def account_held(self, wanted: Sequence[str]) -> _Seens:
        found = {each.surge.hold for _, each in self._snapshot.surges if each.surge.hold}
        yield one_of(wanted), _Seen(holds=not found.isdisjoint(wanted), got=self._surges_in_words())

    def surging(self, wanted: bool) -> _Seens:  # noqa: FBT001 - the value of the key
        got = self._snapshot.surging
        people = self._of_group(lambda group: len(group.members)) or 0
        said = f"{'surges' if got else 'does not surge'}, {people} engaged"
        yield toml_text(wanted), _Seen(holds=got == wanted, got=said)

    def missing(self, wanted: Sequence[str]) -> _Seens:
        found = self._of_group(lambda group: group.missing or (NO_PERSONA,))
        got = ", ".join(found) if found else _NO_GROUP
        for name in wanted:
            holds = name in (found or ())
            yield toml_text(name), _Seen(holds=holds, missing=found is None, got=got)

    def quadrant(self, wanted: Sequence[str]) -> _Seens:
        return self._group_value(wanted, lambda group: group.quadrant.value)

    def account_phase(self, wanted: Sequence[str]) -> _Seens:
        return self._group_value(wanted, lambda group: group.phase or NO_PERSONA)

    def engagement(self, wanted: RangeTable) -> _Seens:
        return self._group_range(wanted, lambda group: group.engagement)

    def propensity(self, wanted: RangeTable) -> _Seens:
        return self._group_range(wanted, lambda group: group.propensity)

    def _of_group(self, value: Callable[[Group], T]) -> T | None:
        return None if self._snapshot.group is None else value(self._snapshot.group)

    def _group_value(self, wanted: Sequence[str], value: Callable[[Group], str]) -> _Seens:
        got = self._of_group(value)
        said = toml_text(got or _NO_GROUP)
        yield one_of(wanted), _Seen(holds=got in wanted, missing=got is None, got=said)

    def _group_range(self, wanted: RangeTable, value: Callable[[Group], float]) -> _Seens:
        got = self._of_group(value)
        holds, said = (False, _NO_GROUP) if got is None else (wanted.holds(got), f"{got:.2f}")
        yield range_text(wanted), _Seen(holds=holds, missing=got is None, got=said)

    def _surges_in_words(self) -> str:
        return "; ".join(_surge_text(each) for _, each in self._snapshot.surges) or "no surge began"

    def clock(self, wanted: Sequence[Clock]) -> _Seens:
        ticking = self._snapshot.clock
        got = ticking.stand.clock.value if ticking else "there is no clock: nothing is followed"
        yield one_of(wanted), _Seen(holds=got in wanted, got=got, missing=ticking is None)

    def step(self, wanted: Sequence[str]) -> _Seens:
        found = {each.step.what for each in self._snapshot.steps}
        yield one_of(wanted), _Seen(holds=not found.isdisjoint(wanted), got=self._steps_in_words())

    def steps(self, wanted: int) -> _Seens:
        got = len(self._snapshot.steps)
        yield str(wanted), _Seen(holds=got == wanted, got=self._steps_in_words())

    def disposition(self, wanted: Sequence[Disposition]) -> _Seens:
        found = self._snapshot.disposed
        got = f"{found.disposition.value}: {found.said}" if found else "sales has said nothing"
        holds = found is not None and found.disposition in wanted
        yield one_of(wanted), _Seen(holds=holds, got=got)

    def _steps_in_words(self) -> str:
        told = (
            f"{each.step.what} ({each.step.note or each.step.receiver or each.step.id})"
            for each in self._snapshot.steps
        )
        return ", ".join(told) or "no step was made"

    def machine(self, wanted: int) -> _Seens:
        got = self._snapshot.machines
        yield str(wanted), _Seen(holds=got == wanted, got=str(got))

    def _texts(self, key: str, wanted: Sequence[str]) -> _Seens:
        found = [str(write.fields[key]) for _, write in self._writes(WriteKind.CREATE_TASK)]
        return self._within(found, wanted, self._no_task)

    def _within(
        self, found: Sequence[str], wanted: Sequence[str], none: Callable[[], _Seen]
    ) -> _Seens:
        for text in wanted:
            if not found:
                yield f"has {toml_text(text)}", none()
            else:
                holds = any(text in each for each in found)
                yield f"has {toml_text(text)}", _Seen(holds=holds, got="\n".join(found))

    def _task_values(self, wanted: Sequence[str], value: Callable[[int, Write], str]) -> _Seens:
        found = [value(*each) for each in self._writes(WriteKind.CREATE_TASK)]
        if not found:
            yield one_of(wanted), self._no_task()
            return
        holds = any(each in wanted for each in found)
        yield one_of(wanted), _Seen(holds=holds, got=", ".join(map(toml_text, found)))

    def _no_task(self) -> _Seen:
        alerts = self._alerts_in_words() if self._alerts else "there was no alert"
        return _Seen(holds=False, missing=True, got=f"no task was made: {alerts}")

    def _no_note(self) -> _Seen:
        alerts = self._alerts_in_words() if self._alerts else "there was no alert"
        return _Seen(holds=False, missing=True, got=f"no note was written: {alerts}")

    def _writes(self, kind: WriteKind) -> list[tuple[int, Write]]:
        """What hand-offs and the steps after them write, and when they were made.

        Of no rule in particular that of touches too.
        """
        handed = [(each.at, write) for each in self._alerts for write in each.alerted.writes]
        touched = [(each.at, each.write) for each in self._touches] if self._whole else []
        surged = [(at, each.write) for at, each in self._snapshot.surges if each.write]
        stepped = [
            (each.step.at, each.write)
            for each in self._snapshot.steps
            if each.write is not None and each.rule in self._rules
        ]
        both = (*touched, *stepped, *(surged if self._whole else ()))
        return [(at, write) for at, write in (*handed, *both) if write.kind is kind]

    def _latest(self) -> Episode | None:
        found = [each for stand in self._stands for each in stand.episodes]
        return max(found, key=lambda each: each.entered_at, default=None)

    def _alerts_in_words(self) -> str:
        return "; ".join(decision_text(each.alerted.decision) for each in self._alerts) or "none"


_LOOKS: Final[Mapping[str, Callable[..., _Seens]]] = {
    key: getattr(_Look, key) for key in ExpectTable.model_fields
}


def _handed_off(alert: Alert) -> bool:
    return alert.alerted.decision.verdict is Verdict.HANDED_OFF


def _surge_text(surged: Surged) -> str:
    held = f"held: {surged.surge.hold} ({surged.surge.detail})"
    return "a task was made" if surged.write else held


def _step_text(step: Step) -> str:
    return f"{step.state.value}: {step.reason}" if step.reason else step.state.value


def decision_text(decision: Decision) -> str:
    """A decision in a few words, for example "held: consent (neither mail nor ...)"."""
    change = decision.change if decision.change in (Change.RAISED, Change.ENTERED) else "suspected"
    if decision.verdict is Verdict.WAITING:
        return f"{change}, waits for a free place"
    if decision.hold is None:
        return f"{change}, handed off"
    detail = f" ({decision.detail})" if decision.detail else ""
    return f"{change}, held: {decision.hold.value}{detail}"


def range_text(wanted: RangeTable) -> str:
    """A range as people say it."""
    said = {key: getattr(wanted, key) for key in RangeTable.model_fields}
    parts = [f"{_BOUNDS[key]} {value:g}" for key, value in said.items() if value is not None]
    return " and ".join(parts)


_BOUNDS: Final = {
    "above": "more than",
    "at_least": "at least",
    "at_most": "at most",
    "below": "below",
}


def one_of(values: Sequence[object]) -> str:
    """One value, or several of which one is enough."""
    texts = [toml_text(getattr(each, "value", each)) for each in values]
    return texts[0] if len(texts) == 1 else f"one of {', '.join(texts)}"
