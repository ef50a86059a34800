"""A small history of which everything is known, and what the measures say about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connector.clock import DAY, HOUR
from connector.config.rulebook import Rulebook
from connector.engine.result import Change, Contribution, Reason, Transition
from connector.engine.timeline import Engaged, Touchpoint
from connector.measure import Asked, Figure, known_of, measured
from connector.measure.health import health
from connector.measure.known import Known
from connector.model import (
    Decision,
    Episode,
    Evidence,
    Hold,
    Kind,
    Record,
    Verdict,
    Write,
    WriteKind,
)
from connector.store import Store
from tests.backtest.history import START, contact, did, lay_down, ref, rules, sale

END = 400
REVISION = "abcdef012345"


def at(day: float) -> int:
    return START + round(day * DAY)


class Story:
    """Episodes of people P1, P2 ..., each with what was decided about it."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def person(self, name: str) -> int:
        found = self.store.people.who(did(name, 0, Kind.PAGE_VIEWED))
        assert found is not None
        return found

    def entered(
        self,
        name: str,
        day: float,
        *,
        hold: Hold | None = None,
        left: float | None = None,
        why: Reason | None = None,
        owner: str = "U1",
        about: str = "guide",
    ) -> None:
        """Somebody entered; handed off half an hour later, or held."""
        person, burst, moment = self.person(name), at(day), at(day) + 2 * HOUR
        episode = Episode(
            rule="returning", burst=burst, entered_at=moment, reason="score", score=50.0,
            left_at=None if left is None else at(left),
            left_reason=None if why is None else why.value, revision=REVISION,
        )  # fmt: skip
        verdict = Verdict.HELD if hold else Verdict.HANDED_OFF
        decision = Decision(
            rule="returning", burst=burst, at=moment, change="entered", verdict=verdict, hold=hold
        )
        engaged = Engaged(
            moment, 1, Kind.CONTENT_DOWNLOADED.code, Evidence.HUMAN, Touchpoint("crm", about)
        )
        transition = Transition(
            at=moment, change=Change.ENTERED, reason=Reason.SCORE, burst=burst, score=50.0,
            evidence=(Contribution(engaged=engaged, signal="download", points=20.0),),
        )  # fmt: skip
        now = moment + HOUR // 2
        with self.store.transaction():
            self.store.episodes.put(person, episode)
            self.store.episodes.put_transition(
                person, "returning", transition, revision=REVISION, now=now
            )
            self.store.episodes.decide(person, decision, revision=REVISION, now=now)
            if hold is None:
                task = Write(
                    key=f"lm1-{name}-{day}", kind=WriteKind.CREATE_TASK, target=ref(name),
                    fields={"subject": "Call", "owner": owner},
                )  # fmt: skip
                self.store.outbox.add(task, person=person, revision=REVISION, now=now)


def at_status(store: Store, name: str, day: float, status: str) -> None:
    with store.transaction():
        store.connection.execute(
            "INSERT INTO status_change SELECT id, ?, ? FROM record WHERE external_id = ?",
            (at(day), status, name),
        )


PEOPLE = [f"P{n}" for n in range(1, 9)]


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    found = rules(tmp_path / "rules")
    counting = replace(found.measuring.counting, fewest=1)
    return replace(found, measuring=replace(found.measuring, counting=counting))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """P1 won; P2 talked to late; P3 never touched; P4 said no; P5 held; P6 new; P7, P8 passive."""
    records: list[Record] = [
        contact(name, owner="U2" if name == "P2" else "U1", since=295 if name == "P6" else -400)
        for name in PEOPLE
    ]
    records += [
        sale("O1", "P1", 312, won=350),
        sale("O2", "P5", 330, won=380),
        sale("O3", "P7", 340, won=390),
        sale("O4", "P1", 320, lost=360),
    ]
    engagements = [
        *(did(name, 300, Kind.PAGE_VIEWED, asset="pricing") for name in ("P1", "P2", "P3")),
        did("P4", 300, Kind.EMAIL_CLICKED, asset="news"),
        did("P5", 300, Kind.PAGE_VIEWED, asset="pricing"),
        did("P6", 300, Kind.PAGE_VIEWED, asset="pricing"),
        did("P2", 306, Kind.CALL_HELD),
        did("P2", 320, Kind.PAGE_VIEWED, asset="pricing"),
        did("P7", 100, Kind.PAGE_VIEWED, asset="pricing"),
    ]  # fmt: skip
    opened = lay_down(tmp_path / "state", records, engagements, until=END)
    story = Story(opened)
    story.entered("P1", 300, left=312, why=Reason.CONVERTED, about="calculator")
    story.entered("P2", 300, left=380, why=Reason.IDLE, owner="U2")
    story.entered("P3", 300, left=345, why=Reason.IDLE)
    story.entered("P4", 300, left=303, why=Reason.REJECTED)
    story.entered("P5", 300, hold=Hold.OPEN_OPPORTUNITY)
    story.entered("P6", 300)
    story.entered("P8", 150, hold=Hold.BASELINE, left=190, why=Reason.IDLE)
    at_status(opened, "P6", 300.5, "Working")
    yield opened
    opened.close()


def known(store: Store, book: Rulebook, *, start: float = 290, end: float = END) -> Known:
    return known_of(
        store, Asked(rulebook=book, authority="crm", start_at=at(start), until_at=at(end))
    )


@pytest.fixture
def figures(store: Store, book: Rulebook) -> dict[str, Figure]:
    found = measured(known(store, book))
    return {metric.figure.name: metric.figure for _, some in found for metric in some}


def values(figures: dict[str, Figure], names: str) -> list[float | None]:
    return [figures[name].value for name in names.split()]


def test_the_flow(figures: dict[str, Figure]):
    steps = "flow.lead_mode flow.handed_off flow.accepted flow.opportunity flow.won"
    assert values(figures, steps) == [6, 5, 3, 1, 1]
    assert figures["flow.handed_off_rate"].value == pytest.approx(5 / 6)
    assert figures["flow.won_rate"].value == 1.0
    # P6 became known within the period, and is not among those who could return.
    assert values(figures, "flow.passive flow.passive_rate") == [7, pytest.approx(5 / 7)]


def test_by_rep_kind_and_name(figures: dict[str, Figure]):
    assert figures["flow.handed_off[rep=Ben Ode]"].value == 1
    assert figures["flow.handed_off[rep=Ana Ruiz]"].value == 4
    assert figures["flow.lead_mode[kind=email_clicked]"].value == 1
    assert figures["flow.lead_mode[name=new]"].value == 1
    assert figures["flow.lead_mode[name=returning]"].value == 5
    assert figures["flow.lead_mode[source=crm]"].value == 6


def test_first_touch_and_neglect(figures: dict[str, Figure]):
    kinds = "never late in_time said_no silent waiting"
    # P2 was called on day 306 and looked at a page on day 320: not silent, but late.
    assert values(figures, " ".join(f"neglect.{kind}" for kind in kinds.split())) == [
        1, 2, 1, 1, 0, 0,
    ]  # fmt: skip
    assert figures["touch.talk_days"].value == pytest.approx(6 - 2.5 / 24)
    assert figures["touch.share"].value == pytest.approx(1 / 5)


def test_who_does_nothing_after_the_call_is_silent(store: Store, book: Rulebook):
    with store.transaction():
        store.connection.execute("DELETE FROM engagement WHERE at = ?", (at(320),))
    found = measured(known(store, book))
    told = {metric.figure.name: metric.figure.value for _, some in found for metric in some}
    assert (told["neglect.silent"], told["neglect.late"]) == (1, 1)


def test_a_status_that_ends_is_no_sign_of_work(store: Store, book: Rulebook):
    at_status(store, "P3", 301, "Recycled")
    book = replace(book, dispositions={"Recycled": "recycled"})  # type: ignore[dict-item]
    stays = {stay.person: stay for stay in known(store, book).stays}
    story = Story(store)
    assert stays[story.person("P3")].worked_at is None
    assert stays[story.person("P6")].worked_at == at(300.5)


def test_holds_returns_and_offers(figures: dict[str, Figure]):
    assert figures["held.alerts"].value == 1
    assert figures["held.alerts[reason=open_opportunity]"].value == 1
    assert figures["reopened.episodes[kind=page_viewed,asset=pricing]"].value == 5
    assert figures["reopened.opportunity_rate[kind=page_viewed]"].value == pytest.approx(2 / 5)
    assert figures["offers.won_rate[offer=calculator]"].value == 1.0
    assert figures["offers.won_rate[offer=guide]"].value == pytest.approx(1 / 5)


def test_revenue_counts_each_win_once(figures: dict[str, Figure]):
    names = "wins.all wins.handed_off wins.held wins.without revenue.all revenue.handed_off"
    assert values(figures, names) == [3, 1, 1, 1, 3_000, 1_000]


def test_a_win_after_an_episode_before_the_period_is_not_without_one(store: Store, book: Rulebook):
    found = measured(known(store, book, start=340))
    told = {metric.figure.name: metric.figure.value for _, some in found for metric in some}
    assert (told["wins.handed_off"], told["wins.held"], told["wins.without"]) == (1, 1, 1)
    assert told["flow.lead_mode"] == 0


def test_a_baseline_is_counted_apart(store: Store, book: Rulebook):
    found = measured(known(store, book, start=100))
    told = {metric.figure.name: metric.figure.value for _, some in found for metric in some}
    assert (told["flow.baseline"], told["flow.lead_mode"]) == (1, 6)


def test_an_earlier_end_leaves_out_what_came_later(store: Store, book: Rulebook):
    found = measured(known(store, book, end=310))
    told = {metric.figure.name: metric.figure.value for _, some in found for metric in some}
    assert told["flow.opportunity"] == 0
    assert told["wins.all"] == 0
    assert told["flow.accepted"] == 2
    assert told["gaps.people[stage=lead_mode]"] == 1  # P5, held


def test_where_people_pile_up(figures: dict[str, Figure]):
    stages = {n: f.value for n, f in figures.items() if f.measure == "gaps.people" and f.where}
    only = {n.removeprefix("gaps.people[stage=")[:-1]: v for n, v in stages.items() if "," not in n}
    assert only == {
        "customer": 2, "passive": 2, "turned_down": 1, "lead_mode": 1, "accepted": 1,
        "untouched": 1,
    }  # fmt: skip
    # P3 and P4 did something 100 days ago and were given tasks then; P8 never did anything.
    assert figures["gaps.unreached[stage=passive]"].value == 1
    assert figures["gaps.longest[stage=untouched]"].value == pytest.approx(800, abs=1)


def test_too_few_make_no_claim(store: Store, book: Rulebook):
    counting = replace(book.measuring.counting, fewest=6)
    strict = replace(book, measuring=replace(book.measuring, counting=counting))
    found = measured(known(store, strict))
    told = {metric.figure.name: metric.figure for _, some in found for metric in some}
    assert told["flow.accepted_rate"].value is None
    assert (told["flow.accepted_rate"].count, told["flow.accepted_rate"].of) == (3, 5)
    assert told["flow.handed_off_rate"].value is not None
    assert told["touch.talk_days"].value is None


def test_health_climbs_with_what_it_needs(store: Store, book: Rulebook):
    def stage(**needs: float) -> tuple[str, bool]:
        stages = replace(book.measuring.stages, **needs)  # type: ignore[arg-type]
        easy = replace(book, measuring=replace(book.measuring, stages=stages))
        told, _ = health(known(store, easy))
        return told.segments[0].stage.value, told.segments[0].cannot_tell

    prime = {"prime_hand_offs": 5, "prime_accepted": 0.5}
    age = {**prime, "age_opportunities": 1, "age_rate": 0.2, "age_unreached": 0.9}
    assert stage() == ("starting out", False)
    assert stage(**prime) == ("prime", False)
    assert stage(**age) == ("coming of age", False)
    # The only win that followed a hand-off came in the later half.
    assert stage(**age, success_wins=1)[0] == "coming of age"
    assert stage(**age, success_wins=0, success_rate=0.4)[0] == "repeating success"
    assert stage(**{**age, "prime_hand_offs": 6})[0] == "starting out"


def test_what_worked_went_before_a_win(store: Store, book: Rulebook):
    told, _ = health(known(store, book))
    everybody = told.segments[0]
    worked = {tuple(step.where.items())[-1]: (step.count, step.of) for step in everybody.worked}
    assert worked == {("rule", "returning"): (1, 5), ("offer", "calculator"): (1, 1)}
    assert everybody.gaps[0].where["stage"] in {"passive", "turned_down", "untouched", "customer"}


def held_as(store: Store, name: str, hold: str, verdict: str = "held") -> None:
    """As a rule about room or a holdout would have decided."""
    with store.transaction():
        store.connection.execute(
            "UPDATE decision SET verdict = ?, hold = ? WHERE person = ?",
            (verdict, hold or None, Story(store).person(name)),
        )


def test_what_nobody_had_room_for_and_what_it_was_worth(store: Store, book: Rulebook):
    held_as(store, "P5", "capacity")
    held_as(store, "P3", "", "waiting")
    found = measured(known(store, book))
    told = {metric.figure.name: metric.figure.value for _, some in found for metric in some}
    assert (told["capacity.waiting"], told["capacity.given_up"]) == (1, 1)
    assert told["capacity.opportunity_rate"] == 0.5
    assert told["capacity.won"] == 1_000
    assert told["flow.handed_off"] == 4


def test_without_room_rules_and_holdout_nothing_is_told_of_them(figures: dict[str, Figure]):
    assert not [name for name in figures if name.startswith(("capacity.", "holdout."))]


def test_what_handing_off_brings(store: Store, book: Rulebook):
    held_as(store, "P3", "holdout")
    held_as(store, "P5", "holdout")
    found = measured(known(store, book))
    told = {metric.figure.name: metric.figure for _, some in found for metric in some}
    # P1, P2, P4, P6 were handed off, one with a win; of P3 and P5 one won all the same.
    assert (told["holdout.handed_off"].value, told["holdout.held_out"].value) == (4, 2)
    effect = told["holdout.won_effect"]
    assert effect.value == pytest.approx(1 / 4 - 1 / 2)
    assert (effect.low or 0) < 0 < (effect.high or 0)
    # Who was handed off by rules that drew nobody is no fair comparison.
    with store.transaction():
        story = Story(store)
        store.connection.execute(
            "UPDATE decision SET revision = 'other' WHERE person = ?", (story.person("P1"),)
        )
    again = measured(known(store, book))
    told = {metric.figure.name: metric.figure for _, some in again for metric in some}
    assert told["holdout.handed_off"].value == 3
