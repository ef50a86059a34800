"""Rules of the language that the grammar alone does not say, and that need no schema.

Follows the SOQL and SOSL Reference, "COUNT()", "FIELDS()", "FOR UPDATE", "OFFSET", "Semi-Joins
with IN and Anti-Joins with NOT IN" and "Using Relationship Queries".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sandbox.salesforce.soql.errors import (
    FUNCTIONALITY_NOT_ENABLED,
    NUMBER_OUTSIDE_VALID_RANGE,
    malformed,
    refusal,
)
from sandbox.salesforce.soql.syntax import (
    AllFields,
    And,
    Call,
    ChildQuery,
    Condition,
    FieldPath,
    Not,
    Or,
    Query,
    Selected,
    SelectItem,
    SemiJoin,
)
from sandbox.salesforce.soql.words import AGGREGATES

HIGHEST_OFFSET: Final = 2_000
MOST_ROWS_OF_ALL_FIELDS: Final = 200
MOST_SEMI_JOINS: Final = 2
DEEPEST_CHILDREN: Final = 5
"""Levels of queries inside the field list, the outermost query included."""
MOST_ROLLED_UP: Final = 3
_NOT_NESTED: Final = (
    "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested "
    "WHERE expressions."
)


def check_rules(query: Query, depth: int = 1) -> None:
    """Refuse a query that breaks a rule, or one inside it."""
    _check_count(query)
    _check_all_fields(query)
    _check_clauses(query)
    if query.where is not None:
        _check_semi_joins(query, query.where)
    if query.having is not None:
        for join in _semi_joins(query.having):
            raise malformed("Semi-joins are only supported in WHERE clauses", query.text, join.at)
    for item in query.select:
        if isinstance(item, ChildQuery):
            _check_child(query, item, depth + 1)


def is_count_only(query: Query) -> bool:
    """Whether this is the form SELECT COUNT() FROM ..., which has a size and no rows."""
    return any(_is_bare_count(item) for item in query.select)


def _is_bare_count(item: SelectItem) -> bool:
    if not isinstance(item, Selected) or not isinstance(item.expression, Call):
        return False
    return item.expression.name == "COUNT" and not item.expression.arguments


def _check_count(query: Query) -> None:
    if not is_count_only(query):
        return
    if len(query.select) > 1:
        raise malformed("unexpected token: ','", query.text, query.select[1].at)
    item = query.select[0]
    if query.group_by is not None or (isinstance(item, Selected) and item.alias):
        raise malformed("COUNT() must stand alone; use COUNT(Id)", query.text, item.at)


def _check_all_fields(query: Query) -> None:
    for item in query.select:
        if not isinstance(item, AllFields):
            continue
        if query.group_by is not None:
            problem = "The SOQL FIELDS function is not supported with GROUP BY"
            raise malformed(problem, query.text, item.at)
        limited = query.limit is not None and query.limit <= MOST_ROWS_OF_ALL_FIELDS
        if item.group != "STANDARD" and not limited:
            problem = "The SOQL FIELDS function must have a LIMIT of at most 200"
            raise malformed(problem, query.text, item.at)


def _check_clauses(query: Query) -> None:
    if query.offset is not None and query.offset > HIGHEST_OFFSET:
        problem = f"Maximum SOQL offset allowed is {HIGHEST_OFFSET}"
        raise refusal(NUMBER_OUTSIDE_VALID_RANGE, problem, query.text, query.at)
    if "UPDATE" in query.purposes and (query.order_by or query.group_by or is_count_only(query)):
        raise malformed("ORDER BY not allowed in FOR UPDATE", query.text, query.at)
    if query.categories:
        problem = "WITH DATA CATEGORY is only supported for knowledge articles"
        raise refusal(FUNCTIONALITY_NOT_ENABLED, problem, query.text, query.at)
    rolled_up = query.group_by.keys if query.group_by and query.group_by.kind else ()
    if len(rolled_up) > MOST_ROLLED_UP:
        problem = f"ROLLUP and CUBE take at most {MOST_ROLLED_UP} fields"
        raise malformed(problem, query.text, rolled_up[-1].at)


# semi-joins


def _semi_joins(condition: Condition) -> Iterator[SemiJoin]:
    match condition:
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from _semi_joins(part)
        case Not(part=part):
            yield from _semi_joins(part)
        case SemiJoin():
            yield condition
        case _:
            pass


def _check_semi_joins(query: Query, where: Condition) -> None:
    joins = list(_semi_joins(where))
    if len(joins) > MOST_SEMI_JOINS:
        problem = f"Maximum {MOST_SEMI_JOINS} semi join sub-selects are allowed"
        raise malformed(problem, query.text, joins[-1].at)
    top = where.parts if isinstance(where, And | Or) else (where,)
    for join in joins:
        if isinstance(where, Or):
            problem = "Semi join sub-selects are not allowed with the 'OR' operator"
            raise malformed(problem, query.text, join.at)
        if not any(join is part for part in top):
            raise malformed(_NOT_NESTED, query.text, join.at)
        _check_inner(join.query)


def _check_inner(query: Query) -> None:
    item = query.select[0]
    plain = isinstance(item, Selected) and isinstance(item.expression, FieldPath)
    if len(query.select) > 1 or not plain:
        problem = "Semi join sub-selects can only select exactly one field"
        raise malformed(problem, query.text, item.at)
    clauses = (query.order_by, query.limit, query.offset, query.group_by, query.purposes)
    if any(clause not in (None, ()) for clause in clauses):
        problem = "Semi join sub-selects allow no ORDER BY, LIMIT, OFFSET, GROUP BY and FOR"
        raise malformed(problem, query.text, query.at)
    if query.where is not None:
        for join in _semi_joins(query.where):
            problem = "Nesting of semi join sub-selects is not supported"
            raise malformed(problem, query.text, join.at)


# children


def _check_child(query: Query, item: ChildQuery, depth: int) -> None:
    child = item.query
    if query.group_by is not None or any(_is_aggregate(other) for other in query.select):
        problem = "Grouping not allowed with nested queries"
        raise malformed(problem, query.text, item.at)
    if child.group_by is not None or any(_is_aggregate(other) for other in child.select):
        problem = "Only root queries support aggregate expressions"
        raise malformed(problem, query.text, child.at)
    if depth > DEEPEST_CHILDREN:
        problem = f"SOQL statements cannot query more than {DEEPEST_CHILDREN} levels of children"
        raise malformed(problem, query.text, child.at)
    check_rules(child, depth)


def _is_aggregate(item: SelectItem) -> bool:
    if not isinstance(item, Selected) or not isinstance(item.expression, Call):
        return False
    return item.expression.name in AGGREGATES
