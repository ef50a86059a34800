"""`python -m sandbox.demos.files`: the demo's story through CSV exports, without any network."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from rich.console import Console

from connector.clock import SystemClock
from connector.errors import LeadmodeError
from connector.store import Store
from sandbox import screen
from sandbox.demos import acts, clocks, company, nurture
from sandbox.demos.busy import show_busy_week
from sandbox.story.days import midnight, workday
from sandbox.story.stages import Exports
from sandbox.story.telling import tell
from sandbox.story.world import World
from sandbox.storytime import Cycle, StoryTime

FOLDER: Final = Path("build") / "demo-csv"

_FALLBACK: Final = "U02"
"""Ben Ashworth."""
_BOSS: Final = "U01"
"""Who gets what is escalated."""
CONFIG: Final = """\
# The demo's configuration. config.example.toml explains every key.

[leadmode]
instance = "demo"
rules = ["pack:default", "rules"]
dry_run = false # the writes go into a file here; a new installation starts with true

[sources.crm]
adapter = "csv"
folder = "exports"
person_types = ["Contact", "Lead"]
"""


def prepare(folder: Path) -> Path:
    """A fresh folder with a configuration in it; returns the path of the configuration."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(Path(__file__).parents[1] / "story" / "rules", folder / "rules")
    (folder / "rules" / "clocks.toml").write_text(clocks.rules(_BOSS), encoding="utf-8")
    config = folder / "config.toml"
    config.write_text(CONFIG, encoding="utf-8")
    config.chmod(0o600)
    return config


def run(out: Console, folder: Path, world: World) -> list[Cycle]:
    """The whole story in `folder`: history, the last days, and what became of the cast."""
    config = prepare(folder)
    company.prepare_rules(config)
    told = company.with_company(nurture.with_return(world))
    exports = Exports(told, folder / "exports")
    acts.introduce(out, world)
    with StoryTime(config, workday(world.until, acts.WORKDAYS)) as leadmode:
        acts.show_history(out, acts.load_history(out, leadmode, exports.write_until, world))
        before = Store.copy(leadmode.config.state)
        cycles = acts.live(out, leadmode, exports.write_until, world)
        acts.explain_champion(out, leadmode, world, cycles)
        company.show_company(out, leadmode, cycles)
    show_busy_week(out, config, before, world.until)
    acts.summarise(out, world, cycles)
    clocks.tell_later(out, config, world)
    return [*cycles, *nurture.tell_after(out, config, exports.write_until, world, _FALLBACK)]


def show_way_on(out: Console, folder: Path) -> None:
    """Where everything is, and what to try next."""
    out.print(f"\nthe tasks     {folder / 'exports' / 'out' / 'tasks.csv'}")
    acts.show_database(out, folder)


def main() -> int:
    """Run the demo up to today's midnight; 1 when something went wrong."""
    out, clock = screen.console(), SystemClock()
    begin = clock.monotonic()
    try:
        run(out, FOLDER, tell(acts.SEED, midnight(clock.now())))
        show_way_on(out, FOLDER)
    except LeadmodeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    out.print(f"\nTook {clock.monotonic() - begin:.0f} s.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
