"""A sandbox platform in a process of its own: tasks are where the daemon cannot lose them."""

from __future__ import annotations

import json
import multiprocessing
import urllib.request
from collections.abc import Callable
from typing import Any, ClassVar, Final

from rich.console import Console
from rich.markup import escape

from connector.clock import DAY, SystemClock
from sandbox.story.world import World

_PATIENCE: Final = 30.0
"""Seconds for an answer of the platform."""


class Apart:
    """The process. The story is told over a pipe; what is there is looked at over HTTP."""

    told_at_rest = True
    forked: ClassVar[bool] = False
    """Whether the process begins with everything that this one has loaded: there at once."""

    def __init__(self, serve: Callable[..., None], world: World) -> None:
        """`serve(world, begin, pipe)` sends its address, then what else there is to know."""
        begin = min(account.created_at for account in world.accounts) - DAY
        context = (
            multiprocessing.get_context("fork")
            if self.forked
            else multiprocessing.get_context("spawn")
        )
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(world, begin, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.url, self.fallback = self._pipe.recv()

    def write_until(self, moment: int) -> None:
        """What the platform holds at `moment` (UTC ms); its clock goes on from there."""
        self._pipe.send(moment)
        self._pipe.recv()

    def grown(self) -> int:
        """A number that grows with every write from outside."""
        return int(self.ask("state")["effects"])

    def report(self, out: Console) -> bool:
        """Print what the weather was; False when the platform itself broke: that proves nothing."""
        state = self.ask("state")
        faults, broken = state["faults"], state["broken"]
        out.print(f"weather     {sum(faults.values())} calls met one of {len(faults)} faults")
        if broken:
            out.print(f"[bold red]the sandbox broke {len(broken)} times[/]: {escape(broken[0])}")
        return not broken

    def ask(self, path: str, body: dict[str, object] | None = None) -> Any:
        """The back door of the platform."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/__sandbox__/{path}", data, headers)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def close(self) -> None:
        """End the process; twice is harmless."""
        if self._process.is_alive():
            self._pipe.send(None)
            self._process.join(_PATIENCE)


class Past(SystemClock):
    """Runs like the clock of this machine, from an earlier moment on (UTC ms)."""

    def __init__(self, begin: int) -> None:
        self._back = super().now() - begin

    def now(self) -> int:
        return super().now() - self._back
