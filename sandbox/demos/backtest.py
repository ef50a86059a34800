"""`make demo-backtest`: the shipped rules on the story's two years, beside a bad pack on purpose.

The story is that of `make demo`, three times as large, so that chance plays a smaller part. Nothing
in it is made for this: people go shopping in waves, whether they buy or not, some
of the waves become opportunities a few days later, and newsletters go to everybody.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console

from connector.backtest import Asked, Backtest, Candidate, backtest
from connector.cli.backtested import show
from connector.clock import DAY, SystemClock
from connector.config.rules import load_rulebook
from connector.errors import LeadmodeError
from sandbox import screen
from sandbox.demos import acts
from sandbox.demos.files import prepare
from sandbox.story import market, sales
from sandbox.story.days import midnight
from sandbox.story.stages import Exports
from sandbox.story.telling import tell
from sandbox.story.world import World
from sandbox.storytime import StoryTime

FOLDER: Final = Path("build") / "demo-backtest"
OPENS_ONLY: Final = Path(__file__).parents[1] / "story" / "opens_only"
SINCE: Final = 700 * DAY
TIMES: Final = 3
HORIZON: Final = 90 * DAY
_MISSED: Final = 5
"""Missed wins that are shown."""


def told_large(until: int, times: int = TIMES) -> World:
    """The demo's story up to `until` (UTC ms), so many times as large."""
    return tell(
        acts.SEED,
        until,
        companies=times * market.ACCOUNTS,
        people=times * market.PEOPLE,
        opportunities=times * sales.OPPORTUNITIES,
    )


def run(out: Console, folder: Path, world: World) -> Backtest:
    """Read the whole story through the CSV adapter, and play both packs over it."""
    config = prepare(folder)
    with StoryTime(config, world.until) as leadmode:
        with screen.progress(out, "reading two years", len(world.acts)) as bar:
            Exports(world, folder / "exports").write_until(world.until)
            leadmode.read(world.until, lambda page: bar.advance(bar.task_ids[0], page.engagements))
        good = Candidate(
            label="shipped",
            folders=tuple(map(str, leadmode.config.rules)),
            rulebook=leadmode.config.rulebook,
        )
        bad = Candidate(
            label="bad", folders=(str(OPENS_ONLY),), rulebook=load_rulebook([OPENS_ONLY])
        )
        asked = Asked(
            candidates=(good, bad),
            authority=leadmode.config.authority.name,
            since=lambda end: end - SINCE,
            horizon=HORIZON,
            capacity=25,
            zone=ZoneInfo(leadmode.config.time_zone),
        )
        return backtest(leadmode.store, asked, world.until)


def main() -> int:
    """Run it up to today's midnight; 1 when something went wrong."""
    out, clock = screen.console(), SystemClock()
    begin = clock.monotonic()
    try:
        told = run(out, FOLDER, told_large(midnight(clock.now())))
    except LeadmodeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    show(told, _MISSED)
    out.print(f"\nTook {clock.monotonic() - begin:.0f} s.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
