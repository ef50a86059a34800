"""`leadmode undo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.options import AsJson, ConfigPath, YesAll
from connector.cli.page import Cell, Column, Page, complain, print_json
from connector.cli.place import clock_of, where_config_is

if TYPE_CHECKING:
    from connector.cli.undoing import Undone
    from connector.planned.undo import UndoPlan

_REFUSED = 78
_TEMPORARY = 75
_TITLES = ("DOES", "PERSON", "WHAT WAS WRITTEN", "WHY", "KEY")
_SHORT = 14


def undo(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A rule revision or the key of one write.")
    ],
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only what was queued since.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Only what was queued before.")
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="What `explain` says of it.")
    ] = "by an admin",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; else it is only shown.")] = False,
    yes_all: YesAll = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Take back what a run wrote, where nobody has touched it since.

    RUN is a revision of the rules, as `leadmode rules log` lists them, or the key of a write.
    Open tasks, notes and memberships are withdrawn, fields set back, and what waits is never
    sent. What somebody changed or completed stays, and so does a field whose value before is
    not recorded. Nothing of it is written again. Without --yes it is only shown.

    Examples:
      leadmode undo 3f9a1c --since -2h
      leadmode undo 3f9a1c --since -2h --reason "wrong threshold" --yes
    """
    from connector.cli.undoing import Braked, Wanted, run_undo  # noqa: PLC0415

    wanted = Wanted(
        run=run,
        since=since,
        until=until,
        reason=reason,
        do=yes or yes_all is not None,
        number=yes_all,
    )
    try:
        done = run_undo(where_config_is(config), clock_of(context), wanted)
    except Braked as braked:
        complain(str(braked))
        raise typer.Exit(_REFUSED) from None
    if as_json:
        print_json({"plan": done.plan, "done": done.done, "writes": done.states})
    else:
        _show(Page(), done.plan)
        _tell(Page(), done)
    raise typer.Exit(_code(done))


def _show(page: Page, plan: UndoPlan) -> None:
    columns = [
        Column(title, folds=title in {"PERSON", "WHAT WAS WRITTEN", "WHY"}) for title in _TITLES
    ]
    rows: list[list[Cell | str]] = [
        [
            Cell(row.does.value, "dim" if row.does == "nothing" else "yellow"),
            row.name,
            row.what,
            row.why,
            Cell(row.key[:_SHORT] if page.for_people else row.key, "dim"),
        ]
        for row in plan.rows
    ]
    page.table(columns, rows)
    page.line()


def _tell(page: Page, done: Undone) -> None:
    from connector.report.words import counted, write_state  # noqa: PLC0415

    plan = done.plan
    stay = len(plan.rows) - plan.todo
    written = counted(len(plan.rows), "write")
    page.line(f"{plan.run}: {written}, {plan.todo} to take back, {stay} stay.")
    if not done.done:
        if plan.todo:
            page.line("Nothing was done. Say --yes to do it, with the daemon stopped.", "yellow")
        return
    for write, state, reason in done.settled:
        if reason or state != "done":
            page.line(f"{write.target}: {write_state(state)} {reason}".rstrip(), "yellow", indent=2)
    undone = sum(state == "undone" for state in done.states.values())
    page.line(f"{undone} of {len(plan.rows)} are undone.", "green")


def _code(done: Undone) -> int:
    """0 when all that was to be done is done; 75 when some could not be sent yet; 78 refused."""
    if not done.done:
        return 0
    states = {state.value for _, state, _ in done.settled}
    if states & {"retry", "unknown", "pending", "inflight"}:
        return _TEMPORARY
    return _REFUSED if states & {"dead", "held"} else 0
