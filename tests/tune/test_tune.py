"""Tuning finds the truth of a told market, and says so when there is none."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from connector.clock import DAY
from connector.config.rules import load_rulebook
from connector.errors import AskOperator
from connector.model import Kind
from connector.tune.model import NoBetter, TooFew
from connector.tune.overlay import overlay
from connector.tune.run import Wish, tune
from tests.backtest.history import START, asked, folder, rules
from tests.tune.history import RULES, market

pytestmark = pytest.mark.xdist_group("tune")  # the library is loaded, and fixtures made, once

DAYS = 1_095
NOW = START + DAYS * DAY
TRUTH = {Kind.PAGE_VIEWED: 2.4, Kind.CONTENT_DOWNLOADED: 1.2}
"""A page counts twice a download, and social engagement nothing."""


def wish(where: Path, text: str = RULES, **more: object) -> Wish:
    made = Wish(asked=asked(rules(where, text), since=DAYS))
    return dataclasses.replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module", autouse=True)
def fewer_draws():
    """The intervals are as wide with a third of the draws, only less sure of their last digit."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr("connector.tune.run.DRAWS", 60)
        yield


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory):
    store = market(tmp_path_factory.mktemp("market"), TRUTH, base=0.002)
    yield store
    store.close()


@pytest.fixture(scope="module")
def tuned(shops, tmp_path_factory: pytest.TempPathFactory):
    before = list(shops.connection.iterdump())
    heard: dict[str, tuple[int, int]] = {}
    told = tune(
        shops,
        wish(tmp_path_factory.mktemp("rules")),
        NOW,
        lambda what, done, total: heard.update({what: (done, total)}),
    )
    assert list(shops.connection.iterdump()) == before, "nothing is changed"
    assert list(heard) == ["reading", "half-lives", "intervals", "thresholds", "held out"]
    assert all(done == total for done, total in heard.values())
    return told


def test_the_signal_that_matters_gets_the_weight(tuned):
    page, download, social = (
        next(each for each in tuned.weights if each.signal == name)
        for name in ("page", "download", "social")
    )
    assert (page.weight, page.is_sure) == (20, True)  # the strongest keeps the most points
    assert download.is_sure
    assert download.low < 10 < download.high  # half of a page
    assert download.weight == pytest.approx(10, abs=4)
    assert not social.is_sure
    assert social.weight < 4
    assert social.low == 0.0


def test_it_is_better_where_it_was_not_learned(tuned):
    now, proposed = (side.rules[0].opportunity for side in tuned.held_out.sides)
    assert tuned.held_out.period.start_at == tuned.cut_at
    assert proposed.everybody.low > now.everybody.high
    assert proposed.episodes.low > now.episodes.high
    assert tuned.doubts == ()
    assert tuned.beats.now.is_sure
    assert tuned.beats.chance.is_sure


def test_the_load_stays_the_same(tuned):
    found = tuned.threshold
    assert found.episodes == pytest.approx(found.episodes_before, rel=0.1)
    assert found.leave < found.enter
    assert found.low <= found.enter <= found.high
    now, proposed = (side.rules[0].episodes for side in tuned.held_out.sides)
    assert proposed == pytest.approx(now, rel=0.15)


def test_raised_hands_keep_their_weight(tuned):
    assert tuned.kept == ("demo",)


def test_the_file_laid_over_the_rules_is_what_was_judged(tuned, tmp_path: Path):
    base = folder(tmp_path / "base", RULES)
    over = folder(tmp_path / "over", overlay(tuned))
    book = load_rulebook([base, over])
    rule = book.lead_modes[0].rule
    proposed = {each.signal: each for each in tuned.weights}
    for signal in rule.signals:
        if signal.id in proposed:
            assert signal.weight == proposed[signal.id].weight
            assert signal.half_life == proposed[signal.id].half_life
    assert (rule.enter, rule.leave) == (tuned.threshold.enter, tuned.threshold.leave)
    assert dict(rule.caps) == {"web": 80}  # the strongest of the group went from 10 to 20
    kept = next(each for each in rule.signals if each.id == "demo")
    assert (kept.weight, kept.hand_raise) == (50, True)


def test_the_file_says_where_each_number_comes_from(tuned):
    text = overlay(tuned)
    for expected in (
        "nothing was applied",
        f"{tuned.sales:,} opportunities that were won",
        "95 % interval",
        "Not told apart from 0",
        "Kept as it is: demo",
        "As many episodes as now",
        "lift over everybody",
    ):
        assert expected in text
    assert [line for line in text.splitlines() if line.startswith("##") and "nan" in line] == []


def test_it_learns_only_from_what_was_known_before_the_held_out_time(shops, tuned, tmp_path: Path):
    """Another future leaves what was learned as it is."""
    later = market(tmp_path / "other", TRUTH, base=0.002)
    with later.transaction():
        later.connection.execute(
            "UPDATE record SET fields = replace(fields, '\"is_won\": true', '\"is_won\": false') "
            "WHERE role = 'opportunity' AND closed_at > ?",
            (tuned.cut_at,),
        )
        later.connection.execute("DELETE FROM engagement WHERE at > ?", (tuned.cut_at + DAY,))
    again = tune(later, wish(tmp_path / "rules"), NOW)
    later.close()
    assert again.weights == tuned.weights
    assert again.threshold == tuned.threshold
    assert again.beats == tuned.beats
    assert again.held_out != tuned.held_out


def test_pure_noise_is_refused(tmp_path: Path):
    store = market(tmp_path / "noise", {}, base=0.006)
    with pytest.raises(NoBetter, match="Nothing is proposed"):
        tune(store, wish(tmp_path / "rules"), NOW)
    store.close()


def test_rules_that_are_right_already_are_left_alone(shops, tmp_path: Path):
    right = RULES.replace('kind = "page_viewed"\nweight = 10', 'kind = "page_viewed"\nweight = 20')
    right = right.replace(
        'kind = "social_engaged"\nweight = 20', 'kind = "social_engaged"\nweight = 0.1'
    )
    with pytest.raises(NoBetter, match="no better than now"):
        tune(shops, wish(tmp_path / "rules", right), NOW)


def test_too_few_wins_are_refused_with_the_number(tmp_path: Path):
    store = market(tmp_path / "few", TRUTH, people=40, base=0.0015)
    with pytest.raises(TooFew, match=r"wins came after .* at least 20 are needed"):
        tune(store, wish(tmp_path / "rules"), NOW)
    store.close()


def test_a_wrong_half_life_is_found(tmp_path: Path):
    """The truth forgets within a month; the rules remember a page for half a year."""
    slow = RULES.replace(
        'kind = "page_viewed"\nweight = 10\nhalf_life = "30d"',
        'kind = "page_viewed"\nweight = 10\nhalf_life = "180d"',
    )
    store = market(tmp_path / "slow", {Kind.PAGE_VIEWED: 3.0}, base=0.002)
    told = tune(store, wish(tmp_path / "rules", slow), NOW)
    store.close()
    page = next(each for each in told.weights if each.signal == "page")
    assert page.half_life_before == 180 * DAY
    assert 14 * DAY <= page.half_life <= 60 * DAY


def test_which_rule_must_be_clear(shops, tmp_path: Path):
    with pytest.raises(AskOperator, match=r'no rule "returnin".*returning'):
        tune(shops, wish(tmp_path / "rules", rule="returnin"), NOW)
