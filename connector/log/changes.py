"""Logs that tell changes, not repetition."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from connector.log.logger import Log, Value


class Changes:
    """Tells when trouble with a subject starts, changes its words, and ends; never repeats it."""

    def __init__(self, log: Log, action: str) -> None:
        self._log = log
        self._action = action
        self._open: dict[str, str] = {}
        self._times: dict[str, int] = {}
        self._guard = threading.Lock()

    def trouble(self, subject: str, reason: str, /, **fields: Value) -> bool:
        """Note trouble; True when it is new or its `reason` changed, and was therefore logged.

        Keep figures that differ each time (seconds, counts) out of `reason`.
        """
        with self._guard:
            known = self._open.get(subject)
            self._open[subject] = reason
            self._times[subject] = self._times.get(subject, 0) + 1
        if known == reason:
            return False
        state = "failing" if known is None else "failing_otherwise"
        self._log.warning(f"{self._action}_{state}", subject=subject, reason=reason, **fields)
        return True

    def fine(self, subject: str, /, **fields: Value) -> bool:
        """Note that all is well; True when that ended trouble, and was therefore logged."""
        with self._guard:
            known = self._open.pop(subject, None)
            times = self._times.pop(subject, 0)
        if known is None:
            return False
        self._log.info(f"{self._action}_recovered", subject=subject, failures=times, **fields)
        return True

    def open(self) -> Mapping[str, str]:
        """The subjects in trouble with their reasons."""
        with self._guard:
            return dict(self._open)
