"""The log of one part of leadmode: every line has an action and scalar fields."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Mapping
from typing import Final, Protocol, TextIO

from connector.log.lines import ROOT, Sink

_QUIET: Final = ("apscheduler", "hubspot", "httpcore", "httpx", "simple_salesforce", "urllib3")
"""Libraries that print URLs or bodies when they may."""


class Ref(Protocol):
    """Something that names a record without saying anything about it; RecordRef is one."""

    @property
    def instance(self) -> str:
        """The platform instance."""
        ...

    @property
    def object_type(self) -> str:
        """The platform's name of the object."""
        ...

    @property
    def id(self) -> str:
        """The platform's id."""
        ...


Value = str | int | float | bool | Ref | None


class Log:
    """Writes structured lines under one name. Get it with `get`."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(f"{ROOT}.{name}")

    def debug(self, action: str, /, **fields: Value) -> None:
        """Something only a developer asks for."""
        self._write(logging.DEBUG, action, fields)

    def info(self, action: str, /, **fields: Value) -> None:
        """Something changed, as it should."""
        self._write(logging.INFO, action, fields)

    def warning(self, action: str, /, **fields: Value) -> None:
        """Something does not work, and leadmode goes on without it."""
        self._write(logging.WARNING, action, fields)

    def error(self, action: str, /, **fields: Value) -> None:
        """Something does not work, and a person has to act."""
        self._write(logging.ERROR, action, fields)

    def crashed(self, action: str, error: BaseException, /, **fields: Value) -> None:
        """A fault in leadmode: its class and its trail, not its message, which may quote data."""
        trail = " < ".join(
            f"{os.path.basename(frame.filename)}:{frame.lineno}:{frame.name}"  # noqa: PTH119
            for frame in reversed(traceback.extract_tb(error.__traceback__))
        )
        self._write(
            logging.ERROR, action, {**fields, "error": type(error).__name__, "trail": trail}
        )

    def _write(self, level: int, action: str, fields: Mapping[str, Value]) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, action, extra={"fields": dict(fields)})


def get(name: str) -> Log:
    """The log of one part of leadmode, for example "daemon" or "ingest"."""
    return Log(name)


def configure(
    *, as_json: bool = False, level: int = logging.INFO, stream: TextIO | None = None
) -> None:
    """Send all logs to `stream` (default: the standard error of the moment) and to nowhere else.

    leadmode's own lines come from `level` upwards, those of libraries from WARNING upwards.
    """
    root = logging.getLogger()
    root.handlers[:] = [Sink(stream, as_json=as_json)]
    root.setLevel(logging.WARNING)
    logging.getLogger(ROOT).setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def set_level(name: str) -> None:
    """From now on write leadmode's own lines from this level upwards: "debug" to "error"."""
    logging.getLogger(ROOT).setLevel(name.upper())
