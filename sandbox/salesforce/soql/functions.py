"""Functions of one value: date functions, toLabel() and FORMAT().

Follows the SOQL and SOSL Reference, "Date Functions" (in UTC, unless convertTimezone() is used),
"toLabel()" and "FORMAT()". What needs several currencies or places is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, tzinfo
from typing import Any, Protocol

from sandbox.salesforce.soql.dates import date_function
from sandbox.salesforce.soql.errors import FUNCTIONALITY_NOT_ENABLED, INVALID_FIELD, SoqlError
from sandbox.salesforce.soql.operands import Operand
from sandbox.salesforce.soql.rendering import formatted, moment_of
from sandbox.salesforce.soql.source import Source, Viewer
from sandbox.salesforce.soql.syntax import Call, Expression, FieldPath
from sandbox.salesforce.soql.words import DATE_FUNCTIONS


class Names(Protocol):
    """What functions need of the scope they stand in."""

    source: Source
    viewer: Viewer

    def operand(self, expression: Expression) -> Operand: ...
    def refuse(self, code: str, problem: str, at: int) -> SoqlError: ...


def read_function(scope: Names, call: Call) -> Operand:
    """The function with its field; refuses what this org cannot do."""
    if call.name in DATE_FUNCTIONS:
        return _date_operand(scope, call)
    if call.name == "toLabel":
        return _label_operand(scope, call)
    if call.name == "FORMAT":
        return _format_operand(scope, call)
    problem = f"{call.name} is not supported by this organization"
    raise scope.refuse(FUNCTIONALITY_NOT_ENABLED, problem, call.at)


def _only(call: Call) -> Expression:
    argument = call.arguments[0]
    if not isinstance(argument, FieldPath | Call):
        raise TypeError(f"{call.name} takes a field")
    return argument


def _date_operand(scope: Names, call: Call) -> Operand:
    argument = _only(call)
    zone: tzinfo = UTC
    local = isinstance(argument, Call)
    if isinstance(argument, Call):
        argument = _only(argument)
        zone = scope.viewer.zone
    inner = scope.operand(argument)
    moments_only = call.name in {"DAY_ONLY", "HOUR_IN_DAY"} or local
    if inner.type != "datetime" and (moments_only or inner.type != "date"):
        problem = f"field {inner.name} does not support date function {call.name}"
        raise scope.refuse(INVALID_FIELD, problem, call.at)
    function = date_function(call.name, scope.viewer)

    def of(value: Any) -> int | str | None:
        if value is None:
            return None
        if isinstance(value, str):
            return function(date.fromisoformat(value))
        return function(moment_of(value, zone))

    name = f"{call.name}({f'convertTimezone({inner.path})' if local else inner.path})"
    kind = "date" if call.name == "DAY_ONLY" else "int"
    return replace(_wrapped(inner, call, of, kind), name=name, steps=(), column=None)


def _label_operand(scope: Names, call: Call) -> Operand:
    inner = scope.operand(_only(call))
    return _wrapped(inner, call, label_of(scope, inner), "string")


def label_of(scope: Names, inner: Operand) -> Callable[[Any], Any]:
    """What toLabel() makes of a value of the operand."""
    label = scope.source.label
    return lambda value: label(inner.object, inner.name, value) if value else value


def _format_operand(scope: Names, call: Call) -> Operand:
    inner = scope.operand(_only(call))
    zone = scope.viewer.zone
    return _wrapped(inner, call, lambda value: formatted(value, inner.type, zone), "string")


def _wrapped(inner: Operand, call: Call, of: Callable[[Any], Any], kind: str) -> Operand:
    return replace(
        inner,
        type=kind,
        get=lambda row: of(inner.get(row)),
        own=lambda row: of(inner.own(row)),
        function=call.name,
    )
