"""The event that says stop, and that hears when somebody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Asked(threading.Event):
    """A stop event for one part of the daemon.

    Long work asks between its steps whether to stop. So whoever asks makes progress, and a step
    that never returns is the one that does not ask any more.
    """

    def __init__(self, progress: Callable[[], None]) -> None:
        super().__init__()
        self._progress = progress

    def is_set(self) -> bool:
        """Whether to stop."""
        stop = super().is_set()
        if not stop:
            self._progress()
        return stop
