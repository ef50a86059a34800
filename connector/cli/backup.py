"""`leadmode backup` and `leadmode restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connector.cli.options import AsJson, ConfigPath
from connector.cli.page import Page, print_json
from connector.cli.place import NothingRead, clock_of, load

Target = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="Where to. Left out: a name of its own in STATE/backups."),
]
Source = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="The backup. Left out: the newest whole one."),
]


def backup(
    context: typer.Context,
    target: Target = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Copy the database, beside a running daemon, and check the copy.

    The daemon makes one every day by itself and keeps the newest (`backups` in the config).

    Examples:
      leadmode backup
      leadmode backup /mnt/safe/leadmode.sqlite --json
    """
    from connector.store import FILE_NAME  # noqa: PLC0415
    from connector.store.backups import make_backup, make_daily_backup  # noqa: PLC0415

    found, now = load(config), clock_of(context).now()
    database = found.state / FILE_NAME
    try:
        if target is None:
            target = make_daily_backup(database, now, max(1, found.backups))
        else:
            make_backup(database, target)
    except FileNotFoundError:
        if not database.exists():
            raise NothingRead from None
        raise
    size = target.stat().st_size
    if as_json:
        print_json({"file": str(target), "bytes": size})
    else:
        Page().line(f"Copied and checked: {target} ({size / 1_000_000:,.1f} MB).", "green")


def restore(
    context: typer.Context,
    source: Source = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the database. Stop the daemon first.

    The present database is kept beside it under another name. Before anything is sent after that,
    every source is read to its end once more; what was written since the backup is recognised by
    its key and not written again.

    Examples:
      leadmode restore
      leadmode restore /mnt/safe/leadmode.sqlite
    """
    from connector.daemon.lock import FolderLock  # noqa: PLC0415
    from connector.errors import AskOperator  # noqa: PLC0415
    from connector.store import FILE_NAME, Store  # noqa: PLC0415
    from connector.store.backups import FOLDER, newest_usable, put_back  # noqa: PLC0415
    from connector.store.recovery import begin_to_reconcile  # noqa: PLC0415

    found, now = load(config), clock_of(context).now()
    with FolderLock.take(found.state):
        source = source or newest_usable(found.state)
        if source is None:
            raise AskOperator(f"There is no whole backup in {found.state / FOLDER}. Name a file.")
        if not source.exists():
            raise AskOperator(f"There is no file {source}.")
        kept = put_back(source, found.state / FILE_NAME, now)
        store = Store.open(found.state)
        try:
            with store.transaction():
                begin_to_reconcile(store, now)
        finally:
            store.close()
    if as_json:
        print_json({"restored": str(source), "kept_as": str(kept) if kept else None})
        return
    page = Page()
    page.line(f"Restored {source}.", "green")
    if kept:
        page.line(f"What was there is now {kept}.")
    page.line(
        "Start the daemon, or run `leadmode sync`: every source is read once more before anything "
        "is sent."
    )
