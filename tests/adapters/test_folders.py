"""Every adapter's folder is whole, and its README and sample tell the truth."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from adapters.memory.adapter import MemoryAdapter
from connector.registry import ADAPTERS, adapter_class
from tests.adapters import folders
from tests.adapters.folders import adapter_folders, adapter_in, problems_in, problems_of

MEMORY = folders.FOLDERS / "memory"


@pytest.mark.parametrize("folder", adapter_folders(), ids=lambda folder: folder.name)
def test_an_adapters_folder_is_whole_and_true(folder: Path):
    assert problems_of(adapter_in(folder)) == []


def test_the_reference_is_among_them():
    assert "memory" in {folder.name for folder in adapter_folders()}


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("README.md", "## What it reads", "## Reading", "sections are"),
        ("README.md", "| find | yes | |\n", "", "does not say ('find', 'yes', '')"),
        ("README.md", "| find | yes | |", "| find | no | |", "says ('find', 'no', '')"),
        ("README.md", "| delivery | A |", "| delivery | B |", "says ('delivery', 'B'"),
        ("README.md", "| fetch | yes | |", "| fetch | yes | |\n| fly | yes | |", "fly"),
        ("README.md", 'name = "story"', 'name = "tale"', "is not sample.toml"),
        ("README.md", "| provisioning | done |\n", "", "rows are not"),
        ("README.md", "| provisioning | done |", "| provisioning | soon |", "'soon' is not"),
        ("sample.toml", 'name = "story"', "name = 3", "name = 3"),
        ("sample.toml", 'name = "story"', 'nmae = "story"', 'Unknown key "nmae"'),
        ("sample.toml", "# page_size = 1000\n", "", "does not show page_size"),
        ("sample.toml", "# page_size = 1000\n", '# page_size = "many"\n', "page_size"),
        ("sample.toml", '"env:MEMORY_TOKEN"', '"hunter2"', "holds the secret itself"),
        ("sample.toml", 'adapter = "memory"', 'adapter = "csv"', "is of 'csv'"),
    ],
)
def test_an_untrue_folder_is_noticed(tmp_path: Path, file: str, old: str, new: str, problem: str):
    folder = tmp_path / "memory"
    shutil.copytree(MEMORY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (folder / file).read_text()
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new))
    assert any(problem in found for found in problems_in(folder, MemoryAdapter))


@pytest.mark.parametrize("file", folders.FILES)
def test_a_missing_file_is_noticed(tmp_path: Path, file: str):
    folder = tmp_path / "memory"
    shutil.copytree(MEMORY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / file).unlink()
    assert problems_in(folder, MemoryAdapter) == [f"{file} is missing"]


def test_every_adapter_is_known_to_the_registry():
    known = {name: adapter_class(name) for name in ADAPTERS}
    assert known == {folder.name: adapter_in(folder) for folder in adapter_folders()}
