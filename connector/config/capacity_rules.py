"""Tables about order, capacity, teams, absences and the holdout become values, or problems."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar

from connector.config.capacity import (
    WEEKDAYS,
    Absence,
    Capacity,
    Digest,
    Holdout,
    Rank,
    Team,
)
from connector.config.capacity_tables import (
    AbsenceTable,
    CapacityTable,
    HoldoutTable,
    RankTable,
    TeamTable,
)
from connector.config.placeholders import DIGEST_PLACEHOLDERS
from connector.config.positions import Loc
from connector.config.rule_checks import Sound, check_template
from connector.config.rule_files import Entry, RuleFiles
from connector.config.wording import Table, toml_text
from connector.engine.condition import Always, Logical
from connector.problems import Problem

T = TypeVar("T", bound=Table)


class Reading(Protocol):
    """What turns gathered tables into checked ones."""

    problems: list[Problem]

    def several(self, model: type[T], entries: Iterable[Entry]) -> list[Sound[T]]:
        """The tables with what is usable of each."""
        ...

    def single(self, model: type[T], key: str) -> Sound[T] | None:
        """The one table of its kind, if there is one."""
        ...

    def condition(self, entry: Entry | None, loc: Loc) -> Logical:
        """The condition at a place of a table."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """What the tables say together."""

    rank: Rank
    capacity: Capacity | None
    teams: tuple[Team, ...]
    absences: tuple[Absence, ...]
    holdout: Holdout | None


def read_sharing(reading: Reading, files: RuleFiles) -> Sharing:
    """Everything about order, capacity, teams, absences and the holdout."""
    return Sharing(
        rank=_rank(reading),
        capacity=_capacity(reading),
        teams=_teams(reading, files.lists["team"]),
        absences=_absences(reading, files.lists["absence"]),
        holdout=_holdout(reading),
    )


def _rank(reading: Reading) -> Rank:
    sound = reading.single(RankTable, "rank")
    if sound is None:
        return Rank()
    reading.problems.extend(_check_steps(sound))
    table = sound.table
    return Rank(
        hand_raise=table.hand_raise,
        level=table.level,
        change=table.change,
        fit=table.fit,
        value=table.value,
        phase=table.phase,
        late=table.late,
        stars=tuple(table.stars),
        flames=tuple(table.flames),
        window=table.window,
        recency=tuple(table.recency),
        frequency=tuple(table.frequency),
        amount=tuple(table.amount),
    )


def _check_steps(one: Sound[RankTable]) -> Iterator[Problem]:
    """Bounds rise from one to the next; only the time since the last purchase falls."""
    for key, way in (
        ("stars", "rise"),
        ("flames", "rise"),
        ("recency", "fall"),
        ("frequency", "rise"),
        ("amount", "rise"),
    ):
        values: Collection[float] = getattr(one.table, key)
        pairs = pairwise(values)
        wrong = any(b <= a for a, b in pairs) if way == "rise" else any(b >= a for a, b in pairs)
        if one.knows(key) and wrong:
            example = getattr(RankTable(), key)
            shown = RankTable.model_fields[key].json_schema_extra
            said = shown["default"] if isinstance(shown, dict) else example
            message = f"{key} of [rank] do not {way} from one to the next."
            yield one.problem((key,), message, f"Write them like {key} = {toml_text(said)}.")


def _capacity(reading: Reading) -> Capacity | None:
    sound = reading.single(CapacityTable, "capacity")
    if sound is None:
        return None
    table = sound.table
    digest = table.digest
    if digest is not None and sound.knows("digest"):
        for key, text in (("subject", digest.subject), ("body", digest.body)):
            reading.problems.extend(
                check_template(sound.entry, ("digest", key), text, DIGEST_PLACEHOLDERS)
            )
    for index, day in enumerate(table.days):
        if sound.knows("days") and day in table.days[:index]:
            message = f'"{day}" stands in days twice.'
            reading.problems.append(sound.problem(("days", index), message, "Take one out."))
    if not table.active:
        return None
    return Capacity(
        default=table.default,
        measured=table.measured,
        touches=table.touches,
        wait=table.wait,
        days=tuple(sorted(WEEKDAYS.index(day) for day in set(table.days))),
        owner=dict(table.owner),
        digest=Digest(
            subject=digest.subject,
            body=digest.body,
            on=WEEKDAYS.index(digest.on),
            at=digest.at,
            to=digest.to,
        )
        if digest
        else None,
    )


def _teams(reading: Reading, entries: Iterable[Entry]) -> tuple[Team, ...]:
    found: list[Team] = []
    taken: dict[str, str] = {}
    for one in reading.several(TeamTable, entries):
        when = reading.condition(one.entry, ("when",))
        for index, member in enumerate(one.table.members):
            if one.knows("members") and member in taken:
                message = f'"{member}" is in the team {toml_text(taken[member])} already.'
                advice = "A user belongs to one team."
                reading.problems.append(one.problem(("members", index), message, advice))
            taken.setdefault(member, one.table.id)
        found.append(
            Team(
                id=one.table.id,
                members=tuple(one.table.members),
                capacity=one.table.capacity,
                share=one.table.share,
                when=None if isinstance(when, Always) else when,
            )
        )
    return tuple(found)


def _absences(reading: Reading, entries: Iterable[Entry]) -> tuple[Absence, ...]:
    found = []
    for one in reading.several(AbsenceTable, entries):
        table = one.table
        if one.knows("since", "until") and table.until < table.since:
            message = f"until = {table.until} lies before since = {table.since}."
            reading.problems.append(one.problem(("until",), message, "Turn them round."))
        found.append(Absence(owner=table.owner, since=table.since, until=table.until))
    return tuple(found)


def _holdout(reading: Reading) -> Holdout | None:
    sound = reading.single(HoldoutTable, "holdout")
    return None if sound is None else Holdout(share=sound.table.share, draw=sound.table.draw)
