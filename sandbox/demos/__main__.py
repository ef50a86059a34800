"""`make demo`: the daemon's main job on a story of 2,000 people, in two systems, over real HTTP.

Sales work in a sandbox Salesforce, marketing in a sandbox HubSpot; both run on loopback in this
process. leadmode reads both through the real clients and writes tasks into Salesforce. At the end
two other clients, simple_salesforce and HubSpot's own, read back what is there.
"""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from connector.clock import DAY, ManualClock, SystemClock
from connector.errors import LeadmodeError
from sandbox import screen
from sandbox.demos import acts, hubspot, salesforce
from sandbox.hubspot import founding as portals
from sandbox.hubspot import story as portal_story
from sandbox.loopback.server import Server
from sandbox.salesforce import founding as orgs
from sandbox.salesforce import story as org_story
from sandbox.story.days import midnight, workday
from sandbox.story.telling import tell
from sandbox.story.world import World
from sandbox.storytime import Cycle, StoryTime

FOLDER: Final = Path("build") / "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of the story."""

    world: World
    """Its cast under the ids of Salesforce."""
    cycles: list[Cycle]
    tasks: list[dict[str, Any]] = field(default_factory=list)
    """The rows that simple_salesforce found in the org."""
    in_hubspot: int = 0
    """How many tasks HubSpot's client found in the portal."""


class Platforms:
    """Both of them, with the story as far as it has happened."""

    def __init__(self, world: World) -> None:
        begin = min(account.created_at for account in world.accounts) - DAY
        self.org = orgs.found(ManualClock(begin))
        self.portal = portals.found(ManualClock(begin))
        self.portal.platform.quota.strict = False
        marketing = portal_story.MARKETING
        self.sales = org_story.tell(self.org, world, until=begin, elsewhere=marketing)
        self.marketing = portal_story.tell(self.portal, world, until=begin, only_marketing=True)

    def happen(self, moment: int) -> None:
        """Bring both to what they hold at `moment` (UTC ms), and their clocks with it."""
        with self.org.org.lock:
            self.org.org.clock.stand_at(moment)
            self.sales.tell_until(moment)
        with self.portal.portal.lock:
            self.portal.portal.clock.stand_at(moment)
            self.marketing.tell_until(moment)


def run(out: Console, folder: Path, world: World) -> Told:
    """The whole story: history, the last days, and the tasks as Salesforce holds them."""
    start, platforms = workday(world.until, acts.WORKDAYS), Platforms(world)
    acts.introduce(out, world)
    with ExitStack() as open_until_told:
        org = open_until_told.enter_context(Server(platforms.org.platform))
        portal = open_until_told.enter_context(Server(platforms.portal.platform))
        out.print(f"  Salesforce, where sales work, is a sandbox at {org.url}")
        out.print(f"  HubSpot, where marketing works, is a sandbox at {portal.url}\n")
        config = salesforce.prepare(folder, org.url, platforms.sales.ids[salesforce.FALLBACK])
        hubspot.add_source(config, portal.url)
        platforms.happen(start)
        acts.provision(config, start)
        told = _lived(out, config, platforms)
        found = len(hubspot.read_back(portal.url))
        told = replace(told, tasks=salesforce.read_back(org.url), in_hubspot=found)
    acts.summarise(out, told.world, told.cycles)
    salesforce.show_tasks(out, told.tasks)
    out.print(f"In HubSpot, read back by its own client: {found} tasks.")
    show_calls(out, platforms)
    return told


def _lived(out: Console, config: Path, platforms: Platforms) -> Told:
    world = platforms.sales.world
    with StoryTime(config, workday(world.until, acts.WORKDAYS)) as leadmode:
        history = acts.load_history(out, leadmode, platforms.happen, world)
        acts.show_history(out, history)
        cycles = acts.live(out, leadmode, platforms.happen, world)
        known = in_org(world, platforms)
        acts.explain_champion(out, leadmode, known, cycles)
        acts.show_brief(out, leadmode, known, cycles)
        show_one_person(out, known, cycles)
    return Told(world=known, cycles=cycles)


def in_org(world: World, platforms: Platforms) -> World:
    """The world with the cast under the ids that Salesforce gave them."""
    ids = platforms.sales.ids
    return replace(world, cast=tuple(replace(one, record=ids[one.record]) for one in world.cast))


def show_one_person(out: Console, world: World, cycles: list[Cycle]) -> None:
    """One human in two systems: the records, where the evidence is from, where the task went."""
    champion = next(member for member in world.cast if member.key == "champion")
    news = acts.news_of(champion, cycles)
    if not news:
        return
    out.print(f"\n[bold]One person in two systems: {champion.name}[/]")
    table = screen.table("record", "what it is there for")
    for record in news[0].person.records:
        is_crm = record.ref.instance == "crm"
        purpose = "gets the tasks" if is_crm else "tells what marketing saw"
        table.add_row(escape(str(record.ref)), purpose)
    out.print(table)
    evidence = Counter(
        contribution.engaged[4].source
        for each in news
        for alert in each.alerts
        for contribution in alert.transition.evidence
    )
    listed = ", ".join(f"{number} from {source}" for source, number in sorted(evidence.items()))
    writes = [w for each in news for alert in each.alerts for w in alert.writes]
    tasks = sum(w.kind.value == "create_task" for w in writes)
    out.print(f"Evidence of her alerts: {listed}. Tasks: {tasks}, all of them in Salesforce.")


def show_calls(out: Console, platforms: Platforms) -> None:
    """What the two were asked, by route, and what that costs."""
    out.print("\n[bold]API calls[/]")
    table = screen.table("calls", "route")
    for counts in (platforms.org.platform.counts, platforms.portal.platform.counts):
        for route, count in counts.most_common():
            table.add_row(f"{count:,}", escape(route))
    out.print(table)
    out.print(
        f"Salesforce counts {platforms.org.platform.quota.total:,} of them, the reading back "
        "included: what travels inside one /composite is one call, and signing in is none."
    )


def main() -> int:
    """Run the demo up to today's midnight; 1 when something went wrong."""
    out, clock = screen.console(), SystemClock()
    begin = clock.monotonic()
    try:
        run(out, FOLDER, tell(acts.SEED, midnight(clock.now())))
        out.print()
        acts.show_database(out, FOLDER)
    except LeadmodeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    out.print(f"\nTook {clock.monotonic() - begin:.0f} s.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
