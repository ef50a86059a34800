"""How fast leadmode decides on new engagement with a million people stored.

`python -m benchmarks.incremental [--people N] [--engagements N]`

A whole poll is measured, as the daemon does it: read a page, store it, evaluate every touched
person by the shipped rules, decide, queue, move the cursor, commit with fsync. Beside it, in the
same run and on the same file: the commit of one appended row, the insertion of the same rows into
the same clustered table and nothing else, and insertion with the bare evaluation.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks import generator
from connector.clock import DAY, MINUTE, ManualClock
from connector.config.settings import Config, load
from connector.engine.evaluate import evaluate
from connector.engine.match import Matcher
from connector.engine.timeline import Timeline
from connector.ingest import Ingest
from connector.model import Engagement, Kind, RecordRef
from connector.ports import YES, Adapter, Capabilities, Health, Page, Stream
from connector.store import FILE_NAME, Store

BATCHES: Final = ((1, 2_000), (100, 200), (10_000, 5))
"""(engagements in a page, pages measured)."""
SOON: Final = 50 * MINUTE
"""From the beginning of the pages to their polls; all of them lie within it, and none is late."""
PROTOTYPE: Final = {1: "0.049 / 0.35 ms", 100: "6.9 / 10.6 ms", 10_000: "26,400 per s"}
"""p50 / p99, or throughput, of a prototype that had no records, facts, fit or decisions."""
CONFIG: Final = """
[leadmode]
instance = "benchmark"
state = "state"
rules = ["{rules}"]
dry_run = false
storm = 0

[sources.crm]
adapter = "memory"
name = "none"
"""
KINDS: Final = (Kind.EMAIL_CLICKED, Kind.PAGE_VIEWED, Kind.CONTENT_DOWNLOADED, Kind.EMAIL_OPENED)


class OnePage(Adapter):
    """A platform that has just the page it was given."""

    capabilities = Capabilities(streams={Stream.ENGAGEMENTS: YES})

    def __init__(self) -> None:
        self.page: tuple[Engagement, ...] = ()
        self.number = 0

    def check(self) -> Health:
        return Health(account="benchmark")

    def read(self, _stream: Stream, _cursor: str | None) -> Page:
        self.number += 1
        return Page(cursor=str(self.number), engagements=self.page)


def fresh(
    size: generator.Size, pages: int, number: int, now: int
) -> Iterator[tuple[Engagement, ...]]:
    """Pages of new engagement of people drawn at random."""
    import numpy as np  # noqa: PLC0415 - only for the seeded draw

    counter = np.arange(pages * number, dtype=np.uint64)
    persons = (generator.uniform(f"inc{number}", counter) * size.people).astype(int)
    for page in range(pages):
        yield tuple(
            Engagement(
                instance="crm",
                id=f"{number}-{page}-{each}",
                at=now + page * 1_000 + each % 1_000,
                kind=KINDS[each % len(KINDS)],
                person=RecordRef("crm", "Contact", f"P{persons[page * number + each]}"),
                asset="pricing" if each % 3 else "newsletter",
            )
            for each in range(number)
        )


def fill(store: Store, size: generator.Size) -> None:
    """Lay a history down as the store itself would, but in bulk."""
    columns = generator.engagements(size)
    db = store.connection
    with store.transaction():
        db.execute("INSERT INTO touchpoint VALUES (1, 'crm', 'newsletter', '', '')")
        db.executemany(
            "INSERT INTO person (id, seen) VALUES (?, 1)", ((n + 1,) for n in range(size.people))
        )
        db.executemany(
            "INSERT INTO record (instance, object_type, external_id, role, person, created_at, "
            "modified_at, known, fields) VALUES ('crm', 'Contact', ?, 'person', ?, ?, ?, 1, ?)",
            (
                (
                    f"P{n}",
                    n + 1,
                    generator.START - DAY,
                    generator.START,
                    f'{{"name": "Person {n}", "title": "Buyer"}}',
                )
                for n in range(size.people)
            ),
        )
        db.executemany(
            "INSERT OR IGNORE INTO engagement VALUES (?, ?, ?, ?, ?, 1)",
            zip(
                (columns["person"] + 1).tolist(),
                columns["at"].tolist(),
                columns["id"].tolist(),
                columns["kind"].tolist(),
                columns["evidence"].tolist(),
                strict=True,
            ),
        )
    store.checkpoint()


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(wall s, CPU s) of a call."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def polls(
    ingest: Ingest, adapter: OnePage, store: Store, pages: Sequence[tuple[Engagement, ...]]
) -> list[tuple[float, float]]:
    """Time of every page from reading to commit; the checkpoint lies between polls."""
    found = []
    stop = threading.Event()
    for page in pages:
        adapter.page = page
        found.append(timed(lambda: decide(ingest, adapter, stop)))
        store.checkpoint()
    return found


def decide(ingest: Ingest, adapter: OnePage, stop: threading.Event) -> None:
    """Read a page and bring everybody it touched up to date."""
    ingest.poll("crm", adapter, stop)
    if ingest.next_due() == 0:  # a page of more people than one transaction takes
        ingest.tick(stop)


def appends(folder: Path, number: int) -> list[float]:
    """Seconds of each durable commit of one appended row: what one fsync costs here."""
    db = sqlite3.connect(folder / "floor.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE IF NOT EXISTS row (a INTEGER, b INTEGER, c INTEGER)")

    def one() -> None:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO row VALUES (1, 2, 3)")
        db.execute("COMMIT")

    found = [timed(one)[0] for _ in range(number)]
    db.close()
    return found


def bare(
    store: Store, config: Config, pages: Sequence[tuple[Engagement, ...]]
) -> tuple[float, float]:
    """CPU s of two bare twins of the same work: inserting alone, and inserting and evaluating.

    The second is the shape of the prototype: no records, facts, fit, decisions or queue.
    """
    machine, rule = config.rulebook.machine, config.rulebook.lead_modes[0].rule
    matcher, salt = Matcher(rule), time.time_ns()  # other ids than those of the poll
    inserting = evaluating = 0.0
    for page in pages:
        rows = [(_person(e), e.at + 500, salt + n, 1, 0, 1) for n, e in enumerate(page)]

        def put(rows: Sequence[tuple[int, ...]] = rows) -> None:
            with store.transaction():
                store.connection.executemany(
                    "INSERT INTO engagement VALUES (?, ?, ?, ?, ?, ?)", rows
                )

        def judge(persons: set[int] = {row[0] for row in rows}) -> None:  # noqa: B006 - a default
            for person in persons:
                timeline = Timeline(known_at=0, engagements=store.timelines.of(person))
                evaluate(rule, timeline, generator.NOW + DAY, machine, matcher)

        inserting += timed(put)[1]
        evaluating += timed(judge)[1]
    return inserting, inserting + evaluating


def _person(engagement: Engagement) -> int:
    assert engagement.person is not None
    return int(engagement.person.id[1:]) + 1


def ready(size: generator.Size) -> tuple[Store, Config]:
    """The store with its history, made once and kept."""
    folder = generator.CACHE / f"incremental-{size.engagements}-of-{size.people}"
    state = folder / "state"
    rules = Path(__file__).parent.parent / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(CONFIG.format(rules=rules))
    if not (folder / "filled").exists():
        (state / FILE_NAME).unlink(missing_ok=True)
        store = Store.open(state)
        print(f"filling a database with {size.people:,} people ...", flush=True)
        wall, _ = timed(lambda: fill(store, size))
        (folder / "filled").write_text(f"{wall:.0f}")
        store.close()
    return Store.open(state), load(folder / "config.toml")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--engagements", type=int, default=10_000_000)
    arguments = parser.parse_args()
    size = generator.Size(arguments.people, arguments.engagements)
    store, config = ready(size)
    stored = store.timelines.count()
    (table,) = store.connection.execute(
        "SELECT sum(pgsize) FROM dbstat WHERE name = 'engagement'"
    ).fetchone()
    print(
        f"{size.people:,} people, {stored:,} engagements of {table / stored:.1f} bytes; "
        f"with people and records {store.path.stat().st_size / stored:.1f} bytes per engagement"
    )
    now = generator.NOW + time.time_ns() % DAY  # never the same engagements twice
    clock = ManualClock(now + SOON)
    with store.transaction():
        store.sources.begin("crm", now)
        store.sources.set_note("revision", config.rulebook.revision)
        store.sources.advance("crm", "engagements", "0", at_end=True, now=now)
    ingest, adapter = Ingest(store, config, clock), OnePage()
    floor = statistics.median(appends(store.path.parent, 500))
    print(f"one appended row, committed durably: p50 {floor * 1e3:.3f} ms")
    for number, pages in BATCHES:
        batch = list(fresh(size, pages, number, now))
        walls, cpus = zip(*polls(ingest, adapter, store, batch), strict=True)
        print(line(number, walls, cpus, bare(store, config, batch), floor))
        now += 10_000_000
        clock.move_to(now + SOON)
    store.close()


def line(
    number: int,
    walls: Sequence[float],
    cpus: Sequence[float],
    twins: tuple[float, float],
    floor: float,
) -> str:
    """The figures of one page size, for people."""
    p50, p99 = statistics.median(walls), sorted(walls)[int(len(walls) * 0.99)]
    total = number * len(walls)
    return f"""
pages of {number:,}:
  poll to commit       p50 {p50 * 1e3:.3f} ms, p99 {p99 * 1e3:.3f} ms
  decisions            {total / sum(walls):,.0f} per s, {sum(cpus) / total * 1e6:.0f} us CPU each
  durable commit       {p50 / floor:.1f} x one
  inserting alone      {sum(cpus) / twins[0]:.1f} x its CPU ({twins[0] / total * 1e6:.0f} us)
  with bare evaluation {sum(cpus) / twins[1]:.1f} x its CPU ({twins[1] / total * 1e6:.0f} us)
  prototype elsewhere  {PROTOTYPE[number]}"""


if __name__ == "__main__":
    main()
