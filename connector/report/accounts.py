"""Accounts as people ask about them: who surges, where each stands, who is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connector.assess import AccountDesk, Setting
from connector.model import AccountSurge, Hold, Person, Verdict
from connector.plan.account import Quadrant
from connector.plan.account_task import Group, Member
from connector.plan.words import day, did
from connector.report import words
from connector.store import Store
from connector.store.overview import user_name

if TYPE_CHECKING:
    from connector.config.settings import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Engaged:
    """Somebody of an account who is engaged."""

    person: int
    name: str
    title: str
    persona: str
    phase: str
    score: float
    last: str
    """What they did last, in words."""
    last_at: int
    lead_mode_since: int | None
    task_at: int | None
    """When a task of their own was made in the running episode, UTC ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeTold:
    """A surge, and what became of it."""

    began_at: int
    ended_at: int | None
    decided_at: int
    people: int
    held: str
    """Why there is no task; a `Hold`, empty: there is one."""
    because: str
    """The same in words."""
    task: str
    """Where the task is on its way, in words."""
    receiver: str
    """Who gets it, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTold:
    """One account."""

    record: str
    """Reference of the record."""
    name: str
    owner: str
    quadrant: str
    engagement: float
    propensity: float
    points: tuple[tuple[str, float], ...]
    """What the propensity is made of."""
    phase: str
    won: int
    missing: tuple[str, ...]
    quiet: tuple[tuple[str, str], ...]
    """Name and persona of those who are known and not engaged."""
    engaged: tuple[Engaged, ...]
    surging_since: int | None
    surges: tuple[SurgeTold, ...]
    """The latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsTold:
    """The accounts that were asked for."""

    looked_at: bool
    """False: no rule asks for accounts."""
    zone: str
    quadrants: Mapping[str, int]
    """How many of all stand in each."""
    lacking: Mapping[str, int]
    """How many of those with engaged people lack each persona."""
    rows: tuple[AccountTold, ...]
    more: int
    """How many further ones there are."""


def accounts_told(
    store: Store,
    config: Config,
    now: int,
    *,
    name: str = "",
    quadrant: str = "",
    surging: bool = False,
    most: int = 50,
) -> AccountsTold:
    """The accounts with people, as of `now` (UTC ms): those who come first for sales first.

    `name` is a part of the name, or an id.
    """
    told = [_told(store, config, number, group) for number, group in groups(store, config, now)]
    wanted = [
        each
        for each in told
        if (not name or name.casefold() in each.name.casefold() or each.record.endswith(f":{name}"))
        and (not quadrant or each.quadrant == quadrant)
        and (not surging or each.surging_since is not None)
    ]
    rank = {one.value: place for place, one in enumerate(Quadrant)}
    wanted.sort(
        key=lambda a: (a.surging_since is None, rank[a.quadrant], -a.engagement, a.name, a.record)
    )
    counts = Counter(each.quadrant for each in told)
    return AccountsTold(
        looked_at=config.rulebook.account is not None,
        zone=config.time_zone,
        quadrants={one.value: counts[one.value] for one in Quadrant},
        lacking=dict(Counter(p for each in told if each.engaged for p in each.missing)),
        rows=tuple(wanted[:most]),
        more=max(0, len(wanted) - most),
    )


def groups(store: Store, config: Config, now: int) -> list[tuple[int, Group]]:
    """Every account that the rules look at, by number, with its buying group as of `now`."""
    if config.rulebook.account is None:
        return []
    desk = desk_of(store, config)
    numbers = store.accounts.every(config.authority.name)
    found = [(number, desk.group(number, now)) for number in numbers]
    return [(number, group) for number, group in found if group is not None]


def desk_of(store: Store, config: Config) -> AccountDesk:
    """Whoever knows accounts by these rules."""
    setting = Setting(
        instance=config.instance,
        rulebook=config.rulebook,
        authority=config.authority.name,
        zone=ZoneInfo(config.time_zone),
        dry_run=config.dry_run and not store.armed,
    )
    return AccountDesk(store, setting)


def _told(store: Store, config: Config, number: int, group: Group) -> AccountTold:
    surges = [each for each in store.accounts.of(number) if not each.superseded]
    running = [each.began_at for each in surges if each.is_open]
    facts = group.facts
    return AccountTold(
        record=str(group.account.ref),
        name=group.name,
        owner=str(facts.get("owner.name") or (group.owner.ref.id if group.owner else "")),
        quadrant=group.quadrant.value,
        engagement=round(group.engagement, 2),
        propensity=group.propensity,
        points=tuple(
            (each.label, each.points) for each in group.rule.points if each.when.holds(facts)
        ),
        phase=group.phase,
        won=group.won,
        missing=group.missing,
        quiet=group.quiet,
        engaged=tuple(map(_engaged, group.members)),
        surging_since=min(running, default=None),
        surges=tuple(_surge(store, config, each) for each in reversed(surges)),
    )


def _engaged(member: Member) -> Engaged:
    return Engaged(
        person=member.person.id,
        name=member.name,
        title=str(member.facts.get("person.title") or ""),
        persona=member.persona,
        phase=member.phase,
        score=round(member.score, 2),
        last=did(member.last),
        last_at=member.last.at,
        lead_mode_since=member.lead_mode_since,
        task_at=member.task_at,
    )


def _surge(store: Store, config: Config, surge: AccountSurge) -> SurgeTold:
    queued = store.outbox.get(surge.key) if surge.key else None
    receiver = surge.receiver
    if receiver:
        named = user_name(store.connection, config.authority.name, receiver)
        receiver = named or f"user {receiver}"
    return SurgeTold(
        began_at=surge.began_at,
        ended_at=surge.ended_at,
        decided_at=surge.decided_at,
        people=surge.people,
        held=surge.hold.value if surge.hold else "",
        because=because(surge),
        task=words.task(queued.state) if queued else "",
        receiver=receiver if surge.verdict is Verdict.HANDED_OFF else "",
    )


def because(surge: AccountSurge) -> str:
    """Why there is no task about a surge, in words; empty when there is one."""
    if surge.hold is None:
        return ""
    if surge.hold is Hold.COOLDOWN:
        return "the last task about the account is too recent"
    if surge.hold is Hold.WORKED:
        return "a rep spoke with somebody of it a short time ago"
    return words.held_by(surge.hold, surge.detail)


def about_company(store: Store, config: Config, person: Person, zone: ZoneInfo) -> list[str]:
    """What there is to tell about the company of a person that surges; nothing where none does."""
    if config.rulebook.account is None or person.account is None:
        return []
    running = [
        e for e in store.accounts.of(store.accounts.number(person.account) or 0) if e.is_open
    ]
    name = person.account.fields.get("name") or person.account.ref.id
    return [
        f"{name} surges since {day(each.began_at, zone)}: {_became(store, config, each)}. "
        f'`leadmode accounts "{name}"` tells more.'
        for each in running
    ]


def _became(store: Store, config: Config, surge: AccountSurge) -> str:
    told = _surge(store, config, surge)
    return f"no task, {told.because}" if told.held else f"one {told.task}, for {told.receiver}"
