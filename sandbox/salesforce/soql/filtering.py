"""Turns conditions into tests of rows.

Follows the SOQL and SOSL Reference, "Condition Expression Syntax (WHERE Clause)" and "Semi-Joins
with IN and Anti-Joins with NOT IN".
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.salesforce.soql.comparing import (
    ID_TYPES,
    Predicate,
    among,
    compile_comparison,
    compile_membership,
)
from sandbox.salesforce.soql.errors import MALFORMED_QUERY, SoqlError
from sandbox.salesforce.soql.operands import Operand
from sandbox.salesforce.soql.scope import Scope
from sandbox.salesforce.soql.syntax import (
    And,
    Comparison,
    Condition,
    Expression,
    Membership,
    Not,
    Or,
    Query,
    Selected,
    SemiJoin,
)

InnerIds = Callable[[Query], tuple[Operand, set[str]]]
"""Runs the query of a semi-join: the field it selects, and the ids found."""


class Filter:
    """Conditions over one scope; `operand` says what the left sides stand for."""

    def __init__(
        self, scope: Scope, inner: InnerIds, operand: Callable[[Expression], Operand] | None = None
    ) -> None:
        self._scope = scope
        self._inner = inner
        self._operand = operand or scope.operand
        self._joined: dict[int, set[str]] = {}

    def compile(self, condition: Condition) -> Predicate:
        """The test of a row that says whether the condition holds."""
        match condition:
            case And(parts=parts):
                return _all([self.compile(part) for part in parts])
            case Or(parts=parts):
                return _any([self.compile(part) for part in parts])
            case Not(part=part):
                test = self.compile(part)
                return lambda row: not test(row)
            case Comparison(left=left, operator=operator, right=right, at=at):
                return compile_comparison(self._scope, self._operand(left), operator, right, at)
            case Membership(left=left, operator=operator, values=values, at=at):
                return compile_membership(self._scope, self._operand(left), operator, values, at)
            case SemiJoin():
                return self._semi_join(condition)

    def ids_of(self, join: SemiJoin) -> set[str] | None:
        """The ids that the inner query of a compiled semi-join has found."""
        return self._joined.get(id(join))

    def _semi_join(self, join: SemiJoin) -> Predicate:
        outer = self._operand(join.left)
        if outer.type not in ID_TYPES:
            raise self._refuse(
                "The left operand field in the where expression for outer query should be an id "
                f"field, cannot use: '{outer.name}'",
                join.at,
            )
        inner, found = self._inner(join.query)
        self._check_targets(join, outer, inner)
        self._joined[id(join)] = found
        wanted: set[str | None] = {*found}
        return among(outer, wanted, join.operator)

    def _check_targets(self, join: SemiJoin, outer: Operand, inner: Operand) -> None:
        if inner.type not in ID_TYPES:
            problem = f"Semi join sub-selects can only query id fields, cannot use: '{inner.name}'"
            raise self._refuse(problem, join.query.at)
        if self._scope.source.object_name(join.query.object) == self._scope.object:
            raise self._refuse(
                "The inner and outer selects should not be on the same object type", join.query.at
            )
        if not set(outer.targets) & set(inner.targets):
            raise self._refuse(
                f"The selected field '{inner.name}' in the subquery and the left operand field in "
                f"the where expression in the outer query '{outer.name}' should point to the same "
                "object type",
                join.at,
            )

    def _refuse(self, problem: str, at: int) -> SoqlError:
        return self._scope.refuse(MALFORMED_QUERY, problem, at)


def selected_field(query: Query) -> Expression:
    """The one field that the query of a semi-join selects; the rules have seen to it."""
    item = query.select[0]
    if not isinstance(item, Selected):
        raise TypeError("a semi-join selects one field")
    return item.expression


def _all(tests: list[Predicate]) -> Predicate:
    if len(tests) == 2:
        first, second = tests
        return lambda row: first(row) and second(row)
    return lambda row: all(test(row) for test in tests)


def _any(tests: list[Predicate]) -> Predicate:
    if len(tests) == 2:
        first, second = tests
        return lambda row: first(row) or second(row)
    return lambda row: any(test(row) for test in tests)
