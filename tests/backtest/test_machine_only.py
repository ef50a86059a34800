"""A backtest holds an entry for want of a human as the daemon does, also where one came late."""

from __future__ import annotations

import dataclasses
from contextlib import closing
from pathlib import Path

import pytest

from connector.clock import DAY
from connector.model import Evidence, Hold
from tests.backtest.history import SHOPPING, START, contact, did, lay_down, rules, shopped
from tests.backtest.test_leakage import played

ASKED = SHOPPING.replace("human_min = 1", "human_min = 0").replace(
    "[hold]", "[hold]\nmachine_only = true"
)


@pytest.mark.parametrize(
    ("text", "evidence", "hold"),
    [
        (ASKED, (Evidence.UNKNOWN, Evidence.UNKNOWN), Hold.MACHINE_ONLY),
        (ASKED, (Evidence.HUMAN, Evidence.UNKNOWN), None),
        (ASKED.replace("machine_only = true", ""), (Evidence.UNKNOWN, Evidence.UNKNOWN), None),
    ],
)
def test_the_replay_asks_for_a_human(tmp_path: Path, text, evidence, hold):
    acts = [
        dataclasses.replace(act, evidence=one)
        for act, one in zip(shopped("ada", 100), evidence, strict=True)
    ]
    acts.append(did("ada", 0, acts[0].kind))
    with closing(lay_down(tmp_path / "s", [contact("ada")], acts, until=200)) as store:
        (alert,) = played(store, rules(tmp_path / "r", text), START + 200 * DAY)
    assert alert.hold is hold
    assert alert.at == START + 100 * DAY + DAY // 12
