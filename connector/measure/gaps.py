"""The lifecycle gap matrix: where people pile up and nothing reaches them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from connector.clock import DAY
from connector.engine.result import Reason
from connector.measure.known import Known, Somebody
from connector.measure.metric import How, Maker, Metric, Row

STAGES: Final = {
    "opportunity": "an opportunity is open",
    "accepted": "in lead mode, and sales work on them",
    "handed_off": "in lead mode, handed off, no sign of work",
    "lead_mode": "in lead mode, not handed off",
    "customer": "bought, and not in lead mode",
    "lost": "an opportunity was lost, and not in lead mode",
    "turned_down": "rejected or disqualified by sales",
    "recycled": "given back by sales",
    "passive": "engaged once, quiet now",
    "untouched": "never did anything",
}
"""Where somebody is; the first that holds."""
_MOST_OFFERS: Final = 8
_BY: Final = (("stage",), ("stage", "persona", "owner"), ("stage", "persona", "offer", "owner"))
OTHER: Final = "other"
NOTHING: Final = "nothing sent"


class Placed:
    """Everybody with the cell they are in."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._sales: dict[int, set[str]] = {}
        for sale in known.sales:
            kind = "open" if sale.is_open else "won" if sale.won else "lost"
            for person in sale.people:
                self._sales.setdefault(person, set()).add(kind)
        sent = Counter(each.offer for each in known.people.values() if each.offer)
        self._offers = {offer for offer, _ in sent.most_common(_MOST_OFFERS)}

    def stage(self, person: Somebody) -> str:
        """A key of `STAGES`."""
        sales = self._sales.get(person.id, set())
        if "open" in sales:
            return "opportunity"
        stay = self._known.open_stays.get(person.id)
        if stay is not None:
            worked = "accepted" if stay.worked_at is not None else "handed_off"
            return worked if stay.handed_at is not None else "lead_mode"
        if sales:
            return "customer" if "won" in sales else "lost"
        match self._known.ended.get(person.id):
            case Reason.REJECTED | Reason.DISQUALIFIED:
                return "turned_down"
            case Reason.RECYCLED:
                return "recycled"
        return "passive" if person.acted_at is not None else "untouched"

    def offer(self, person: Somebody) -> str:
        """What was sent to them last; rare ones are put together."""
        if not person.offer:
            return NOTHING
        return person.offer if person.offer in self._offers else OTHER

    def row(self, person: Somebody) -> Row:
        """The person, who counts when nothing reaches them; the value is how many days."""
        known = self._known
        since = person.reached_at if person.reached_at is not None else person.known_at
        since = known.until_at if since is None else since
        waits = (known.until_at - since) / DAY
        return Row(
            person.id,
            since,
            counts=is_unreached(known, person),
            value=max(0.0, waits),
            what=f"{waits:.0f} days without touch, task and engagement",
        )


def is_unreached(known: Known, person: Somebody) -> bool:
    """Whether nothing has passed between them and us for so long."""
    since = person.reached_at if person.reached_at is not None else person.known_at
    return since is None or known.until_at - since >= known.counting.unreached_after


def gaps(known: Known, maker: Maker) -> Iterator[Metric]:
    """All people, then by stage, by stage, persona and owner, and by all four."""
    placed = Placed(known)
    cells = [
        (
            {
                "stage": placed.stage(person),
                "persona": person.persona,
                "owner": person.owner,
                "offer": placed.offer(person),
            },
            placed.row(person),
        )
        for person in known.people.values()
    ]
    yield from _cell(maker, {}, [row for _, row in cells])
    for names in (
        ("stage",),
        ("stage", "persona", "owner"),
        ("stage", "persona", "offer", "owner"),
    ):
        yield from _cells(maker, names, cells)


def _cells(
    maker: Maker, names: Sequence[str], cells: Sequence[tuple[dict[str, str], Row]]
) -> Iterator[Metric]:
    def key(cell: tuple[dict[str, str], Row]) -> str:
        return "\0".join(cell[0][name] for name in names)

    found: dict[str, list[tuple[dict[str, str], Row]]] = {}
    for cell in cells:
        found.setdefault(key(cell), []).append(cell)
    unreached = sorted(found.values(), key=lambda some: -sum(row.counts for _, row in some))
    for some in unreached:
        where = {name: some[0][0][name] for name in names}
        if len(names) == 1 or any(row.counts for _, row in some):
            yield from _cell(maker, where, [row for _, row in some])


def _cell(maker: Maker, where: dict[str, str], rows: Sequence[Row]) -> Iterator[Metric]:
    waiting = [row for row in rows if row.counts]
    yield maker.make("gaps.people", "people", rows, where=where)
    yield maker.make("gaps.unreached", "reached by nothing", waiting, where=where)
    yield maker.make(
        "gaps.longest", "longest, days", waiting, how=How.MOST, unit="days", where=where
    )
