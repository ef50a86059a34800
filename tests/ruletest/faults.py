"""Faults planted into the shipped packs: each number halved and doubled, each table taken out.

`python -m tests.ruletest.faults [PACK ...]` plants all of them and lists those that no test of
the pack notices; `FAULTS=all` has the test suite do the same, which by itself plants a few.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from connector.assess import Assess, Setting
from connector.config.packs import packs
from connector.config.rulebook import Rulebook
from connector.config.rules import load_rulebook
from connector.errors import FixInput
from connector.ruletest import read_cases
from connector.ruletest.case import Case
from connector.ruletest.compare import differences
from connector.ruletest.play import Player
from connector.ruletest.run import empty_store

_VALUE: Final = re.compile(
    r"(?P<text>\"\"\"|\"[^\"]*\")|(?P<truth>\btrue\b|\bfalse\b)|(?P<number>(?<![\w.])\d+(?:\.\d+)?(?!\w))"
)
_LENGTH: Final = re.compile(r"\"(\d+)([smhdw]|/.*)\"")
_TABLE: Final = re.compile(r"^(\[\[.*\]\]|\[(?!\[)[^\]]*\])", re.MULTILINE)
_ID: Final = re.compile(r"id = \"([^\"]*)\"")
_SAID: Final = re.compile(r"^(?:top|epoch|title|label|id|subject|body) *=")
"""Keys of which no decision comes."""


UNNOTICED: Final = frozenset(
    {"window", "human_min", "cooldown", "click_after_send", "scan_within", "letters", "open"}
)
"""Keys, and ids of tables, in which some pack's tests do not notice every fault yet."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One slip in one rule file of a pack."""

    file: str
    line: int
    before: str
    after: str
    text: str
    """The whole file with the slip."""

    @property
    def key(self) -> str:
        """The key that is wrong, or the id of the table that is gone."""
        found = _ID.search(self.before) if self.before.startswith("[[") else None
        return found[1] if found else self.before.split(" ", 1)[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before} -> {self.after}"


def faults_of(folder: Path) -> Iterator[Fault]:
    """Every slip of a pack, file by file."""
    for path in sorted(folder.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        yield from _values(path.name, text)
        yield from _tables(path.name, text)


def _values(name: str, text: str) -> Iterator[Fault]:
    start, in_text = 0, False
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if not in_text and not line.startswith("#") and not _SAID.match(line):
            for found in _VALUE.finditer(line.partition(" #")[0]):
                for after in _others(found):
                    whole = text[: start + found.start()] + after + text[start + found.end() :]
                    yield Fault(name, number, line.strip(), after, whole)
        in_text ^= line.count('"""') == 1
        start += len(line)


def _others(found: re.Match[str]) -> list[str]:
    """The values to put there instead."""
    if found["truth"]:
        return ["false" if found["truth"] == "true" else "true"]
    if found["number"]:
        value = float(found["number"])
        return [f"{each:g}" for each in (value // 2, value * 2) if each != value]
    length = _LENGTH.fullmatch(found["text"])
    if length is None:
        return []
    value = int(length[1])
    return [f'"{each}{length[2]}"' for each in (value // 2, value * 2) if each not in (value, 0)]


def _tables(name: str, text: str) -> Iterator[Fault]:
    """Each signal, exclusion, kind of points and the like taken out."""
    heads = [found for found in _TABLE.finditer(text) if found[1].startswith("[[")]
    for head in heads:
        rest = _TABLE.search(text, head.end())
        end = rest.start() if rest else len(text)
        line = text[: head.start()].count("\n") + 1
        without = text[: head.start()] + text[end:]
        said = " ".join(text[head.start() : end].split()[:4])
        yield Fault(name, line, said, "(nothing)", without)


def noticed(folder: Path, fault: Fault) -> bool | None:
    """Whether a test of the pack turns red; None when such rules are refused anyway."""
    with tempfile.TemporaryDirectory(dir=_memory()) as room:
        there = Path(room) / "rules"
        shutil.copytree(folder, there, ignore=shutil.ignore_patterns("tests", "packs", "*.json"))
        (there / fault.file).write_text(fault.text, encoding="utf-8")
        try:
            book = load_rulebook([there])
            cases = read_cases([folder / "tests"], book)
        except FixInput:
            return None
    return turns_red(book, cases, fault.file)


def turns_red(book: Rulebook, cases: Sequence[Case], file: str) -> bool:
    """Whether any test fails, those of the file with this name first; stops at the first."""
    setting = Setting(
        instance="test", rulebook=book, authority="crm", zone=ZoneInfo("UTC"), dry_run=False
    )
    with empty_store() as store:
        player = Player(store, Assess(store, setting))
        for case in sorted(cases, key=lambda each: Path(each.place.file).name != file):
            played = player.play(case)
            for index, moment in enumerate(case.table.moment):
                if differences(moment, played.snapshots[index], book.grades):
                    return True
    return False


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def main(names: Sequence[str]) -> int:
    """Plant every fault of these packs, or of all; the exit code is 1 when one is not noticed."""
    missed = 0
    for name in names or packs():
        folder, planted, refused = packs()[name], 0, 0
        for fault in faults_of(folder):
            planted += 1
            seen = noticed(folder, fault)
            refused += seen is None
            if seen is False:
                missed += 1
                print(f"pack:{name} not noticed: {fault}", flush=True)  # noqa: T201
        print(f"pack:{name}: {planted} faults, {refused} refused when read", flush=True)  # noqa: T201
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
