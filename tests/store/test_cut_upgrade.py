"""An upgrade of the database that is cut short anywhere is done by the next start."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from connector.store import FILE_NAME, Store
from connector.store.schema import prepare


class Cut:
    """Lets SQLite take so many steps and refuses all after them."""

    def __init__(self, after: int | None) -> None:
        self.after = after
        self.steps = 0

    def __call__(self, *_: object) -> int:
        self.steps += 1
        refused = self.after is not None and self.steps > self.after
        return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK


def brought_up(folder: Path, cut: Cut) -> None:
    """From nothing through every version, as far as `cut` lets it."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        connection.set_authorizer(cut)
        with suppress(sqlite3.DatabaseError):
            prepare(connection, folder / FILE_NAME)


def schema(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        rows = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL "
            "AND name NOT LIKE '%sqlite_migrations%'"  # the library's own list of what was done
        )
        return {sql for (sql,) in rows}


@pytest.mark.fault("F84")
def test_an_upgrade_that_is_cut_short_anywhere_is_done_the_next_time(tmp_path: Path):
    whole = Cut(None)
    brought_up(tmp_path / "whole", whole)
    assert whole.steps > 100
    for after in range(1, whole.steps, whole.steps // 30):
        folder, cut = tmp_path / str(after), Cut(after)
        brought_up(folder, cut)
        assert cut.steps > after, "it was cut short"
        Store.open(folder).close()
        assert schema(folder) == schema(tmp_path / "whole")
