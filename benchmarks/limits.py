"""What the machine can do at best, and what one person at a time costs: beside the replay.

Each runs in a process of its own and prints one line of JSON. `benchmarks.replay` starts them.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.generator import NOW
from benchmarks.rules import RULES
from connector.engine.evaluate import evaluate
from connector.engine.match import Matcher
from connector.engine.rule import MachineTests
from connector.engine.timeline import Engaged, Timeline

ENGAGEMENTS = "engagements.parquet"
NO_TESTS = MachineTests(click_after_send=0, scan_links=0, scan_within=0)
SAMPLE_GROUPS = 2


def measured(work: Callable[[], Any], engagements: int) -> dict[str, Any]:
    """CPU and wall seconds of the work, and the most memory that this process ever had."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "engagements": engagements,
        "result": result,
    }


def chunks(path: Path, names: Sequence[str]) -> Iterator[list[np.ndarray]]:
    """Columns of one row group after the other, on one core, never through pandas."""
    source = pq.ParquetFile(path)
    for group in range(source.num_row_groups):
        for batch in source.iter_batches(
            batch_size=1 << 20, row_groups=[group], columns=list(names), use_threads=False
        ):
            yield [np.from_dlpack(batch.column(name)) for name in names]


def size_of(folder: Path) -> int:
    """Engagements in the file."""
    return int(pq.ParquetFile(folder / ENGAGEMENTS).metadata.num_rows)


def decode(folder: Path) -> dict[str, Any]:
    """Read three columns and do nothing with them."""

    def work() -> int:
        return sum(len(part[0]) for part in chunks(folder / ENGAGEMENTS, ("person", "at", "kind")))

    return measured(work, size_of(folder))


def stream(folder: Path) -> dict[str, Any]:
    """Pass over the same 13 bytes of each engagement once in memory."""
    parts = list(chunks(folder / ENGAGEMENTS, ("person", "at", "kind")))
    columns = [np.concatenate([part[place] for part in parts]) for place in range(3)]
    del parts

    def work() -> list[int]:
        return [int(np.bitwise_xor.reduce(column)) for column in columns]

    work()
    return measured(work, size_of(folder))


def plain(folder: Path, rule_id: str) -> dict[str, Any]:
    """`evaluate`, one person at a time, on the people of the first row groups."""
    rule = RULES[rule_id]
    matcher = Matcher(rule)
    lines = timelines(folder)

    def work() -> int:
        return sum(len(evaluate(rule, line, NOW, NO_TESTS, matcher).transitions) for line in lines)

    return measured(work, sum(len(line.engagements) for line in lines))


def timelines(folder: Path) -> list[Timeline]:
    """The people of the first row groups as values."""
    source = pq.ParquetFile(folder / ENGAGEMENTS)
    groups = list(range(min(SAMPLE_GROUPS, source.num_row_groups)))
    names = ["at", "id", "kind", "evidence", "person"]
    batch = source.read_row_groups(groups, columns=names).combine_chunks().to_batches()[0]
    at, number, kind, evidence, person = (np.from_dlpack(batch.column(name)) for name in names)
    known = np.load(folder / "people.npz")["known_at"]
    borders = np.flatnonzero(np.diff(person)) + 1
    lines = []
    for rows in np.split(np.arange(len(person)), borders):
        columns = (column[rows].tolist() for column in (at, number, kind, evidence))
        lines.append(
            Timeline(
                known_at=int(known[person[rows[0]]]),
                engagements=tuple(Engaged(*one) for one in zip(*columns, strict=True)),
            )
        )
    return lines


def main() -> None:
    """Measure one limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", choices=("decode", "stream", "plain"))
    options.add_argument("folder", type=Path)
    options.add_argument("--rule", choices=sorted(RULES), default="benchmark")
    chosen = options.parse_args()
    found = {
        "decode": lambda: decode(chosen.folder),
        "stream": lambda: stream(chosen.folder),
        "plain": lambda: plain(chosen.folder, chosen.rule),
    }[chosen.what]()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
