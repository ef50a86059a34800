"""Replay of a whole history from Parquet, beside what the machine can do at best.

`python -m benchmarks.replay` makes the data when it is not there (10 million engagements of
500,000 people), measures everything in fresh processes in turn, and prints the medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.generator import NOW, Size, size_arguments
from benchmarks.limits import ENGAGEMENTS, chunks, measured, size_of
from benchmarks.rules import RULES, SURGE_PEOPLE, SURGE_WINDOW
from connector.engine.replay import (
    CHANGES,
    Columns,
    People,
    SurgeTest,
    cut_batches,
    replay,
)

COLUMNS: Final = ("person", "at", "id", "kind", "evidence")

PROTOTYPE: Final = (
    ("replay, run CPU s / 10M", "replay", 3.4),
    ("plain evaluate, run CPU s / 10M", "plain", 18.8),
    ("Parquet decode, 3 columns, CPU s / 10M", "decode", 0.40),
    ("memory stream, 13 bytes, CPU s / 10M", "stream", 0.0216),
)
TARGETS: Final = (
    ("replay / decode", "replay", "decode", "<=", 8.0, 8.4),
    ("plain evaluate / replay", "plain", "replay", ">=", 5.0, 5.3),
)
RSS_TARGET_MB: Final = 300.0


def run(folder: Path, rule_id: str) -> dict[str, Any]:
    """The replay in this process."""
    known = np.load(folder / "people.npz")
    people = People(known["person"], known["known_at"], known["account"])
    names = [str(change.value) for change in CHANGES]
    counts = dict.fromkeys([*names, "alerts", "evidence", "surges"], 0)

    def work() -> dict[str, int]:
        parts = (Columns(*part) for part in chunks(folder / ENGAGEMENTS, COLUMNS))
        surge = SurgeTest(SURGE_PEOPLE, SURGE_WINDOW)
        for told, surges in replay(
            RULES[rule_id], cut_batches(parts, people), people, now=NOW, surge=surge
        ):
            for name, count in zip(
                names, np.bincount(told.change, minlength=len(names)).tolist(), strict=True
            ):
                counts[name] += count
            counts["alerts"] += int(told.alert.sum())
            counts["evidence"] += len(told.proof.id)
            counts["surges"] += len(surges.at)
        return counts

    found = measured(work, size_of(folder))
    return found | {"total_cpu": time.process_time()}


def in_fresh_process(module: str, *arguments: str) -> dict[str, Any]:
    """One measurement by itself, so that memory and caches are its own."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(folder: Path, rule_id: str, repeats: int) -> dict[str, list[dict[str, Any]]]:
    """Everything in turn, several times: what disturbs one disturbs its neighbours too."""
    found: dict[str, list[dict[str, Any]]] = {}
    where = str(folder)
    for _ in range(repeats):
        for name in ("decode", "stream", "replay", "plain"):
            if name == "replay":
                one = in_fresh_process("benchmarks.replay", "--inside", where, "--rule", rule_id)
            else:
                one = in_fresh_process("benchmarks.limits", name, where, "--rule", rule_id)
            found.setdefault(name, []).append(one)
    return found


def report(found: dict[str, list[dict[str, Any]]], size: Size) -> str:
    """The figures of this run beside those of the prototype."""

    def per_10m(name: str, what: str = "cpu") -> float:
        return float(statistics.median(one[what] * 1e7 / one["engagements"] for one in found[name]))

    whole = found["replay"][0]
    rss = max(one["rss_mb"] for one in found["replay"])
    lines = [
        f"{size.engagements:,} engagements of {size.people:,} people",
        ", ".join(f"{name} {count:,}" for name, count in whole["result"].items()),
        "",
        f"{'':42}{'this run':>10}{'prototype':>12}",
    ]
    lines += [f"{title:42}{per_10m(name):10.3f}{old:12.3f}" for title, name, old in PROTOTYPE]
    lines += [
        f"{'replay, wall s / 10M':42}{per_10m('replay', 'wall'):10.3f}{'':>12}",
        f"{'replay, whole process, CPU s':42}{_median(found, 'total_cpu'):10.3f}{3.9:12.3f}",
        f"{'replay, engagements per CPU second':42}{1e7 / per_10m('replay'):10,.0f}{2.9e6:12,.0f}",
        "",
        f"{'ratio':42}{'this run':>10}{'prototype':>12}  target",
    ]
    for title, over, under, sign, target, old in TARGETS:
        ratio = per_10m(over) / per_10m(under)
        lines.append(f"{title:42}{ratio:10.1f}{old:12.1f}  {_verdict(ratio, sign, target)}")
    lines.append(f"{'peak RSS MB':42}{rss:10.0f}{250:12.0f}  {_verdict(rss, '<=', RSS_TARGET_MB)}")
    lines.append(f"{'replay / memory stream':42}{per_10m('replay') / per_10m('stream'):10.0f}")
    return "\n".join(lines)


def _verdict(value: float, sign: str, target: float) -> str:
    met = value <= target if sign == "<=" else value >= target
    return f"{sign} {target:g} {'met' if met else 'MISSED'}"


def _median(found: dict[str, list[dict[str, Any]]], what: str) -> float:
    return float(statistics.median(one[what] for one in found["replay"]))


def main() -> None:
    """Measure everything, or with --inside the replay alone."""
    options = argparse.ArgumentParser(description=__doc__)
    size_arguments(options)
    options.add_argument("--rule", choices=sorted(RULES), default="benchmark")
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.inside is not None:
        json.dump(run(chosen.inside, chosen.rule), sys.stdout)
        if "pandas" in sys.modules:
            raise RuntimeError("pandas was imported on the way, and its cost is in the figures.")
        return
    size = Size(chosen.people, chosen.engagements)
    sizes = ["--people", str(size.people), "--engagements", str(size.engagements)]
    subprocess.run([sys.executable, "-m", "benchmarks.generator", *sizes], check=True)
    print(report(measure(size.folder, chosen.rule, chosen.repeats), size))


if __name__ == "__main__":
    main()
