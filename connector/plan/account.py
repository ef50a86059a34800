"""What is decided about an account: its surges, its group, how likely and how engaged it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connector.config.rulebook import AccountRule, Holds, Phase
from connector.engine.account import Surge
from connector.engine.condition import Facts
from connector.model import AccountSurge, Hold, Person, Record, RecordRef, Scalar, Verdict
from connector.plan.grade import fit_points
from connector.plan.history import history_of
from connector.plan.key import write_key
from connector.plan.phase import further


class Quadrant(StrEnum):
    """Propensity to buy against engagement."""

    PURSUE = "pursue"
    """Likely to buy, and engaged: sales first."""
    WARM_UP = "warm_up"
    """Likely to buy, and quiet: marketing first."""
    QUALIFY = "qualify"
    """Engaged, and not likely to buy: find out why."""
    WATCH = "watch"
    """Neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time in which an account surges, by what is known now."""

    began_at: int
    ended_at: int | None
    people: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What is, beside what was recorded."""

    changed: tuple[AccountSurge, ...]
    """Recorded surges of which something is new."""
    fresh: tuple[Span, ...]
    """Surges that were not known in any form, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSituation:
    """Everything that a decision about a surge depends on."""

    rule: AccountRule
    holds: Holds
    recorded: Sequence[AccountSurge]
    facts: Facts
    opportunity: str
    """The reference of an open opportunity of the account; "": none is."""
    worked: bool
    """Whether a rep spoke with somebody of the account within `Holds.worked_within`."""
    receiver: str
    """Platform id of who would get the task; "": nobody."""
    baseline_before: int | None
    dry_run: bool


def spans_of(changes: Sequence[Surge]) -> list[Span]:
    """Surges as spans of time; the last may still run."""
    ends: list[int | None] = [each.at for each in changes if not each.surging]
    begins = [each for each in changes if each.surging]
    ends += [None] * (len(begins) - len(ends))
    return [
        Span(began_at=b.at, ended_at=e, people=len(b.persons), weight=b.weight)
        for b, e in zip(begins, ends, strict=True)
    ]


def settle(
    spans: Sequence[Span], recorded: Sequence[AccountSurge], *, known_from: int, window: int
) -> Settled:
    """Compare. A surge that was recorded keeps its anchor wherever late data moves it.

    One that overlaps a recorded one is that one; so is one that begins less than a `window` (ms)
    from one that late data took back. What is after `known_from` (UTC ms) is known exactly: what
    was recorded there and does not hold any more is superseded, never deleted.
    """
    ranked = sorted(recorded, key=lambda each: (each.superseded, each.anchor))
    mine: dict[int, list[Span]] = {}
    fresh = []
    for span in spans:
        same = next((each for each in ranked if _same(each, span, window)), None)
        if same is not None:
            mine.setdefault(same.anchor, []).append(span)
        elif span.began_at > known_from:
            fresh.append(span)
    changed = [_now(each, mine.get(each.anchor, []), spans, known_from) for each in recorded]
    pairs = zip(changed, recorded, strict=True)
    return Settled(changed=tuple(new for new, old in pairs if new != old), fresh=tuple(fresh))


def _same(recorded: AccountSurge, span: Span, window: int) -> bool:
    if recorded.superseded and abs(recorded.began_at - span.began_at) < window:
        return True
    return _overlap(recorded, span)


def _overlap(recorded: AccountSurge, span: Span) -> bool:
    begins_before = recorded.ended_at is None or span.began_at < recorded.ended_at
    return begins_before and (span.ended_at is None or recorded.began_at < span.ended_at)


def _now(
    recorded: AccountSurge, mine: Sequence[Span], spans: Sequence[Span], known_from: int
) -> AccountSurge:
    if mine:
        began = mine[0].began_at
        return dataclasses.replace(
            recorded,
            began_at=began if began > known_from else min(began, recorded.began_at),
            ended_at=mine[-1].ended_at,
            superseded=False,
        )
    swallowed = any(_overlap(recorded, each) for each in spans)
    if recorded.began_at > known_from or swallowed:
        return dataclasses.replace(recorded, superseded=True)
    if recorded.ended_at is None:
        return dataclasses.replace(recorded, ended_at=known_from)
    return recorded


def holds_against(span: Span, situation: AccountSituation) -> Iterator[tuple[Hold, str]]:
    """Everything that speaks against a task for a surge, in the order of `Hold`."""
    before, holds = situation.baseline_before, situation.holds
    checks = (
        (Hold.BASELINE, before is not None and span.began_at <= before and "known from the start"),
        (Hold.OVER, span.ended_at is not None and "the surge had ended when it was found"),
        (Hold.OPEN_OPPORTUNITY, holds.open_opportunity and situation.opportunity),
        (Hold.WORKED, situation.worked and "a rep spoke with somebody of it a short time ago"),
        (Hold.COOLDOWN, _cooling(span, situation) and "the last task about it is too recent"),
        (Hold.SILENCE, _silenced(span, situation)),
        (Hold.NO_OWNER, not situation.receiver and "the account has no active owner"),
        (Hold.DRY_RUN, situation.dry_run and "run `leadmode arm` to let writes go"),
    )
    yield from ((hold, str(detail)) for hold, detail in checks if detail)


def _cooling(span: Span, situation: AccountSituation) -> bool:
    """It counts from the end of a surge; of one that late data took back, from its decision."""
    told = [each for each in situation.recorded if each.verdict is Verdict.HANDED_OFF]
    ends = [each.decided_at if each.ended_at is None else each.ended_at for each in told]
    return any(span.began_at - end < situation.rule.cooldown for end in ends)


def _silenced(span: Span, situation: AccountSituation) -> str:
    return next(
        (
            each.label
            for each in situation.holds.silences
            if each.since <= span.began_at < each.until and each.when.holds(situation.facts)
        ),
        "",
    )


def account_key(instance: str, rule: AccountRule, target: RecordRef, anchor: int) -> str:
    """The key of the task about a surge."""
    return _key(instance, rule, target, anchor, "account")


def joined_key(
    instance: str, rule: AccountRule, target: RecordRef, anchor: int, person: RecordRef
) -> str:
    """The key of the note that somebody has joined a surge whose task was made before."""
    return _key(instance, rule, target, anchor, f"joined:{person.object_type}:{person.id}")


def _key(instance: str, rule: AccountRule, target: RecordRef, anchor: int, action: str) -> str:
    return write_key(
        instance=instance,
        rule=rule.rule.id,
        epoch=rule.epoch,
        target=target,
        anchor=(anchor,),
        action=action,
    )


def account_facts(
    account: Record, owner: Record | None, opportunities: Sequence[Record], at: int
) -> Facts:
    """Fields of an account and its owner by path, and its history as of a moment (UTC ms).

    For example "account.industry" and "account_history.won".
    """
    facts: dict[str, Scalar] = {f"account.{name}": v for name, v in account.fields.items()}
    if owner is not None:
        facts |= {f"owner.{name}": value for name, value in owner.fields.items()}
    history = history_of(Person(id=0, opportunities=tuple(opportunities)), at)
    return facts | {path: v for path, v in history.items() if path.startswith("account_history.")}


def propensity(rule: AccountRule, facts: Facts) -> float:
    """How likely the account is to buy, in points."""
    return fit_points(rule.points, facts, float("inf"))


def quadrant(rule: AccountRule, *, likely: float, engaged: float) -> Quadrant:
    """Where the account stands by its points of propensity and of engagement."""
    if likely >= rule.likely:
        return Quadrant.PURSUE if engaged >= rule.engaged else Quadrant.WARM_UP
    return Quadrant.QUALIFY if engaged >= rule.engaged else Quadrant.WATCH


def lacking(rule: AccountRule, present: Collection[str]) -> tuple[str, ...]:
    """The personas that the group of an account needs and that nobody in it is."""
    return tuple(name for name in rule.group if name not in present)


def account_phase(rule: AccountRule, of_people: Iterable[str], won: int) -> str:
    """The furthest phase that its people or its won opportunities speak of; "": none."""
    phase = ""
    if won:
        advocate = won >= rule.advocate_after
        phase = Phase.ADVOCACY.value if advocate else Phase.ACQUISITION.value
    for each in of_people:
        phase = further(phase, each)
    return phase
