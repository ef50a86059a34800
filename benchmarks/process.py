"""A platform in a process of its own, so that its memory is not that of what is measured."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from typing import Any, Protocol, Self

Opened = AbstractContextManager[tuple[str, object]]
"""What a process serves: its address, and the object whose methods may be called."""


class Open(Protocol):
    """Makes what a process serves; it is imported by name there."""

    def __call__(self, *values: Any) -> Opened: ...


class PlatformProcess:
    """The process and the pipe to it. Questions go over the pipe, records only over HTTP."""

    def __init__(self, open_platform: Callable[..., Opened], *values: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(open_platform, values, theirs), daemon=True
        )
        self._process.start()
        theirs.close()
        self.url = str(self._pipe.recv())

    def ask(self, what: str, *values: Any) -> Any:
        """One of the methods of what it serves."""
        self._pipe.send((what, values))
        return self._pipe.recv()

    def close(self) -> None:
        """End the process."""
        self._pipe.send(("stop", ()))
        self._process.join(30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _serve(open_platform: Open, values: tuple[Any, ...], pipe: Connection) -> None:
    """Open it, answer questions until told to stop."""
    with open_platform(*values) as (url, served):
        pipe.send(url)
        while True:
            what, given = pipe.recv()
            if what == "stop":
                return
            pipe.send(getattr(served, what)(*given))
