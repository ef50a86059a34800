"""The benchmark measures what it says: its data has the promised shape, its answers are right."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import generator, limits, replay
from benchmarks.generator import NOW, Size
from benchmarks.rules import RULES
from connector.engine.alert import alerts
from connector.engine.evaluate import evaluate
from connector.engine.result import Change

SIZE = Size(people=400, engagements=8_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generator, "CACHE", tmp_path_factory.mktemp("benchmarks"))
        yield generator.write(SIZE)


def test_the_data_is_the_same_every_time_and_as_large_as_asked():
    one, other = generator.engagements(SIZE), generator.engagements(SIZE)
    assert all((one[name] == other[name]).all() for name in one)
    assert len(one["at"]) == SIZE.engagements
    assert len(np.unique(one["id"])) == SIZE.engagements
    order = np.lexsort((one["id"], one["at"], one["person"]))
    assert (order == np.arange(SIZE.engagements)).all()


def test_the_data_has_ties_late_arrivals_and_a_long_tail():
    data = generator.engagements(Size(people=20_000, engagements=400_000))
    tied = (np.diff(data["at"]) == 0) & (np.diff(data["person"]) == 0)
    assert tied.mean() > 0.02
    by_arrival = data["at"][np.argsort(data["id"])]
    behind = np.maximum.accumulate(by_arrival) - by_arrival
    assert 0.05 < (behind > generator.DAY).mean() < 0.15
    assert np.bincount(data["person"]).max() > 1_000
    accounts = np.bincount(generator.accounts(Size(20_000, 0)))
    assert accounts.max() > 100
    assert np.median(accounts[accounts > 0]) <= 3


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_the_measured_replay_says_what_evaluate_says(folder, rule_id):
    found = replay.run(folder, rule_id)["result"]
    rule = RULES[rule_id]
    told = [
        evaluate(rule, line, NOW, limits.NO_TESTS).transitions for line in limits.timelines(folder)
    ]
    for change in Change:
        assert found[change.value] == sum(one.change is change for story in told for one in story)
    assert found["alerts"] == sum(sum(alerts(story, rule.cooldown)) for story in told)
    assert found["evidence"] == sum(len(one.evidence) for story in told for one in story)
    assert found["entered"] > 100


def test_the_report_names_a_missed_target():
    one = {"cpu": 1.0, "wall": 1.0, "rss_mb": 500.0, "engagements": 10, "result": {"entered": 1}}
    slow = one | {"cpu": 9.0, "total_cpu": 9.5}
    text = replay.report(
        {"decode": [one], "stream": [one], "replay": [slow], "plain": [one | {"cpu": 90.0}]}, SIZE
    )
    assert "9.0" in text
    assert "MISSED" in text
    assert "met" in text
