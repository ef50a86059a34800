"""Which branches of the rules the tests touch, and which they do not."""

from __future__ import annotations

from dataclasses import dataclass

from connector.ruletest.branch import Told
from connector.ruletest.branches import branches_of
from connector.ruletest.play import Player
from connector.ruletest.seen import Played
from connector.ruletest.trace import machine_tests_met, traces_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A branch, and by how many tests it is touched."""

    part: str
    """The table of the rule file, for example "signal"."""
    name: str
    """Which one of them."""
    branch: str
    """What must happen for it to be touched."""
    tests: int


class Coverage:
    """Adds up what one test after the other touches."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._branches = list(branches_of(player.rulebook, player.authority))
        self._counts = [0] * len(self._branches)

    def add(self, played: Played) -> None:
        """Take in one played test."""
        told = Told(
            played=played,
            traces=traces_of(self._player, played),
            machines=machine_tests_met(self._player.rulebook, played),
        )
        for index, branch in enumerate(self._branches):
            self._counts[index] += branch.is_met(told)

    def covered(self) -> tuple[Covered, ...]:
        """Every branch in the order of the rules."""
        return tuple(
            Covered(part=each.part, name=each.name, branch=each.way, tests=count)
            for each, count in zip(self._branches, self._counts, strict=True)
        )
