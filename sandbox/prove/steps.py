"""A history as data: what happens, step by step, told by one seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random  # noqa: TID251 - a type; generators come from chance.stream
from typing import Any, Final

from connector.clock import DAY, HOUR, MINUTE, SECOND
from sandbox.prove.extras import BRAKE, EXTRAS
from sandbox.prove.fate import Trouble
from sandbox.story.chance import pick, stream, weighted

Step = tuple[Any, ...]
"""A word, and numbers and words that say how. Nothing in it depends on other steps."""

PEOPLE: Final = ("ada", "bob", "cy", "dee")
STATUSES: Final = ("Open", "Nurture", "Negotiating", "Customer")
SICKNESSES: Final = ("SQLITE_FULL", "sqlite_full", "SQLITE_IOERR", "sqlite_ioerr", "SQLITE_BUSY")
"""In small letters the database rolls its transaction back by itself."""
DEEDS: Final = ("completed", "renamed", "deleted")
ALONE, SHARED, APART = "alone", "shared", "apart"
"""One daemon; two on one database; two with a database each."""
EXTRA_SHARE: Final = 0.15
"""Of the histories; they take three times as long."""
UNDO_SHARE: Final = 0.25
"""Of the histories with hand-offs alone and one database: in so many an admin takes back."""
DELETE_SHARE: Final = 0.2
"""Of the histories with hand-offs alone: in so many, records are deleted and some come back."""
BRAKE_SHARE: Final = 0.15
"""Of the histories with hand-offs alone: in so many, most of them are held by the brake."""
_LATEST: Final = 290 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that happens."""

    twin: str
    extras: tuple[str, ...] = ()
    """Kinds of writes beside the hand-off, of `extras.EXTRAS`."""
    steps: tuple[Step, ...]

    def to_json(self) -> str:
        """The history as text, one step a line."""
        lines = ",\n  ".join(json.dumps(step) for step in self.steps)
        extras = json.dumps(self.extras)
        return f'{{"twin": "{self.twin}", "extras": {extras}, "steps": [\n  {lines}\n]}}\n'


def read_history(path: Path) -> History:
    """A history that was written down."""
    found = json.loads(path.read_text(encoding="utf-8"))
    steps = tuple(_frozen(step) for step in found["steps"])
    return History(twin=found["twin"], extras=tuple(found.get("extras", ())), steps=steps)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value


def history(seed: int) -> History:
    """The history of a seed."""
    chance = stream(seed, "history")
    twin = weighted(chance, ((ALONE, 5.0), (SHARED, 2.0), (APART, 3.0)))
    hosts = 1 if twin == ALONE else 2
    steps: list[Step] = [("cycle", 0, 0, (), 0)] if chance.random() < 0.8 else []
    for _ in range(chance.randint(8, 22)):
        steps += _some(chance, hosts)
    extras = _extras(seed)
    if not extras and twin != APART:
        steps = _with_undo(stream(seed, "undo"), steps)
    if not extras:
        steps = _with_deletions(stream(seed, "deletions"), steps)
        chance = stream(seed, "brake")
        if chance.random() < BRAKE_SHARE:
            extras, steps = (BRAKE,), _with_releases(chance, steps, hosts)
    return History(twin=twin, extras=extras, steps=tuple(steps))


def _with_undo(chance: Random, steps: list[Step]) -> list[Step]:
    """By a chance of its own, so that what happens else does not depend on it."""
    if chance.random() > UNDO_SHARE:
        return steps
    told = list(steps)
    for _ in range(chance.randint(1, 3)):
        place = chance.randint(len(told) // 3, len(told))
        deeds: list[Step] = [("task", _number(chance), pick(chance, DEEDS))]
        deeds.append(("status", _who(chance), pick(chance, STATUSES), 0))
        some = [deed for deed in deeds if chance.random() < 0.6]
        told[place:place] = [*some, _undo(chance)]
    return told


def _with_deletions(chance: Random, steps: list[Step]) -> list[Step]:
    """As `_with_undo`: somebody deletes a record, and most come out of the bin again."""
    if chance.random() > DELETE_SHARE:
        return steps
    told = list(steps)
    for _ in range(chance.randint(1, 3)):
        name = _who(chance)
        gone = chance.randint(len(told) // 3, len(told))
        told.insert(gone, ("delete", name, _lag(chance, 0.3)))
        if chance.random() < 0.7:
            back = chance.randint(gone + 1, len(told))
            told.insert(back, ("undelete", name, _lag(chance, 0.3)))
    return told


def _with_releases(chance: Random, steps: list[Step], hosts: int) -> list[Step]:
    told = list(steps)
    for _ in range(chance.randint(0, 4)):
        crash = chance.randint(1, 12) if chance.random() < 0.3 else 0
        release = ("release", chance.randrange(hosts), _number(chance), crash)
        told.insert(chance.randint(len(told) // 3, len(told)), release)
    return told


def _extras(seed: int) -> tuple[str, ...]:
    """Of a seed's own chance, so that what happens does not depend on it."""
    chance = stream(seed, "extras")
    if chance.random() > EXTRA_SHARE:
        return ()
    return tuple(each for each in EXTRAS if chance.random() < 0.6)


Make = Callable[[Random, int], list[Step]]
"""Told how many hosts there are."""

_MAKERS: Final[tuple[tuple[Make, float], ...]] = (
    (lambda chance, _: _returns(chance), 5.0),
    (lambda chance, _: [_act(chance, _who(chance), pick(chance, ("click", "page")), 0.15)], 2.0),
    (lambda chance, _: [("crowd", _who(chance), chance.randint(1, 8), _number(chance))], 2.0),
    (lambda chance, _: [_act(chance, _who(chance), "demo", 0.15)], 1.0),
    (lambda chance, hosts: [_cycle(chance, hosts), _short(chance)], 10.0),
    (lambda chance, _: [_wait(chance)], 3.0),
    (lambda chance, _: [("status", _who(chance), pick(chance, STATUSES), _lag(chance, 0.3))], 1.5),
    (lambda chance, _: [("task", chance.randrange(100), pick(chance, DEEDS))], 1.5),
    (lambda chance, _: [("merge", *chance.sample(PEOPLE, 2), _lag(chance, 0.3))], 0.5),
    (lambda chance, hosts: [("rules", chance.randrange(hosts), chance.randrange(3))], 0.7),
    (lambda chance, hosts: [_sick(chance, hosts), _short(chance)], 1.0),
    (lambda chance, hosts: [("backup", chance.randrange(hosts))], 0.8),
    (lambda chance, hosts: [("restore", chance.randrange(hosts))], 0.6),
    (lambda chance, hosts: [("lose", chance.randrange(hosts))], 0.6),
)
"""What can happen next, and how often it does."""


def _some(chance: Random, hosts: int) -> list[Step]:
    return weighted(chance, _MAKERS)(chance, hosts)


def _who(chance: Random) -> str:
    return pick(chance, PEOPLE)


def _number(chance: Random) -> int:
    return chance.randrange(10**9)


def _short(chance: Random) -> Step:
    return ("wait", chance.randint(SECOND, 3 * MINUTE))


def _returns(chance: Random) -> list[Step]:
    """Two things of two kinds, some time apart; what comes between them is another's noise."""
    name, other = pick(chance, PEOPLE), pick(chance, PEOPLE)
    first, second = chance.sample(("click", "page"), 2)
    steps = [_act(chance, name, first, 0.0), ("wait", chance.randint(1, 4 * MINUTE))]
    steps.append(_act(chance, name, second, 0.4))
    if chance.random() < 0.6:
        steps += [("wait", chance.randint(1, MINUTE)), _act(chance, other, "click", 0.0)]
    return steps


def _sick(chance: Random, hosts: int) -> Step:
    return ("sick", chance.randrange(hosts), chance.randint(1, 150), pick(chance, SICKNESSES))


def _act(chance: Random, name: str, kind: str, late: float) -> Step:
    return ("act", name, kind, _lag(chance, late), _number(chance))


def _lag(chance: Random, share: float) -> int:
    return chance.randint(1, _LATEST) if chance.random() < share else 0


def _wait(chance: Random) -> Step:
    low, high = weighted(
        chance,
        (
            ((10 * SECOND, 10 * MINUTE), 6.0), ((HOUR, 2 * DAY), 2.5), ((3 * DAY, 20 * DAY), 1.0),
            ((61 * DAY, 80 * DAY), 1.0),
        ),
    )  # fmt: skip
    return ("wait", chance.randint(low, high))


def _cycle(chance: Random, hosts: int) -> Step:
    crash = 0
    if chance.random() < 0.45:
        crash = chance.randint(1, pick(chance, (20, 60, 120, 200)))
        crash = -chance.randint(1, 14) if chance.random() < 0.5 else crash
    troubles = []
    if chance.random() < 0.5:
        for _ in range(chance.randint(1, 3)):
            number = -chance.randint(1, 3) if chance.random() < 0.7 else chance.randint(1, 9)
            troubles.append((number, pick(chance, tuple(Trouble)).value, _size(chance)))
    meanwhile = 0
    if hosts > 1 and chance.random() < 0.4:
        meanwhile = -chance.randint(1, 2) if chance.random() < 0.7 else chance.randint(1, 6)
    return ("cycle", chance.randrange(hosts), crash, tuple(troubles), meanwhile)


def _undo(chance: Random) -> Step:
    crash = chance.randint(1, 90) if chance.random() < 0.3 else 0
    crash = -chance.randint(1, 4) if chance.random() < 0.2 else crash
    troubles: tuple[tuple[int, str, int], ...] = ()
    if chance.random() < 0.4:
        troubles = ((-chance.randint(1, 2), pick(chance, tuple(Trouble)).value, _size(chance)),)
    return ("undo", chance.randrange(2), _number(chance), crash, troubles)


def _size(chance: Random) -> int:
    """The length of a wait or of a late commit, in ms."""
    return chance.randint(SECOND, pick(chance, (10 * SECOND, 3 * MINUTE, 20 * MINUTE)))
