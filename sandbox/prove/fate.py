"""What is to go wrong in one cycle, at which boundary."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")


class Crash(BaseException):
    """The process is gone at this very boundary."""


class Trouble(StrEnum):
    """What can happen to one request."""

    LOST = "lost"
    """It never arrives."""
    UNANSWERED = "unanswered"
    """Everything is done, and the answer never arrives."""
    TORN = "torn"
    """A part of it is done, and the answer never arrives."""
    LATE = "late"
    """Nobody answers, and it is done later."""
    DOUBTFUL = "doubtful"
    """It is done, and the answer says so of a part only."""
    SLOW_DOWN = "slow_down"
    TRY_AGAIN = "try_again"
    SIGN_IN = "sign_in"


@dataclass(slots=True)
class Fate:
    """One cycle's troubles. A boundary: each SQL statement, before and after every request."""

    crash_at: int = 0
    """The boundary at which the process ends; -n: the one after the n-th commit; 0: it lives."""
    troubles: Mapping[int, tuple[Trouble, int]] = field(default_factory=dict)
    """By number of the request, with a size: ms, or a share of the whole. Reads count 1, 2, ...;
    writes -1, -2, ..."""
    breaks: Mapping[int, Callable[[], None]] = field(default_factory=dict)
    """What another daemon does while a request is on its way."""
    sick_at: int = 0
    """The statement at which the database itself is in trouble; 0: never."""
    sickness: str = ""
    """What it says then, for example "SQLITE_FULL"; in small letters it rolls back by itself."""
    boundaries: int = 0
    statements: int = 0
    commits: int = 0
    reads: int = 0
    writes: int = 0
    struck: int = 0
    """Troubles that came to pass."""
    dead: bool = False

    def step(self) -> None:
        """One boundary; raises Crash when it is the one, and ever after."""
        self.boundaries += 1
        if self.dead or self.boundaries == self.crash_at or 0 < -self.crash_at <= self.commits:
            self.dead = True
            raise Crash

    def request(self, *, writing: bool) -> tuple[Trouble, int] | None:
        """The next request leaves; what is to happen to it."""
        self.step()
        self.reads += not writing
        self.writes += writing
        number = -self.writes if writing else self.reads
        meanwhile = self.breaks.get(number)
        if meanwhile:
            meanwhile()
        found = self.troubles.get(number)
        self.struck += found is not None
        return found


class Doomed:
    """A connection to the database that passes everything on until the process dies."""

    def __init__(self, real: sqlite3.Connection) -> None:
        self.real = real
        self.fate = Fate()

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        """As the connection's own."""
        self.fate.step()
        self._sicken()
        done = self.real.execute(statement, values)
        self.fate.commits += statement == "COMMIT"
        return done

    def executemany(self, statement: str, values: Sequence[Any]) -> sqlite3.Cursor:
        """As the connection's own."""
        self.fate.step()
        self._sicken()
        return self.real.executemany(statement, values)

    def _sicken(self) -> None:
        """A statement fails as it does on a full, failing or locked disk."""
        fate = self.fate
        fate.statements += 1
        if fate.statements != fate.sick_at:
            return
        fate.struck += 1
        if fate.sickness.islower() and self.real.in_transaction:
            self.real.execute("ROLLBACK")
        raise _sick(fate.sickness)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def _sick(says: str) -> sqlite3.OperationalError:
    """What the database raises.

    Made in a function of its own: a frame that held it would be held by it, and with it every
    cursor on the way, until some collection of garbage. The database's own errors have no frame.
    """
    error = sqlite3.OperationalError(f"the disk says {says}")
    error.sqlite_errorname = says.upper()
    return error
