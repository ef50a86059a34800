"""A backtest of a million engagements, as an admin runs it: time, memory, and the progress bar.

`python -m benchmarks.backtest [--people N] [--engagements N] [--compare]`

The command runs in a fresh process, with its standard error on a terminal of its own, so that it
draws its progress bar; the bar is read from there and counted.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

from benchmarks import generator
from benchmarks.incremental import ready
from connector.clock import DAY
from connector.store import Store

BUYERS: Final = 20
"""One in so many people has an opportunity; half of them are won."""
_PERCENT: Final = re.compile(rb"(\d+)%")
_MEASURED: Final = """
import json, re, sys, time
from connector.cli import main
try:
    main()
finally:
    with open("/proc/self/status", encoding="ascii") as file:
        peak = int(re.search(r"VmHWM:\\s+(\\d+)", file.read())[1]) / 1024
    told = {"cpu": time.process_time(), "rss_mb": peak}
    with open(sys.argv[0], "w", encoding="utf-8") as file:
        json.dump(told, file)
"""


def sell(store: Store, size: generator.Size) -> None:
    """Opportunities for some of the people, once; and when the history was read last."""
    db, span = store.connection, generator.YEARS_2
    if db.execute("SELECT 1 FROM record WHERE role = 'opportunity' LIMIT 1").fetchone():
        return
    first = db.execute("SELECT coalesce(max(id), 0) + 1 FROM record").fetchone()[0]
    with store.transaction():
        for number, person in enumerate(range(1, size.people + 1, BUYERS)):
            opened = generator.START + (number * 7_919 * DAY) % span
            closed, won = opened + 60 * DAY, str(number % 2 == 0).lower()
            fields = f'{{"name": "Sale {number}", "is_closed": true, "is_won": {won}}}'
            db.execute(
                "INSERT INTO record (id, instance, object_type, external_id, role, created_at, "
                "modified_at, closed_at, known, fields) "
                "VALUES (?, 'crm', 'Opportunity', ?, 'opportunity', ?, ?, ?, 1, ?)",
                (first + number, f"O{number}", opened, closed, closed, fields),
            )
            db.execute(
                "INSERT INTO opportunity_person SELECT ?, id FROM record WHERE person = ?",
                (first + number, person),
            )
        store.sources.begin("crm", generator.NOW)
        store.sources.advance("crm", "engagements", "0", at_end=True, now=generator.NOW)
    store.checkpoint()


def run(config: Path, *arguments: str) -> dict[str, Any]:
    """One backtest in a fresh process; what it cost, and how often its bar was drawn."""
    measured, page = config.with_name("measured.json"), config.with_name("backtest.html")
    command = ["backtest", "--config", str(config), "--html", str(page), *arguments]
    screen, end = pty.openpty()
    shown = bytearray()
    reading = threading.Thread(target=_read, args=(screen, shown), daemon=True)
    reading.start()
    began = time.perf_counter()
    code = f"import sys; sys.argv = {[str(measured), *command]!r}\n{_MEASURED}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=end,
        text=True,
        check=False,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    wall = time.perf_counter() - began
    os.close(end)
    reading.join(5)
    if done.returncode:
        raise RuntimeError(shown.decode(errors="replace"))
    drawn = [int(found) for found in _PERCENT.findall(bytes(shown))]
    cost: dict[str, Any] = json.loads(measured.read_text())
    return {
        **cost,
        "wall": wall,
        "told": done.stdout,
        "steps": len(set(drawn)),
        "reached": max(drawn, default=0),
        "page_kb": page.stat().st_size / 1024,
    }


def _read(screen: int, shown: bytearray) -> None:
    while True:
        try:
            piece = os.read(screen, 65_536)
        except OSError:  # the other end is closed
            return
        shown += piece


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--engagements", type=int, default=1_000_000)
    parser.add_argument("--compare", action="store_true", help="two sets of rules side by side")
    parser.add_argument("--show", action="store_true", help="print what it tells as well")
    chosen = parser.parse_args()
    size = generator.Size(chosen.people, chosen.engagements)
    store, config = ready(size)
    sell(store, size)
    store.close()
    more = ["--compare", "pack:default"] if chosen.compare else []
    found = run(config.path, "--since", "700d", *more)
    if chosen.show:
        print(found["told"])
    print(
        f"{size.people:,} people, {size.engagements:,} engagements: wall {found['wall']:.1f} s, "
        f"CPU {found['cpu']:.1f} s, peak RSS {found['rss_mb']:.0f} MB; the progress bar was drawn "
        f"with {found['steps']} different percentages, up to {found['reached']} %; "
        f"page {found['page_kb']:.0f} kB"
    )


if __name__ == "__main__":
    main()
