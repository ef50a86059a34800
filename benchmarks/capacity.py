"""What order and capacity are worth: a year with a known truth, lived through twice.

`python -m benchmarks.capacity [--people N] [--seeds N] [--per-week N]`

Both years have the same people, who do the same things, and the same number of places per rep and
week. The whole daemon but the sending is used: pages are read, stored, evaluated by the shipped
rules, decided and admitted. Once the best of those who wait go through, by the shipped order; once
whoever came first. Counted is how many of those who were handed off bought. Both wait for a place
for equally long, and a raised hand passes at once in both.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from unittest import mock

from benchmarks.capacity_market import (
    INSTANCE,
    START,
    YEAR,
    Someone,
    engagements,
    people,
    records,
    sale,
)
from connector.assess import Assessed
from connector.clock import DAY, HOUR, ManualClock
from connector.config.settings import load
from connector.ingest import Ingest, Polled
from connector.model import Engagement, Record, Verdict
from connector.plan.capacity import Claim
from connector.ports import YES, Adapter, Capabilities, Health, Page, Stream
from connector.store import Store

CYCLES: Final = (8 * HOUR, 12 * HOUR, 16 * HOUR)
"""When leadmode looks on a day."""
CONFIG: Final = """
[leadmode]
instance = "benchmark"
state = "state"
rules = ["pack:default", "rules"]
dry_run = false
storm = 0
tick = "1h"

[sources.crm]
adapter = "memory"
name = "none"
"""
RULES: Final = """
[capacity]
default = {per_week}
"""
_OF_ROLE: Final = {
    "owner": Stream.OWNERS,
    "account": Stream.ACCOUNTS,
    "person": Stream.PEOPLE,
    "opportunity": Stream.OPPORTUNITIES,
}
_SALE_TAKES: Final = 14 * DAY
_SALE: Final = 10_000.0
Order = Callable[[Sequence[Claim]], list[Claim]]


class Market(Adapter):
    """The CRM of the market: what happened until now, and the sales that reps have made."""

    capabilities = Capabilities(
        streams=dict.fromkeys(_OF_ROLE.values(), YES) | {Stream.ENGAGEMENTS: YES}
    )

    def __init__(self, clock: ManualClock, known: list[Record], done: list[Engagement]) -> None:
        self._clock = clock
        self._known = known
        self._done = done
        self._read: dict[Stream, int] = {}

    def check(self) -> Health:
        return Health(account="market")

    def sold(self, record: Record) -> None:
        """A sale is in the CRM."""
        self._known.append(record)

    def read(self, stream: Stream, _cursor: str | None) -> Page:
        begin = self._read.get(stream, 0)
        if stream is Stream.ENGAGEMENTS:
            now, end = self._clock.now(), begin
            while end < len(self._done) and self._done[end].at <= now:
                end += 1
            self._read[stream] = end
            return Page(cursor=str(end), engagements=tuple(self._done[begin:end]))
        self._read[stream] = len(self._known)
        fresh = [each for each in self._known[begin:] if _OF_ROLE[each.role.value] is stream]
        return Page(cursor=str(len(self._known)), records=tuple(fresh))


@dataclass(slots=True)
class Year:
    """What came of one year under one order."""

    alerts: int = 0
    handed_off: list[str] = field(default_factory=list)
    raised: int = 0
    """Of those by a raised hand."""
    won: list[str] = field(default_factory=list)
    expected: float = 0.0
    """Wins without luck: the sum of the true chances of those handed off."""

    @property
    def rate(self) -> float:
        """Wins among those handed off."""
        return len(self.won) / len(self.handed_off) if self.handed_off else 0.0


def first_come(claims: Sequence[Claim]) -> list[Claim]:
    """Whoever entered first."""
    return sorted(claims, key=lambda claim: (claim.at, claim.record))


def order_of(chosen: Order | None) -> AbstractContextManager[object]:
    """Within the block those who wait stand in this order; None: in the shipped one."""
    if chosen is None:
        return nullcontext()
    return mock.patch("connector.assess.admission.in_turn", chosen)


def live(
    seed: int, number: int, per_week: float, order: Order | None = None, days: int = YEAR // DAY
) -> Year:
    """One year; without an order by the shipped one."""
    everybody = people(seed, number)
    known, done = list(records(everybody)), engagements(seed, everybody)
    with (
        tempfile.TemporaryDirectory(prefix="leadmode-capacity-", dir=_memory()) as folder,
        order_of(order),
    ):
        home = Path(folder)
        (home / "rules").mkdir()
        (home / "rules" / "capacity.toml").write_text(RULES.format(per_week=per_week))
        (home / "config.toml").write_text(CONFIG)
        with closing(Store.open(home / "state")) as store:
            clock = ManualClock(START)
            ingest = Ingest(store, load(home / "config.toml"), clock)
            ingest.adopt(load(home / "config.toml"))
            return _Living(ingest, clock, Market(clock, known, done), everybody).through(days)


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


class _Living:
    def __init__(
        self, ingest: Ingest, clock: ManualClock, market: Market, everybody: list[Someone]
    ) -> None:
        self._ingest, self._clock, self._market = ingest, clock, market
        self._by_id = {one.id: one for one in everybody}
        self._year = Year()
        self._stop = threading.Event()
        self._coming: list[tuple[int, Record]] = []

    def through(self, days: int) -> Year:
        for day in range(days):
            for hour in CYCLES:
                self._clock.move_to(START + day * DAY + hour)
                self._sell()
                self._ingest.poll(INSTANCE, self._market, self._stop, self._watch)
                self._ingest.tick(self._stop, self._watch)
        return self._year

    def _watch(self, news: Polled | Assessed) -> None:
        if isinstance(news, Polled):
            return
        for alert in news.alerts:
            decision, year = alert.decision, self._year
            raised = alert.transition.reason == "hand_raise"
            year.alerts += decision.verdict is Verdict.WAITING or raised
            if decision.verdict is Verdict.HANDED_OFF:
                self._handed_off(alert.writes[0].target.id, raised=raised)

    def _handed_off(self, id_: str, *, raised: bool) -> None:
        year, now, one = self._year, self._clock.now(), self._by_id[id_]
        again = id_ in year.handed_off
        year.handed_off.append(id_)
        year.raised += raised
        if not again:
            year.expected += one.chance(now)
        if one.would_buy(now) and not again:
            year.won.append(id_)
            closed = now + _SALE_TAKES
            self._coming.append((closed, sale(one, f"{id_}-new", closed, closed, _SALE)))

    def _sell(self) -> None:
        now = self._clock.now()
        for at, record in self._coming:
            if at <= now:
                self._market.sold(record)
        self._coming = [each for each in self._coming if each[0] > now]


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean, and where it lies with 95 % by Student's t over the seeds."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, math.nan, math.nan
    t = _T95.get(len(values) - 1, 1.96)
    half = t * statistics.stdev(values) / math.sqrt(len(values))
    return mean, mean - half, mean + half


_T95: Final = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 7: 2.36, 8: 2.31, 9: 2.26}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--per-week", type=float, default=2, help="places per rep and week")
    parser.add_argument("--days", type=int, default=YEAR // DAY)
    asked = parser.parse_args(arguments)
    print(f"{asked.people:,} people, {asked.per_week:g} places per rep and week, {asked.days} days")
    print("              -------- first come --------   --------- by rank ----------")
    print(
        "seed  alerts    handed  won   rate without    handed  won   rate without   wins x without"
    )
    print(
        "                                      luck                          luck             luck"
    )
    ratios, even, came_won, best_won = [], [], 0, 0
    for seed in range(1, asked.seeds + 1):
        size = (asked.people, asked.per_week)
        came = live(seed, *size, order=first_come, days=asked.days)
        best = live(seed, *size, days=asked.days)
        came_won, best_won = came_won + len(came.won), best_won + len(best.won)
        ratios.append(len(best.won) / len(came.won) if came.won else math.nan)
        even.append(best.expected / came.expected)
        row = f"{seed:4} {best.alerts:7,} {_row(came)} {_row(best)}"
        print(f"{row} {ratios[-1]:8.2f} {even[-1]:7.2f}", flush=True)
    print(f"Wins, all seeds: {best_won} by rank, {came_won} first come.")
    for what, values in (("wins", ratios), ("wins without luck", even)):
        mean, low, high = interval(values)
        print(f"{what} by rank / first come: {mean:.2f} (95 %: {low:.2f} to {high:.2f}); goal 1.5")


def _row(year: Year) -> str:
    return f"{len(year.handed_off):9,} {len(year.won):4} {year.rate:6.1%} {year.expected:7.1f}"


if __name__ == "__main__":
    main()
