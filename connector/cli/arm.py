"""`leadmode arm` and `leadmode disarm`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from connector.cli.options import AsJson, ConfigPath, Yes
from connector.cli.page import Cell, Page, print_json
from connector.cli.place import load, reading

if TYPE_CHECKING:
    from connector.config.settings import Config
    from connector.store import Store


def arm(config: ConfigPath = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """End the dry run: write hand-offs into the CRM from now on.

    Says first what that means, and asks on a terminal. A running daemon sees it at once.

    Examples:
      leadmode arm
      leadmode arm --yes --config /etc/leadmode/acme/config.toml
    """
    found = load(config)
    with reading(found) as store:
        if found.dry_run and not as_json:
            _say_what_it_means(Page(), found, store)
        if found.dry_run and not yes and not as_json and sys.stdin.isatty():
            typer.confirm("Write into the CRM from now on?", abort=True)
        store.arm(True)
    _say(Page(), found, armed=True, as_json=as_json)


def disarm(config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Begin the dry run again: record hand-offs, write nothing.

    What is already in the outbox stays there and is not sent until you arm again.

    Examples:
      leadmode disarm
      leadmode disarm --json
    """
    found = load(config)
    with reading(found) as store:
        store.arm(False)
    _say(Page(), found, armed=not found.dry_run, as_json=as_json)


def _say_what_it_means(page: Page, config: Config, store: Store) -> None:
    from connector.model import Hold, OutboxState  # noqa: PLC0415
    from connector.report.words import counted  # noqa: PLC0415
    from connector.store.overview import holds, open_episodes  # noqa: PLC0415

    dry = holds(store.connection).get(Hold.DRY_RUN, 0)
    running = len(open_episodes(store.connection, None))
    waiting = store.outbox.counts().get(OutboxState.PENDING, 0)
    target = config.authority
    page.line(f"Tasks will be written into {target.name} ({target.adapter}).", "bold")
    page.line(f"{counted(running, 'episode')} in lead mode now: they are not alerted again.")
    page.line(f"{counted(dry, 'hand-off')} held by the dry run: they stay held (`leadmode held`).")
    if waiting:
        page.line(f"{counted(waiting, 'write')} in the outbox: sent at once.")
    page.line("Whoever enters lead mode from now on gets a task.")


def _say(page: Page, config: Config, *, armed: bool, as_json: bool) -> None:
    if as_json:
        print_json({"armed": armed})
    elif armed and config.dry_run:
        page.line("Armed.", "bold green")
    elif armed:
        text = "It is armed by the configuration: dry_run = false. Change it there."
        page.row([Cell(text, "yellow")])
    else:
        page.line("Disarmed: this is a dry run again.", "bold yellow")
