"""A harness that cannot fail proves nothing: every mutant is caught, and soon."""

import pytest

from sandbox.prove.campaign import caught_at
from sandbox.prove.mutants import MUTANTS, Mutant

WITHIN = 100
"""Seeds."""
WANTED = {
    "naive create": 0,
    "mark before send": 2,
    "cursor before alerts": 3,
    "upsert instead of create": 2,
    "search before create": 4,
    "resume by timestamp only": 0,
    "no overlap": 24,
    "random key": 0,
    "random step key": 95,
    "two commits instead of one": 56,
    "touch twice": 47,
    "no touch": 47,
    "digest twice": 14,
    "no digest": 56,
    "surge twice": 56,
    "no surge": 56,
    "lifecycle twice": 38,
    "no lifecycle": 38,
    "never look into the bin": 46,
    "never out of the bin": 7,
    "release loses": 2,
    "take back what a rep touched": 6,
    "set back whatever is there": 159,
}
"""Each with the first seed that caught it; it is tried first."""


def test_all_of_them_are_there():
    assert {mutant.name for mutant in MUTANTS} == WANTED.keys()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught(mutant: Mutant):
    assert caught_at(mutant, [WANTED[mutant.name], *range(WITHIN)]) is not None
