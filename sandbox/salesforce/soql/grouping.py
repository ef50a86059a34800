"""Groups rows and counts over them.

Follows the SOQL and SOSL Reference, "Aggregate Functions", "GROUP BY", "GROUP BY ROLLUP", "GROUP BY
CUBE", "GROUPING()" and "Alias Notation" (expr0, expr1 ...). Aggregates leave out null, except
COUNT() and COUNT(Id). Text groups without regard to case; the first spelling met is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import combinations
from typing import Any, Final

from sandbox.salesforce.soql.comparing import NUMBER_TYPES, key_of
from sandbox.salesforce.soql.errors import INVALID_FIELD, MALFORMED_QUERY
from sandbox.salesforce.soql.functions import label_of
from sandbox.salesforce.soql.operands import Operand, getter
from sandbox.salesforce.soql.ordering import rank_of
from sandbox.salesforce.soql.projecting import Maker, shown
from sandbox.salesforce.soql.rendering import formatted
from sandbox.salesforce.soql.result import AGGREGATE, Record
from sandbox.salesforce.soql.scope import Scope
from sandbox.salesforce.soql.source import Row
from sandbox.salesforce.soql.syntax import (
    Call,
    Expression,
    FieldPath,
    Query,
    Selected,
    SelectItem,
)
from sandbox.salesforce.soql.words import AGGREGATES, DATE_FUNCTIONS

_NUMERIC_ONLY: Final = frozenset({"SUM", "AVG"})


def is_aggregate(query: Query) -> bool:
    """Whether the rows of the result are groups."""
    return query.group_by is not None or any(_is_grouped(item) for item in query.select)


def _is_grouped(item: SelectItem) -> bool:
    if not isinstance(item, Selected) or not isinstance(item.expression, Call):
        return False
    calls = [item.expression, *(a for a in item.expression.arguments if isinstance(a, Call))]
    return any(call.name in AGGREGATES | DATE_FUNCTIONS | {"GROUPING"} for call in calls)


class Grouping:
    """The groups of one query. A group is a row: values by what they are values of."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        group_by = scope.query.group_by
        self._kind = group_by.kind if group_by else ""
        self._keys: dict[str, Operand] = {}
        for expression in group_by.keys if group_by else ():
            operand = scope.operand(expression)
            self._check_key(operand, expression)
            self._keys[operand.path] = operand
        self._measures: dict[str, Callable[[list[Row], tuple[str, ...]], Any]] = {}

    def _check_key(self, operand: Operand, expression: Expression) -> None:
        column = operand.column
        if column is not None and not column.groupable:
            problem = f"field '{operand.name}' can not be grouped in a query call"
            raise self._scope.refuse(INVALID_FIELD, problem, expression.at)

    # what an expression means in a group

    def operand(self, expression: Expression) -> Operand:
        """What stands for the expression in the row of a group."""
        if isinstance(expression, Call):
            if expression.name in AGGREGATES:
                return self._aggregate(expression)
            if expression.name == "GROUPING":
                return self._grouping(expression)
            if expression.name in {"toLabel", "FORMAT"}:
                return self._over_group(expression)
        operand = self._scope.operand(expression)
        if operand.path not in self._keys:
            problem = f"Field must be grouped or aggregated: {operand.name}"
            raise self._scope.refuse(MALFORMED_QUERY, problem, expression.at)
        return _in_group(operand, operand.path)

    def _aggregate(self, call: Call) -> Operand:
        if not call.arguments:
            self._measures["COUNT()"] = lambda rows, _: len(rows)
            return _in_group(_number("COUNT()", self._scope.object), "COUNT()")
        argument = call.arguments[0]
        if not isinstance(argument, FieldPath | Call):
            raise TypeError(f"{call.name} takes a field")
        operand = self._scope.operand(argument)
        self._check_measure(call, operand)
        name = f"{call.name}({operand.path})"
        measure = _MEASURES[call.name]
        self._measures[name] = lambda rows, _: measure(operand, rows)
        if call.name in {"MIN", "MAX"}:
            return replace(_in_group(operand, name), name=name)
        return _in_group(_number(name, self._scope.object, call.name), name)

    def _check_measure(self, call: Call, operand: Operand) -> None:
        column = operand.column
        unfit = column is not None and not column.aggregatable and not call.name.startswith("COUNT")
        if unfit or (call.name in _NUMERIC_ONLY and operand.type not in NUMBER_TYPES):
            problem = f"field {operand.name} does not support aggregate operator {call.name}"
            raise self._scope.refuse(MALFORMED_QUERY, problem, call.at)

    def _grouping(self, call: Call) -> Operand:
        argument = call.arguments[0]
        operand = self.operand(argument) if isinstance(argument, FieldPath) else None
        if operand is None or not self._kind:
            problem = "GROUPING is only allowed with GROUP BY ROLLUP or CUBE"
            raise self._scope.refuse(MALFORMED_QUERY, problem, call.at)
        path = operand.path
        name = f"GROUPING({path})"
        self._measures[name] = lambda _, kept: 0 if path in kept else 1
        return _in_group(_number(name, self._scope.object), name)

    def _over_group(self, call: Call) -> Operand:
        argument = call.arguments[0]
        if not isinstance(argument, FieldPath | Call):
            raise TypeError(f"{call.name} takes a field")
        inner = self.operand(argument)
        if call.name == "toLabel":
            of = label_of(self._scope, inner)
        else:
            zone = self._scope.viewer.zone
            of = lambda value: formatted(value, inner.type, zone)  # noqa: E731
        get = inner.get
        return replace(inner, type="string", get=lambda row: of(get(row)), function=call.name)

    # groups

    def groups(self, rows: Iterable[Row]) -> list[Row]:
        """The groups of these rows; without GROUP BY there is exactly one."""
        found = list(rows)
        if not self._keys:
            return [self._group(found, (), ())]
        groups: list[Row] = []
        for kept in self._sets():
            groups += self._grouped(found, kept)
        return groups

    def _sets(self) -> list[tuple[str, ...]]:
        """Which keys are kept: all; with ROLLUP ever fewer from the right; with CUBE any."""
        paths = tuple(self._keys)
        if self._kind == "ROLLUP":
            return [paths[:count] for count in range(len(paths), -1, -1)]
        if self._kind == "CUBE":
            counts = range(len(paths), -1, -1)
            return [kept for count in counts for kept in combinations(paths, count)]
        return [paths]

    def _grouped(self, rows: list[Row], kept: tuple[str, ...]) -> list[Row]:
        operands = [self._keys[path] for path in kept]
        keys = [_group_key(operand) for operand in operands]
        members: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows:
            members.setdefault(tuple(key(row) for key in keys), []).append(row)
        if not kept and not members:
            members[()] = []
        return [
            self._group(group, kept, tuple(operand.get(group[0]) for operand in operands))
            for group in members.values()
        ]

    def _group(self, rows: list[Row], kept: tuple[str, ...], values: tuple[Any, ...]) -> Row:
        group: dict[str, Any] = dict(zip(kept, values, strict=True))
        for name, measure in self._measures.items():
            group[name] = measure(rows, kept)
        return group

    # records

    def projection(self) -> Callable[[Row], Record]:
        """The projection of a group to its record."""
        makers: dict[str, Maker] = {}
        unnamed = 0
        for item in self._scope.query.select:
            if not isinstance(item, Selected):
                problem = "Only fields and aggregates can be selected with GROUP BY"
                raise self._scope.refuse(MALFORMED_QUERY, problem, item.at)
            operand = self.operand(item.expression)
            key = item.alias or operand.name
            if item.alias is None and _needs_alias(item.expression):
                key = f"expr{unnamed}"
                unnamed += 1
            if key in makers:
                raise self._scope.refuse(MALFORMED_QUERY, f"duplicate alias: {key}", item.at)
            makers[key] = shown(operand, operand.get, self._scope)
        pairs = list(makers.items())
        return lambda row: Record(
            AGGREGATE, AGGREGATE, None, {key: make(row) for key, make in pairs}
        )


def _needs_alias(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.name != "toLabel"


def _in_group(operand: Operand, key: str) -> Operand:
    read = getter(key)
    return replace(operand, get=read, own=read)


def _number(name: str, owner: str, function: str = "") -> Operand:
    kind = "double" if function in _NUMERIC_ONLY else "int"
    return Operand(name=name, type=kind, get=getter(name), own=getter(name), object=owner)


def _group_key(operand: Operand) -> Callable[[Row], Any]:
    key, get = key_of(operand), operand.get
    if key is None:
        return get

    def group_key(row: Row) -> Any:
        value = get(row)
        return None if value is None else key(value)

    return group_key


# measures


def _present(operand: Operand, rows: list[Row]) -> list[Any]:
    get = operand.get
    return [value for row in rows if (value := get(row)) is not None]


def _count(operand: Operand, rows: list[Row]) -> int:
    return len(_present(operand, rows))


def _count_distinct(operand: Operand, rows: list[Row]) -> int:
    key = key_of(operand)
    found = _present(operand, rows)
    return len({key(value) for value in found} if key else set(found))


def _sum(operand: Operand, rows: list[Row]) -> float | None:
    found = _present(operand, rows)
    return sum(found) if found else None


def _average(operand: Operand, rows: list[Row]) -> float | None:
    found = _present(operand, rows)
    return sum(found) / len(found) if found else None


def _least(operand: Operand, rows: list[Row]) -> Any:
    return min(_present(operand, rows), key=rank_of(operand), default=None)


def _greatest(operand: Operand, rows: list[Row]) -> Any:
    return max(_present(operand, rows), key=rank_of(operand), default=None)


_MEASURES: Final[dict[str, Callable[[Operand, list[Row]], Any]]] = {
    "COUNT": _count,
    "COUNT_DISTINCT": _count_distinct,
    "SUM": _sum,
    "AVG": _average,
    "MIN": _least,
    "MAX": _greatest,
}
