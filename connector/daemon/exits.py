"""How the daemon ends, as systemd and shells see it (sysexits.h)."""

from __future__ import annotations

import sqlite3
from enum import IntEnum
from typing import Final

from connector.errors import AlreadyRunning, AskOperator, FixInput, SetClock, StateDamaged


class ExitCode(IntEnum):
    """What an exit code means. systemd/leadmode@.service says which ones are worth a restart."""

    OK = 0
    USAGE = 64
    """The command line is wrong."""
    IO = 74
    """The disk or the database cannot be read or written."""
    TEMPORARY = 75
    """Passing trouble; start again."""
    SIGN_IN = 77
    """A secret that the configuration names is not there."""
    CONFIG = 78
    """The configuration or the state needs a person."""


_BEYOND_REPAIR: Final = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})


def exit_code(error: Exception) -> ExitCode:
    """The code for an error that kept the daemon from starting, or ended it."""
    match error:
        case FixInput() if error.problems and all(one.about_secret for one in error.problems):
            return ExitCode.SIGN_IN
        case FixInput():
            return ExitCode.CONFIG
        case AlreadyRunning() | SetClock():
            return ExitCode.TEMPORARY
        case StateDamaged() | OSError() | sqlite3.Error():
            return ExitCode.IO
        case AskOperator():
            return ExitCode.CONFIG
    return ExitCode.TEMPORARY


def is_beyond_repair(error: Exception) -> bool:
    """Whether going on could only do harm: the database is damaged."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return any(name.startswith(bad) for bad in _BEYOND_REPAIR)
