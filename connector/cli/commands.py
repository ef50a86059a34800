"""The group of all commands: how errors become messages and exit codes."""

from __future__ import annotations

import errno
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

from typer import Abort, TyperException
from typer.core import TyperGroup

from connector.cli.page import complain

_ORDER: Final = (
    "check", "test", "doctor", "provision", "plan", "apply", "undo", "sync", "leads",
    "explain", "brief", "why-not", "held", "accounts", "programs", "offers", "backtest", "diff",
    "tune", "report", "health", "outbox", "status", "backup", "restore", "arm", "disarm", "run",
    "reload", "rules", "version",
)  # fmt: skip
_USAGE: Final = 64
_BROKEN_PIPE: Final = 141
"""What a shell reports for a program that SIGPIPE ended."""


class Commands(TyperGroup):
    """Errors that we know are told without a traceback; others are faults and show one."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's
        """In the order of a first day: try, look, run."""
        return [name for name in _ORDER if name in self.commands]

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001 - typer's
        windows_expand_args: bool = True,  # noqa: FBT001
        **extra: Any,
    ) -> Any:
        """Run a command and end the process with its exit code."""
        try:
            code = super().main(
                args=args,
                prog_name=prog_name,
                complete_var=complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
            sys.stdout.flush()
        except SystemExit as end:
            if not _is_unread(end.__context__):  # typer makes a 1 of it
                raise
            code = _unread()
        except Exception as error:
            code = _told(error)
            if code is None:
                raise
        if not standalone_mode:
            return code
        sys.exit(code if isinstance(code, int) else 0)


def help_of(command: Callable[..., None]) -> str:
    """The docstring of a command as help: its examples keep their lines."""
    return inspect.cleandoc(command.__doc__ or "").replace("\nExamples:", "\n\b\nExamples:")


def _told(error: Exception) -> int | None:
    """Tell what is in the way; the exit code, or None for a fault of ours."""
    if isinstance(error, TyperException):
        show = getattr(error, "show", None)
        if show is not None:
            show()
        else:
            complain(str(error))
        return _USAGE
    if isinstance(error, Abort):
        complain("Nothing was done.")
        return 1
    if _is_unread(error):
        return _unread()
    return _in_our_words(error)


def _is_unread(error: BaseException | None) -> bool:
    """Whether what we print to was closed."""
    return isinstance(error, OSError) and error.errno == errno.EPIPE


def _unread() -> int:
    """Nobody reads any more. The interpreter must not find that out again when it flushes."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return _BROKEN_PIPE


def _in_our_words(error: Exception) -> int | None:
    import sqlite3  # noqa: PLC0415 - only what went wrong needs these

    from connector.daemon.exits import exit_code  # noqa: PLC0415
    from connector.errors import FixInput, LeadmodeError  # noqa: PLC0415

    match error:
        case FixInput():
            for problem in error.problems:
                complain(str(problem))
            complain(_how_many(len(error.problems)))
        case LeadmodeError():
            complain(str(error))
        case OSError():
            complain(f"{error.filename or 'leadmode'}: {error.strerror or error}")
        case sqlite3.Error():
            complain(f"The database says: {error}. `leadmode status` tells more.")
        case _:
            return None
    return int(exit_code(error))


def _how_many(count: int) -> str:
    return f"{count} problem{'' if count == 1 else 's'}. `leadmode check` lists them at any time."
