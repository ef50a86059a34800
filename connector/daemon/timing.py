"""Every span of time the daemon goes by, in one place. Seconds, unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How often and how long. The defaults are for production; tests are in a hurry."""

    beat: float = 5.0
    """The main thread looks around this often: watchdog, clock jumps, status."""
    count: float = 30.0
    """How often the status line counts what is on its way."""
    stagger: float = 2.0
    """Between the first polls of two sources; keeps them apart for ever after."""
    patience: float = 300.0
    """A part that shows no progress for this long is stuck: the watchdog is not fed any more."""
    first_wait: float = 30.0
    """After a first failure a source is left alone this long, ..."""
    longest_wait: float = 900.0
    """... doubling with each further one up to this."""
    sender_wait: float = 30.0
    """The sender looks at the outbox at least this often."""
    drain: float = 30.0
    """Calls on their way get this long to end when the daemon stops."""
    clock: float = 150.0
    """A start waits this long for a clock that was never set. Less than the unit's TimeoutStartSec,
    and so long that systemd never counts more starts than its limit."""
    tolerance: int = 5_000
    """ms the wall clock may part from the passing of time before that counts as a jump."""

    def wait_after(self, failures: int, asked: int | None = None) -> float:
        """Seconds to leave a source alone after `failures` in a row; `asked` ms are obeyed."""
        own = min(self.first_wait * 2.0 ** min(failures - 1, 20), self.longest_wait)
        return max(own, (asked or 0) / 1_000)
