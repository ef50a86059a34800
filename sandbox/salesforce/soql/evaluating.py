"""Runs a query over a source.

Follows the SOQL and SOSL Reference; which page stands behind what is said in the modules that this
one puts together. FOR VIEW, FOR REFERENCE and UPDATE change no result: whoever calls may act on
`Query.purposes` and `Query.updates`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from sandbox.salesforce.soql.access import is_ordered, reachable
from sandbox.salesforce.soql.comparing import Predicate
from sandbox.salesforce.soql.errors import (
    EXCEEDED_ID_LIMIT,
    FUNCTIONALITY_NOT_ENABLED,
    INVALID_FIELD,
    INVALID_TYPE,
    MALFORMED_QUERY,
    SoqlError,
)
from sandbox.salesforce.soql.filtering import Filter, selected_field
from sandbox.salesforce.soql.grouping import Grouping, is_aggregate
from sandbox.salesforce.soql.operands import Operand
from sandbox.salesforce.soql.ordering import sort
from sandbox.salesforce.soql.projecting import Projecting
from sandbox.salesforce.soql.result import Projected, Result
from sandbox.salesforce.soql.rules import check_rules, is_count_only
from sandbox.salesforce.soql.scope import CUSTOM_RELATIONSHIP_ADVICE, Scope, proper_object
from sandbox.salesforce.soql.source import ChildLink, Row, Source, Viewer
from sandbox.salesforce.soql.syntax import ChildQuery, Expression, OrderKey, Query

MOST_GROUPS: Final = 2_000
"""Rows of an aggregate query, at most, unless it has a LIMIT."""


def evaluate(
    query: Query, source: Source, *, now: int, viewer: Viewer | None = None, deleted: bool = False
) -> Result:
    """The records that the query finds at `now` (UTC ms); raises SoqlError where it is refused.

    `deleted` is true for queryAll: deleted and archived records are looked at too.
    """
    check_rules(query)
    name = proper_object(source, query.origins[0].path.name, query.text, query.origins[0].path.at)
    run = _Run(source, viewer or Viewer(), now, deleted=deleted)
    return run.result(run.scope(query, name))


class _Run:
    """One evaluation: the source, who asks, and when."""

    def __init__(self, source: Source, viewer: Viewer, now: int, *, deleted: bool) -> None:
        self._source = source
        self._viewer = viewer
        self._now = now
        self._deleted = deleted

    def scope(self, query: Query, name: str) -> Scope:
        return Scope(self._source, query, name, self._viewer, self._now, deleted=self._deleted)

    def result(self, scope: Scope) -> Result:
        if is_count_only(scope.query):
            return Result(len(self._count_only(scope)), ())
        if is_aggregate(scope.query):
            return self._groups(scope)
        project = Projecting(scope, self._children).build()
        rows = self._plain(scope)
        return Result(len(rows), Projected(rows, project))

    # rows

    def _plain(self, scope: Scope) -> list[Row]:
        query = scope.query
        chosen = Filter(scope, self._inner_ids)
        test = self._test(scope, chosen)
        keys = [(key, _sortable(scope, key.expression)) for key in query.order_by]
        found = reachable(scope, query.where, query.order_by, chosen)
        kept = filter(test, found.rows) if test else found.rows
        if not keys or is_ordered(scope, query.order_by, found):
            return _page(kept, query)
        rows = list(kept)
        sort(rows, [(key, operand, operand.get) for key, operand in keys])
        return _page(rows, query)

    def _count_only(self, scope: Scope) -> list[Row]:
        if scope.query.order_by:
            problem = "Ordered field must be grouped or aggregated"
            raise scope.refuse(MALFORMED_QUERY, problem, scope.query.order_by[0].expression.at)
        return self._plain(scope)

    def _test(self, scope: Scope, chosen: Filter) -> Predicate | None:
        where = scope.query.where
        test = chosen.compile(where) if where else None
        mine = self._scope_test(scope)
        if test and mine:
            both = (mine, test)
            return lambda row: both[0](row) and both[1](row)
        return test or mine

    def _scope_test(self, scope: Scope) -> Predicate | None:
        wanted = scope.query.scope
        if wanted in {None, "everything"}:
            return None
        if wanted != "mine" or "ownerid" not in scope.columns:
            problem = f"scope '{wanted}' is not supported for {scope.object}"
            raise scope.refuse(FUNCTIONALITY_NOT_ENABLED, problem, scope.query.at)
        user_id = self._viewer.user_id
        return lambda row: row.get("OwnerId") == user_id

    def _inner_ids(self, query: Query) -> tuple[Operand, set[str]]:
        origin = query.origins[0]
        name = proper_object(self._source, origin.path.name, query.text, origin.path.at)
        scope = self.scope(query, name)
        operand = scope.operand(selected_field(query))
        found = (operand.get(row) for row in self._plain(scope))
        return operand, {value for value in found if value is not None}

    # groups

    def _groups(self, scope: Scope) -> Result:
        query = scope.query
        if query.group_by is None and query.limit is not None:
            raise scope.refuse(
                MALFORMED_QUERY,
                "Non-grouped query that uses overall aggregate functions cannot also use LIMIT",
                query.at,
            )
        chosen = Filter(scope, self._inner_ids)
        test = self._test(scope, chosen)
        grouping = Grouping(scope)
        project = grouping.projection()
        having = query.having and Filter(scope, self._inner_ids, grouping.operand).compile(
            query.having
        )
        keys = [(key, _grouped_operand(grouping, scope, key)) for key in query.order_by]
        found = reachable(scope, query.where, (), chosen).rows
        groups = grouping.groups(filter(test, found) if test else found)
        if having:
            groups = list(filter(having, groups))
        sort(groups, [(key, operand, operand.get) for key, operand in keys])
        groups = _page(groups, query)
        if len(groups) > MOST_GROUPS:
            raise SoqlError(
                EXCEEDED_ID_LIMIT,
                "Aggregate query does not support queryMore(), use LIMIT to restrict the results "
                "to a single batch",
            )
        return Result(len(groups), Projected(groups, project))

    # children

    def _children(
        self, parent: Scope, item: ChildQuery
    ) -> tuple[str, Callable[[Row], Result | None]]:
        query = item.query
        link = self._link(parent, query)
        scope = self.scope(query, link.object)
        chosen = Filter(scope, self._inner_ids)
        test = self._test(scope, chosen)
        keys = [(key, _sortable(scope, key.expression)) for key in query.order_by]
        project = Projecting(scope, self._children).build()
        family = _Family(self._source, link, deleted=self._deleted)

        def children(row: Row) -> Result | None:
            rows = [child for child in family.of(row["Id"]) if test is None or test(child)]
            sort(rows, [(key, operand, operand.get) for key, operand in keys])
            rows = _page(rows, query)
            return Result(len(rows), Projected(rows, project)) if rows else None

        return link.relationship, children

    def _link(self, parent: Scope, query: Query) -> ChildLink:
        path = query.origins[0].path
        link = self._source.child(parent.object, query.object)
        if link is None or not all(map(parent.is_alias, path.parts[:-1])):
            problem = f"Didn't understand relationship '{query.object}' in FROM part of query call."
            advice = f"{problem} {CUSTOM_RELATIONSHIP_ADVICE}"
            raise parent.refuse(INVALID_TYPE, advice, path.at)
        return link


class _Family:
    """The children of parents: through an index if there is one, else sorted out once."""

    def __init__(self, source: Source, link: ChildLink, *, deleted: bool) -> None:
        self._source = source
        self._link = link
        self._deleted = deleted
        self._sorted_out: dict[str, list[Row]] | None = None

    def of(self, parent_id: str) -> Iterable[Row]:
        if self._sorted_out is None:
            name, field = self._link.object, self._link.field
            found = self._source.rows_by(name, field, [parent_id], deleted=self._deleted)
            if found is not None:
                return (row for row in found if row.get(field) == parent_id)
            self._sorted_out = {}
            for row in self._source.rows(name, deleted=self._deleted):
                self._sorted_out.setdefault(row.get(field) or "", []).append(row)
        return self._sorted_out.get(parent_id, ())


def _page(rows: Iterable[Row], query: Query) -> list[Row]:
    start = query.offset or 0
    return list(islice(rows, start, None if query.limit is None else start + query.limit))


def _sortable(scope: Scope, expression: Expression) -> Operand:
    operand = scope.operand(expression)
    if operand.column is not None and not operand.column.sortable:
        problem = f"field '{operand.name}' can not be sorted in a query call"
        raise scope.refuse(INVALID_FIELD, problem, expression.at)
    return operand


def _grouped_operand(grouping: Grouping, scope: Scope, key: OrderKey) -> Operand:
    try:
        return grouping.operand(key.expression)
    except SoqlError as error:
        if error.code != MALFORMED_QUERY:
            raise
        problem = "Ordered field must be grouped or aggregated"
        raise scope.refuse(MALFORMED_QUERY, problem, key.expression.at) from None
