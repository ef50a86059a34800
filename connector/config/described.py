"""What the keys of a table mean, as the texts below them say: read for the JSON Schemas alone."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any


def described(table: type, schema: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a table, with what is written below each of its keys."""
    for key, text in _texts(table):
        schema["properties"][key]["description"] = text
    return schema


def _texts(table: type) -> Iterator[tuple[str, str]]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(table))).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - it is the text of a class
    for line, below in pairwise(definition.body):
        match line, below:
            case (
                ast.AnnAssign(target=ast.Name(id=key)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield key, inspect.cleandoc(text)
