"""The process around the daemon: its streams, its threads' deaths, its last words and its end."""

from __future__ import annotations

import logging
import os
import threading
from typing import Final, NoReturn

from connector import log
from connector.daemon.exits import ExitCode
from connector.errors import FixInput, LeadmodeError

_LOG: Final = log.get("daemon")


def tell_why(action: str, error: Exception, code: ExitCode | None = None) -> None:
    """Log what is in the way, in the user's words where there are any."""
    number: dict[str, int] = {} if code is None else {"code": int(code)}
    if isinstance(error, FixInput):
        for problem in error.problems:
            _LOG.error(action, **number, problem=str(problem))
    elif isinstance(error, LeadmodeError | OSError):
        _LOG.error(action, **number, reason=str(error))
    else:
        _LOG.crashed(action, error, **number)


def first_line(error: Exception) -> str:
    """The gist of an error, without data that it may quote."""
    lines = str(error).splitlines() if isinstance(error, LeadmodeError | OSError) else []
    return lines[0] if lines else type(error).__name__


def thread_died(args: threading.ExceptHookArgs) -> None:
    """Log what ended a thread; for `threading.excepthook`."""
    if args.exc_value is not None:
        name = args.thread.name if args.thread else ""
        _LOG.crashed("thread_died", args.exc_value, thread=name)


def keep_standard_streams() -> None:
    """Open what was closed at our start: a database must never get the number of stderr."""
    while True:
        descriptor = os.open(os.devnull, os.O_RDWR)
        if descriptor > 2:
            os.close(descriptor)
            return


def leave(code: ExitCode) -> NoReturn:
    """End now, whatever the other threads do."""
    logging.shutdown()
    os._exit(int(code))
