"""`python -m sandbox.story --out DIR --seed 7 --until 2026-11-20` writes the exports."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from connector.clock import to_millis
from sandbox.story.stages import Exports
from sandbox.story.telling import tell


def _midnight(text: str) -> int:
    return to_millis(datetime.fromisoformat(text).replace(tzinfo=UTC))


def main(arguments: list[str] | None = None) -> int:
    """Write the whole story into a folder; the same arguments give the same bytes."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.story", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--until", type=_midnight, required=True, help="day the story ends before, as 2026-11-20"
    )
    options = parser.parse_args(arguments)
    stale = options.out / "engagements.csv"
    if stale.exists():
        sys.stderr.write(f"{stale} exists. Name an empty folder, or delete it first.\n")
        return 1
    world = tell(options.seed, options.until)
    written = Exports(world, options.out).write_until(options.until)
    sys.stdout.write(
        f"{len(world.accounts)} accounts, {len(world.people)} person records, "
        f"{len(world.opportunities)} opportunities, {written.engagements} engagements "
        f"written to {options.out}\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
