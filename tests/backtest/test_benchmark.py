"""The benchmark measures what it says: the command itself, with a bar that reaches its end."""

from __future__ import annotations

import pytest

from benchmarks import backtest, generator
from benchmarks.incremental import ready


def test_it_measures_the_command_with_its_progress_bar(tmp_path, monkeypatch):
    monkeypatch.setattr(generator, "CACHE", tmp_path)
    size = generator.Size(people=3_000, engagements=30_000)
    store, config = ready(size)
    backtest.sell(store, size)
    backtest.sell(store, size)  # twice is harmless
    store.close()
    found = backtest.run(config.path, "--since", "700d")
    assert "3,000 people, 30,000 engagements" in found["told"]
    assert found["told"].count("Sale ") > 0
    assert found["reached"] == 100
    assert found["steps"] >= 2
    assert found["cpu"] > 0.1
    assert 20 < found["rss_mb"] < 400
    assert found["page_kb"] > 5


def test_a_backtest_that_fails_is_not_measured(tmp_path):
    with pytest.raises(RuntimeError, match=r"nowhere\.toml"):
        backtest.run(tmp_path / "nowhere.toml")
