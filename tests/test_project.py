"""The frame holds: docs name what exists, commands exist, locks agree, texts are tidy."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
CODE = ("connector", "adapters", "sandbox")
ARCHITECTURE = ROOT / "docs" / "architecture.md"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}


def modules() -> list[str]:
    """Every module of the program, as a path from the root; packages are told by their folder."""
    found = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    return sorted(str(p.relative_to(ROOT)) for p in found if p.name != "__init__.py")


def purpose(module: str) -> str:
    """The first line of a module's docstring."""
    return (ast.get_docstring(ast.parse((ROOT / module).read_text())) or "?").splitlines()[0]


def tree_paths(text: str) -> Iterator[str]:
    """The files in the indented trees of a page: blocks whose first line ends with a slash."""
    for block in re.findall(r"^```\n(\S+/(?: .*)?\n.*?)^```", text, re.DOTALL | re.MULTILINE):
        parents: list[tuple[int, str]] = []
        for line in filter(str.strip, block.splitlines()):
            indent = len(line) - len(line.lstrip())
            name = line.split()[0]
            parents = [parent for parent in parents if parent[0] < indent]
            if name.endswith("/"):
                parents.append((indent, name))
            elif name.endswith(".py"):
                yield "".join(parent for _, parent in parents) + name


def test_every_module_has_its_line_in_the_architecture_and_no_line_is_stale():
    named = list(tree_paths(ARCHITECTURE.read_text()))
    missing = [f"{name}  {purpose(name)}" for name in sorted(set(modules()) - set(named))]
    stale = sorted(set(named) - set(modules()))
    assert not missing, "add to docs/architecture.md:\n" + "\n".join(missing)
    assert not stale, f"gone, but still in docs/architecture.md: {stale}"
    assert len(named) == len(set(named))


def test_the_tree_reader_reads_trees():
    page = "```\na/    what a is\n  b.py   x\n  c/\n    d.py\n  e.py\nf/\n  g.py\n```\n"
    assert list(tree_paths(page)) == ["a/b.py", "a/c/d.py", "a/e.py", "f/g.py"]


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/operations.md", "docs/architecture.md"]
)
def test_links_and_named_files_exist(page):
    text = (ROOT / page).read_text()
    base = (ROOT / page).parent
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    assert all((base / link).exists() for link in links), links
    named = re.findall(
        r"`((?:connector|adapters|sandbox|docs|tests|rules|systemd)/[\w./@-]*)`", text
    )
    gone = [
        name for name in named if not (ROOT / name).exists() and not (ROOT / f"{name}.py").exists()
    ]
    assert not gone, gone


def makefile_targets() -> set[str]:
    """What `make` lists."""
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/operations.md"]
)
def test_make_commands_in_the_docs_exist(page):
    commands = set(
        re.findall(r"(?:`|^ {4})make ([a-z-]+)", (ROOT / page).read_text(), re.MULTILINE)
    )
    assert commands <= makefile_targets()


def test_the_readme_begins_with_the_two_commands():
    text = (ROOT / "README.md").read_text()
    assert re.findall(r"^    make ([a-z-]+)", text, re.MULTILINE)[:2] == ["demo", "test"]


def test_ci_runs_what_contributors_run():
    script = (ROOT / ".ci" / "run").read_text()
    assert script.rstrip().endswith("exec make test")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_changelog_has_a_place_for_the_next_line():
    text = (ROOT / "CHANGELOG.md").read_text()
    _, _, unreleased = text.partition("\n## Unreleased\n")
    assert unreleased.strip().startswith("- ")


def versions(lock: Path) -> dict[str, set[str]]:
    """Name to versions (one per Python where they differ), as the lock pins them."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^ \\]+)", lock.read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def names(requirements: list[object]) -> set[str]:
    """The normalised names of PEP 508 requirements; groups that are included are left out."""
    plain = [each for each in requirements if isinstance(each, str)]
    return {re.split(r"[<>=!~;\[ ]", each)[0].lower().replace("_", "-") for each in plain}


def test_locks_hold_what_the_project_names_with_hashes_and_without_addresses():
    run, dev = versions(LOCKS["run"]), versions(LOCKS["dev"])
    groups = PROJECT["dependency-groups"]
    assert names(PROJECT["project"]["dependencies"]) <= set(run)
    assert names(groups["build"]) <= set(run)
    assert names(groups["dev"]) <= set(dev)
    assert not names(groups["dev"]) & set(run), "a server needs no development tool"
    for name, extra in PROJECT["project"]["optional-dependencies"].items():
        assert names(extra) <= set(dev), f"nobody tests the extra {name}"
        assert not names(extra) & set(run), f"a server does not need the extra {name}"
    for lock in LOCKS.values():
        text = lock.read_text()
        assert not re.search(r"index-url|find-links|file:|trusted-host|://|/tmp/", text)
        for block in re.split(r"\n(?=[a-z0-9])", text)[1:]:
            assert "--hash=sha256:" in block, block.splitlines()[0]


def test_a_server_runs_what_was_tested():
    run, dev = versions(LOCKS["run"]), versions(LOCKS["dev"])
    assert {name: dev.get(name) for name in run} == run


def test_locked_versions_are_within_the_bounds_of_the_project():
    dev = versions(LOCKS["dev"])
    groups = PROJECT["dependency-groups"]
    for text in [*PROJECT["project"]["dependencies"], *groups["build"], *groups["dev"]]:
        if isinstance(text, str):
            wanted = Requirement(text)
            locked = dev[wanted.name.lower().replace("_", "-")]
            assert all(wanted.specifier.contains(version) for version in locked), text


def test_packages_of_tests_are_packages():
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert all((folder / "__init__.py").exists() for folder in folders)


def test_texts_end_with_one_line_break_and_have_no_trailing_spaces():
    texts = [*ROOT.glob("*.md"), *ROOT.glob("*.toml"), *ROOT.glob("docs/**/*.md")]
    texts += [path for folder in ("rules", *CODE) for path in (ROOT / folder).rglob("*.toml")]
    untidy = [
        str(path.relative_to(ROOT))
        for path in texts
        if re.search(r"[ \t]$|\n\n\Z|[^\n]\Z", path.read_text(), re.MULTILINE)
    ]
    assert not untidy
