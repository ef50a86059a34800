"""The command line as tests call it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connector.cli.app import app
from tests.cli.company import Company

Leadmode = Callable[..., Result]


@pytest.fixture(scope="package")
def told(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The company at the end of its story. Only to be read."""
    company = Company(tmp_path_factory.mktemp("told") / "small")
    company.live()
    return company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A company of which nothing was read yet."""
    return Company(tmp_path / "small")


@pytest.fixture
def leadmode(monkeypatch: pytest.MonkeyPatch) -> Leadmode:
    """Call the command line on a company's configuration, by its clock."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("LEADMODE_CONFIG", raising=False)

    def call(company: Company, *arguments: str, **more: str) -> Result:
        environment = {"LEADMODE_CONFIG": str(company.config), **more}
        return CliRunner().invoke(app, list(arguments), obj=company.clock, env=environment)

    return call
