"""At least 300 histories full of faults, others every day, and every one that ever broke."""

from pathlib import Path

import pytest

from connector.clock import DAY, SystemClock
from sandbox.prove.campaign import trial
from sandbox.prove.play import play
from sandbox.prove.steps import history, read_history
from sandbox.prove.verdict import verdict

SEEDS = 300
PARTS = 6
BASE = SystemClock().now() // DAY * SEEDS
REGRESSIONS = sorted(Path(__file__).with_name("regressions").glob("*.json"))


@pytest.mark.fault("F74")
@pytest.mark.parametrize("part", range(PARTS))
def test_histories_of_today(part: int):
    size = SEEDS // PARTS
    begin = BASE + part * size
    tried = [trial(seed) for seed in range(begin, begin + size)]
    told = [
        f"python -m sandbox.prove --base {each.seed} --seeds 1   # {'; '.join(each.broken)}"
        for each in tried
        if each.broken
    ]
    assert not told, "\n".join(told)
    assert sum(each.effects for each in tried) > size, "histories in which nothing is written"


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.stem)
def test_a_history_that_broke_once_does_not_break_again(path: Path):
    assert [str(each) for each in verdict(play(read_history(path)))] == []


def test_a_seed_is_one_history_and_one_outcome():
    assert history(11) == history(11)
    assert history(11) != history(12)
    first, second = play(history(11)), play(history(11))
    assert first.crm.journal == second.crm.journal
    assert first.crm.journal
