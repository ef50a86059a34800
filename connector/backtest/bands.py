"""Does a higher score mean more? Lift by score band, and whether bands keep what they promise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from connector.backtest.lift import Followed, Subject, followed
from connector.figures.share import Share, share

BANDS: Final = 4
"""As many as possible of equal size; raised hands are a band of their own."""
_FEWEST: Final = 8
"""Episodes in a band, or there are fewer bands."""
HAND: Final = "raised hand"


class Judged(NamedTuple):
    """One episode of which it is known what followed."""

    person: int
    at: int
    score: float
    by_hand: bool
    followed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Episodes with similar scores at their entry."""

    label: str
    low: float | None
    """The least score in it; None for raised hands."""
    high: float | None
    followed: Followed
    earlier: Share
    """Of the first half of the judged episodes in time: what the band promised."""
    later: Share
    """Of the second half: what it kept."""


Chance = Callable[[int], tuple[int, int]]
"""Of a person: the ms that a random moment is drawn from, and those that the outcome follows."""


def bands(episodes: Sequence[Judged], chance: Chance) -> tuple[Band, ...]:
    """The bands, lowest score first; each is put beside its own people only."""
    by_score = sorted((e for e in episodes if not e.by_hand), key=lambda e: e.score)
    cut = _cut(by_score)
    parts = list(zip(_labels(cut), cut, strict=True))
    hands = [each for each in episodes if each.by_hand]
    if hands:
        parts.append((HAND, hands))
    middle = _middle(episodes)
    return tuple(_band(label, part, chance, middle) for label, part in parts)


def subjects(episodes: Sequence[Judged], people: Iterable[int], chance: Chance) -> list[Subject]:
    """Per person what is needed to compare; `people` may have had no episode."""
    count: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for each in episodes:
        count[each.person][0] += 1
        count[each.person][1] += each.followed
    told: list[Subject] = []
    for person in dict.fromkeys((*count, *people)):
        begun, kept = count.get(person, (0, 0))
        told.append(Subject(begun, kept, *chance(person)))
    return told


def _cut(by_score: Sequence[Judged]) -> list[Sequence[Judged]]:
    """Parts of about equal size; equal scores stay together."""
    number = max(1, min(BANDS, len(by_score) // _FEWEST))
    parts: list[Sequence[Judged]] = []
    begin = 0
    for part in range(1, number + 1):
        end = max(begin, len(by_score) * part // number)
        while begin < end < len(by_score) and by_score[end].score == by_score[end - 1].score:
            end += 1
        if end > begin:
            parts.append(by_score[begin:end])
        begin = end
    return parts


def _labels(parts: Sequence[Sequence[Judged]]) -> list[str]:
    """With as many digits as it takes to tell them apart."""
    told: list[str] = []
    for digits in range(4):
        told = [f"{part[0].score:.{digits}f} to {part[-1].score:.{digits}f}" for part in parts]
        lows = {f"{part[0].score:.{digits}f}" for part in parts}
        if len(set(told)) == len(lows) == len(parts):
            break
    return told


def _middle(episodes: Sequence[Judged]) -> int:
    """The moment that halves the episodes in time."""
    instants = sorted(each.at for each in episodes)
    return instants[len(instants) // 2] if instants else 0


def _band(label: str, part: Sequence[Judged], chance: Chance, middle: int) -> Band:
    by_hand = label == HAND
    earlier = [each.followed for each in part if each.at < middle]
    later = [each.followed for each in part if each.at >= middle]
    return Band(
        label=label,
        low=None if by_hand else part[0].score,
        high=None if by_hand else part[-1].score,
        followed=followed(subjects(part, (), chance)),
        earlier=share(sum(earlier), len(earlier)),
        later=share(sum(later), len(later)),
    )
