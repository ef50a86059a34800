"""Sales that followed episodes: followed is not caused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from connector.measure.known import Known, Sale, Stay
from connector.measure.metric import How, Maker, Metric, Row

CAVEAT: Final = (
    "Followed is not caused: these sales were opened within the horizon after an episode of one of "
    "their people. Some would have come without any hand-off; only a holdout tells how many."
)
_TITLES: Final = {
    "all": "won in the period",
    "handed_off": "of them after an episode that was handed off",
    "held": "of them after an episode that was not handed off",
    "without": "of them without an episode before",
}


def revenue(known: Known, maker: Maker) -> Iterator[Metric]:
    """Wins of the period and their amounts; each counts once, for the first episode before it."""
    won = [sale for sale in known.sales if sale.won and known.within(sale.closed_at)]
    first = _first(known)
    groups: dict[str, list[tuple[Sale, Stay | None]]] = {name: [] for name in _TITLES}
    for sale in won:
        stay = first.get(sale.ref)
        groups["all"].append((sale, stay))
        kind = "without" if stay is None else "held" if stay.handed_at is None else "handed_off"
        groups[kind].append((sale, stay))
    for name, title in _TITLES.items():
        rows = [_row(sale, stay) for sale, stay in groups[name]]
        yield maker.make(f"wins.{name}", title, rows)
        yield maker.make(f"revenue.{name}", f"amount {title}", rows, how=How.SUM, unit="amount")
    rows = [
        _row(sale, stay, counts=stay is not None and stay.handed_at is not None)
        for sale, stay in groups["all"]
    ]
    yield maker.make(
        "wins.handed_off_share", "share that an episode went before", rows, how=How.SHARE
    )


def _first(known: Known) -> dict[str, Stay]:
    """Per opportunity the episode it is counted for: one handed off before any other."""
    found: dict[str, Stay] = {}
    every: Iterable[Stay] = sorted(
        (*known.earlier, *known.before, *known.stays),
        key=lambda stay: (stay.handed_at is None, stay.entered_at),
    )
    for stay in every:
        for sale in stay.sales:
            found.setdefault(sale.ref, stay)
    return found


def _row(sale: Sale, stay: Stay | None, *, counts: bool = True) -> Row:
    at, amount = sale.closed_at or sale.opened_at, sale.amount or 0.0
    what = f"{sale.ref} {sale.name}" + ("" if sale.amount is not None else ", no amount given")
    if stay is None:
        return Row(sale.people[0], at, counts=counts, value=amount, what=what)
    return stay.row(at, counts=counts, value=amount, what=what)
