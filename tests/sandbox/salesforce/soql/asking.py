"""Asks an org a query and shows the answer as plain lists and dicts."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.salesforce.soql import Record, Result, SoqlError, Viewer, evaluate, parse
from tests.sandbox.salesforce.soql.org import NOW, Org


def run(org: Org, text: str, *, viewer: Viewer | None = None, deleted: bool = False) -> Result:
    return evaluate(parse(text), org, now=NOW, viewer=viewer, deleted=deleted)


def plain(value: Any) -> Any:
    """Records as dicts, results as lists."""
    if isinstance(value, Record):
        return {key: plain(each) for key, each in value.values.items()}
    if isinstance(value, Result):
        return [plain(record) for record in value.records]
    return value


def rows(org: Org, text: str, *, viewer: Viewer | None = None, deleted: bool = False) -> Any:
    return plain(run(org, text, viewer=viewer, deleted=deleted))


def column(
    org: Org, text: str, *, viewer: Viewer | None = None, deleted: bool = False
) -> list[Any]:
    """The only value of each record."""
    found = rows(org, text, viewer=viewer, deleted=deleted)
    return [value for row in found for (value,) in [row.values()]]


def names(org: Org, where: str, *, of: str = "Account", viewer: Viewer | None = None) -> str:
    """The names of the records that satisfy a condition, in one text."""
    return " ".join(column(org, f"SELECT Name FROM {of} WHERE {where}", viewer=viewer))


def refused(org: Org, text: str) -> SoqlError:
    with pytest.raises(SoqlError) as caught:
        run(org, text)
    return caught.value
