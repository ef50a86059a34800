"""What histories hold, how they are written down, and how they shrink."""

from collections import Counter

from sandbox.prove.extras import EXTRAS
from sandbox.prove.fate import Trouble
from sandbox.prove.play import play
from sandbox.prove.shrink import shrunk
from sandbox.prove.steps import ALONE, APART, SHARED, history, read_history

SOME = [history(seed) for seed in range(300)]


def test_every_kind_of_step_and_trouble_comes_up():
    steps = Counter(step[0] for each in SOME for step in each.steps)
    kinds = ("act", "crowd", "cycle", "status", "task", "merge", "rules", "backup", "restore")
    assert min(steps[kind] for kind in (*kinds, "lose", "wait")) > 50
    cycles = [step for each in SOME for step in each.steps if step[0] == "cycle"]
    troubles = Counter(what for _, _, _, troubles, _ in cycles for _, what, _ in troubles)
    assert min(troubles[what.value] for what in Trouble) > 50
    assert sum(crash > 0 for _, _, crash, _, _ in cycles) > 300
    assert sum(crash < 0 for _, _, crash, _, _ in cycles) > 300
    assert sum(meanwhile != 0 for *_, meanwhile in cycles) > 200
    assert {each.twin for each in SOME} == {ALONE, SHARED, APART}
    assert min(steps[kind] for kind in ("undo", "delete", "undelete")) > 50
    assert min(sum(extra in each.extras for each in SOME) for extra in EXTRAS) > 15


def test_crashes_hit_and_cycles_go_through():
    whole = sum(len(host.whole_at) for each in SOME[:30] for host in play(each).hosts)
    asked = sum(step[0] == "cycle" for each in SOME[:30] for step in each.steps)
    assert whole > 100
    assert asked > 100


def test_a_history_can_be_written_down(tmp_path):
    path = tmp_path / "one.json"
    path.write_text(SOME[3].to_json(), encoding="utf-8")
    assert read_history(path) == SOME[3]


def test_shrinking_keeps_what_breaks_and_nothing_else():
    found = next(each for each in SOME if sum(s[0] == "merge" for s in each.steps) > 1)
    small = shrunk(found, lambda each: any(step[0] == "merge" for step in each.steps))
    assert [step[0] for step in small.steps] == ["merge"]
    assert small.twin == ALONE
