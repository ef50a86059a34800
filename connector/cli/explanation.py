"""An explanation as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from connector.cli.drawn import drawn, signs
from connector.cli.page import Cell, Column, Page
from connector.plan.words import moment, span
from connector.report.clocks import ClockTold
from connector.report.explain import Explanation
from connector.report.missing import Missing, Option
from connector.report.past import PastEpisode
from connector.report.picture import Picture
from connector.report.programs import Run
from connector.report.spells import Line, Spell, spells
from connector.report.standing import Need, Standing
from connector.report.story import What
from connector.report.words import points

_STYLES = {
    What.ENTERED: "bold green",
    What.RAISED: "bold green",
    What.LEFT: "bold yellow",
    What.HANDED_OFF: "green",
    What.HELD: "yellow",
    What.WAITS: "yellow",
    What.OPPORTUNITY: "cyan",
    What.STATUS: "cyan",
    What.KNOWN: "dim",
    What.OTHER: "dim",
    What.MACHINE: "dim",
}
_BY_SCORE = frozenset({"score", "kinds", "human"})
_OPTIONS = 3
"""Most ways to enter that are named."""


def show(page: Page, told: Explanation, *, everything: bool) -> None:
    """Who, the story, where they stand."""
    zone = ZoneInfo(told.zone)
    page.line(told.who.label + (f", {told.who.title}" if told.who.title else ""), "bold")
    page.table([Column(""), Column("")], [[Cell(k, "dim"), v] for k, v in _about(told) if v], 2)
    for note in told.notes:
        page.line(note, "italic yellow", indent=2)
    for each in told.pictures:
        _show_picture(page, each, zone)
    page.line()
    page.line(f"The story (times in {told.zone})", "bold")
    for spell in spells(told.story, told.quiet_ms, told.at, everything=everything):
        _show_spell(page, spell, zone)
    _show_past(page, told, zone)
    _show_clocks(page, told.clocks, zone)
    _show_programs(page, told.programs, zone)
    each_rule = zip(told.standings, told.hand_offs, told.ranks, strict=True)
    for standing, hand_off, rank in each_rule:
        page.line()
        _show_standing(page, standing, hand_off, rank, zone)


def _show_picture(page: Page, picture: Picture, zone: ZoneInfo) -> None:
    """The last months, when anything happened in them."""
    if not any(week.acts or week.machine or week.in_lead_mode for week in picture.weeks):
        return
    page.line()
    page.line(f"{picture.title}: the last {len(picture.weeks)} weeks", "bold")
    for name, cells in drawn(picture, zone, signs(for_people=page.for_people)):
        page.row([Cell(f"{name:>12} ", "dim"), Cell(f"|{cells}".rstrip(), "cyan")], indent=2)


def _show_past(page: Page, told: Explanation, zone: ZoneInfo) -> None:
    if told.episodes:
        page.line()
        page.line("Episodes", "bold")
        columns = [Column(t) for t in ("RULE", "FROM", "TO", "HAND-OFF", "REVISION")]
        page.table(columns, [_episode(each, zone) for each in told.episodes], 2)
    if told.holds:
        page.line()
        page.line("Held", "bold")
        columns = [Column(t) for t in ("RULE", "AT", "BECAUSE", "REVISION")]
        rows = [[h.rule, moment(h.at, zone), h.because, h.revision] for h in told.holds]
        page.table(columns, rows, 2)


def _show_clocks(page: Page, clocks: tuple[ClockTold, ...], zone: ZoneInfo) -> None:
    """What became of each hand-off, and what follows when nobody works it."""
    if not clocks:
        return
    page.line()
    page.line("Clocks of hand-offs", "bold")
    for each in clocks:
        handed = moment(each.handed_at, zone)
        page.line(f"{each.rule}, handed off {handed}: {each.said}", indent=2)
        rows = [
            ("task", f"{each.task}, with {each.holder}"),
            ("said", each.disposition),
            *(("done", made) for made in each.made),
            ("next", each.upcoming),
        ]
        page.table([Column(""), Column("")], [[Cell(k, "dim"), v] for k, v in rows if v], 4)


def _show_programs(page: Page, runs: tuple[Run, ...], zone: ZoneInfo) -> None:
    """Each run through a nurture program, with its touches."""
    if not runs:
        return
    page.line()
    page.line("Nurture", "bold")
    for run in runs:
        page.line(f"{run.title} ({run.entry}), from {moment(run.from_at, zone)}", indent=2)
        rows: list[list[Cell | str]] = [
            [f"touch {each.number} of {run.of}", moment(each.at, zone), each.offer]
            for each in run.made
        ]
        page.table([Column(""), Column(""), Column("")], rows, 4)
        said = run.state + (f": {run.why}" if run.why else "")
        if run.due is not None:
            said += f"; next look {moment(run.due, zone)}"
        if run.ended_at is not None:
            said = f"left {moment(run.ended_at, zone)}: {run.why}"
        page.line(said, "yellow", indent=4)


def _episode(each: PastEpisode, zone: ZoneInfo) -> list[Cell | str]:
    until = "goes on"
    if each.superseded:
        until = "no longer so: later data moved its beginning"
    elif each.left_at is not None:
        until = f"{moment(each.left_at, zone)}: {each.ended}"
    began = f"{moment(each.entered_at, zone)}: {each.because} ({points(each.score)} points)"
    return [each.rule, began, until, each.hand_off, each.revision]


def _about(told: Explanation) -> Iterator[tuple[str, str]]:
    yield "company", told.company
    yield "owner", told.who.owner
    yield "e-mail", ", ".join(told.who.emails)
    yield "records", ", ".join(told.records)
    yield "contact", told.consent
    yield "persona", told.persona
    because = f": {', '.join(told.fit_because)}" if told.fit_because else ""
    yield "fit", f"{told.grade[:1]}, {points(told.fit)} points{because}"


def _show_spell(page: Page, spell: Spell, zone: ZoneInfo) -> None:
    if spell.quiet:
        page.line(f"--- quiet for {span(spell.ended - spell.began)} ---", "magenta", indent=2)
    rows = [row for line in spell.lines for row in _line(line, zone)]
    more = ", ".join(f"{count} x {what}" for what, count in spell.more.most_common(6))
    if more:
        rows.append(["", "", Cell(f"besides: {more}", "dim")])
    columns = [Column("", folds=False), Column("", right=True, folds=False), Column("")]
    page.table(columns, [_padded(row) for row in rows], 2)


def _padded(row: list[Cell | str]) -> list[Cell | str]:
    """All spells have the same columns."""
    when, gained, text = row
    return [f"{when:<18}", gained.rjust(4) if isinstance(gained, str) else gained, text]


def _line(line: Line, zone: ZoneInfo) -> Iterator[list[Cell | str]]:
    entry, style = line.entry, _STYLES.get(line.entry.what, "")
    times = f", {line.times} times" if line.times > 1 else ""
    if entry.what in (What.ENTERED, What.RAISED, What.LEFT):
        text = f"{entry.text} ({points(entry.points or 0)} points)"
        yield [moment(entry.at, zone), " ==>", Cell(text, style)]
    else:
        gained = f"+{points(line.points)}" if line.points is not None else ""
        when = (
            "" if entry.what in (What.HANDED_OFF, What.HELD, What.WAITS) else moment(entry.at, zone)
        )
        yield [when, gained, Cell(entry.text + times, style)]
    if entry.what is What.HANDED_OFF:
        for why in entry.why:
            yield ["", "", Cell(f"  {why}", "dim")]


def _show_standing(
    page: Page, standing: Standing, hand_off: str, rank: str, zone: ZoneInfo
) -> None:
    state = "in lead mode" if standing.in_lead_mode else "not in lead mode"
    style = "bold green" if standing.in_lead_mode else "bold"
    since = f" since {moment(standing.since, zone)}" if standing.since is not None else ""
    page.row([Cell(f"{standing.title}: ", "bold"), Cell(state + since, style)])
    if not standing.in_lead_mode:
        columns = [Column("", folds=False), Column("", folds=False), Column("")]
        page.table(columns, [_need(each) for each in standing.needs], 2)
    for name, text in outlook(standing, hand_off, zone):
        page.row([Cell(f"{name}: ", "dim"), Cell(text)], indent=2)
    if rank:
        page.row([Cell("rank: ", "dim"), Cell(rank)], indent=2)


def _need(need: Need) -> list[Cell | str]:
    mark = Cell("ok", "green") if need.met else Cell("no", "red")
    needed = "" if need.needed == "yes" else f"; needed: {need.needed}"
    return [mark, need.name, need.have + needed]


def outlook(standing: Standing, hand_off: str, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """What is missing or when it ends, and what becomes of an alert."""
    if standing.phase:
        yield "phase", standing.phase
    if standing.in_lead_mode:
        yield "score", f"{points(standing.score)} now"
        if standing.due is not None:
            text = f"{moment(standing.due, zone)} if they stay silent ({standing.ends_because})"
            yield "ends", text
    else:
        if lacks := list(_lacks(standing)):
            yield "missing", ", ".join(lacks)
        if standing.missing is not None:
            yield from _enough(standing.missing, zone)
    yield "hand-off" if standing.in_lead_mode else "an alert now", hand_off


def _lacks(standing: Standing) -> Iterator[str]:
    """What is missing; points are not, while they would lead to nothing."""
    open_now = standing.missing is not None and standing.missing.by_score
    for need in standing.needs:
        if not need.met and need.lacks and (open_now or need.name not in _BY_SCORE):
            yield need.lacks


def _enough(missing: Missing, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    for option in missing.options[:_OPTIONS]:
        yield "enough now", _option(option)
    if missing.by_score and not missing.options:
        because = f"no three things at once: {missing.why_not}"
        yield "enough now", because if missing.complete else "not found"
    if missing.from_when is not None:
        silent = ", if they stay silent until then" if missing.if_silent else ""
        yield "a new return", f"from {moment(missing.from_when, zone)} on{silent}"
    if missing.raised_hands:
        hands = " or ".join(dict.fromkeys(step.text for step in missing.raised_hands))
        yield "always enough", hands


def _option(option: Option) -> str:
    often = {1: "", 2: " twice", 3: " three times"}
    counts = Counter(step.text for step in option.steps)
    done = " and ".join(f"{text}{often.get(count, '')}" for text, count in counts.items())
    return f"{done} (+{points(option.points)})"
