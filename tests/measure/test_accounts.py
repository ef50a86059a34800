"""Figures about companies, and the rows behind them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.clock import DAY
from connector.measure import Asked, Traces, known_of, measured
from connector.measure.metric import Metric
from tests.flow.test_accounts import ACCOUNT, put_account, rules, start
from tests.flow.world import NOW, World


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = start(World(tmp_path_factory.mktemp("mill")))
    put_account(world, "empty")
    world.engaged("cleo")
    world.engaged("bob")
    world.cycles(3)
    yield world
    world.close()


def figures(world: World) -> dict[str, Metric]:
    asked = Asked(
        rulebook=world.config.rulebook,
        authority="crm",
        start_at=NOW - 30 * DAY,
        until_at=world.clock.now(),
    )
    known = known_of(world.store, asked)
    found = [m for e, some in measured(known) for m in some if e.id == "accounts"]
    return {metric.figure.name: metric for metric in found}


def test_companies_are_counted_with_what_they_lack_and_what_was_done(mill):
    values = {name: metric.figure.value for name, metric in figures(mill).items()}
    assert values == {
        "accounts.companies": 1,  # one without people is none
        "accounts.engaged": 1,
        "accounts.surging": 1,
        "accounts.companies[quadrant=pursue]": 1,
        "accounts.engaged[quadrant=pursue]": 1,
        "accounts.surging[quadrant=pursue]": 1,
        "accounts.companies[phase=none]": 1,
        "accounts.lacking[persona=executive]": 1,
        "accounts.lacking_rate[persona=executive]": None,  # of one alone no share is claimed
        "accounts.lacking[persona=end_user]": 0,
        "accounts.lacking_rate[persona=end_user]": None,
        "accounts.surges": 1,
        "accounts.tasks": 1,
    }


def test_a_figure_is_traced_to_its_companies(mill):
    found = figures(mill)
    traces = Traces(mill.store, "crm", found.values())
    for name, metric in found.items():
        assert len(traces.of(name).rows) == metric.figure.of
    (row,) = traces.of("accounts.lacking[persona=executive]").rows
    assert (row.person, row.name) == ("crm:Account:mill", "Mill")
    assert row.what == "pursue: engagement 61, propensity 10, 2 engaged, no executive"
    (row,) = traces.of("accounts.tasks").rows
    assert (row.episode_at, row.what) == (NOW + DAY, "surge, one task")


def test_without_a_rule_there_is_no_figure_about_companies_but_none(mill):
    rules(mill, ACCOUNT.replace("[account]", "[account]\nactive = false"))
    values = {name: metric.figure.value for name, metric in figures(mill).items()}
    assert set(values.values()) == {0}
    rules(mill)
