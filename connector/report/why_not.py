"""Why there is no alert about a person now, and every one that was not made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from connector.model import OutboxState, Verdict
from connector.report import words
from connector.report.dossier import Dossier, Who, open_dossier
from connector.report.explain import explain
from connector.report.hand_offs import mode_of, writes_for
from connector.report.programs import Asked, UnderProgram
from connector.report.standing import Standing
from connector.store import Store

if TYPE_CHECKING:
    from connector.config.settings import Config
    from connector.store.overview import Decided


_STOPPED: Final = frozenset(
    {
        OutboxState.HELD,
        OutboxState.DEAD,
        OutboxState.CANCELLED,
        OutboxState.EXPIRED,
        OutboxState.UNDONE,
    }
)


class Answer(StrEnum):
    """Whether there is an alert under one rule, and if not, on what it hangs."""

    ALERTED = "alerted"
    """There is one: the episode that runs was handed off."""
    HELD = "held"
    """In lead mode, and the hand-off was held."""
    STOPPED = "stopped"
    """Handed off, and the task is held, or was refused or given up."""
    WAITING = "waiting"
    """In lead mode, and it waits for a free place."""
    UNDECIDED = "undecided"
    """In lead mode, and not decided about yet."""
    PASSIVE = "passive"
    """Not in lead mode."""
    NOT_FOR_THEM = "not_for_them"
    """The rule does not look at them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderRule:
    """The answer under one rule."""

    rule: str
    title: str
    answer: Answer
    because: str
    """In words."""
    standing: Standing
    now: str
    """What was, or would be, made of an alert now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMade:
    """One alert that was not made."""

    at: int
    """When they entered, or raised a hand; UTC ms."""
    decided_at: int | None
    """When that was decided; None: there was nothing to decide."""
    rule: str
    title: str
    what: str
    reason: str
    """A reason to hold, or "superseded"."""
    because: str
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why there is no alert about one person."""

    who: Who
    at: int
    zone: str
    rules: tuple[UnderRule, ...]
    log: tuple[NotMade, ...]
    """Newest first."""
    notes: tuple[str, ...]
    programs: tuple[UnderProgram, ...] = ()
    """The nurture programs of the rules: why they are in, or not."""

    @property
    def alerted(self) -> bool:
        """Whether there is an alert after all."""
        return any(each.answer is Answer.ALERTED for each in self.rules)


def why_not(store: Store, config: Config, person: int, now: int) -> WhyNot:
    """Why there is no alert about a person now (UTC ms), by each rule; and what was not made."""
    told = explain(store, config, person, None, now)
    dossier = open_dossier(store, config, person, now)
    is_worked_by = store.sources.note("revision") == config.rulebook.revision
    return WhyNot(
        who=told.who,
        at=now,
        zone=config.time_zone,
        rules=tuple(
            _under(config, dossier, standing, hand_off, is_worked_by=is_worked_by)
            for standing, hand_off in zip(told.standings, told.hand_offs, strict=True)
        ),
        log=tuple(sorted(_log(config, dossier), key=lambda each: -each.at)),
        notes=told.notes,
        programs=Asked(store, config, now).under(dossier),
    )


def _under(
    config: Config, dossier: Dossier, standing: Standing, hand_off: str, *, is_worked_by: bool
) -> UnderRule:
    answer, because = _answer(config, dossier, standing, is_worked_by=is_worked_by)
    return UnderRule(
        rule=standing.rule,
        title=standing.title,
        answer=answer,
        because=because,
        standing=standing,
        now=hand_off,
    )


def _answer(
    config: Config, dossier: Dossier, standing: Standing, *, is_worked_by: bool
) -> tuple[Answer, str]:
    needs = {need.name: need for need in standing.needs}
    if not standing.in_lead_mode:
        if not needs["for them"].met:
            return Answer.NOT_FOR_THEM, needs["for them"].lacks or "the rule is not for them"
        score = f"{words.points(standing.score)} of {words.points(standing.enter)} points"
        return Answer.PASSIVE, f"not in lead mode: {score}"
    running = [each for each in dossier.episodes if each.rule == standing.rule and each.is_open]
    burst = running[-1].burst if running else None
    about = [
        d for d in dossier.decided if (d.decision.rule, d.decision.burst) == (standing.rule, burst)
    ]
    made = [d for d in about if d.decision.verdict is Verdict.HANDED_OFF]
    if made:
        return _handed_off(config, dossier, made)
    if about:
        last = about[-1].decision
        answer = Answer.WAITING if last.verdict is Verdict.WAITING else Answer.HELD
        return answer, f"in lead mode, and {words.verdict(last)}"
    if not is_worked_by:
        return Answer.UNDECIDED, (
            "in lead mode by the files, which leadmode does not work by yet: adopting them records "
            "that and alerts nobody"
        )
    return Answer.UNDECIDED, "in lead mode, and not decided yet: the next cycle does that"


def _handed_off(config: Config, dossier: Dossier, made: list[Decided]) -> tuple[Answer, str]:
    """The newest task that is there or on its way; when there is none, why not."""
    tasks = [queued[0] for d in made if (queued := writes_for(config, dossier, d.decision))]
    going = [task for task in tasks if task.state not in _STOPPED]
    if tasks and not going:
        reason = f" ({tasks[-1].reason})" if tasks[-1].reason else ""
        return (
            Answer.STOPPED,
            f"handed off, but the task is {words.stopped(tasks[-1].state)}{reason}",
        )
    where = f": {words.task(going[-1].state)}" if going else ""
    return Answer.ALERTED, f"there is one, handed off{where}"


def _log(config: Config, dossier: Dossier) -> list[NotMade]:
    """What was held, and what late data took the ground from."""
    held = [
        NotMade(
            at=each.decision.at,
            decided_at=each.decided_at,
            rule=each.decision.rule,
            title=_title(config, each.decision.rule),
            what=each.decision.change,
            reason=each.decision.hold.value,
            because=words.hold(each.decision),
            revision=each.revision,
        )
        for each in dossier.decided
        if each.decision.hold is not None
    ]
    superseded = [
        NotMade(
            at=each.entered_at,
            decided_at=None,
            rule=each.rule,
            title=_title(config, each.rule),
            what="entered",
            reason="superseded",
            because="no longer so: later data moved its beginning, or took it away",
            revision=each.revision,
        )
        for each in dossier.episodes
        if each.superseded
    ]
    return [*held, *superseded]


def _title(config: Config, rule: str) -> str:
    mode = mode_of(config, rule)
    return mode.title if mode and mode.title else rule
