"""On the demo's two years the shipped rules know when people buy, and opened mail does not."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from connector.backtest import Backtest
from connector.clock import to_millis
from sandbox.demos import backtest

pytestmark = pytest.mark.xdist_group("sandbox/test_demo_backtest")  # its fixtures are made once

UNTIL = to_millis(datetime(2026, 11, 20, tzinfo=UTC))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Backtest:
    folder: Path = tmp_path_factory.mktemp("demo") / "demo"
    return backtest.run(Console(file=io.StringIO()), folder, backtest.told_large(UNTIL, times=2))


def test_the_shipped_rules_lift_more_than_three_times(told: Backtest):
    found = told.sides[0].rules[0].opportunity
    assert (found.same.lift or 0) > 3
    assert (found.same.low or 0) > 2.5
    assert (found.everybody.low or 0) > 3  # who as well as when


def test_a_bad_pack_lifts_nothing(told: Backtest):
    found = told.sides[1].rules[0].opportunity
    assert found.same.lift == pytest.approx(1, abs=0.2)
    assert (found.same.low or 9) < 1 < (found.same.high or 0)
    assert (found.same.high or 9) < (told.sides[0].rules[0].opportunity.same.low or 0)


def test_both_make_enough_episodes_to_tell(told: Backtest):
    assert [side.rules[0].opportunity.episodes.of > 700 for side in told.sides] == [True, True]
    assert told.opportunities > 120
