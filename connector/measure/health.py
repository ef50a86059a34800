"""The four stages of a lead-generation cycle, from a company's own figures, segment by segment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from connector.measure.gaps import Placed, is_unreached
from connector.measure.known import UNKNOWN, Known, Sale, Somebody, Stay
from connector.measure.metric import Figure, How, Maker, Metric, Row
from connector.measure.slices import parts

_MOST_INDUSTRIES: Final = 8
_MOST_STEPS: Final = 5
_MOST_GAPS: Final = 3


class Stage(StrEnum):
    """The stages of a cycle, in order. Each needs what those before it need."""

    STARTING_OUT = "starting out"
    PRIME = "prime"
    COMING_OF_AGE = "coming of age"
    REPEATING_SUCCESS = "repeating success"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that a stage needs."""

    stage: Stage
    figure: Figure
    needed: float
    at_most: bool
    """Whether the figure must be no more than this, rather than no less."""
    met: bool | None
    """None: too little to tell."""
    sure: bool
    """Whether the whole interval says the same; counts are always sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one segment stands."""

    segment: str
    label: str
    stage: Stage
    cannot_tell: bool
    """Whether the next stage may have been reached, but there is too little to tell."""
    criteria: tuple[Criterion, ...]
    gaps: tuple[Figure, ...]
    """Stages in which most of its people are reached by nothing."""
    worked: tuple[Figure, ...]
    """Rules and offers that went before wins, most wins first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Where every segment stands."""

    start_at: int
    until_at: int
    by_default: bool
    """Whether the segments are everybody, personas and industries, because the rules name none."""
    fewest: int
    segments: tuple[Standing, ...]


def health(known: Known) -> tuple[Health, list[Metric]]:
    """The standing of every segment, and all metrics that it is made of."""
    segments, metrics, placed = [], [], Placed(known)
    for name, label, belongs in _segments(known):
        one = _Segment(known, placed, name, belongs)
        segments.append(one.standing(label))
        metrics += one.metrics
    told = Health(
        start_at=known.start_at,
        until_at=known.until_at,
        by_default=not known.rulebook.measuring.segments,
        fewest=known.counting.fewest,
        segments=tuple(segments),
    )
    return told, metrics


Belongs = Callable[[Somebody], bool]


def _segments(known: Known) -> Iterator[tuple[str, str, Belongs]]:
    yield "everybody", "everybody", lambda _person: True
    configured = known.rulebook.measuring.segments
    for segment in configured:
        yield segment.id, segment.label, _in_segment(segment.id)
    if configured:
        return
    for persona, _ in parts(known.people.values(), lambda person: person.persona):
        yield f"persona {persona}", f"persona: {persona}", _with("persona", persona)
    industries = parts(known.people.values(), lambda person: person.industry)
    for industry, _ in [each for each in industries if each[0] != UNKNOWN][:_MOST_INDUSTRIES]:
        yield f"industry {industry}", f"industry: {industry}", _with("industry", industry)


def _in_segment(name: str) -> Belongs:
    return lambda person: name in person.segments


def _with(field: str, value: str) -> Belongs:
    return lambda person: " ".join(getattr(person, field).split()) == value


class _Segment:
    """One segment's figures."""

    def __init__(self, known: Known, placed: Placed, name: str, belongs: Belongs) -> None:
        self._known, self._placed, self._name = known, placed, name
        self._maker = Maker(known.counting.fewest)
        self.metrics: list[Metric] = []
        self._people = {person.id: person for person in known.people.values() if belongs(person)}
        self._handed = [
            stay
            for stay in known.stays
            if stay.handed_at is not None and stay.person in self._people
        ]

    def standing(self, label: str) -> Standing:
        """Where it stands."""
        criteria = tuple(self._criteria())
        stage, cannot_tell = stage_of(criteria)
        return Standing(
            segment=self._name,
            label=label,
            stage=stage,
            cannot_tell=cannot_tell,
            criteria=criteria,
            gaps=tuple(self._gaps()),
            worked=tuple(self._worked()),
        )

    def _criteria(self) -> Iterator[Criterion]:
        yield from self._prime()
        yield from self._of_age()
        yield from self._success()

    def _prime(self) -> Iterator[Criterion]:
        stage, needs, handed = Stage.PRIME, self._known.rulebook.measuring.stages, self._handed
        yield self._count(stage, "handed_off", "handed off", _rows(handed), needs.prime_hand_offs)
        rows = [stay.row(counts=stay.worked_at is not None) for stay in handed]
        yield self._rate(stage, "accepted_rate", "of them accepted", rows, needs.prime_accepted)

    def _of_age(self) -> Iterator[Criterion]:
        stage, needs = Stage.COMING_OF_AGE, self._known.rulebook.measuring.stages
        led = _rows([stay for stay in self._handed if stay.sales])
        title = "hand-offs that led to an opportunity"
        yield self._count(stage, "opportunities", title, led, needs.age_opportunities)
        rows = [stay.row(counts=bool(stay.sales)) for stay in self._handed]
        title = "of hand-offs led to an opportunity"
        yield self._rate(stage, "opportunity_rate", title, rows, needs.age_rate)
        rows = [self._placed.row(person) for person in self._people.values()]
        title = "of its people reached by nothing"
        yield self._rate(stage, "unreached_rate", title, rows, needs.age_unreached, at_most=True)

    def _success(self) -> Iterator[Criterion]:
        stage, needs = Stage.REPEATING_SUCCESS, self._known.rulebook.measuring.stages
        start, end = self._known.start_at, self._known.until_at + 1
        closed = [(sale, stay) for sale, stay in self._sales() if not sale.is_open]
        won = [(sale, stay) for sale, stay in closed if sale.won]
        middle = (start + end) // 2
        for half, begin, stop in (("earlier", start, middle), ("later", middle, end)):
            rows = [_sold(sale, stay) for sale, stay in won if begin <= _closed(sale) < stop]
            title = f"wins in the {half} half"
            yield self._count(stage, f"wins_{half}", title, rows, needs.success_wins)
        rows = [_sold(sale, stay) for sale, stay in closed]
        title = "of closed opportunities won"
        yield self._rate(stage, "won_rate", title, rows, needs.success_rate)

    def _sales(self) -> list[tuple[Sale, Stay]]:
        """Each opportunity that followed a hand-off, once, for the first of them."""
        found: dict[str, tuple[Sale, Stay]] = {}
        for stay in self._handed:
            for sale in stay.sales:
                found.setdefault(sale.ref, (sale, stay))
        return list(found.values())

    def _gaps(self) -> list[Figure]:
        placed = self._placed
        lost = [person for person in self._people.values() if is_unreached(self._known, person)]
        return [
            self._make(
                "unreached", "reached by nothing", [placed.row(one) for one in some], stage=stage
            )
            for stage, some in parts(lost, placed.stage)[:_MOST_GAPS]
        ]

    def _worked(self) -> list[Figure]:
        """By rule and by offer: which hand-offs a win followed."""
        shown: list[tuple[str, str, Stay]] = [("rule", stay.rule, stay) for stay in self._handed]
        shown += [("offer", offer, stay) for stay in self._handed for offer in stay.offers]
        figures = []
        for kind in ("rule", "offer"):
            of_kind = [each for each in shown if each[0] == kind]
            for value, some in parts(of_kind, lambda each: each[1]):
                rows = [stay.row(counts=bool(stay.won)) for _, _, stay in some]
                if any(row.counts for row in rows):
                    title = "hand-offs that a win followed"
                    figures.append(
                        self._make("worked", title, rows, how=How.SHARE, **{kind: value})
                    )
        return sorted(figures, key=lambda figure: -figure.count)[:_MOST_STEPS]

    def _make(
        self, name: str, title: str, rows: Sequence[Row], how: How = How.COUNT, **where: str
    ) -> Figure:
        limits: Mapping[str, str] = {"segment": self._name, **where}
        metric = self._maker.make(f"health.{name}", title, rows, how=how, where=limits)
        self.metrics.append(metric)
        return metric.figure

    def _count(
        self, stage: Stage, name: str, title: str, rows: Sequence[Row], needed: int
    ) -> Criterion:
        figure = self._make(name, title, rows)
        met = figure.count >= needed
        return Criterion(
            stage=stage, figure=figure, needed=needed, at_most=False, met=met, sure=True
        )

    def _rate(
        self,
        stage: Stage,
        name: str,
        title: str,
        rows: Sequence[Row],
        needed: float,
        *,
        at_most: bool = False,
    ) -> Criterion:
        figure = self._make(name, title, rows, how=How.SHARE)
        met, sure = compared(figure, needed, at_most=at_most)
        return Criterion(
            stage=stage, figure=figure, needed=needed, at_most=at_most, met=met, sure=sure
        )


def compared(figure: Figure, needed: float, *, at_most: bool) -> tuple[bool | None, bool]:
    """Whether a share is what it must be, and whether its whole interval says the same."""
    if figure.value is None or figure.low is None or figure.high is None:
        return None, False
    ends = (figure.low, figure.value, figure.high)
    answers = [end <= needed if at_most else end >= needed for end in ends]
    return answers[1], len(set(answers)) == 1


def stage_of(criteria: Sequence[Criterion]) -> tuple[Stage, bool]:
    """The last stage for which everything is met, and whether only doubt keeps from the next."""
    reached = Stage.STARTING_OUT
    for stage in list(Stage)[1:]:
        answers = [each.met for each in criteria if each.stage is stage]
        if not all(answers):
            return reached, False not in answers
        reached = stage
    return reached, False


def _rows(stays: Sequence[Stay]) -> list[Row]:
    return [stay.row(stay.handed_at) for stay in stays]


def _closed(sale: Sale) -> int:
    return sale.opened_at if sale.closed_at is None else sale.closed_at


def _sold(sale: Sale, stay: Stay) -> Row:
    return stay.row(
        _closed(sale),
        counts=sale.won,
        value=sale.amount or 0.0,
        what=f"{sale.ref} {sale.name}",
    )
