"""A company of which three people move within a week: one task for its owner, and one joins it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape

from connector.clock import DAY
from connector.model import Kind
from connector.plan import words
from connector.report.accounts import accounts_told
from sandbox import screen
from sandbox.story import content
from sandbox.story.days import at, workday
from sandbox.story.world import Account, Act, PersonRecord, World
from sandbox.storytime import Cycle, StoryTime

COMPANY: Final = "Ostrava Rolling Mills"
RULES: Final = f"""\
# The story looks at one company, so that it can be told. Leave out `who`, and it is for all.
[account]
who = {{ "account.name" = "{COMPANY}" }}
people = 3
window = "14d"
group = ["executive", "champion"]
likely = 50
engaged = 60

[[account.points]]
label = "a manufacturer of 500 people or more"
points = 60
when = {{ "account.industry" = "Manufacturing", "account.employees" = {{ at_least = 500 }} }}
"""
_OWNER: Final = "U04"
_PEOPLE: Final = (
    ("C950001", "Katerina Dvorak", "Buyer"),
    ("C950002", "Petr Havel", "Maintenance Manager"),
    ("C950003", "Jana Kral", "Planner"),
)


def with_company(world: World) -> World:
    """The world with the company; nobody else in it is touched."""
    known = world.until - world.until % DAY - 500 * DAY
    account = Account(
        id="A9500",
        name=COMPANY,
        domain="ostravarolling.example",
        industry="Manufacturing",
        employees=1_400,
        country="Czechia",
        owner=_OWNER,
        created_at=known,
    )
    people = [_record(*each, account, known) for each in _PEOPLE]
    acts = sorted([*world.acts, *_acts(world.until, people)], key=lambda act: act.seen_at)
    return replace(
        world,
        accounts=[*world.accounts, account],
        people=[*world.people, *people],
        acts=acts,
    )


def _record(id_: str, name: str, title: str, account: Account, known: int) -> PersonRecord:
    return PersonRecord(
        id=id_,
        type="Contact",
        name=name,
        email=f"{name.split(maxsplit=1)[0]}@{account.domain}".lower(),
        title=title,
        country=account.country,
        phone="",
        account=account.id,
        owner=_OWNER,
        created_at=known,
        status="Open",
    )


def _acts(until: int, people: list[PersonRecord]) -> list[Act]:
    buyer, champion, planner = people
    done = (
        (buyer, at(workday(until, 300), 9), Kind.CONTENT_DOWNLOADED, content.GUIDES[0]),
        (champion, at(workday(until, 290), 9), Kind.CONTENT_DOWNLOADED, content.GUIDES[0]),
        (buyer, at(workday(until, 7), 9), Kind.PAGE_VIEWED, content.PRICING),
        (champion, at(workday(until, 6), 10), Kind.CONTENT_DOWNLOADED, content.GUIDES[2]),
        (planner, at(workday(until, 5), 11), Kind.WEBINAR_ATTENDED, content.WEBINARS[0]),
        (champion, at(workday(until, 6), 11), Kind.PAGE_VIEWED, content.PRICING),
        (champion, at(workday(until, 4), 9), Kind.PAGE_VIEWED, content.PRICING),
        (champion, at(workday(until, 4), 14), Kind.WEBINAR_ATTENDED, content.WEBINARS[0]),
    )
    return [Act(when, when, kind, who.id, who.email, asset) for who, when, kind, asset in done]


def show_company(out: Console, leadmode: StoryTime, cycles: list[Cycle]) -> None:
    """The company as `leadmode accounts` tells of it, and what was written about it."""
    screen.rule(out, f'leadmode accounts "{COMPANY}"')
    told = accounts_told(leadmode.store, leadmode.config, leadmode.clock.now(), name=COMPANY)
    for each in told.rows:
        lacks = f"; nobody engaged is {', '.join(each.missing)}" if each.missing else ""
        out.print(
            f"  {escape(each.name)}: {each.quadrant} (engagement {each.engagement:.0f}, "
            f"propensity {each.propensity:.0f}){lacks}"
        )
        for one in each.engaged:
            since = one.lead_mode_since
            mode = f"; in lead mode since {words.day(since, screen.UTC)}" if since else ""
            out.print(f"     - {escape(one.name)} ({escape(one.title)}): {escape(one.last)}{mode}")
    for write in writes_about(cycles):
        out.print(f'     [cyan]-> one task:[/] "{escape(write)}"')
    out.print()


def writes_about(cycles: list[Cycle]) -> list[str]:
    """The subjects of the tasks about companies."""
    surged = [each for cycle in cycles for news in cycle.news for each in news.surges]
    return [str(each.write.fields["subject"]) for each in surged if each.write is not None]


def prepare_rules(config: Path) -> None:
    """Lay the rules about the company over the others."""
    (config.parent / "rules" / "account.toml").write_text(RULES, encoding="utf-8")
