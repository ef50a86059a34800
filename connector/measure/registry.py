"""Every measure there is. A new one is a module of its own and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from connector.measure import flow, gaps, holds, nurture, revenue, room, said, touches
from connector.measure.accounts import CAVEAT, accounts
from connector.measure.known import Known
from connector.measure.metric import Maker, Metric

Measure = Callable[[Known, Maker], Iterator[Metric]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One section of the report."""

    id: str
    title: str
    about: str
    """What its figures mean, in a sentence or two."""
    measure: Measure


REGISTRY: Final = (
    Entry(
        id="flow",
        title="Lead flow",
        about="Episodes that began in the period, and how far each has come by its end. Young ones "
        "may still come further. Accepted: a call or meeting, a status that sales set, or an "
        "opportunity after the hand-off. A name is new when it was known for less than the rule's "
        "silence. Kind and source are those of the first engagement of the return.",
        measure=flow.flow,
    ),
    Entry(
        id="touch",
        title="Time to first touch",
        about="From the hand-off to the first call or meeting, and to the first sign of work of "
        "any kind. Medians are of those that were touched.",
        measure=touches.first_touch,
    ),
    Entry(
        id="neglect",
        title="What became of hand-offs",
        about="Every hand-off is in exactly one column. Late is after the task was due.",
        measure=touches.neglect,
    ),
    Entry(
        id="said",
        title="What sales made of hand-offs",
        about="The last that was said by the end: by the task, the person's status, or an "
        "opportunity. Qualifying out is a good result: sales knows.",
        measure=said.dispositions,
    ),
    Entry(
        id="clock",
        title="What followed when nobody worked a hand-off",
        about="Only with an [sla]: reminders, escalations and whatever else its steps did.",
        measure=said.steps,
    ),
    Entry(
        id="held",
        title="Held",
        about="Alerts of the period that were not handed off, by the reason that was found first. "
        "`leadmode held` lists them.",
        measure=holds.holds,
    ),
    Entry(
        id="capacity",
        title="Capacity",
        about="Alerts that wait for room in somebody's week, those given up for want of it, and "
        "what followed although nobody was told.",
        measure=room.capacity,
    ),
    Entry(
        id="reopened",
        title="What reopened whom",
        about="The first engagement of the burst by which somebody came back.",
        measure=holds.reopened,
    ),
    Entry(
        id="offers",
        title="Offers",
        about="What the evidence of entries was about. An episode counts for each of its offers, "
        "so columns do not add up.",
        measure=holds.offers,
    ),
    Entry(
        id="nurture",
        title="Nurture",
        about="Runs through programs that began in the period, and the touches that were made. "
        "Answered: the person did something with what was offered, within the time that "
        "`[report] answer_within` gives.",
        measure=nurture.nurture,
    ),
    Entry(id="accounts", title="Companies", about=CAVEAT, measure=accounts),
    Entry(id="revenue", title="Revenue", about=revenue.CAVEAT, measure=revenue.revenue),
    Entry(
        id="holdout",
        title="What handing off brings",
        about="Only with a holdout: some episodes, drawn by chance, are not handed off on purpose. "
        "The difference to those that were is what handing off brings, within the interval. "
        "An interval that holds 0 has shown nothing.",
        measure=room.holdout,
    ),
    Entry(
        id="gaps",
        title="Where people pile up",
        about="Everybody with a record, as they are at the end of the period: the stage they are "
        "in, and whether nothing reached them for long: no mail, call or meeting, no task, and no "
        "engagement of their own.",
        measure=gaps.gaps,
    ),
)
