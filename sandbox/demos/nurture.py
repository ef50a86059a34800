"""What comes after the days: whom the rep put back is kept warm, until he comes back by himself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape

from connector.clock import DAY, HOUR
from connector.model import Kind
from connector.plan import words
from connector.report.dossier import open_dossier
from connector.report.programs import Asked, Run
from sandbox import screen
from sandbox.demos.acts import Happen, news_of
from sandbox.story.world import Act, CastMember, World
from sandbox.storytime import Cycle, StoryTime

WHO: Final = "recycled_now"
RULES: Final = """\
# The story keeps one person warm, so that it can be told. Leave out `who`, and it is for all who
# left lead mode without buying.

[[offer]]
id = "guide"
title = "Guide to vibration limits"
asset = "*vibration limits*"

[[offer]]
id = "story"
title = "How a paint shop found its worst pump"
asset = "*paint shop*"

[[program]]
id = "keep-warm"
title = "Keep warm"
entry = "left_lead_mode"
who = {{ "person.name" = "{name}" }}
first_after = "3d"
spacing = "5d"
jitter = "1d"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
fallback_owner = "{owner}"
"""
_LOOKS: Final = tuple(days * DAY + 10 * HOUR for days in (0, 1, 3, 10, 14))
"""When the weeks after are looked at, after the end of the story."""
_COMES_BACK: Final = 13 * DAY + 9 * HOUR


def member_of(world: World) -> CastMember:
    """Whom it is about."""
    return next(member for member in world.cast if member.key == WHO)


def with_return(world: World) -> World:
    """The world in which they ask for a demo two weeks after the story; nothing else is new."""
    member = member_of(world)
    at = world.until + _COMES_BACK
    asked = Act(at, at, Kind.FORM_SUBMITTED, member.record, member.email, "Request a demo")
    return replace(world, acts=[*world.acts, asked])


def tell_after(out: Console, config: Path, happen: Happen, world: World, owner: str) -> list[Cycle]:
    """Two weeks on: a program is added to the rules, makes touches, and ends by itself.

    `owner` is the CRM's id of the user who gets the tasks of those who have no active owner.
    """
    member, cycles = member_of(world), []
    rules = RULES.format(name=member.name, owner=owner)
    (config.parent / "rules" / "nurture.toml").write_text(rules, encoding="utf-8")
    screen.rule(out, f"The weeks after: {member.name} is kept warm")
    with StoryTime(config, world.until) as leadmode:
        for after in _LOOKS:
            now = world.until + after
            happen(now)
            cycles.append(leadmode.cycle(now))
            _show(out, member, cycles[-1:], words.day(now, screen.UTC))
        for run in _runs(leadmode, member, cycles):
            out.print(f"  {escape(run.title)}: {len(run.made)} touches, then left: {run.why}\n")
    return cycles


def _show(out: Console, member: CastMember, cycles: list[Cycle], day: str) -> None:
    for news in news_of(member, cycles):
        for each in news.touches:
            said = each.write.fields.get("subject")
            out.print(f'  {day}  [green]{each.what}[/]  task "{escape(str(said))}"')
        for alert in news.alerts:
            out.print(
                f"  {day}  [bold green]{alert.transition.change.value}[/]  and is handed off again"
            )


def _runs(leadmode: StoryTime, member: CastMember, cycles: list[Cycle]) -> tuple[Run, ...]:
    number = next((news.person.id for news in news_of(member, cycles)), None)
    if number is None:
        return ()
    now = leadmode.clock.now()
    dossier = open_dossier(leadmode.store, leadmode.config, number, now)
    return Asked(leadmode.store, leadmode.config, now).runs(dossier)
