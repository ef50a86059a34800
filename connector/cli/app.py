"""All commands together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from connector.cli.accounts import accounts
from connector.cli.apply import apply
from connector.cli.arm import arm, disarm
from connector.cli.backtest import backtest
from connector.cli.backup import backup, restore
from connector.cli.brief import brief
from connector.cli.check import check
from connector.cli.commands import Commands, help_of
from connector.cli.diff import diff
from connector.cli.doctor import doctor
from connector.cli.explain import explain
from connector.cli.health import health
from connector.cli.held import held
from connector.cli.leads import leads
from connector.cli.offers import offers
from connector.cli.outbox import outbox
from connector.cli.plan import plan
from connector.cli.programs import programs
from connector.cli.provision import provision
from connector.cli.reload import reload
from connector.cli.report import report
from connector.cli.rules import rules
from connector.cli.run import run
from connector.cli.status import status
from connector.cli.sync import sync
from connector.cli.test import test
from connector.cli.tune import tune
from connector.cli.undo import undo
from connector.cli.version import say_version, version
from connector.cli.why_not import why_not

app = typer.Typer(
    name="leadmode",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback()
def leadmode(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=say_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """See when a person you already know is shopping again, and tell the CRM.

    Begin with `leadmode check`, then `leadmode sync`, then `leadmode leads`.
    """


_IN_ORDER: tuple[Callable[..., None], ...] = (
    run, sync, plan, apply, undo, check, test, doctor, provision, leads, explain, brief, why_not,
    held, accounts, programs, offers, backtest, diff, tune, report, health, status, backup,
    restore, arm, disarm, reload, version,
)  # fmt: skip

for _command in _IN_ORDER:
    app.command(help=help_of(_command))(_command)
app.add_typer(outbox)
app.add_typer(rules)
