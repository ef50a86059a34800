"""What one cycle did, for people."""

from __future__ import annotations

from collections import Counter

from connector.assess import Alerted, Surged
from connector.cli.cycled import Told, name_of
from connector.cli.page import Cell, Page
from connector.engine.result import Change
from connector.model import OutboxState, Person, Verdict
from connector.report import words


def show(page: Page, told: Told) -> None:
    """What a cycle did, for people."""
    for name, polled in told.polled.items():
        aside = f", {words.counted(polled.set_aside, 'row')} set aside" if polled.set_aside else ""
        read = f"{polled.records:,} records and {polled.engagements:,} engagements read{aside}"
        page.row([Cell(f"{name}: ", "bold"), Cell(read)])
    for name, error in told.failed.items():
        page.row([Cell(f"{name}: ", "bold"), Cell(f"could not be read. {error}", "red")])
    if told.new_rules:
        page.line("The rules are new: what matches already is recorded and not alerted.", "dim")
    for person, alert in told.alerts:
        _show_alert(page, told, person, alert)
    for surged in told.surges:
        _show_surge(page, surged)
    for person, episode in told.left:
        who = name_of(told, person)
        page.row([Cell("- left    ", "yellow"), Cell(f"{who}: {words.left(episode.left_reason)}")])
    for person, each in told.steps:
        said = each.step.note or (f'task "{each.write.fields["subject"]}"' if each.write else "")
        text = f"{name_of(told, person)}: {each.step.what} {said}".rstrip()
        page.row([Cell("! clock   ", "yellow"), Cell(text)])
    for hold, count in told.counted.most_common():
        returns = words.counted(count, "return")
        page.line(f"{returns} recorded, not alerted: {words.hold_reason(hold)}", "dim")
    _show_settled(page, told)


def _show_alert(page: Page, told: Told, person: Person, alert: Alerted) -> None:
    handed = alert.decision.verdict is Verdict.HANDED_OFF
    raised = alert.decision.change == Change.RAISED
    waits = alert.decision.verdict is Verdict.WAITING
    mark = "+ raised  " if raised else "+ entered " if handed else "+ held    "
    mark = "+ waits   " if waits else mark
    said = f" ({words.points(alert.transition.score)} points)"
    page.row(
        [
            Cell(mark, "green" if handed else "yellow"),
            Cell(name_of(told, person), "bold"),
            Cell(said),
            Cell(f": {words.verdict(alert.decision)}"),
        ]
    )
    for write in alert.writes:
        if "subject" in write.fields:
            page.line(f'task "{write.fields["subject"]}"', "dim", indent=10)


def _show_surge(page: Page, surged: Surged) -> None:
    from connector.report.accounts import because  # noqa: PLC0415

    name = str(surged.account.fields.get("name") or surged.account.ref.id)
    people = words.counted(surged.surge.people, "person", "people")
    said = because(surged.surge)
    mark = Cell("+ surges  " if surged.write else "+ held    ", "yellow" if said else "green")
    what = f"held: {said}" if said else "one task for its owner"
    page.row([mark, Cell(name, "bold"), Cell(f" ({people}): {what}")])
    if surged.write is not None:
        page.line(f'task "{surged.write.fields["subject"]}"', "dim", indent=10)


def _show_settled(page: Page, told: Told) -> None:
    counts = Counter(state for _, state, _ in told.settled)
    for state, count in counts.items():
        text = f"{words.counted(count, 'write')}: {words.write_state(state)}"
        page.line(text, "red" if state is OutboxState.DEAD else "")
    if told.braked:
        page.line(
            f"The brake holds {words.counted(told.braked, 'write')}: more at once than usual. Look "
            "at them with `leadmode outbox --state held`, then `leadmode outbox release --all`.",
            "bold yellow",
        )
    if told.dry_run:
        page.line("This is a dry run: nothing was written. `leadmode arm` ends it.", "yellow")
    elif not told.settled:
        page.line("Nothing to write.", "dim")
