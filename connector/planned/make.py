"""Making a plan: the next cycle rehearsed, and every write beside what is there now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connector.assess import Alerted, Stepped, Surged, Touched
from connector.clock import Clock
from connector.config.settings import Config
from connector.engine.result import Transition
from connector.ingest import Polled
from connector.model import Hold, OutboxState, Person, Scalar, Verdict, Write, WriteKind
from connector.planned.plan import Plan, PlannedHold, PlannedWrite, Waiting
from connector.planned.rehearse import Rehearsed, go_through, narrowed, what_is_there
from connector.ports import Adapter
from connector.report import words
from connector.report.dossier import Who, open_dossier, who_is
from connector.report.hand_offs import draft, mode_of
from connector.report.outbox import what_it_does
from connector.store import Store
from connector.store.overview import Decided, user_name

ON_THEIR_WAY: Final = (
    OutboxState.PENDING,
    OutboxState.INFLIGHT,
    OutboxState.RETRY,
    OutboxState.UNKNOWN,
)
_COUNTED: Final = frozenset({Hold.BASELINE, Hold.OVER})


def make(
    copy: Store,
    config: Config,
    adapters: Mapping[str, Adapter],
    clock: Clock,
    progress: Callable[[Polled], None] | None = None,
) -> Plan:
    """What the next cycle would write. `copy` is a copy of the database, and is changed.

    `progress` is told of every page. A source that cannot be read is named in the plan; when the
    CRM cannot be asked what is there now, its error is raised.
    """
    before = _Before(copy, config)
    done = go_through(copy, config, adapters, clock, progress=progress)
    return _Making(copy, config, done).plan(before, adapters)


class _Before:
    """What the database says before the cycle."""

    def __init__(self, store: Store, config: Config) -> None:
        self.identity, self.place = store.identity, store.place()
        self.armed = store.armed or not config.dry_run
        self.waiting = tuple(
            Waiting(
                key=each.write.key,
                name=who_is(store, config, each.person).label,
                what=what_it_does(each.write),
                state=each.state.value,
                reason=each.reason,
            )
            for each in store.outbox.all((*ON_THEIR_WAY, OutboxState.HELD))
        )


@dataclass(frozen=True, slots=True)
class _Made:
    """One write, and what it is for."""

    person: Person
    rule: str
    transition: Transition
    write: Write
    beside: Sequence[Write] = ()
    """All writes of the hand-off."""


class _Making:
    """Puts a plan together from what a rehearsal brought."""

    def __init__(self, store: Store, config: Config, done: Rehearsed) -> None:
        self._store = store
        self._config = config
        self._done = done

    def plan(self, before: _Before, adapters: Mapping[str, Adapter]) -> Plan:
        config, done = self._config, self._done
        made = [
            _Made(news.person, each.decision.rule, each.transition, write, each.writes)
            for news in done.news
            for each in news.alerts
            for write in each.writes
        ] + [
            _Made(news.person, each.rule, each.transition, write)
            for news in done.news
            for each in news.marked
            for write in each.writes
        ]
        touches, surges, steps = done.touches, done.surges, done.steps
        there = what_is_there(
            [
                *(each.write for each in made),
                *(each.write for _, each in touches),
                *(w for _, _, w in surges),
                *(write for _, _, write in steps),
            ],
            adapters,
        )
        holds = [(p, a) for p, a in done.alerts if a.decision.verdict is not Verdict.HANDED_OFF]
        return Plan(
            made_at=done.now,
            instance=config.instance,
            sources={name: source.adapter for name, source in config.sources.items()},
            zone=config.time_zone,
            revision=config.rulebook.revision,
            new_rules=done.new_rules,
            armed=before.armed,
            database=before.identity,
            place=before.place,
            storm=config.storm,
            writes=(
                *(self._write(each, there[each.write.key]) for each in made),
                *(self._touch(p, each, there[each.write.key]) for p, each in touches),
                *(self._surge(p, each, write, there[write.key]) for p, each, write in surges),
                *(self._step(p, each, write, there[write.key]) for p, each, write in steps),
            ),
            held=tuple(self._hold(p, a) for p, a in holds if a.decision.hold not in _COUNTED),
            counted=dict(
                Counter(str(a.decision.hold) for _, a in holds if a.decision.hold in _COUNTED)
            ),
            waiting=before.waiting,
            failed={name: str(error) for name, error in done.failed.items()},
        )

    def _write(self, made: _Made, was: dict[str, Scalar] | None) -> PlannedWrite:
        return self._planned(
            made.person,
            made.write,
            was,
            receivers=made.beside,
            rule=made.rule,
            title=self._title(made.rule),
            what=made.transition.change.value,
            at=made.transition.at,
            score=made.transition.score,
        )

    def _touch(self, person: Person, each: Touched, was: dict[str, Scalar] | None) -> PlannedWrite:
        return self._planned(
            person,
            each.write,
            was,
            receivers=(each.write,),
            rule=each.program,
            title=each.title,
            what=each.what,
            at=each.at,
            score=0.0,
        )

    def _surge(
        self, person: Person, each: Surged, write: Write, was: dict[str, Scalar] | None
    ) -> PlannedWrite:
        name = str(each.account.fields.get("name") or each.account.ref.id)
        planned = self._planned(
            person,
            write,
            was,
            receivers=(write,),
            rule="account",
            title="Account surge",
            what=words.counted(each.surge.people, "person is engaged", "people are engaged"),
            at=each.surge.began_at,
            score=0.0,
        )
        return replace(planned, name=name, company="")

    def _step(
        self, person: Person, each: Stepped, write: Write, was: dict[str, Scalar] | None
    ) -> PlannedWrite:
        return self._planned(
            person,
            write,
            was,
            receivers=(write,),
            rule=each.rule,
            title=each.title,
            what=each.step.what,
            at=each.step.at,
            score=0.0,
        )

    def _planned(
        self,
        person: Person,
        write: Write,
        was: dict[str, Scalar] | None,
        *,
        receivers: Sequence[Write],
        rule: str,
        title: str,
        what: str,
        at: int,
        score: float,
    ) -> PlannedWrite:
        final, who = narrowed(write, was), self._who(person)
        queued = self._store.outbox.get(write.key)
        return PlannedWrite(
            key=write.key,
            kind=write.kind,
            instance=write.target.instance,
            object_type=write.target.object_type,
            record=write.target.id,
            fields=dict(final.fields),
            expected=dict(final.expected),
            was=was,
            braked=queued is not None and queued.state is OutboxState.HELD,
            person=person.id,
            name=who.label,
            company=who.company,
            owner=self._receiver(receivers, who),
            rule=rule,
            title=title,
            what=what,
            at=at,
            score=score,
        )

    def _hold(self, person: Person, alert: Alerted) -> PlannedHold:
        decision, now = alert.decision, self._done.now
        dossier = open_dossier(self._store, self._config, person.id, now)
        revision = self._config.rulebook.revision
        decided = Decided(person=person.id, decision=decision, decided_at=now, revision=revision)
        would = draft(self._store, self._config, dossier, decided)
        return PlannedHold(
            person=person.id,
            name=dossier.who.label,
            company=dossier.who.company,
            owner=dossier.receiver,
            rule=decision.rule,
            title=self._title(decision.rule),
            what=decision.change,
            at=decision.at,
            reason=str(decision.hold or decision.verdict),
            because=words.hold(decision),
            subject=would.subject if would else "",
        )

    def _who(self, person: Person) -> Who:
        return who_is(self._store, self._config, person.id)

    def _receiver(self, writes: Sequence[Write], who: Who) -> str:
        """Who gets the task among the writes, by name."""
        task = next((w for w in writes if w.kind is WriteKind.CREATE_TASK), None)
        user = str((task.fields.get("owner") if task else "") or "")
        if not user or task is None:
            return who.owner or "nobody in particular"
        name = user_name(self._store.connection, task.target.instance, user)
        return name or f"user {user}"

    def _title(self, rule: str) -> str:
        mode = mode_of(self._config, rule)
        return mode.title if mode and mode.title else rule
