"""Writes a world as CSV exports, as they would have looked at one moment, and then later ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.clock import iso
from connector.model import Evidence, Scalar
from sandbox import exports
from sandbox.story.days import workday
from sandbox.story.world import Act, Opportunity, PersonRecord, World

_TYPES: Final = {"C": "Contact", "L": "Lead"}
"""Ids of people begin with the letter of their type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one stage changed."""

    engagements: int
    """Rows added to engagements.csv."""
    replaced: tuple[str, ...]
    """Files that were written anew."""


class Exports:
    """The export folder of a world. Each stage adds what has shown up since the one before."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        self._folder = folder
        self._next_act = 0
        self._damaged_after = _damage(world)

    def write_until(self, moment: int) -> Written:
        """Bring the folder to what the platforms would export at `moment` (UTC ms, exclusive).

        engagements.csv only grows. The other files are replaced when a row of theirs changed.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        world = self._world
        replaced = [
            name
            for name, header, rows in (
                ("owners.csv", exports.OWNERS, _owners(world)),
                ("accounts.csv", exports.ACCOUNTS, _accounts(world, moment)),
                ("people.csv", exports.PEOPLE, _people(world, moment)),
                ("opportunities.csv", exports.OPPORTUNITIES, _sales(world, moment)),
            )
            if exports.replace_file(self._folder / name, header, rows)
        ]
        return Written(engagements=self._append(moment), replaced=tuple(replaced))

    def _append(self, moment: int) -> int:
        first, acts = self._next_act, self._world.acts
        end = first
        while end < len(acts) and acts[end].seen_at < moment:
            end += 1
        rows: list[list[Scalar]] = []
        for number in range(first, end):
            rows.append(_engagement(number, acts[number]))
            if number in self._damaged_after:
                rows.append(_damaged(number, acts[number]))
        exports.append_rows(self._folder / "engagements.csv", exports.ENGAGEMENTS, rows)
        self._next_act = end
        return end - first


def _damage(world: World) -> frozenset[int]:
    """After which rows an export tool left a row that nobody can read: three in two years."""
    lately = workday(world.until, 7)
    recent = next((n for n, act in enumerate(world.acts) if act.seen_at >= lately), 0)
    return frozenset({len(world.acts) // 5, len(world.acts) // 2, recent})


def _damaged(number: int, act: Act) -> list[Scalar]:
    row = _engagement(number, act)
    return [f"{row[0]}X", "0000-00-00 00:00", *row[2:]]


def _engagement(number: int, act: Act) -> list[Scalar]:
    evidence = "" if act.evidence is Evidence.HUMAN else act.evidence.name.lower()
    return [
        f"E{number + 1:07d}", iso(act.at), act.kind.value, act.record, _TYPES.get(act.record[:1]),
        act.email, evidence, act.asset, act.link, act.message,
    ]  # fmt: skip


def _owners(world: World) -> Iterator[list[Scalar]]:
    for owner in world.owners:
        yield [owner.id, owner.name, owner.active, owner.time_zone]


def _accounts(world: World, moment: int) -> Iterator[list[Scalar]]:
    for account in world.accounts:
        if account.created_at < moment:
            created = iso(account.created_at)
            yield [
                account.id, account.name, account.domain, account.industry, account.employees,
                account.country, account.owner, created, created,
            ]  # fmt: skip


def _people(world: World, moment: int) -> Iterator[list[Scalar]]:
    for record in world.people:
        if record.created_at < moment:
            yield _person(record, moment)


def _person(record: PersonRecord, moment: int) -> list[Scalar]:
    past = [change for change in record.changes if change.at < moment]
    values: dict[str, Scalar] = {"status": record.status, "opted_out": record.opted_out}
    values |= {change.field: change.value for change in past}
    modified = max([record.created_at, *(change.at for change in past)])
    return [
        record.id, record.type, record.name, record.email, record.title, record.country,
        record.phone, values["status"], values["opted_out"], record.do_not_call, record.account,
        record.owner, iso(record.created_at), iso(modified),
    ]  # fmt: skip


def _sales(world: World, moment: int) -> Iterator[list[Scalar]]:
    for sale in world.opportunities:
        if sale.opened_at < moment:
            yield _sale(sale, moment)


def _sale(sale: Opportunity, moment: int) -> list[Scalar]:
    closed = sale.closed_at is not None and sale.closed_at < moment
    won = closed and sale.won
    stage = ("Closed Won" if won else "Closed Lost") if closed else "Proposal"
    modified = sale.closed_at if closed and sale.closed_at is not None else sale.opened_at
    return [
        sale.id, sale.name, stage, sale.amount, closed, won, sale.account, ";".join(sale.people),
        sale.owner, iso(sale.opened_at), iso(modified) if closed else None, iso(modified),
    ]  # fmt: skip
