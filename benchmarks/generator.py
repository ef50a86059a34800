"""Engagements of many people for the benchmarks, the same every time.

Every number is a hash of what it is about and a counter, so nothing depends on a library's random
generator. Run as `python -m benchmarks.generator`; the others do so when the data is not there.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from connector.model import Evidence, Kind

Array = NDArray[np.integer]

DAY: Final = 86_400_000
START: Final = 1_700_000_000_000 // DAY * DAY
YEARS_2: Final = 730 * DAY
NOW: Final = START + YEARS_2
CACHE: Final = Path("build/benchmarks")
ROW_GROUP: Final = 131_072
VERSION: Final = 3
"""Raised when the data changes, so that nobody measures an old cache."""

BOTS: Final = 0.0003
BOT_MOST: Final = 20_000
LATE: Final = 0.10
SPREAD: Final = 1.1
"""Sigma of the lognormal number of engagements per person."""

KINDS: Final = (
    (Kind.EMAIL_OPENED, 0.34),
    (Kind.PAGE_VIEWED, 0.28),
    (Kind.EMAIL_CLICKED, 0.12),
    (Kind.AD_CLICKED, 0.07),
    (Kind.SOCIAL_ENGAGED, 0.05),
    (Kind.CONTENT_DOWNLOADED, 0.05),
    (Kind.WEBINAR_REGISTERED, 0.04),
    (Kind.WEBINAR_ATTENDED, 0.03),
    (Kind.UNSUBSCRIBED, 0.02),
)


class Size(NamedTuple):
    """How much is made."""

    people: int
    engagements: int

    @property
    def folder(self) -> Path:
        return CACHE / f"{self.engagements}-of-{self.people}-v{VERSION}"


def uniform(topic: str, counter: Array) -> NDArray[np.float64]:
    """Numbers in [0, 1), by splitmix64 of a counter."""
    salt = np.uint64(int.from_bytes(topic.encode().ljust(8, b"_")[:8], "little"))
    state = counter.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + salt
    state ^= state >> np.uint64(30)
    state *= np.uint64(0xBF58476D1CE4E5B9)
    state ^= state >> np.uint64(27)
    state *= np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(topic: str, counter: Array) -> NDArray[np.float64]:
    """Standard normal numbers (Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log1p(-uniform(topic + "r", counter)))
    return radius * np.cos(2.0 * np.pi * uniform(topic + "a", counter))


def counts(size: Size) -> NDArray[np.int64]:
    """Engagements per person: a lognormal tail and a few bots."""
    person = np.arange(size.people)
    usual = np.exp(SPREAD * normal("count", person))
    bot = uniform("bot", person) < BOTS
    bots = np.where(bot, 1_000 + (BOT_MOST - 1_000) * uniform("size", person) ** 3, 0.0)
    bots *= min(1.0, 0.1 * size.engagements / max(bots.sum(), 1.0))
    usual[bot] = 0.0
    usual *= (size.engagements - bots.sum()) / usual.sum()
    edges = np.floor(np.cumsum(usual + bots) + 1e-6).astype(np.int64)
    edges[-1] = size.engagements
    return np.diff(edges, prepend=0)


def accounts(size: Size) -> NDArray[np.int64]:
    """Account per person: sizes from 1 to 2,000, persons of one account side by side."""
    counter = np.arange(size.people)
    sizes = np.minimum(1.5 / (1.0 - uniform("account", counter)) ** 0.8, 2_000.0)
    edges = np.cumsum(sizes.astype(np.int64))
    return np.searchsorted(edges, counter, "right")


def moments(person: Array, number: Array, count: Array) -> NDArray[np.int64]:
    """When: bursts of some days, rounded by many a platform to the minute or to midnight."""
    row = person.astype(np.int64) * 100_003 + number
    bursts = 1 + count // 9
    burst = (uniform("which", row) * bursts).astype(np.int64)
    begin = uniform("burst", person.astype(np.int64) * 100_003 + burst) * YEARS_2
    length = -np.log1p(-uniform("length", row)) * 6 * DAY
    at = np.where(count > 999, uniform("bot at", row) * YEARS_2, begin + length)
    at = np.minimum(at, YEARS_2 - 1).astype(np.int64)
    rounding = uniform("round", row)
    at = np.where(rounding < 0.5, at // 60_000 * 60_000, at // 1_000 * 1_000)
    return START + np.where(rounding > 0.75, at // DAY * DAY, at)


def engagements(size: Size) -> dict[str, Array]:
    """All columns, sorted by (account, person, instant, id)."""
    count = counts(size)
    person = np.repeat(np.arange(size.people, dtype=np.int32), count)
    number = np.arange(size.engagements) - np.repeat(np.cumsum(count) - count, count)
    at = moments(person, number, np.repeat(count, count))
    row = np.arange(size.engagements)
    late = uniform("late", row) < LATE
    delay = np.where(late, -np.log1p(-uniform("delay", row)) * 3 * DAY, 60_000 * uniform("d", row))
    arrival = np.argsort(at + delay.astype(np.int64), kind="stable")
    ids = np.empty(size.engagements, np.int32)
    ids[arrival] = np.arange(size.engagements, dtype=np.int32)
    del arrival, delay, late, number
    order = np.lexsort((ids, at, person))
    edges = np.cumsum([share for _, share in KINDS])[:-1]
    codes = np.array([kind.code for kind, _ in KINDS], np.int8)
    kind = codes[np.searchsorted(edges, uniform("kind", row), "right")]
    who = uniform("evidence", row)
    unknown = (kind == Kind.EMAIL_OPENED.code) & (who > 0.7)
    machine = (kind == Kind.EMAIL_CLICKED.code) & (who > 0.85)
    evidence = np.select([unknown, machine], [Evidence.UNKNOWN, Evidence.MACHINE], Evidence.HUMAN)
    return {
        "person": person,
        "at": at[order],
        "id": ids[order],
        "kind": kind[order],
        "evidence": evidence.astype(np.int8)[order],
    }


def known_at(size: Size, first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Two in five became known with their first engagement, the rest up to three years before."""
    person = np.arange(size.people)
    before = uniform("known", person)
    return first - np.where(before < 0.4, 0, before * 3 * 365 * DAY).astype(np.int64)


def write(size: Size) -> Path:
    """Make the files of this size, if they are not there yet; gives their folder."""
    folder = size.folder
    if (folder / "done.json").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    columns = engagements(size)
    person = np.asarray(columns["person"])
    heads = np.searchsorted(person, np.arange(size.people))
    at = np.append(np.asarray(columns["at"]), NOW)
    np.savez(
        folder / "people.npz",
        person=np.arange(size.people),
        account=accounts(size),
        known_at=known_at(size, at[heads]),
    )
    table = pa.table(columns)
    pq.write_table(
        table,
        folder / "engagements.parquet",
        compression="zstd",
        row_group_size=ROW_GROUP,
        # A dictionary of moments or ids is larger than they are.
        use_dictionary=["person", "kind", "evidence"],
    )
    (folder / "done.json").write_text(json.dumps(size._asdict()))
    return folder


def size_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that all benchmarks share."""
    parser.add_argument("--people", type=int, default=500_000)
    parser.add_argument("--engagements", type=int, default=10_000_000)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    size_arguments(options)
    chosen = options.parse_args()
    print(write(Size(chosen.people, chosen.engagements)))
