"""The daemon process: start, look after the parts, reload, stop."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from connector import log
from connector.clock import Clock, SystemClock
from connector.daemon.crew import Crew, Loaded
from connector.daemon.exits import ExitCode, exit_code, is_beyond_repair
from connector.daemon.heartbeat import Heartbeat, Jumps
from connector.daemon.lock import FolderLock
from connector.daemon.notify import Notifier
from connector.daemon.process import (
    first_line,
    keep_standard_streams,
    leave,
    tell_why,
    thread_died,
)
from connector.daemon.scheduler import Scheduler
from connector.daemon.signals import RELOAD, STOP, Signals
from connector.daemon.status import describe
from connector.daemon.timing import Timing
from connector.errors import AskOperator, FixInput
from connector.ingest import Ingest
from connector.model import OutboxState
from connector.registry import load_all, open_adapters
from connector.store.recovery import EARLIEST, open_state
from connector.store.requests import reloads_asked_for
from connector.store.revisions import STARTED, Reload

_LOG: Final = log.get("daemon")
_GLANCE: Final = 0.1
"""Seconds between two looks while waiting for parts to come to an end."""


class Service:
    """One run of the daemon. `run` once, in the main thread."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        notifier: Notifier,
        timing: Timing,
    ) -> None:
        self._path = path
        self._clock = clock
        self._notifier = notifier
        self._timing = timing
        self._heartbeat = Heartbeat(clock)
        self._jumps = Jumps(clock, timing.tolerance)
        self._stuck = log.Changes(_LOG, "progress")
        self._pending: deque[signal.Signals] = deque()
        self._fault: ExitCode | None = None
        self._reload_problem = ""
        self._shown = ""
        self._counted_at = float("-inf")
        self._writes: Mapping[OutboxState, int] = {}

    def run(self) -> ExitCode:
        """Work until told to stop. Raises what keeps it from starting."""
        loaded = self._load()
        log.set_level(loaded.config.log_level.value)
        with contextlib.ExitStack() as held:
            held.enter_context(FolderLock.take(loaded.config.state))
            self._wait_for_the_clock()
            self._store = open_state(loaded.config.state, self._clock.now()).store
            held.callback(self._store.close)
            self._ingest = Ingest(self._store, loaded.config, self._clock)
            self._ingest.adopt(loaded.config)
            self._note_reload((STARTED,), loaded.config.rulebook.revision, "", 0)
            self._signals = held.enter_context(Signals())
            self._scheduler = Scheduler(self._clock)
            held.callback(self._scheduler.close)
            self._scheduler.start()
            self._crew = self._muster(loaded)
            self._scheduler.replace(self._crew.start())
            code = self._attend()
            self._stop(code)
        return code

    def _wait_for_the_clock(self) -> None:
        """Leave the time service some time, when the clock was not set since the machine booted."""
        idle = threading.Event()
        for _ in range(int(self._timing.clock / self._timing.beat)):
            if self._clock.now() >= EARLIEST:
                return
            self._notifier.status("waiting for this machine's clock to be set")
            idle.wait(self._timing.beat)

    def _attend(self) -> ExitCode:
        """From ready to the wish, or the need, to stop."""
        try:
            _LOG.info(
                "started",
                revision=self._crew.config.rulebook.revision,
                sources=len(self._crew.config.sources),
                dry_run=self._dry_run(),
            )
            self._show(self._notifier.ready)
            return self._look_after()
        except Exception as error:  # the threads still run: stop them in order
            code = exit_code(error)
            tell_why("failed", error, code)
            return code

    def _look_after(self) -> ExitCode:
        """The main loop: signals, watchdog, clock jumps, dead threads, status."""
        while True:
            self._wait(0.0 if self._pending else self._pause_length())
            while self._pending:
                came = self._pending.popleft()
                if came in STOP:
                    _LOG.info("stopping", signal=came.name)
                    return ExitCode.OK
                if came == RELOAD:
                    self._reload(("",))
            if wishes := reloads_asked_for(self._crew.config.state):
                self._reload([wish.stem for wish in wishes])
                for wish in wishes:
                    wish.unlink(missing_ok=True)
            self._notice_the_dead()
            if self._fault is not None:
                return self._fault
            if jumped := self._jumps.check():
                _LOG.warning("clock_jumped", by_ms=jumped)
                self._crew.at_once()
                self._scheduler.catch_up()
            self._show(self._notifier.status)

    def _pause_length(self) -> float:
        watchdog = self._notifier.watchdog
        return min(self._timing.beat, watchdog / 3) if watchdog else self._timing.beat

    def _wait(self, seconds: float) -> None:
        """Wait for signals, and feed the watchdog when every part makes progress."""
        self._pending.extend(self._signals.wait(seconds))
        late = self._heartbeat.late()
        for part in set(self._stuck.open()) - set(late):
            self._stuck.fine(part)
        for part in late:
            self._stuck.trouble(part, "no progress")
        if not late:
            self._notifier.ping()

    def _notice_the_dead(self) -> None:
        if not self._scheduler.alive():
            _LOG.error("scheduler_died")
            self._fault = self._fault or ExitCode.TEMPORARY
        if not self._crew.sender_alive():
            _LOG.error("sender_died")
            self._fault = self._fault or ExitCode.TEMPORARY

    def _alarm(self, error: Exception) -> None:
        """Called by any thread with an error it did not expect."""
        if is_beyond_repair(error):
            _LOG.error("database_damaged", advice="restore a backup, see docs/operations.md")
            self._fault = ExitCode.IO
            self._signals.wake()

    def _reload(self, asked: Sequence[str]) -> None:
        """Take up the configuration anew, or change nothing and say why.

        `asked` names who waits for the answer; an empty name: nobody, it was a signal.
        """
        self._notifier.reloading(self._clock.monotonic())
        revision, problem, problems = "", "", 0
        try:
            loaded = self._load()
            self._relieve(loaded)
        except FixInput as error:
            tell_why("reload_refused", error)
            problem, problems = str(error.problems[0]), len(error.problems)
        except Exception as error:
            tell_why("reload_failed", error)
            problem, problems = first_line(error), 1
        else:
            revision = loaded.config.rulebook.revision
            _LOG.info("reloaded", revision=revision)
        more = f" and {problems - 1} more" if problems > 1 else ""
        self._reload_problem = f"not reloaded: {problem}{more}" if problem else ""
        self._note_reload(asked, revision, problem, problems)
        self._show(self._notifier.ready)

    def _note_reload(self, asked: Sequence[str], revision: str, problem: str, count: int) -> None:
        """Keep the answer for whoever asked, and for `leadmode rules log`."""
        now = self._clock.now()
        try:
            with self._store.transaction():
                for who in asked:
                    self._store.revisions.note_reload(
                        Reload(
                            at=now, asked=who, revision=revision, problem=problem, problems=count
                        )
                    )
        except Exception as error:  # what runs does not depend on it
            tell_why("reload_not_noted", error)

    def _relieve(self, loaded: Loaded) -> None:
        """Let the crew end what it is doing, and put another in its place."""
        former = self._crew
        if loaded.config.state != former.config.state:
            raise AskOperator("The state folder changed. That needs a restart.")
        former.stop()
        idle = self._wait_until_idle()
        if self._told_to_stop():
            raise AskOperator("Told to stop meanwhile.")
        former.dismiss()
        taken_up = former.loaded
        try:
            self._ingest.adopt(loaded.config)
            taken_up = loaded
        finally:
            self._crew = self._muster(taken_up)
            self._scheduler.replace(self._crew.start())
        log.set_level(loaded.config.log_level.value)
        if idle:
            former.close()

    def _muster(self, loaded: Loaded) -> Crew:
        return Crew(
            loaded,
            store=self._store,
            ingest=self._ingest,
            clock=self._clock,
            heartbeat=self._heartbeat,
            timing=self._timing,
            alarm=self._alarm,
        )

    def _load(self) -> Loaded:
        config = load_all(self._path)
        return Loaded(config=config, adapters=open_adapters(config, self._clock))

    def _wait_until_idle(self) -> bool:
        """Whether the stopped crew came to its end in time; being told to stop cuts that short."""
        deadline = self._clock.monotonic() + self._timing.drain
        while self._crew.busy() and self._clock.monotonic() < deadline and not self._told_to_stop():
            self._wait(_GLANCE)
        return not self._crew.busy()

    def _dry_run(self) -> bool:
        return self._crew.config.dry_run and not self._store.armed

    def _told_to_stop(self) -> bool:
        return any(came in STOP for came in self._pending)

    def _stop(self, code: ExitCode) -> None:
        """Let calls on their way end, up to `drain` seconds; a second signal ends that."""
        self._notifier.stopping("stopping: calls on their way are coming to their end")
        self._scheduler.pause()
        self._crew.stop()
        self._wait_until_idle()
        if busy := self._crew.busy():
            # A thread that hangs would keep the process; nothing of it is needed any more.
            _LOG.warning("stopped", code=int(code), unfinished=", ".join(busy))
            leave(code)
        self._crew.close()
        _LOG.info("stopped", code=int(code))

    def _show(self, tell: Callable[[str], bool]) -> None:
        """Tell the service manager how we are; a mere status only when it changed."""
        now = self._clock.monotonic()
        if now >= self._counted_at + self._timing.count:
            with self._store.steady():
                self._writes = self._store.outbox.counts()
            self._counted_at = now
        words = describe(
            sources=len(self._crew.config.sources),
            failing=self._crew.failing.open(),
            loading=self._ingest.loading(),
            writes=self._writes,
            dry_run=self._dry_run(),
            stuck=sorted(self._stuck.open()),
            trouble=self._reload_problem,
        )
        if words != self._shown or tell != self._notifier.status:
            self._shown = words
            tell(words)


def run(
    path: Path, *, as_json: bool = False, timing: Timing | None = None, clock: Clock | None = None
) -> int:
    """Be the daemon until told to stop; returns the exit code. Call it in the main thread."""
    keep_standard_streams()
    log.configure(as_json=as_json)
    threading.excepthook = thread_died
    signal.signal(RELOAD, signal.SIG_IGN)  # until there is something to reload
    notifier = Notifier.from_environment(os.environ, os.getpid())
    service = Service(
        path, clock=clock or SystemClock(), notifier=notifier, timing=timing or Timing()
    )
    try:
        return int(service.run())
    except KeyboardInterrupt:  # before it was ready
        return int(ExitCode.OK)
    except Exception as error:
        code = exit_code(error)
        tell_why("not_started", error, code)
        notifier.status(f"not started: {first_line(error)}")
        return int(code)
