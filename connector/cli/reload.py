"""`leadmode reload`."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from connector.cli.options import AsJson, ConfigPath
from connector.cli.page import Page, complain, print_json
from connector.cli.place import clock_of, is_held, load_even_broken, reading
from connector.clock import SystemClock

if TYPE_CHECKING:
    from connector.config.settings import Config
    from connector.store.revisions import Reload

_REFUSED: Final = 78
_NO_ANSWER: Final = 75
_GLANCE: Final = 0.1
"""Seconds between two looks for the answer."""


def reload(
    context: typer.Context,
    wait: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", min=0, help="Wait so long for the answer.")
    ] = 60,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Have the daemon take its files up anew, and tell whether it did.

    Broken files are refused as a whole and what runs goes on. The exit code is 0 when they were
    taken up, 78 when they were refused, 75 when no daemon answers.

    Examples:
      leadmode reload
      leadmode reload --wait 120 --json
    """
    from connector.errors import FixInput  # noqa: PLC0415
    from connector.store.requests import ask_for_reload  # noqa: PLC0415

    found, problems = load_even_broken(config)
    if not is_held(found.state):
        if problems:
            raise FixInput(problems)
        complain(f"No daemon works on {found.state}. It reads the files when it starts.")
        raise typer.Exit(_NO_ANSWER)
    wish = ask_for_reload(found.state, clock_of(context).now())
    answer = _answer(found, wish, wait)
    if as_json:
        print_json({"answer": answer, "taken_up": bool(answer and answer.revision)})
    else:
        _say(answer, found, wait)
    raise typer.Exit(_NO_ANSWER if answer is None else 0 if answer.revision else _REFUSED)


def _answer(config: Config, wish: Path, seconds: float) -> Reload | None:
    """What the daemon answered; None when it did not in time, and then it is not asked any more."""
    clock, idle = SystemClock(), threading.Event()
    deadline = clock.monotonic() + seconds
    while True:
        with reading(config) as store:
            told = [one for one in store.revisions.reloads() if one.asked == wish.stem]
        if told:
            return told[-1]
        if clock.monotonic() >= deadline:
            wish.unlink(missing_ok=True)
            return None
        idle.wait(_GLANCE)


def _say(answer: Reload | None, config: Config, wait: float) -> None:
    if answer is None:
        complain(
            f"The daemon on {config.state} did not answer within {wait:g} seconds; it is not asked "
            "any more. `leadmode status` tells how it is."
        )
    elif answer.revision:
        Page().line(f"Taken up: the daemon works by revision {answer.revision}.", "green")
    else:
        complain(f"Refused, and the daemon goes on as before: {answer.problem}")
        if answer.problems > 1:
            complain(f"{answer.problems} problems. `leadmode check` lists them.")
