"""API calls and memory of the Salesforce adapter, over real HTTP.

`python -m benchmarks.salesforce [--tenth]`

The sandbox runs in a process of its own; what is measured here is the adapter alone: the core that
stores what it reads is not there. A call is what counts against the daily quota of the
organisation: a composite request is one, signing in is none.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.salesforce.adapter import SalesforceAdapter, Settings
from benchmarks.process import PlatformProcess
from benchmarks.salesforce_org import ONE_PAGE, Size, serve
from connector.clock import HOUR, SystemClock
from connector.model import RecordRef, Settled, Write, WriteKind
from connector.ports import FieldSpec, Secret, Stream
from sandbox.salesforce.bulk import MOST_ROWS
from sandbox.salesforce.founding import CONSUMER_KEY, CONSUMER_SECRET

SIZE: Final = Size(contacts=100_000, leads=50_000, tasks=200_000, members=150_000)
CHANGED: Final = Size(contacts=3_000, leads=1_500, tasks=5_000, members=2_500)
TASKS: Final = 10_000
REST_PAGE: Final = 2_000
FULL_TARGET: Final = 1.2
CYCLE_TARGET: Final = 1.1
CYCLE_EXTRA: Final = 4
WRITE_TARGET: Final = 55
LARGE: Final = (Stream.PEOPLE, Stream.ENGAGEMENTS)
"""The streams that the four large objects belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One piece of work."""

    calls: int
    routes: Counter[str]
    cpu: float
    wall: float
    told: Counter[str]
    """Records by object, and engagements, outcomes by kind."""


class Client:
    """The adapter, and what it costs."""

    def __init__(self, org: PlatformProcess) -> None:
        self._org = org
        self.cursors: dict[Stream, str | None] = dict.fromkeys(Stream)
        settings = Settings(
            domain="acme.my",
            consumer_key=CONSUMER_KEY,
            consumer_secret=Secret(CONSUMER_SECRET),
            instance_url=org.url,
            deadline=600.0,  # the sandbox answers large queries slowly
        )
        self.adapter = SalesforceAdapter("crm", settings, SystemClock())

    def read(self, streams: Sequence[Stream]) -> Measured:
        """Read the streams to their end."""

        def work() -> Counter[str]:
            told: Counter[str] = Counter()
            for stream in streams:
                self._read(stream, told)
            return told

        return self._measured(work)

    def _read(self, stream: Stream, told: Counter[str]) -> None:
        more = True
        while more:
            page = self.adapter.read(stream, self.cursors[stream])
            self.cursors[stream], more = page.cursor, page.more
            told.update(record.ref.object_type for record in page.records)
            told.update(one.kind for one in page.engagements)

    def write(self, writes: Sequence[Write]) -> Measured:
        """Write them in batches as large as the adapter takes."""

        def work() -> Counter[str]:
            told: Counter[str] = Counter()
            size = self.adapter.capabilities.max_batch
            for first in range(0, len(writes), size):
                told.update(one.settled for one in self.adapter.write(writes[first : first + size]))
            return told

        return self._measured(work)

    def _measured(self, work: Callable[[], Counter[str]]) -> Measured:
        used, routes = self._org.ask("used"), Counter(self._org.ask("counts"))
        wall, cpu = time.perf_counter(), time.process_time()
        told = work()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        calls = self._org.ask("used") - used
        routes = Counter(self._org.ask("counts")) - routes
        return Measured(calls=calls, routes=routes, cpu=cpu, wall=wall, told=told)


def peak_mb() -> float:
    """The most memory this process ever had, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status names no VmHWM")


def verdict(value: float, target: float) -> str:
    """Met or missed."""
    return "met" if value <= target else "MISSED"


def show(measured: Measured) -> None:
    """What was asked for, what came back, what it cost."""
    routes = ", ".join(f"{number} {route}" for route, number in sorted(measured.routes.items()))
    told = ", ".join(f"{number:,} {name}" for name, number in sorted(measured.told.items()))
    print(f"  calls by route  {routes}")
    print(f"  told            {told}")
    print(f"  adapter         {measured.cpu:.1f} s CPU, {measured.wall:.1f} s with the sandbox")
    print(f"  peak memory     {peak_mb():.0f} MB so far", flush=True)


def full(org: PlatformProcess, size: Size, page_rows: int) -> None:
    """A first load of everything, by an adapter that knows nothing."""
    org.ask("page_rows", page_rows)
    client = Client(org)
    whole = client.read(LARGE)
    small = client.read([stream for stream in Stream if stream not in LARGE])
    client.adapter.close()
    counts = size.by_object
    floor = 3 * len(counts)
    pages = sum(math.ceil(number / page_rows) for number in counts.values())
    reachable = 2 * len(counts) + pages
    ratio = whole.calls / floor
    paged = "one page of results each" if page_rows == ONE_PAGE else f"{page_rows:,} rows a page"
    print(f"\n1. full sync of {sum(counts.values()):,} records in 4 objects, {paged}")
    print(
        f"  API calls       {whole.calls}, describing, counting and a look at Event and "
        f"EmailMessage among them; Bulk 2.0 minimum {floor} (create, one poll, one page)"
    )
    print(f"  ratio           {ratio:.2f}, target {FULL_TARGET}: {verdict(ratio, FULL_TARGET)}")
    print(
        f"  with its pages  {reachable} calls are the least that fetch {pages} pages of results, "
        f"ratio {whole.calls / reachable:.2f}"
    )
    show(whole)
    print(f"  other streams   {small.calls} more calls (owners, accounts, opportunities)")
    _check_told(whole, size)


def _check_told(whole: Measured, size: Size) -> None:
    """A cheap load that loses records is worth nothing."""
    counts = size.by_object
    for name in ("Contact", "Lead"):
        if whole.told[name] != counts[name]:
            print(f"  WRONG           {whole.told[name]} of {counts[name]} {name} were told")
    engaged = sum(whole.told.values()) - whole.told["Contact"] - whole.told["Lead"]
    if engaged != size.tasks + size.members:
        print(f"  WRONG           {engaged} engagements were told")


def cycles(org: PlatformProcess, client: Client, changed: Size) -> None:
    """A cycle in which nothing changed, and one with some thousand changes."""
    calm = client.read(tuple(Stream))
    print("\n2. incremental cycle of all streams")
    print(
        f"  nothing changed {calm.calls} API calls, limit {CYCLE_EXTRA}: "
        f"{verdict(calm.calls, CYCLE_EXTRA)}"
    )
    org.ask("change", changed.by_object)
    busy = client.read(tuple(Stream))
    counts = changed.by_object
    pages = sum(math.ceil(number / REST_PAGE) for number in counts.values())
    limit = CYCLE_TARGET * pages + CYCLE_EXTRA
    told = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    print(f"  changed         {told}")
    print(
        f"  API calls       {busy.calls}; sum of ceil(changed / 2,000) {pages}, "
        f"limit {CYCLE_TARGET} x {pages} + {CYCLE_EXTRA} = {limit:.1f}: "
        f"{verdict(busy.calls, limit)}"
    )
    show(busy)


def writing(org: PlatformProcess, client: Client, number: int) -> None:
    """Tasks on many people."""
    people, owner = org.ask("people", number), org.ask("owner")
    due = SystemClock().now() + 24 * HOUR
    writes = [_task(n, people[n % len(people)], owner, due) for n in range(number)]
    written = client.write(writes)
    target = WRITE_TARGET * number / TASKS
    keys = org.ask("keys")
    print(f"\n3. writing {number:,} tasks")
    print(f"  API calls       {written.calls}; target {target:g}: {verdict(written.calls, target)}")
    print(
        f"  in Salesforce   {len(set(keys)):,} of {number:,}, "
        f"{len(keys) - len(set(keys))} of them twice, "
        f"{written.told[Settled.APPLIED]:,} applied"
    )
    show(written)


def _task(number: int, person: str, owner: str, due: int) -> Write:
    return Write(
        key=f"benchmark:{number}",
        kind=WriteKind.CREATE_TASK,
        target=RecordRef("crm", "Contact", person),
        fields={
            "subject": f"Call person {number}: three engagements this week",
            "body": "Clicked an e-mail on Monday, came to the webinar on Tuesday.",
            "due_at": due,
            "priority": "high" if number % 5 == 0 else "normal",
            "owner": owner,
        },
    )


def measure(org: PlatformProcess, size: Size, changed: Size, tasks: int) -> None:
    """All of it, in one run."""
    full(org, size, MOST_ROWS)
    full(org, size, ONE_PAGE)
    org.ask("page_rows", MOST_ROWS)
    client = Client(org)
    key = FieldSpec(object_type="Task", name="Leadmode_Key__c", type="text", unique=True)
    client.adapter.create_field(key)
    client.read(tuple(Stream))
    cycles(org, client, changed)
    writing(org, client, tasks)
    client.adapter.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tenth", action="store_true", help="a tenth of the records")
    divisor = 10 if parser.parse_args().tenth else 1
    print(f"peak memory after imports {peak_mb():.0f} MB; filling the organisation ...", flush=True)
    size = SIZE.over(divisor)
    with PlatformProcess(serve, size) as org:
        measure(org, size, CHANGED, TASKS // divisor)
        broken = org.ask("broken")
    print(f"\npeak memory of the client {peak_mb():.0f} MB")
    if broken:
        print(f"WRONG: the sandbox broke {len(broken)} times\n{broken[0]}")


if __name__ == "__main__":
    main()
