"""API calls and memory of the HubSpot adapter, over real HTTP.

`python -m benchmarks.hubspot [--tenth]`

The sandbox runs in a process of its own. First the adapter alone, without the core that stores what
it reads; then the daemon as it is, with a Salesforce source beside it. The limits of the portal are
switched off: calls are counted, not waited for.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adapters.hubspot.adapter import HubspotAdapter, Settings
from benchmarks.hubspot_daemon import measure_daemon
from benchmarks.hubspot_portal import Size, serve
from benchmarks.process import PlatformProcess
from connector.clock import SystemClock
from connector.ports import Secret, Stream

SIZE: Final = Size(contacts=25_000, deals=5_000, email_events=250_000)
CHANGED: Final = 500
TARGET: Final = 1.1
RECORDS: Final = (Stream.PEOPLE, Stream.OPPORTUNITIES, Stream.ENGAGEMENTS)
MEMORY_GOAL: Final = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One piece of work."""

    calls: int
    routes: Counter[str]
    cpu: float
    told: Counter[str]
    """Records by object type, engagements by kind."""


class Client:
    """An adapter, and what it costs."""

    def __init__(self, portal: PlatformProcess, **settings: Any) -> None:
        self._portal = portal
        self.cursors: dict[Stream, str | None] = dict.fromkeys(Stream)
        known = Settings(
            token=Secret(portal.ask("token")),
            base_url=portal.url,
            burst=100_000,
            searches=100_000.0,
            **settings,
        )
        self.adapter = HubspotAdapter("hubspot", known, SystemClock())

    def read(self, streams: Sequence[Stream]) -> Measured:
        """Read the streams to their end."""
        routes, cpu = Counter(self._portal.ask("counts")), time.process_time()
        told: Counter[str] = Counter()
        for stream in streams:
            more = True
            while more:
                page = self.adapter.read(stream, self.cursors[stream])
                self.cursors[stream], more = page.cursor, page.more
                told.update(record.ref.object_type for record in page.records)
                told.update(one.kind for one in page.engagements)
        cpu = time.process_time() - cpu
        routes = Counter(self._portal.ask("counts")) - routes
        return Measured(calls=routes.total(), routes=routes, cpu=cpu, told=told)


@dataclass(frozen=True, slots=True)
class Minimum:
    """The fewest calls that the resources of the API allow for."""

    size: Size

    @property
    def by_search(self) -> int:
        """Records by search, 200 at a time; who belongs to which, 1,000 at a time."""
        size = self.size
        people, deals = math.ceil(size.contacts / 200), math.ceil(size.deals / 200)
        ties = math.ceil(size.contacts / 1_000) + math.ceil(size.deals / 1_000)
        return people + deals + ties + math.ceil(size.email_events / 1_000)

    @property
    def by_list(self) -> int:
        """Records by list, 100 at a time, with who belongs to which."""
        size = self.size
        records = math.ceil(size.contacts / 100) + math.ceil(size.deals / 100)
        return records + math.ceil(size.email_events / 1_000)


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
    print(f"  adapter         {measured.cpu:.1f} s CPU, peak {peak_mb():.0f} MB", flush=True)


def full(portal: PlatformProcess, size: Size, backfill: str) -> Client:
    """A first load of contacts, deals and e-mail events."""
    client = Client(portal, backfill=backfill, activity=("email_events",))
    measured = client.read(RECORDS)
    minimum = Minimum(size)
    print(f'\nfull sync with backfill = "{backfill}"')
    for name, least in (("records", minimum.by_search), ("list", minimum.by_list)):
        ratio = measured.calls / least
        print(
            f"  API calls       {measured.calls}, {ratio:.2f} x the minimum by {name} "
            f"({least}): {verdict(ratio, TARGET)}"
        )
    show(measured)
    for name, number in (("contacts", size.contacts), ("deals", size.deals)):
        if measured.told[name] != number:
            print(f"  WRONG           {measured.told[name]:,} of {number:,} {name} were told")
    return client


def increment(portal: PlatformProcess, client: Client) -> None:
    """The next run, after some hundred contacts changed."""
    calm = client.read(RECORDS)
    print(f"\nnext run, nothing changed: {calm.calls} API calls")
    portal.ask("change", CHANGED)
    busy = client.read(RECORDS)
    least = math.ceil(CHANGED / 200) + 1
    looks = calm.calls - 1
    print(f"next run, {CHANGED} contacts changed")
    ratio = (busy.calls - looks) / least
    print(
        f"  API calls       {busy.calls}: {busy.calls - looks} for the contacts, {ratio:.2f} x the "
        f"minimum of {least}: {verdict(ratio, TARGET)}; {looks} looks at deals and e-mail events"
    )
    show(busy)


def whole(portal: PlatformProcess) -> None:
    """Everything that an adapter reads by default, when nothing changes."""
    client = Client(portal)
    first = client.read(tuple(Stream))
    calm = client.read(tuple(Stream))
    print(f"\nall streams and activities: {first.calls} API calls first, {calm.calls} when calm")
    show(calm)


def measure(portal: PlatformProcess, size: Size) -> None:
    """The adapter alone."""
    increment(portal, full(portal, size, "list"))
    full(portal, size, "search")
    whole(portal)
    print(f"\npeak memory of the adapter's process {peak_mb():.0f} MB", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tenth", action="store_true", help="a tenth of the records")
    size = SIZE.over(10 if parser.parse_args().tenth else 1)
    print(f"peak memory after imports {peak_mb():.0f} MB; filling the portal ...", flush=True)
    print(f"{size.contacts:,} contacts, {size.deals:,} deals, {size.email_events:,} e-mail events")
    with PlatformProcess(serve, size) as portal:
        measure(portal, size)
        with tempfile.TemporaryDirectory() as folder:
            used = measure_daemon(Path(folder), portal.url, portal.ask("token"))
        print(
            f"\nthe daemon with both adapters, after its first load in {used.seconds:.0f} s: "
            f"{used.people:,} people, {used.engagements:,} engagements\n"
            f"  memory          {used.now_mb:.0f} MB, peak {used.peak_mb:.0f} MB; "
            f"goal {MEMORY_GOAL}: {verdict(used.peak_mb, MEMORY_GOAL)}"
        )
        broken = portal.ask("broken")
    if broken:
        print(f"WRONG: the sandbox broke {len(broken)} times\n{broken[0]}")


if __name__ == "__main__":
    main()
