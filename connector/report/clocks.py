"""The clocks of a person's hand-offs in words: how each stands, and what was done so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from connector.assess import Ticking, clocks_of
from connector.config.settings import Config
from connector.model import SlaStep
from connector.plan.disposition import disposition_of
from connector.plan.sla import COOLING, Clock
from connector.plan.words import moment
from connector.report.dossier import Dossier
from connector.store import Store
from connector.store.overview import user_name

_SAID: Final = {
    Clock.WAITING: "the CRM does not have the task yet",
    Clock.RUNNING: "it runs",
    Clock.DUE: "a step is due",
    Clock.STALE: "a step waits for a fresh look at the task",
    Clock.WORKED: "it was worked",
    Clock.DELETED: "somebody threw the task away",
    Clock.OVER: "the episode is over",
    Clock.NO_MORE: "no further step comes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTold:
    """The clock of one hand-off."""

    rule: str
    handed_at: int
    """UTC ms."""
    clock: str
    """A value of `Clock`."""
    said: str
    """How it stands, in words."""
    holder: str
    """Who has the task, by name."""
    task: str
    """The status of the task, and when it was read."""
    made: tuple[str, ...]
    """Every step that was made, oldest first."""
    upcoming: str
    """The next step; empty: none comes."""
    disposition: str
    """The last word of sales; empty: none."""


def clocks_told(
    store: Store,
    config: Config,
    dossier: Dossier,
    leaving: dict[str, int | None],
    now: int,
) -> Iterator[ClockTold]:
    """How the clock of the latest hand-off of each episode stands, oldest first."""
    zone = ZoneInfo(config.time_zone)
    ticking = clocks_of(
        store,
        config.rulebook,
        dossier.person,
        store.timelines.of(dossier.person.id),
        authority=config.authority.name,
        leaving=leaving,
        zone=zone,
        now=now,
    )
    for one in sorted(ticking, key=lambda each: each.case.tasks[0].handed_at):
        yield _told(store, config, dossier, one, zone)


def _told(
    store: Store, config: Config, dossier: Dossier, one: Ticking, zone: ZoneInfo
) -> ClockTold:
    task, authority = one.case.tasks[0], config.authority.name
    said = disposition_of(config.rulebook, dossier.person, task.handed_at)
    names = {user: user_name(store.connection, authority, user) or user for user in one.had_it}
    accepted = "; somebody has accepted it" if one.case.accepted_at is not None else ""
    return ClockTold(
        rule=one.rule,
        handed_at=task.handed_at,
        clock=one.stand.clock.value,
        said=_SAID[one.stand.clock] + accepted,
        holder=names.get(one.holder, "") or "nobody",
        task=f'"{task.status}" as of {moment(task.seen_at, zone)}'
        if task.seen_at
        else "not read yet",
        made=tuple(_made(store, authority, one.case.made, zone)),
        upcoming=_upcoming(one, zone),
        disposition=f"{said.disposition.value} {moment(said.at, zone)}: {said.said}"
        if said
        else "",
    )


def _made(store: Store, authority: str, steps: Sequence[SlaStep], zone: ZoneInfo) -> Iterator[str]:
    for step in steps:
        who = user_name(store.connection, authority, step.receiver) or step.receiver
        to = f", to {who}" if who else ""
        yield f"{moment(step.at, zone)}: {step.what}{to}" + (f" ({step.note})" if step.note else "")


def _upcoming(one: Ticking, zone: ZoneInfo) -> str:
    stand = one.stand
    if stand.at is None:
        return ""
    what = stand.step.do.value if stand.step else COOLING
    return f"{what} {moment(max(stand.at, stand.due or 0), zone)}"
