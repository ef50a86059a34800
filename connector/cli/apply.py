"""`leadmode apply`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.options import AsJson, ConfigPath, YesAll
from connector.cli.page import Page, complain, print_json
from connector.cli.place import clock_of, where_config_is

if TYPE_CHECKING:
    from connector.cli.planning import Applied
    from connector.planned.plan import Plan

_REFUSED = 78
_TEMPORARY = 75
_STYLES = {"done": "green", "dead": "red"}


def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="PLAN", help="What `leadmode plan` saved.")],
    max_age: Annotated[
        str, typer.Option("--max-age", metavar="TIME", help="How old it may be.")
    ] = "1h",
    yes_all: YesAll = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Write exactly what a plan says, or refuse and say why.

    Refused, with everything that differs: a changed file, other rules, a decision that would not
    come out now, a record that was changed meanwhile, an old plan, a dry run. Killed at any
    moment it can be applied again. The exit code is 0, 78 when it is refused or the CRM refuses
    one of its writes, 75 beside a daemon or when some could not be sent yet.

    Examples:
      leadmode apply monday.plan
      leadmode apply monday.plan --yes-all 61
    """
    from connector.cli.planning import apply_plan  # noqa: PLC0415
    from connector.planned.apply import Consent, PlanRefused  # noqa: PLC0415
    from connector.planned.plan import load  # noqa: PLC0415

    plan, checksum = load(file)
    consent = Consent(max_age=_length(max_age), number=yes_all)
    try:
        done = apply_plan(where_config_is(config), clock_of(context), plan, consent)
    except PlanRefused as refusal:
        if as_json:
            print_json({"applied": False, "refused": refusal.reasons, "advice": refusal.advice})
        else:
            complain(str(refusal))
        raise typer.Exit(_REFUSED) from None
    if as_json:
        told = [
            {"key": write.key, "state": state.value, "reason": reason}
            for write, state, reason in done.settled
        ]
        print_json({"applied": True, "checksum": checksum, "settled": told, "writes": done.states})
    else:
        _say(Page(), plan, done)
    raise typer.Exit(_code(done))


def _code(done: Applied) -> int:
    """0 when all was sent and taken, or needed no more."""
    from connector.model import OutboxState  # noqa: PLC0415
    from connector.planned.make import ON_THEIR_WAY  # noqa: PLC0415

    states = set(done.states.values())
    if states & {OutboxState.DEAD, OutboxState.HELD, OutboxState.EXPIRED}:
        return _REFUSED
    return _TEMPORARY if states & set(ON_THEIR_WAY) else 0


def _length(text: str) -> int:
    from connector.config.durations import BadDuration, parse_duration  # noqa: PLC0415

    try:
        return parse_duration(text)
    except BadDuration as error:
        raise typer.BadParameter(f'--max-age "{text}" {error}.') from None


def _say(page: Page, plan: Plan, done: Applied) -> None:
    from connector.report.words import counted, write_state  # noqa: PLC0415

    settled = done.settled
    keys = {write.key for write, _, _ in settled}
    before = Counter(done.states[one.key] for one in plan.writes if one.key not in keys)
    if not plan.writes:
        page.line("The plan holds no writes; the cycle was gone through.")
    for state, count in Counter(state for _, state, _ in settled).items():
        page.line(f"{counted(count, 'write')}: {write_state(state)}", _STYLES.get(state, "yellow"))
    for write, _, reason in settled:
        if reason:
            page.line(f"{write.target}: {reason}", "yellow", indent=2)
    for state, count in before.items():
        page.line(f"{counted(count, 'write')} of it before: {write_state(state)}")
