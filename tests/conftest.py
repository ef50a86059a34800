"""What all tests share: a temporary folder in memory, because most of them make databases."""

import gc
import os
import shutil
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

_MEMORY = Path("/dev/shm")
_ENOUGH = 512 * 2**20

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # several would only wait for each other
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported stays as long as the tests run: nobody need look through it for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Groups that pytest-xdist does not see cost minutes: each worker makes their fixtures anew."""
    for item in session.items if getattr(session.config.option, "loadgroup", False) else ():
        group = item.get_closest_marker("xdist_group")
        if group and not item.nodeid.endswith(f"@{group.args[0]}"):
            raise pytest.UsageError("This pytest-xdist does not mark groups with this pytest.")


def pytest_configure(config: pytest.Config) -> None:
    """Databases fsync at every commit; in memory that costs nothing and proves as much.

    Whoever gives --basetemp, or has little memory, gets their own way.
    """
    if hasattr(config, "workerinput") or config.option.basetemp or not _MEMORY.is_dir():
        return
    if shutil.disk_usage(_MEMORY).free > _ENOUGH:
        folder = _MEMORY / f"leadmode-tests-{os.getpid()}"
        config.option.basetemp = str(folder)
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.fixture(scope="session", autouse=True)
def _commands_are_put_together_once() -> Iterator[None]:
    """typer's runner does it at each call, which takes longer than what most calls do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", cache(typer.main.get_command))
        yield
