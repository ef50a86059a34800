"""The shape of the house: sizes, names, layers, weight. And that each check can fail."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = ("connector", "adapters", "sandbox", "benchmarks", "tests")
PRODUCT = ("connector", "adapters", "sandbox", "benchmarks")
MOST_LINES = 500
SPLIT_AT = 400

LONG: dict[str, str] = {
    "connector/assess/hand_offs.py": "one person's alerts, from the decision to the writes",
    "connector/config/rules.py": "one reading of all tables: a short method for each",
    "connector/ingest/ingest.py": "a page's way through two hops, and what is read beside it",
    "connector/ruletest/compare.py": "a short method for each key of a test",
    "connector/ports.py": "the contract of all adapters, whole in one place",
    "tests/adapters/hubspot/world.py": "all that the laws ask a portal for, in one place",
    "tests/adapters/salesforce/world.py": "all that the laws ask an org for, in one place",
    "tests/flow/test_follow_up.py": "one story of a hand-off that nobody works, step by step",
    "tests/cli/test_plan.py": "a plan and its applying share their story",
}
"""Modules over 400 lines, each with the reason why it is not split."""

FORBIDDEN = {
    "common": "say what it is for",
    "event": "an engagement, a transition or a moment",
    "events": "engagements, transitions or moments",
    "handler": "say what it does",
    "handlers": "say what they do",
    "helper": "say what it does",
    "helpers": "say what they do",
    "job": "a poll, a tick or a run",
    "jobs": "polls, ticks or runs",
    "lead": "a person; or lead_mode",
    "leads": "people in lead mode",
    "manager": "say what it does",
    "managers": "say what they do",
    "misc": "say what it is for",
    "sync": "a cycle, a poll or a delivery",
    "util": "say what it is for",
    "utils": "say what they are for",
}
ALLOWED = {
    ("connector/model/engagement.py", "EVENT_ATTENDED"): "the engagement kind: a fair, a dinner",
    ("connector/cli", "leads"): "the command's name",
    ("connector/cli", "sync"): "the command's name",
    ("connector/config/sla", "manager"): "the user to whom a rep reports: the rules' own word",
}
PLATFORM_NOUNS = {
    "benchmarks/salesforce": {"lead", "leads"},
    "adapters/salesforce": {"event", "events", "job", "jobs", "lead", "leads", "manager"},
    "sandbox/salesforce": {"event", "events", "job", "jobs", "lead", "leads", "manager"},
    "adapters/hubspot": {"event", "events", "lead", "leads"},
    "sandbox/hubspot": {"event", "events", "lead", "leads"},
    "benchmarks/hubspot": {"event", "events"},
}
"""What a platform itself calls its objects; there the word has the platform's meaning."""


def modules(folders: tuple[str, ...]) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_there_is_something_to_look_at():
    assert len(modules(PRODUCT)) > 50


# sizes


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_module_is_longer_than_500_lines():
    too_long = {str(path.relative_to(ROOT)): lines_of(path) for path in modules(CODE)}
    assert {name: count for name, count in too_long.items() if count > MOST_LINES} == {}


def test_every_module_over_400_lines_has_a_reason():
    long = {str(path.relative_to(ROOT)) for path in modules(CODE) if lines_of(path) > SPLIT_AT}
    assert long == LONG.keys()


def test_rules_are_data():
    assert not list((ROOT / "rules").rglob("*.py"))


# names


def defined_names(tree: ast.AST) -> Iterator[str]:
    """Every name that a module makes up itself."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.alias(asname=str(name)):
                yield name


def words(name: str) -> list[str]:
    """The words of a name in any spelling: snake_case, CamelCase, UPPER."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


SUSPICIOUS = re.compile("|".join(FORBIDDEN), re.IGNORECASE)
OURS = re.compile("lead[_ ]?mode", re.IGNORECASE)


def forbidden_in(source: str, file: str) -> list[str]:
    found: list[str] = []
    if not SUSPICIOUS.search(OURS.sub("", f"{file} {source}")):
        return found  # not even in a text; taking sources apart takes long
    stem = Path(file).stem
    platform = {
        noun for where, nouns in PLATFORM_NOUNS.items() if file.startswith(where) for noun in nouns
    }
    for name in sorted({*defined_names(ast.parse(source)), stem}):
        parts = words(
            name.replace("lead_mode", "").replace("LeadMode", "").replace("LEAD_MODE", "")
        )
        allowed = any(file.startswith(where) and name == known for where, known in ALLOWED)
        found += [
            f"{file}: {name}: {FORBIDDEN[part]}"
            for part in parts
            if part in FORBIDDEN and not allowed and part not in platform
        ]
    return found


def test_nothing_is_named_by_a_forbidden_word():
    found: list[str] = []
    for path in modules(PRODUCT):
        found += forbidden_in(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "class OutboxManager: pass",
        "def handle_event(): pass",
        "def f(job): pass",
        "helper = 1",
        "import json as utils",
        "self.lead = 1",
        "async def sync(): pass",
        "for event in (): pass",
    ],
)
def test_a_forbidden_word_is_noticed(source: str):
    assert forbidden_in(source, "connector/some.py")


def test_other_words_are_not_taken_for_forbidden_ones():
    source = "from threading import Event\nclass LeadMode: pass\nlead_mode = Event()\nleading = 1"
    assert forbidden_in(source, "connector/some.py") == []


def test_a_forbidden_file_name_is_noticed():
    assert forbidden_in("", "connector/utils.py")


# layers


def import_contracts(tree: Path) -> tuple[int, str]:
    """Exit code and report of import-linter over a source tree."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what import-linter looks at, to plant things in."""
    copy = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for folder in ("connector", "adapters", "sandbox"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


LAYERS = "Layers of the core (docs/architecture.md) BROKEN"
PURE = "The engine is pure: no files, clocks, chance, threads, logs BROKEN"
CONTRACT = "Adapters see the contract and nothing else of the core BROKEN"
APART = "Adapters do not know each other BROKEN"
UNKNOWN = "The core never imports an adapter or the sandbox BROKEN"


def test_the_contracts_hold(tree: Path):
    code, report = import_contracts(tree)
    assert code == 0, report
    assert "BROKEN" not in report
    assert "5 kept" in report


BREACHES = [
    ("connector/engine/score.py", "import sqlite3", PURE),
    ("connector/engine/score.py", "import time", PURE),
    ("connector/engine/score.py", "import random", PURE),
    ("connector/engine/score.py", "import connector.store", LAYERS),
    ("connector/model/record.py", "import connector.ports", LAYERS),
    ("connector/ports.py", "import connector.engine", LAYERS),
    ("connector/plan/key.py", "import connector.store", LAYERS),
    ("connector/ingest/page.py", "import connector.deliver", LAYERS),
    ("adapters/memory/adapter.py", "import connector.store", CONTRACT),
    ("adapters/memory/mapping.py", "import connector.config", CONTRACT),
    ("adapters/memory/adapter.py", "import adapters.csv.mapping", APART),
    ("connector/registry.py", "import adapters.memory.adapter", UNKNOWN),
    ("connector/daemon/source.py", "import sandbox.story", UNKNOWN),
]


@pytest.fixture(scope="module")
def breached(tree: Path) -> str:
    """The report on a tree with all breaches at once: it tells each by its line."""
    sound = {file: (tree / file).read_text(encoding="utf-8") for file, _, _ in BREACHES}
    try:
        for file, line, _ in BREACHES:
            with (tree / file).open("a", encoding="utf-8") as opened:
                opened.write(f"\n{line}\n")
        code, report = import_contracts(tree)
    finally:
        for file, text in sound.items():
            (tree / file).write_text(text, encoding="utf-8")
    assert code != 0
    return report


@pytest.mark.parametrize(("file", "line", "broken"), BREACHES)
def test_a_breach_is_noticed(breached: str, file: str, line: str, broken: str):
    told = breached.partition("Broken contracts")[2]
    name = broken.removesuffix(" BROKEN")
    about = re.split(r"\n(.+)\n-+\n", told)
    report = about[about.index(name) + 1]
    module = file.removesuffix(".py").replace("/", ".")
    assert broken in breached
    assert re.search(rf"{re.escape(module)} -> {re.escape(line.split()[1])}\b", report)


def test_a_module_outside_the_layers_is_noticed(tree: Path):
    stray = tree / "connector/stray.py"
    try:
        stray.write_text('"""Belongs to no layer."""\n', encoding="utf-8")
        code, report = import_contracts(tree)
    finally:
        stray.unlink()
    assert code != 0
    assert "stray" in report


# clocks


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n",
        "import datetime as dt\n\nNOW = dt.datetime.now(dt.UTC)\n",
        "import time\n\nNOW = time.time()\n",
        "from time import monotonic\n\nNOW = monotonic()\n",
        "import time\n\ntime.sleep(1)\n",
        "import random\n\nCHANCE = random.random()\n",
    ],
)
@pytest.mark.parametrize(
    ("file", "exit_code"), [("connector/deliver.py", 1), ("connector/clock.py", 0)]
)
def test_only_the_clock_module_may_read_a_clock(source: str, file: str, exit_code: int):
    ruff = str(Path(sys.executable).with_name("ruff"))
    command = [ruff, "check", "--no-cache", "--select=TID251", f"--stdin-filename={file}", "-"]
    done = subprocess.run(
        command, cwd=ROOT, input=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == exit_code, done.stdout
    assert ("TID251" in done.stdout) == bool(exit_code)


# weight

HEAVY_FOR_THE_DAEMON = {
    "hubspot",
    "numpy",
    "pandas",
    "pyarrow",
    "rich",
    "simple_salesforce",
    "starlette",
    "typer",
    "uvicorn",
}
HEAVY_FOR_HELP = {"apscheduler", "httpx", "numpy", "sqlite_utils", *HEAVY_FOR_THE_DAEMON} - {
    "rich",
    "typer",
}
LOADED = "import sys; print('LOADED', *sorted({name.partition('.')[0] for name in sys.modules}))"
IMPORT_ALL = """
import importlib, pkgutil, connector.daemon
for module in pkgutil.walk_packages(connector.daemon.__path__, "connector.daemon."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""
HELP = """
import sys
sys.argv = ["leadmode", "--help"]
from connector.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


def loaded_by(program: str) -> set[str]:
    """Names of the top-level packages that a program has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{LOADED}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("LOADED ")[2].split())


def test_what_is_loaded_is_noticed():
    assert {"sqlite3", "connector"} <= loaded_by("import sqlite3, connector.clock")
    assert "sqlite3" not in loaded_by("import connector.clock")


def test_the_contract_loads_nothing_from_outside():
    loaded = loaded_by("import connector.ports, connector.errors, connector.problems")
    assert not loaded & {"pydantic", "pydantic_core", *HEAVY_FOR_THE_DAEMON}


def test_the_engine_loads_nothing_from_outside():
    loaded = loaded_by("import connector.engine.evaluate, connector.engine.alert")
    assert not loaded & {"pydantic", "sqlite_utils", *HEAVY_FOR_THE_DAEMON}


def test_the_daemon_loads_no_sdk_and_no_command_line():
    loaded = loaded_by(IMPORT_ALL)
    assert "connector" in loaded
    assert not loaded & HEAVY_FOR_THE_DAEMON
    assert "adapters" not in loaded


def test_help_is_light():
    loaded = loaded_by(HELP)
    assert "typer" in loaded
    assert not loaded & HEAVY_FOR_HELP
    assert "adapters" not in loaded
