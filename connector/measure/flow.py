"""Lead flow: passive, in lead mode, handed off, accepted, opportunity, won."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.measure.known import Known, Stay
from connector.measure.metric import How, Maker, Metric, Row
from connector.measure.slices import slices


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the flow."""

    name: str
    title: str
    of: str
    """What its ratio is called."""


STEPS: Final = (
    Step("lead_mode", "in lead mode", ""),
    Step("handed_off", "handed off", "of lead mode"),
    Step("accepted", "accepted", "of handed off"),
    Step("opportunity", "opportunity", "of accepted"),
    Step("won", "won", "of opportunities"),
)


def flow(known: Known, maker: Maker) -> Iterator[Metric]:
    """Every step for all and by each slice, with the ratio to the step before."""
    yield from _passive(known, maker)
    rows = _Rows()
    for where, stays in slices(known, known.stays):
        yield from _steps(maker, rows, where, stays)


def reached(stay: Stay, step: str) -> int | None:
    """When an episode reached a step, UTC ms; None: not. Who reached one reached those before."""
    match step:
        case "lead_mode":
            return stay.entered_at
        case "handed_off":
            return stay.handed_at
        case "accepted":
            return stay.worked_at
    if stay.worked_at is None:
        return None
    moments = (
        [sale.opened_at for sale in stay.sales]
        if step == "opportunity"
        else [sale.closed_at for sale in stay.won if sale.closed_at is not None]
    )
    return min(moments, default=None)


class _Rows:
    """Episodes as rows; every slice shares them."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, str, int, str], Row] = {}

    def of(self, stay: Stay, step: str) -> Row:
        key = (stay.person, stay.rule, stay.burst)
        found = self._made.get((*key, step))
        if found is None:
            found = self._made[(*key, step)] = _row(stay, step)
        return found


def _steps(
    maker: Maker, made: _Rows, where: Mapping[str, str], stays: Sequence[Stay]
) -> Iterator[Metric]:
    before = list(stays)
    for step in STEPS:
        asked = [made.of(stay, step.name) for stay in before]
        found = [stay for stay, row in zip(before, asked, strict=True) if row.counts]
        rows = [row for row in asked if row.counts]
        yield maker.make(f"flow.{step.name}", step.title, rows, where=where)
        if step.of:
            yield maker.make(
                f"flow.{step.name}_rate",
                step.of,
                asked,
                how=How.SHARE,
                where=where,
            )
        before = found


def _row(stay: Stay, step: str) -> Row:
    at = reached(stay, step)
    return stay.row(at, counts=at is not None, what=_what(stay, step))


def _what(stay: Stay, step: str) -> str:
    match step:
        case "opportunity":
            return ", ".join(sale.ref for sale in stay.sales)
        case "won":
            return ", ".join(sale.ref for sale in stay.won)
        case "handed_off" if stay.hold:
            return f"held: {stay.hold}"
    return ""


def _passive(known: Known, maker: Maker) -> Iterator[Metric]:
    """Everybody who was known and not in lead mode when the period began."""
    entered = {stay.person: stay for stay in reversed(known.stays)}
    inside = {stay.person for stay in known.open_stays.values() if stay.entered_at < known.start_at}
    rows = []
    for person in known.people.values():
        if person.id in inside or (person.known_at or 0) > known.start_at:
            continue
        stay = entered.get(person.id)
        at = max(person.known_at or known.start_at, known.start_at)
        rows.append(
            Row(person.id, at, counts=False) if stay is None else stay.row(what="entered lead mode")
        )
    yield maker.make("flow.passive", "passive at the beginning", rows)
    yield maker.make("flow.passive_rate", "of them entered lead mode", rows, how=How.SHARE)
    yield maker.make(
        "flow.baseline",
        "only recorded: known from the start",
        [stay.row(what="baseline") for stay in known.before],
    )
