"""Makes records of rows: the fields of the list, parents nested, TYPEOF, children.

Follows the SOQL and SOSL Reference, "Field List", "FIELDS()", "TYPEOF" and "Using Relationship
Queries".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce.soql.errors import INVALID_FIELD, MALFORMED_QUERY
from sandbox.salesforce.soql.operands import Getter, Operand, Step, parent_of
from sandbox.salesforce.soql.result import Record, Result, Value
from sandbox.salesforce.soql.scope import NAME, Scope
from sandbox.salesforce.soql.source import Row
from sandbox.salesforce.soql.syntax import (
    AllFields,
    ChildQuery,
    FieldPath,
    Selected,
    TypeOf,
)

Projection = Callable[[Row], Record]
Maker = Callable[[Row], Value]
Children = Callable[[Scope, ChildQuery], tuple[str, Callable[[Row], Result | None]]]
"""Prepares a query over children: the relationship's name, and the children of a row."""


@dataclass(slots=True)
class _Branch:
    """What is wanted of one record: values under their names, and parents behind theirs."""

    makers: dict[str, Maker] = field(default_factory=dict)
    parents: dict[str, tuple[Step, _Branch]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


class Projecting:
    """Builds the projection of one query."""

    def __init__(self, scope: Scope, children: Children) -> None:
        self._scope = scope
        self._children = children
        self._root = _Branch()

    def build(self) -> Projection:
        """The projection of a row of the query's object to its record."""
        for item in self._scope.query.select:
            match item:
                case Selected():
                    self._select(item)
                case AllFields():
                    self._select_all(item)
                case TypeOf():
                    key, maker = self._type_of(item)
                    self._put(self._root, key, maker, item.at)
                case ChildQuery():
                    key, children = self._children(self._scope, item)
                    self._put(self._root, key, children, item.at)
        make, name = self._values(self._root), self._scope.object
        return lambda row: Record(name, name, row.get("Id"), make(row))

    # fields

    def _select(self, item: Selected) -> None:
        plain = isinstance(item.expression, FieldPath)
        if plain and item.alias:
            problem = "only aggregate expressions use field aliasing"
            raise self._scope.refuse(MALFORMED_QUERY, problem, item.at)
        operand = self._scope.operand(item.expression)
        if item.alias:
            self._put(self._root, item.alias, self._shown(operand, operand.get), item.at)
            return
        branch = self._root
        for step in operand.steps:
            if step.name not in branch.parents:
                branch.parents[step.name] = (step, _Branch())
                self._name(branch, step.name, item.at)
            branch = branch.parents[step.name][1]
        self._put(branch, operand.name, self._shown(operand, operand.own), item.at)

    def _select_all(self, item: AllFields) -> None:
        for column in self._scope.columns.values():
            if item.group == "ALL" or column.custom is (item.group == "CUSTOM"):
                operand = self._scope.field(FieldPath((column.name,), item.at))
                self._put(self._root, column.name, self._shown(operand, operand.own), item.at)

    def _put(self, branch: _Branch, key: str, maker: Maker, at: int) -> None:
        self._name(branch, key, at)
        branch.makers[key] = maker

    def _name(self, branch: _Branch, key: str, at: int) -> None:
        if key in branch.order:
            problem = f"duplicate field selected: {key}"
            raise self._scope.refuse(INVALID_FIELD, problem, at)
        branch.order.append(key)

    def _shown(self, operand: Operand, get: Getter) -> Maker:
        return shown(operand, get, self._scope)

    # records

    def _values(self, branch: _Branch) -> Callable[[Row], dict[str, Value]]:
        makers = [(key, self._maker(branch, key)) for key in branch.order]
        return lambda row: {key: make(row) for key, make in makers}

    def _maker(self, branch: _Branch, key: str) -> Maker:
        if key in branch.makers:
            return branch.makers[key]
        step, inner = branch.parents[key]
        make = self._values(inner)

        def parent(row: Row) -> Record | None:
            found = parent_of(self._scope.source, row, step, deleted=self._scope.deleted)
            if found is None:
                return None
            actual = self._actual(step, row)
            return Record(
                NAME if step.polymorphic else actual, actual, found.get("Id"), make(found)
            )

        return parent

    def _actual(self, step: Step, row: Row) -> str:
        if not step.polymorphic:
            return step.targets[0]
        return self._scope.source.object_of(row[step.field]) or NAME

    # TYPEOF

    def _type_of(self, item: TypeOf) -> tuple[str, Maker]:
        scope = self._scope
        (step,) = scope.steps(item.path.parts[-1:], item.path)
        if not step.polymorphic or len(item.path.parts) > 1:
            problem = f"TYPEOF needs a polymorphic relationship, not '{item.path.name}'"
            raise scope.refuse(MALFORMED_QUERY, problem, item.at)
        makers: dict[str, Callable[[Row], dict[str, Value]]] = {}
        for when in item.branches:
            name = scope.source.object_name(when.object)
            if name not in step.targets:
                problem = f"'{when.object}' is not a type of the relationship '{item.path.name}'"
                raise scope.refuse(INVALID_FIELD, problem, when.at)
            makers[name] = self._branch_of(when.fields, step, name)
        otherwise = None if item.otherwise is None else self._branch_of(item.otherwise, step, None)

        def make(row: Row) -> Record | None:
            found = parent_of(scope.source, row, step, deleted=scope.deleted)
            if found is None:
                return None
            actual = self._actual(step, row)
            values = makers.get(actual, otherwise)
            return Record(actual, actual, found.get("Id"), values(found)) if values else None

        return step.name, make

    def _branch_of(
        self, fields: tuple[FieldPath, ...], step: Step, target: str | None
    ) -> Callable[[Row], dict[str, Value]]:
        """The values of one branch; `target` is None for ELSE, where fields are those of Name."""
        seen = self._scope
        inner = Projecting(seen.at_parent(step, target), self._children)
        for path in fields:
            inner._select(Selected(path, None, path.at))
        return inner._values(inner._root)


def shown(operand: Operand, get: Getter, scope: Scope) -> Maker:
    """How the operand's value goes into a result: moments as text."""
    if operand.type != "datetime":
        return get
    show = scope.viewer.show_moment

    def moment(row: Row) -> Any:
        value = get(row)
        return None if value is None else show(value)

    return moment
