"""What the tests of the CSV adapter share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.csv.folder import Exports


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    """An empty folder."""
    return Exports(tmp_path)
