"""Writes a query as text again; parsing that text gives the same query."""

from __future__ import annotations

from sandbox.salesforce.soql.syntax import (
    AllFields,
    And,
    Boolean,
    Call,
    ChildQuery,
    Comparison,
    Condition,
    Currency,
    DataCategory,
    DateLiteral,
    DateTimeValue,
    DateValue,
    FieldPath,
    From,
    GroupBy,
    Literal,
    Membership,
    Not,
    Null,
    Number,
    Or,
    OrderKey,
    Query,
    Selected,
    SelectItem,
    SemiJoin,
    Text,
    TimeValue,
    TypeOf,
)


def to_text(query: Query) -> str:
    """The query in one line, keywords in capitals."""
    pieces = [f"SELECT {', '.join(map(_item, query.select))}"]
    pieces.append(f"FROM {', '.join(map(_origin, query.origins))}")
    if query.scope:
        pieces.append(f"USING SCOPE {query.scope}")
    if query.where:
        pieces.append(f"WHERE {condition_text(query.where)}")
    if query.security:
        pieces.append(f"WITH {query.security}")
    if query.categories:
        pieces.append(f"WITH DATA CATEGORY {' AND '.join(map(_category, query.categories))}")
    if query.group_by:
        pieces.append(f"GROUP BY {_group_by(query.group_by)}")
    if query.having:
        pieces.append(f"HAVING {condition_text(query.having)}")
    return " ".join([*pieces, *_last_clauses(query)])


def _last_clauses(query: Query) -> list[str]:
    pieces = []
    if query.order_by:
        pieces.append(f"ORDER BY {', '.join(map(_order_key, query.order_by))}")
    if query.limit is not None:
        pieces.append(f"LIMIT {query.limit}")
    if query.offset is not None:
        pieces.append(f"OFFSET {query.offset}")
    pieces += [f"FOR {purpose}" for purpose in query.purposes]
    if query.updates:
        pieces.append(f"UPDATE {', '.join(query.updates)}")
    return pieces


def quoted(value: str) -> str:
    """The value as a string literal with its quotes; LIKE takes its % and _ as wildcards."""
    escapes = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return f"'{''.join(escapes.get(character, character) for character in value)}'"


# the field list


def _item(item: SelectItem) -> str:
    match item:
        case Selected():
            shown = expression_text(item.expression)
            return f"{shown} {item.alias}" if item.alias else shown
        case AllFields():
            return f"FIELDS({item.group})"
        case ChildQuery():
            return f"({to_text(item.query)})"
        case TypeOf():
            return _type_of(item)


def _type_of(item: TypeOf) -> str:
    pieces = [f"TYPEOF {item.path.name}"]
    pieces += [f"WHEN {when.object} THEN {_names(when.fields)}" for when in item.branches]
    if item.otherwise is not None:
        pieces.append(f"ELSE {_names(item.otherwise)}")
    return " ".join([*pieces, "END"])


def _names(fields: tuple[FieldPath, ...]) -> str:
    return ", ".join(field.name for field in fields)


def expression_text(expression: FieldPath | Call | Text | Number) -> str:
    """A field path, a call or an argument of one."""
    match expression:
        case FieldPath():
            return expression.name
        case Call():
            return f"{expression.name}({', '.join(map(expression_text, expression.arguments))})"
        case _:
            return _literal(expression)


# conditions


def condition_text(condition: Condition) -> str:
    """A condition with the parentheses it needs."""
    match condition:
        case And(parts=parts):
            return " AND ".join(map(_part, parts))
        case Or(parts=parts):
            return " OR ".join(map(_part, parts))
        case Not(part=part):
            return f"NOT {_part(part)}"
        case Comparison():
            left = expression_text(condition.left)
            return f"{left} {condition.operator} {_literal(condition.right)}"
        case Membership():
            values = ", ".join(map(_literal, condition.values))
            return f"{expression_text(condition.left)} {condition.operator} ({values})"
        case SemiJoin():
            inner = to_text(condition.query)
            return f"{expression_text(condition.left)} {condition.operator} ({inner})"


def _part(condition: Condition) -> str:
    shown = condition_text(condition)
    return f"({shown})" if isinstance(condition, And | Or | Not) else shown


def _literal(literal: Literal) -> str:
    match literal:
        case Text():
            return f"'{literal.raw}'"
        case Number() | DateValue() | DateTimeValue() | TimeValue():
            return literal.text
        case Currency():
            return f"{literal.code}{literal.amount}"
        case Boolean():
            return "TRUE" if literal.value else "FALSE"
        case Null():
            return "NULL"
        case DateLiteral():
            return literal.name if literal.count is None else f"{literal.name}:{literal.count}"


# other clauses


def _origin(origin: From) -> str:
    return f"{origin.path.name} {origin.alias}" if origin.alias else origin.path.name


def _category(category: DataCategory) -> str:
    return f"{category.group} {category.selector} ({', '.join(category.categories)})"


def _group_by(group_by: GroupBy) -> str:
    keys = ", ".join(map(expression_text, group_by.keys))
    return f"{group_by.kind}({keys})" if group_by.kind else keys


def _order_key(key: OrderKey) -> str:
    pieces = [expression_text(key.expression)]
    if key.descending is not None:
        pieces.append("DESC" if key.descending else "ASC")
    if key.nulls_last is not None:
        pieces.append("NULLS LAST" if key.nulls_last else "NULLS FIRST")
    return " ".join(pieces)
