"""The panel as the five CSV exports, in stages like the story's."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from connector.clock import iso
from connector.model import Kind, Scalar
from sandbox import exports
from sandbox.households.panel import Panel

DEMOGRAPHICS: Final = ("age", "income", "home_ownership", "household_size", "kids_count")
"""What the survey asked, as fields of the person; rules and briefs may use them."""
PEOPLE: Final = ("id", "name", "owner_id", *DEMOGRAPHICS)
OWNER: Final = "desk"
"""The panel names no staff; one desk stands for the people who would make the calls."""


def person_id(household: int) -> str:
    """The id of a household in the exports."""
    return f"H{household:04d}"


class Exports:
    """The export folder of the panel. Each stage appends what has happened since the last one."""

    def __init__(self, panel: Panel, folder: Path) -> None:
        self._panel = panel
        self._folder = folder
        self._rows = _engagements(panel)
        self._next = 0

    def count_until(self, moment: int) -> int:
        """How many engagements there are before `moment` (UTC ms)."""
        return sum(at < moment for at, _ in self._rows)

    def write_until(self, moment: int) -> int:
        """Bring the folder to `moment` (UTC ms, exclusive); returns the engagements added."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._next == 0:
            self._write_people()
        end = self._next
        while end < len(self._rows) and self._rows[end][0] < moment:
            end += 1
        added = [row for _, row in self._rows[self._next : end]]
        exports.append_rows(self._folder / "engagements.csv", exports.ENGAGEMENTS, added)
        self._next = end
        return len(added)

    def _write_people(self) -> None:
        desk: list[list[Scalar]] = [[OWNER, "Customer desk", True, "UTC"]]
        exports.replace_file(self._folder / "owners.csv", exports.OWNERS, desk)
        people = [self._person(household) for household in self._panel.households]
        exports.replace_file(self._folder / "people.csv", PEOPLE, people)

    def _person(self, household: int) -> list[Scalar]:
        answers = self._panel.demographics.get(household, {})
        name = f"Household {household:04d}"
        return [person_id(household), name, OWNER, *(answers.get(key) for key in DEMOGRAPHICS)]


def _engagements(panel: Panel) -> list[tuple[int, list[Scalar]]]:
    rows = [
        (b.at, _row(f"B{b.id}", b.at, Kind.PURCHASE_MADE, b.household, b.department))
        for b in panel.baskets
    ]
    for n, r in enumerate(panel.redemptions):
        asset = f"Campaign {r.campaign}"
        rows.append((r.at, _row(f"R{n:05d}", r.at, Kind.COUPON_REDEEMED, r.household, asset)))
    for m in panel.mailings:
        asset = f"Campaign {m.campaign} ({m.type})"
        key = f"M{m.campaign}-{m.household}"
        rows.append((m.at, _row(key, m.at, Kind.EMAIL_SENT, m.household, asset)))
    return sorted(rows, key=lambda row: (row[0], str(row[1][0])))


def _row(key: str, at: int, kind: Kind, household: int, asset: str) -> list[Scalar]:
    values: dict[str, Scalar] = {
        "id": key,
        "at": iso(at),
        "kind": kind.value,
        "person_id": person_id(household),
        "asset": asset,
    }
    return exports.in_order(exports.ENGAGEMENTS, values)
