"""The offer ledger: what was answered, by which persona in which phase, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from connector.clock import DAY
from connector.config.nurture import Offer
from connector.engine.machine import classify
from connector.figures.share import Share, share
from connector.model import Touch
from connector.plan.offers import acts, first_answer
from connector.store import Store

if TYPE_CHECKING:
    from connector.config.settings import Config

FEWEST: Final = 20
"""With fewer judged touches than these no share is claimed."""
WITHIN: Final = 30 * DAY
"""A response comes at most so long after the touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """One offer to one persona in one phase."""

    offer: str
    title: str
    persona: str
    """"": people without one."""
    phase: str
    """Of the person when it was offered; "": none was known."""
    sent: int
    """Touches that reached their platform."""
    open: int
    """Of them, those not answered whose time to answer is not over: they are not judged yet."""
    answered: Share
    """Of those that are judged. The share is told from the minimum sample on only."""
    median_days: float | None
    """Between touch and answer; None when none was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What became of all offers."""

    within_days: float
    fewest: int
    lines: tuple[OfferLine, ...]
    """By offer in the order of the rule files, then persona and phase."""


def offers_ledger(
    store: Store, config: Config, now: int, *, within: int = WITHIN, fewest: int = FEWEST
) -> Ledger:
    """The ledger of every offer that was ever sent; times in ms.

    A response is an act of the person, by a human as the rules class it, that matches the offer's
    assets and comes after the touch and at most `within` later.
    """
    book = config.rulebook
    known = {offer.id: offer for offer in book.offers}
    found: dict[tuple[str, str, str], list[tuple[int, int | None]]] = {}
    for person, touches in _by_person(store.enrolments.delivered()):
        did = list(acts(classify(store.timelines.of(person), book.machine)))
        for touch in touches:
            at = first_answer(known.get(touch.offer), did, touch.at, within)
            about = (touch.offer, touch.persona, touch.phase)
            found.setdefault(about, []).append((touch.at, at))
    order = {name: number for number, name in enumerate(known)}
    lines = [
        _line(about, known, judged, now=now, within=within, fewest=fewest)
        for about, judged in sorted(found.items(), key=lambda one: (order.get(one[0][0], 1e9), one))
    ]
    return Ledger(within_days=within / DAY, fewest=fewest, lines=tuple(lines))


def _by_person(rows: Iterable[tuple[int, Touch]]) -> Iterator[tuple[int, list[Touch]]]:
    together: dict[int, list[Touch]] = {}
    for person, touch in rows:
        together.setdefault(person, []).append(touch)
    yield from together.items()


def _line(
    about: tuple[str, str, str],
    known: Mapping[str, Offer],
    judged: Sequence[tuple[int, int | None]],
    *,
    now: int,
    within: int,
    fewest: int,
) -> OfferLine:
    offer, persona, phase = about
    waits = [at - sent for sent, at in judged if at is not None]
    still = sum(at is None and sent + within > now for sent, at in judged)
    settled = len(judged) - still
    whole = share(len(waits), settled)
    told = whole if settled >= fewest else _untold(whole)
    return OfferLine(
        offer=offer,
        title=known[offer].title if offer in known else offer,
        persona=persona,
        phase=phase,
        sent=len(judged),
        open=still,
        answered=told,
        median_days=round(median(waits) / DAY, 1) if waits else None,
    )


def _untold(whole: Share) -> Share:
    return Share(count=whole.count, of=whole.of, share=None, low=None, high=None)
