"""Which offer suits somebody next, and which engagement belongs to an offer."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from connector.config.nurture import Channel, Means, Offer, Program
from connector.config.rulebook import Phase
from connector.engine.timeline import Engaged
from connector.model import Evidence, Kind

_DONE_TO_THEM: Final = frozenset(
    kind.code for kind in (Kind.EMAIL_SENT, Kind.BOUNCED, Kind.UNSUBSCRIBED)
)
_ORDER: Final = tuple(Phase)
_HUMAN: Final = int(Evidence.HUMAN)


def acts(engagements: Iterable[Engaged]) -> Iterator[Engaged]:
    """What the person surely did by themselves, and towards us."""
    return (e for e in engagements if e.evidence == _HUMAN and e.kind not in _DONE_TO_THEM)


def answers(offer: Offer, engaged: Engaged) -> bool:
    """Whether an act of the person is about the offer."""
    point = engaged.touchpoint
    texts = {text.lower() for text in (point.asset, point.link, point.message) if text}
    return any(pattern.match(text) for pattern in _patterns(offer.assets) for text in texts)


def first_answer(
    offer: Offer | None, did: Iterable[Engaged], touched_at: int, within: int
) -> int | None:
    """When a touch (UTC ms) was answered first, at most `within` ms later; None: it was not.

    `did` are the person's acts. What the rules do not offer any more is answered by nothing.
    """
    if offer is None:
        return None
    soon = (e for e in did if touched_at < e.at <= touched_at + within)
    return min((e.at for e in soon if answers(offer, e)), default=None)


@cache
def _patterns(assets: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(fnmatch.translate(asset.lower())) for asset in assets)


def offers_of(program: Program, offers: Sequence[Offer]) -> list[Offer]:
    """Those that the program may use at all, in file order."""
    return [
        offer
        for offer in offers
        if offer.active
        and (not program.offers or offer.id in program.offers)
        and (program.means is Means.TASK or offer.list)
    ]


def channel_of(program: Program, offer: Offer) -> Channel:
    """The channel whose consent a touch needs: what a list sends is mail."""
    return Channel.MAIL if program.means is Means.LIST else offer.channel


def next_phase(phase: str) -> Phase:
    """The phase to lead somebody into who is in `phase`; "": they have shown none yet."""
    if not phase:
        return _ORDER[0]
    place = _ORDER.index(Phase(phase))
    return _ORDER[min(place + 1, len(_ORDER) - 1)]


def choose(
    offers: Sequence[Offer],
    *,
    persona: str,
    phase: str,
    had: Collection[str],
    did: Sequence[Engaged],
) -> Offer | None:
    """The best offer of those that may be used; None: none is left.

    `had` are the ids of what was offered before, `did` the person's acts: neither comes again.
    First those that lead into the next phase, then those of their own, then those of any; within
    these the first in file order. What lies behind them or too far ahead is not offered.
    """
    return next(iter(suiting(offers, persona=persona, phase=phase, had=had, did=did)), None)


def suiting(
    offers: Sequence[Offer],
    *,
    persona: str,
    phase: str,
    had: Collection[str] = (),
    did: Sequence[Engaged] = (),
) -> list[Offer]:
    """Every offer that suits, best first; see `choose`."""
    found = [
        (rank, offer)
        for offer in offers
        if offer.id not in had
        and offer.is_for(persona)
        and (rank := _rank(offer, phase)) is not None
        and not any(answers(offer, each) for each in did)
    ]
    return [offer for _, offer in sorted(found, key=lambda one: one[0])]


def _rank(offer: Offer, phase: str) -> int | None:
    if not offer.phases:
        return 2
    if next_phase(phase) in offer.phases:
        return 0
    return 1 if phase and Phase(phase) in offer.phases else None
