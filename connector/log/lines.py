"""Log records as single lines for a terminal, for journald, or as JSON."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, TextIO

from connector.log.redact import MASK, SECRET_KEY, redact

ROOT: Final = "leadmode"
Shown = str | int | float | bool | None
_LONGEST: Final = 500
"""Characters of one value; a log line is not a place for bodies."""
_PLAIN: Final = re.compile(r"[^\s\"=\\\x00-\x1f\x7f]+")
_PRIORITY: Final = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4))


class Sink(logging.Handler):
    """Writes lines and swallows every fault of the stream: the work goes on without a log."""

    def __init__(self, stream: TextIO | None, *, as_json: bool) -> None:
        super().__init__()
        self._stream = stream
        self.setFormatter(Lines(as_json=as_json, journal=_under_journal(self.target())))

    def target(self) -> TextIO | None:
        return self._stream if self._stream is not None else sys.stderr

    def emit(self, record: logging.LogRecord) -> None:
        try:
            stream = self.target()
            if stream is not None:
                stream.write(self.format(record) + "\n")
                stream.flush()
        except Exception:  # noqa: S110 - a full disk or a closed pipe must not stop the work
            pass


def _under_journal(stream: TextIO | None) -> bool:
    """Whether systemd reads what is written to `stream` (systemd.exec(5), JOURNAL_STREAM)."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        status = os.fstat(stream.fileno()) if stream is not None else None
    except (OSError, ValueError):
        return False
    return status is not None and (device, inode) == (str(status.st_dev), str(status.st_ino))


class Lines(logging.Formatter):
    """Turns a record into one line."""

    def __init__(self, *, as_json: bool, journal: bool) -> None:
        super().__init__()
        self._as_json = as_json
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        fields = _fields_of(record)
        if self._as_json:
            head = {"at": _moment(record), "level": record.levelname.lower()}
            line = json.dumps(head | fields | head)
        else:
            line = " ".join(f"{key}={_spell(value)}" for key, value in fields.items())
        if self._journal:
            return f"<{_priority(record.levelno)}>{line}"
        return line if self._as_json else f"{_moment(record)} {record.levelname.lower():7} {line}"


def _fields_of(record: logging.LogRecord) -> dict[str, Shown]:
    """What a record says: ours as given; a library's as its bare template, without arguments."""
    given = getattr(record, "fields", None)
    if not isinstance(given, dict):
        said = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        given = {"template": said}
        if record.exc_info and record.exc_info[0] is not None:
            given["error"] = record.exc_info[0].__name__
        head = {"action": "library", "log": record.name}
    else:
        head = {"action": str(record.msg), "log": record.name.removeprefix(f"{ROOT}.")}
    return _shown(head | given | head)


def _shown(fields: Mapping[str, object]) -> dict[str, Shown]:
    return {key: MASK if SECRET_KEY.search(key) else _value(fields[key]) for key in fields}


def _value(value: object) -> Shown:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        text = value
    elif all(hasattr(value, name) for name in ("instance", "object_type", "id")):
        text = str(value)
    else:
        return f"<{type(value).__name__}>"
    clean = redact(text)
    return clean if len(clean) <= _LONGEST else clean[:_LONGEST] + "..."


def _spell(value: Shown) -> str:
    """A value as logfmt: bare when it is one plain word, else quoted, always on one line."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _priority(level: int) -> int:
    """The syslog priority that journald reads from `<N>`."""
    for floor, priority in _PRIORITY:
        if level >= floor:
            return priority
    return 6 if level >= logging.INFO else 7
