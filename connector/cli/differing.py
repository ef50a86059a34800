"""A diff of two sets of rules as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from connector.cli.page import Cell, Column, Page
from connector.config.rule_changes import RuleChange, Said
from connector.diff.told import (
    AlertChange,
    Counts,
    Difference,
    Example,
    Here,
    Now,
    NowChange,
    Past,
    SideTold,
    Stay,
)
from connector.plan.words import day, moment
from connector.report.words import counted, hold_briefly, points

_NOW: Final = {
    Now.ENTERS: ("enters", "bold green"),
    Now.LEAVES: ("leaves", "bold yellow"),
    Now.HELD: ("held otherwise", "yellow"),
    Now.MOVES: ("moves", "cyan"),
}
_PAST: Final = {
    Past.ONLY_OLD: ("only old", "bold yellow"),
    Past.ONLY_NEW: ("only new", "bold green"),
    Past.MOVED: ("other moment", "cyan"),
    Past.HELD: ("held otherwise", "yellow"),
    Past.ENDED: ("other end", "dim"),
}
_TITLES: Final = (
    "ENTER", "LEAVE", "HELD", "MOVE", "ONLY OLD", "ONLY NEW", "MOVED", "HELD", "ENDED",
    "HAND-OFFS OLD", "NEW",
)  # fmt: skip


def show(told: Difference, most: int, where: str = "--most {total}, or --json") -> None:
    """What differs in the rules, now, and in the past; then per owner and rule, and examples.

    `where` says how to see the rows after the first `most`; {total} is their number.
    """
    page, zone = Page(), ZoneInfo(told.zone)
    page.line(f"Diff of {_side(told.old)} and {_side(told.new)}", "bold")
    for note in told.notes:
        page.line(note, "italic yellow", indent=2)
    _show_rules(page, told.rules)
    _show_now(page, told, zone, most, where)
    _show_past(page, told, zone, most, where)
    _show_counts(page, "owner", told.by_owner)
    _show_counts(page, "rule", told.by_rule)
    _show_examples(page, told.examples)


def _side(side: SideTold) -> str:
    running = ", running" if side.running else ""
    return f"{side.label} ({side.revision}{running})"


def _show_rules(page: Page, changes: Sequence[RuleChange]) -> None:
    page.line()
    text = counted(len(changes), "key differs", "keys differ") if changes else "no key differs"
    page.line(f"The rules: {text}", "bold")
    columns = [Column(""), Column("OLD"), Column(""), Column("NEW"), Column("WHERE")]
    page.table(columns, [_rule(each) for each in changes], 2)


def _rule(change: RuleChange) -> list[Cell | str]:
    def said(side: Said | None) -> str:
        return "not there" if side is None else side.in_words

    places = [side.place for side in (change.new, change.old) if side and side.place]
    where = f"{places[0].file}:{places[0].line}" if places else ""
    return [
        Cell(change.key, "bold"),
        Cell(said(change.old), "yellow"),
        "->",
        Cell(said(change.new), "green"),
        Cell(where, "dim"),
    ]


def _show_now(page: Page, told: Difference, zone: ZoneInfo, most: int, where: str) -> None:
    page.line()
    page.line(
        f"Now, {moment(told.at, zone)}: {told.old.in_lead_mode:,} in lead mode by the old rules, "
        f"{told.new.in_lead_mode:,} by the new ones",
        "bold",
    )
    titles = ("", "WHO", "OWNER", "RULE", "OLD", "NEW")
    columns = [Column(title, folds=title not in ("", "RULE")) for title in titles]
    page.table(columns, [_now(each, zone) for each in told.now[:most]], 2)
    _say_rest(
        page, len(told.now), most, where, "Nobody enters, leaves, is held otherwise, or moves."
    )


def _now(change: NowChange, zone: ZoneInfo) -> list[Cell | str]:
    name, style = _NOW[change.what]
    also = f" (still by {', '.join(change.also)})" if change.also else ""
    return [
        Cell(name, style),
        change.who.label,
        change.who.owner,
        change.rule + also,
        _here(change.old, zone),
        _here(change.new, zone),
    ]


def _here(here: Here | None, zone: ZoneInfo) -> str:
    if here is None:
        return "not in lead mode"
    place = "" if here.rank is None else f", place {here.rank}"
    hold = f", held: {hold_briefly(here.hold)}" if here.hold else ""
    since = f"since {day(here.entered_at, zone)}"
    return f"{here.grade}, {points(here.score)} points{place}, {since}{hold}"


def _show_past(page: Page, told: Difference, zone: ZoneInfo, most: int, where: str) -> None:
    page.line()
    page.line(f"Alerts since {day(told.start_at, zone)}", "bold")
    titles = ("", "WHO", "OWNER", "RULE", "OLD", "NEW")
    columns = [Column(title, folds=title not in ("", "RULE")) for title in titles]
    page.table(columns, [_past(each, zone) for each in told.past[:most]], 2)
    _say_rest(page, len(told.past), most, where, "None would have been another.")


def _past(change: AlertChange, zone: ZoneInfo) -> list[Cell | str]:
    name, style = _PAST[change.what]
    who = change.who
    return [
        Cell(name, style),
        who.label,
        who.owner,
        change.rule,
        _stay(change.old, zone),
        _stay(change.new, zone),
    ]


def _stay(stay: Stay | None, zone: ZoneInfo) -> str:
    if stay is None:
        return "none"
    made = f"held: {hold_briefly(stay.hold)}" if stay.hold else "handed off"
    left = f", left {day(stay.left_at, zone)}" if stay.left_at is not None else ""
    hand = ", raised hand" if stay.by_hand else ""
    return f"{moment(stay.at, zone)}, {points(stay.score)} points{hand}, {made}{left}"


def _say_rest(page: Page, total: int, most: int, where: str, none: str) -> None:
    if not total:
        page.line(none, indent=2)
    elif total > most:
        more = where.format(total=total)
        page.line(f"... and {total - most:,} more: {more}.", "dim", indent=2)


def _show_counts(page: Page, name: str, counts: Sequence[Counts]) -> None:
    if not counts:
        return
    page.line()
    page.line(f"Per {name}: now, then in the past", "bold")
    columns = [Column(name.upper()), *(Column(title, right=True) for title in _TITLES)]
    page.table(columns, [[each.name, *_figures(each)] for each in counts], 2)


def _figures(counts: Counts) -> Iterator[str]:
    figures = [*counts.now.values(), *counts.past.values()]
    yield from map(str, [*figures, counts.handed_off_old, counts.handed_off_new])


def _show_examples(page: Page, examples: Sequence[Example]) -> None:
    if not examples:
        return
    page.line()
    page.line("For example", "bold")
    for each in examples:
        page.row([Cell(f"{each.who.label}, by {each.rule}", "bold")], indent=2)
        page.row([Cell("under the old rules: ", "yellow"), Cell(each.old)], indent=4)
        page.row([Cell("under the new rules: ", "green"), Cell(each.new)], indent=4)
