"""A backtest of small histories whose figures can be told by hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from connector.backtest import backtest
from connector.backtest.period import NothingToLookAt
from connector.backtest.reading import portions
from connector.clock import DAY
from connector.model import Kind
from tests.backtest import history
from tests.backtest.history import START, contact, did, lay_down, rules, sale, shopped, told


@pytest.fixture
def store(tmp_path: Path):
    """Three who came back; one bought, one was in talks already, one did not buy."""
    engagements = [did(p, 1, Kind.PAGE_VIEWED) for p in ("A", "B", "C", "D")]
    for person, day in (("A", 200), ("B", 210), ("C", 220)):
        engagements += shopped(person, day)
    engagements.append(did("D", 300, Kind.EMAIL_SENT))
    records = [
        contact("A"),
        contact("B", owner="U2"),
        contact("C", owner="U2"),
        contact("D"),
        sale("O1", "A", 212, won=240),
        sale("O2", "B", 205, lost=230),
        sale("O3", "D", 310, won=330),
        sale("O4", "D", 395),
    ]
    made = lay_down(tmp_path / "state", records, engagements, until=400)
    yield made
    made.close()


def test_the_figures_of_a_story_that_fits_on_a_page(store, tmp_path: Path):
    whole = told(store, rules(tmp_path / "rules"))
    rule = whole.sides[0].rules[0]
    assert (whole.persons, whole.engagements, whole.reps) == (4, 11, 2)
    assert (whole.opportunities, whole.wins) == (4, 2)
    assert (rule.looked_at, rule.people, rule.episodes) == (4, 3, 3)
    assert (rule.alerts, rule.held) == (2, {"open_opportunity": 1})
    assert (rule.opportunity.episodes.count, rule.opportunity.episodes.of) == (1, 3)
    assert (rule.win.episodes.count, rule.too_recent) == (1, 0)
    assert rule.opportunity.same.lift is None  # three are too few
    assert (rule.warned.opened, rule.warned.announced, rule.warned.wins) == (4, 1, 2)
    assert rule.warned.median_days == pytest.approx(12 - 2 / 24)
    assert [(m.name, m.people, m.seen) for m in rule.warned.missed] == [
        ("Sale O3", ("Person D",), 0)
    ]
    assert [(rep.owner, rep.episodes, rep.alerts) for rep in rule.load.reps] == [
        ("Ana Ruiz", 1, 1),
        ("Ben Ode", 2, 1),
    ]


def test_the_period_begins_when_the_longest_silence_can_be_seen(store, tmp_path: Path):
    whole = told(store, rules(tmp_path / "rules"), since=1_000)
    assert whole.period.start_at == START + 61 * DAY
    assert whole.period.wished_at == START - 600 * DAY
    assert any("Counted from" in note for note in whole.notes)


def test_both_sides_are_counted_over_one_period(store, tmp_path: Path):
    patient = history.SHOPPING.replace('dormant_after = "60d"', 'dormant_after = "150d"')
    books = rules(tmp_path / "a"), rules(tmp_path / "b", patient)
    whole = told(store, *books, since=1_000)
    assert whole.period.start_at == START + 151 * DAY
    assert [side.rules[0].episodes for side in whole.sides] == [3, 3]
    assert [side.label for side in whole.sides] == ["side 0", "side 1"]


def test_an_episode_near_the_end_is_not_judged(store, tmp_path: Path):
    rule = told(store, rules(tmp_path / "rules"), horizon=185).sides[0].rules[0]
    assert (rule.episodes, rule.too_recent, rule.opportunity.episodes.of) == (3, 1, 2)


def test_a_horizon_longer_than_the_history_judges_nothing(store, tmp_path: Path):
    whole = told(store, rules(tmp_path / "rules"), horizon=390)
    rule = whole.sides[0].rules[0]
    assert (rule.opportunity.episodes.of, rule.too_recent, rule.bands) == (0, 3, ())
    assert any("nothing can be judged" in note for note in whole.notes)


def test_people_the_rule_is_not_for_are_left_out(store, tmp_path: Path):
    only = 'applies_to = { "person.name" = ["Person A", "Person D"] }\n\n[hand_off]'
    book = rules(tmp_path / "rules", history.SHOPPING.replace("[hand_off]", only))
    side = told(store, book).sides[0]
    assert (side.rules[0].looked_at, side.rules[0].episodes) == (2, 1)
    assert side.present_fields == ("person.do_not_call", "person.name", "person.opted_out")


def test_those_who_do_not_fit_do_not_enter(store, tmp_path: Path):
    fit = '[fit]\nrequires = { "person.name" = ["Person A"] }\n\n[hand_off]'
    book = rules(tmp_path / "rules", history.SHOPPING.replace("[hand_off]", fit))
    assert told(store, book).sides[0].rules[0].episodes == 1


def test_two_rules_announce_together(store, tmp_path: Path):
    # The second rule sees mail that was sent to D ten days before the opening.
    opens = history.OPENS.partition("[hand_off]")[0].replace("email_opened", "email_sent")
    mailed = history.SHOPPING + opens
    side = told(store, rules(tmp_path / "rules", mailed)).sides[0]
    assert [len(rule.warned.missed) for rule in side.rules] == [1, 1]
    assert side.together.missed == ()


def test_what_was_read_last_is_the_end_of_what_is_known(store, tmp_path: Path):
    assert told(store, rules(tmp_path / "rules")).period.until_at == START + 400 * DAY


def test_nothing_is_changed_and_other_readers_are_not_disturbed(store, tmp_path: Path):
    before = list(store.connection.iterdump())
    told(store, rules(tmp_path / "rules"))
    assert list(store.connection.iterdump()) == before
    assert not store.connection.in_transaction


def test_portions_make_no_difference(store, tmp_path: Path):
    book = rules(tmp_path / "rules")
    small = dataclasses.replace(history.asked(book), portion=2)
    assert [len(each.persons) for each in portions(store, "crm", START + 400 * DAY, 2)] == [1] * 4
    assert backtest(store, small, START + 500 * DAY) == told(store, book)


def test_the_progress_reaches_its_end(store, tmp_path: Path):
    heard: list[tuple[int, int]] = []
    backtest(
        store,
        history.asked(rules(tmp_path / "rules")),
        START + 500 * DAY,
        lambda done, total: heard.append((done, total)),
    )
    assert heard[-1] == (15, 15)


def test_an_empty_history_says_what_to_do(tmp_path: Path):
    empty = lay_down(tmp_path / "state", [], [], until=10)
    with pytest.raises(NothingToLookAt, match="leadmode sync"):
        told(empty, rules(tmp_path / "rules"))
    empty.close()


def test_a_history_shorter_than_the_silence_is_refused(tmp_path: Path):
    short = lay_down(tmp_path / "state", [contact("A")], [did("A", 1, Kind.PAGE_VIEWED)], until=50)
    with pytest.raises(NothingToLookAt, match="too short"):
        told(short, rules(tmp_path / "rules"))
    short.close()


def test_an_opportunity_that_names_nobody_judges_nobody_unless_asked(tmp_path: Path):
    engagements = [did(p, 1, Kind.PAGE_VIEWED) for p in ("A", "B")]
    engagements += [*shopped("A", 200), *shopped("A", 280)]
    people = [contact(p, account=history.COMPANY) for p in ("A", "B")]
    sales = [sale("O1", None, 210, won=290)]
    store = lay_down(tmp_path / "state", [*people, *sales], engagements, until=400)
    book = rules(tmp_path / "rules")
    whole = told(store, book)
    rule = whole.sides[0].rules[0]
    assert (whole.opportunities, whole.unnamed) == (0, 1)
    assert (rule.opportunity.episodes.count, rule.held) == (0, {"open_opportunity": 1})
    assert any("1 more opportunities" in note for note in whole.notes)
    wide = dataclasses.replace(history.asked(book), company_wide=True)
    whole = backtest(store, wide, START + 500 * DAY)
    rule = whole.sides[0].rules[0]
    assert (whole.opportunities, whole.unnamed) == (1, 1)
    assert (rule.opportunity.episodes.count, rule.warned.announced) == (1, 1)
    assert not any("more opportunities" in note for note in whole.notes)
    store.close()


def test_mail_stored_for_years_shows_no_silence_of_visits(tmp_path: Path):
    engagements = [did("A", 1, Kind.EMAIL_SENT), did("A", 100, Kind.PAGE_VIEWED)]
    store = lay_down(tmp_path / "state", [contact("A")], engagements, until=400)
    assert told(store, rules(tmp_path / "rules")).period.start_at == START + 160 * DAY
    store.close()


def test_good_rules_lift_and_opens_alone_do_not(tmp_path: Path):
    market = history.market(tmp_path / "state")
    good = rules(tmp_path / "good")
    bad = rules(tmp_path / "bad", history.OPENS)
    whole = told(market, good, bad, since=720, horizon=60)
    shopping, opens = (side.rules[0].opportunity for side in whole.sides)
    assert shopping.same.low is not None
    assert shopping.same.low > 3
    assert (shopping.everybody.low or 0) > 3
    assert opens.same.low is not None
    assert opens.same.high is not None
    assert opens.same.low < 1.1
    assert 0.8 < (opens.same.lift or 0) < 1.25
    assert 0.75 < (opens.everybody.lift or 0) < 1.25
    market.close()
