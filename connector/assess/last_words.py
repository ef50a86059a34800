"""What was decided about each alert in the end: one that waited may have got its place since."""

from __future__ import annotations

from collections.abc import Iterable

from connector.assess.assess import Assessed
from connector.assess.hand_offs import Alerted
from connector.model import Person


def last_words(news: Iterable[Assessed]) -> list[tuple[Person, Alerted]]:
    """The last decision about every alert, with its person, in the order of the first ones."""
    told: dict[tuple[object, ...], tuple[Person, Alerted]] = {}
    for each in news:
        for alert in each.alerts:
            decision = alert.decision
            about = (each.person.id, decision.rule, decision.burst, decision.at, decision.change)
            told[about] = (each.person, alert)
    return list(told.values())
