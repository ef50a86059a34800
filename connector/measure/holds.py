"""Alerts that were held, by reason; and what reopened whom."""

from __future__ import annotations

from collections.abc import Iterator

from connector.measure.flow import reached
from connector.measure.known import Held, Known, Stay
from connector.measure.metric import How, Maker, Metric, Row
from connector.measure.slices import parts


def holds(known: Known, maker: Maker) -> Iterator[Metric]:
    """How many alerts were held, by reason, and by rule and reason."""
    yield maker.make("held.alerts", "held", map(_row, known.held))
    for reason, some in parts(known.held, lambda each: each.hold):
        yield maker.make("held.alerts", "held", map(_row, some), where={"reason": reason})
    for rule, of_rule in parts(known.held, lambda each: each.rule):
        for reason, some in parts(of_rule, lambda each: each.hold):
            where = {"rule": rule, "reason": reason}
            yield maker.make("held.alerts", "held", map(_row, some), where=where)


def _row(held: Held) -> Row:
    what = f"{held.hold}: {held.detail}" if held.detail else held.hold
    return Row(held.person, held.at, held.rule, held.burst, held.revision, what=what)


def reopened(known: Known, maker: Maker) -> Iterator[Metric]:
    """What the first engagement of the return was, and how often an opportunity followed."""
    for kind, of_kind in parts(known.stays, lambda stay: stay.kind):
        yield from _reopened(maker, {"kind": kind}, of_kind)
    for kind, of_kind in parts(known.stays, lambda stay: stay.kind):
        for asset, some in parts(of_kind, lambda stay: stay.asset):
            yield from _reopened(maker, {"kind": kind, "asset": asset}, some)


def _reopened(maker: Maker, where: dict[str, str], stays: list[Stay]) -> Iterator[Metric]:
    rows = [stay.row(stay.burst, what=stay.asset) for stay in stays]
    yield maker.make("reopened.episodes", "returns", rows, where=where)
    yield maker.make(
        "reopened.accepted_rate",
        "of them accepted",
        [stay.row(counts=reached(stay, "accepted") is not None) for stay in stays],
        how=How.SHARE,
        where=where,
    )
    yield maker.make(
        "reopened.opportunity_rate",
        "followed by an opportunity",
        [stay.row(counts=bool(stay.sales)) for stay in stays],
        how=How.SHARE,
        where=where,
    )


def offers(known: Known, maker: Maker) -> Iterator[Metric]:
    """What the evidence of entries was about, and what followed; by persona where it matters."""
    shown = [(offer, stay) for stay in known.stays for offer in stay.offers]
    for offer, pairs in parts(shown, lambda pair: pair[0]):
        stays = [stay for _, stay in pairs]
        yield from _offered(maker, {"offer": offer}, stays)
        for persona, some in parts(stays, lambda stay: _persona(known, stay)):
            yield from _offered(maker, {"offer": offer, "persona": persona}, some)


def _persona(known: Known, stay: Stay) -> str:
    someone = known.people.get(stay.person)
    return someone.persona if someone else ""


def _offered(maker: Maker, where: dict[str, str], stays: list[Stay]) -> Iterator[Metric]:
    yield maker.make("offers.episodes", "entries it spoke for", _rows(stays), where=where)
    yield maker.make(
        "offers.opportunity_rate",
        "followed by an opportunity",
        [stay.row(counts=bool(stay.sales)) for stay in stays],
        how=How.SHARE,
        where=where,
    )
    yield maker.make(
        "offers.won_rate",
        "followed by a win",
        [stay.row(counts=bool(stay.won)) for stay in stays],
        how=How.SHARE,
        where=where,
    )


def _rows(stays: list[Stay]) -> list[Row]:
    return [stay.row() for stay in stays]
