"""The tests of each shipped pack notice slips in it: a few each time, all with FAULTS=all."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from connector.config.packs import packs
from tests.ruletest.faults import UNNOTICED, Fault, faults_of, noticed

FEW = 2


@pytest.mark.parametrize("name", packs())
def test_a_slip_in_a_pack_turns_one_of_its_tests_red(name: str):
    folder = packs()[name]
    known = list(faults_of(folder))
    assert len(known) > 100
    if os.environ.get("FAULTS") == "all":
        tried = known
    else:
        told = [one for one in known if one.key not in UNNOTICED]
        tried = random.Random(name).sample(told, FEW)
    missed = [one for one in tried if noticed(folder, one) is False]
    assert [str(one) for one in missed if one.key not in UNNOTICED] == []


def test_the_pack_as_it_is_turns_none_red(tmp_path: Path):
    folder = packs()["industrial"]
    path = folder / "fit.toml"
    same = Fault(path.name, 1, "", "", path.read_text())
    assert noticed(folder, same) is False


def test_each_number_and_each_table_is_a_fault(tmp_path: Path):
    (tmp_path / "a.toml").write_text(
        '# weight = 3\n[[signal]]\nid = "a1"\nweight = 5 # 9\nlimit = "3/day"\n'
        '[[signal]]\nid = "b"\nhand_raise = true\nhalf_life = "14d"\nbody = """\n5 of 7\n"""\n'
    )
    told = [(one.line, one.key, one.after) for one in faults_of(tmp_path)]
    assert told == [
        (4, "weight", "2"), (4, "weight", "10"), (5, "limit", '"1/day"'), (5, "limit", '"6/day"'),
        (8, "hand_raise", "false"), (9, "half_life", '"7d"'), (9, "half_life", '"28d"'),
        (2, "a1", "(nothing)"), (6, "b", "(nothing)"),
    ]  # fmt: skip
