"""A plan for people: per owner, what would be written and what would be held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from connector.cli.page import Cell, Page
from connector.model import Hold, OutboxState, Scalar, Verdict, WriteKind
from connector.plan.words import moment
from connector.planned.plan import Plan, PlannedHold, PlannedWrite
from connector.report import words

_NOTHING = "(nothing)"


def show(page: Page, plan: Plan, *, texts: bool = False) -> None:
    """The whole plan, one block per owner; with `texts` what tasks and notes say too."""
    for name, reason in plan.failed.items():
        page.row([Cell(f"{name}: ", "bold"), Cell(f"could not be read. {reason}", "red")])
    if plan.new_rules:
        page.line(f"Revision {plan.revision} is new: what matches already is not alerted.", "dim")
    owners = sorted({w.owner for w in plan.writes} | {h.owner for h in plan.held})
    for owner in owners:
        writes = [each for each in plan.writes if each.owner == owner]
        held = [each for each in plan.held if each.owner == owner]
        page.row([Cell(owner, "bold"), Cell(f": {_counts(writes, held)}")])
        for write in writes:
            _show_write(page, write, ZoneInfo(plan.zone), texts=texts)
        for hold in held:
            _show_hold(page, hold)
        page.line()
    _show_rest(page, plan)


def _counts(writes: list[PlannedWrite], held: list[PlannedHold]) -> str:
    kinds = Counter(each.kind for each in writes)
    told = [
        words.counted(kinds[kind], noun)
        for kind, noun in (
            (WriteKind.CREATE_TASK, "task"),
            (WriteKind.SET_FIELDS, "field change"),
            (WriteKind.ADD_NOTE, "note"),
            (WriteKind.ADD_MEMBER, "membership"),
        )
        if kinds[kind]
    ]
    return ", ".join([*told, f"{len(held)} held"] if held else told)


def _show_write(page: Page, each: PlannedWrite, zone: ZoneInfo, *, texts: bool) -> None:
    held = " - the brake would hold it" if each.braked else ""
    who = f"{each.name}, {each.company}" if each.company else each.name
    mark = "~ " if each.kind is WriteKind.SET_FIELDS else "+ "
    place = f" on {each.object_type} {each.record}"
    page.row(
        [Cell(mark, "green"), Cell(who, "bold"), Cell(place, "dim"), Cell(held, "yellow")], indent=2
    )
    for line in _lines(each, zone):
        page.line(line, indent=6)
    for line in str(each.fields.get("body") or "").splitlines() if texts and is_text(each) else ():
        page.line(f"| {line}".rstrip(), "dim", indent=6)


def is_text(each: PlannedWrite) -> bool:
    """Whether it is a text for people, not the fields of a record."""
    return each.kind is not WriteKind.SET_FIELDS


def _lines(each: PlannedWrite, zone: ZoneInfo) -> Iterator[str]:
    if each.was is None:
        yield "the CRM does not have the record any more: it is gone, or merged into another"
    if each.kind is WriteKind.ADD_NOTE:
        yield f'note "{each.fields.get("subject")}"'
    if each.kind is WriteKind.ADD_MEMBER:
        yield f"joins the list {each.fields.get('list')}"
        yield f"because: {each.title}, {each.what}"
        return
    if each.kind is not WriteKind.SET_FIELDS:
        due = each.fields.get("due_at")
        until = f", due {moment(due, zone)}" if isinstance(due, int) else ""
        yield f'task "{each.fields.get("subject")}"{until}, priority {each.fields.get("priority")}'
        why = f"{words.points(each.score)} points" if each.score else each.what
        yield f"because: {each.title}, {why}, {moment(each.at, zone)}"
        return
    for name, new in each.fields.items():
        old = (each.was or {}).get(name)
        if name not in (each.was or {}):
            yield f"{name}: (not shown) -> {_shown(new)}"
        elif old == new:
            yield f"{name}: {_shown(new)} already"
        elif name in each.expected and old not in each.expected[name]:
            yield f"{name}: {_shown(old)} stays; the rules only replace other values"
        else:
            yield f"{name}: {_shown(old)} -> {_shown(new)}"


def _show_hold(page: Page, hold: PlannedHold) -> None:
    who = f"{hold.name}, {hold.company}" if hold.company else hold.name
    held = "" if hold.reason == Verdict.WAITING else "held, "
    page.row([Cell("- ", "yellow"), Cell(who, "bold"), Cell(f": {held}{hold.because}")], indent=2)
    if hold.subject:
        page.line(f'would have been: task "{hold.subject}"', "dim", indent=6)


def _show_rest(page: Page, plan: Plan) -> None:
    for reason, count in plan.counted.items():
        returns = words.counted(count, "return")
        told = words.hold_reason(Hold(reason))
        page.line(f"{returns} would be recorded, not alerted: {told}", "dim")
    if plan.waiting:
        page.line(f"In the outbox already: {words.counted(len(plan.waiting), 'write')}")
    for each in plan.waiting:
        reason = f" ({each.reason})" if each.reason else ""
        page.line(f"{each.state}: {each.name}, {each.what}{reason}", indent=2)
    if any(each.state == OutboxState.HELD for each in plan.waiting):
        page.line("Held ones wait for you: `leadmode outbox release` or `discard`.", indent=2)
    braked = len({(w.person, w.rule, w.at) for w in plan.writes if w.braked})
    if braked:
        page.line(
            f"The brake would hold {braked} of {plan.hand_offs} hand-offs (storm = {plan.storm}). "
            f"To write all: `leadmode apply PLAN --yes-all {plan.hand_offs}`.",
            "yellow",
        )
    if not plan.armed:
        page.line("This is a dry run: nothing is written before `leadmode arm`.", "yellow")
    counted = words.counted(plan.hand_offs, "hand-off")
    total = f"In all: {counted}, {words.counted(len(plan.writes), 'write')}, {len(plan.held)} held."
    page.line(total, "bold")


def _shown(value: Scalar) -> str:
    return _NOTHING if value is None or value == "" else str(value)
