"""One shape for what the oracle read and for what we read, so that they can be compared.

The oracle gives a condition as a chain with counts of parentheses; that chain is read again here,
by a reader that knows nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.salesforce.soql import syntax as s
from sandbox.salesforce.soql.text import expression_text

Shape = Any
KEYWORD_VALUES = ("NULL", "BOOLEAN", "DATE_LITERAL", "DATE_N_LITERAL")


def squeezed(text: str) -> str:
    return text.replace(" ", "").lower()


# ours


def ours(query: s.Query) -> Shape:
    return {
        "fields": [our_item(item) for item in query.select],
        "from": squeezed(query.origins[0].path.name),
        "alias": query.origins[0].alias,
        "scope": query.scope and query.scope.lower(),
        "where": query.where and our_condition(query.where),
        "security": query.security,
        "categories": [(c.group, c.selector, list(c.categories)) for c in query.categories],
        "group": query.group_by
        and (query.group_by.kind, [our_expr(k) for k in query.group_by.keys]),
        "having": query.having and our_condition(query.having),
        "order": [(our_expr(k.expression), k.descending, k.nulls_last) for k in query.order_by],
        "limit": query.limit,
        "offset": query.offset,
        "for": query.purposes,
        "update": query.updates,
    }


def our_expr(expression: s.Expression | s.Text | s.Number) -> str:
    return squeezed(expression_text(expression))


def our_item(item: s.SelectItem) -> Shape:
    match item:
        case s.Selected():
            return ("field", our_expr(item.expression), item.alias)
        case s.AllFields():
            return ("field", f"fields({item.group.lower()})", None)
        case s.ChildQuery():
            return ("query", ours(item.query))
        case s.TypeOf():
            whens = [(w.object, [our_expr(f) for f in w.fields]) for w in item.branches]
            other = [our_expr(f) for f in item.otherwise] if item.otherwise is not None else None
            return ("typeof", our_expr(item.path), whens, other)


def our_condition(condition: s.Condition) -> Shape:
    match condition:
        case s.And(parts=parts):
            return ("AND", [our_condition(part) for part in parts])
        case s.Or(parts=parts):
            return ("OR", [our_condition(part) for part in parts])
        case s.Not(part=part):
            return ("NOT", our_condition(part))
        case s.Comparison():
            return (our_expr(condition.left), condition.operator, [our_literal(condition.right)])
        case s.Membership():
            values = [our_literal(value) for value in condition.values]
            return (our_expr(condition.left), condition.operator, values)
        case s.SemiJoin():
            return (our_expr(condition.left), condition.operator, ours(condition.query))


def our_literal(literal: s.Literal) -> str:
    match literal:
        case s.Text():
            return f"'{literal.raw}'"
        case s.Currency():
            return f"{literal.code}{literal.amount}"
        case s.Boolean():
            return str(literal.value).upper()
        case s.Null():
            return "NULL"
        case s.DateLiteral():
            return literal.name if literal.count is None else f"{literal.name}:{literal.count}"
        case _:
            return literal.text


# the oracle's


def theirs(query: Shape) -> Shape:
    categories = (query.get("withDataCategory") or {}).get("conditions", [])
    name = query.get("sObject") or query.get("relationshipName")
    security = "SECURITY_ENFORCED" if query.get("withSecurityEnforced") else None
    scope = query.get("usingScope")
    where, having = query.get("where"), query.get("having")
    return {
        "fields": [their_item(item) for item in query["fields"]],
        "from": squeezed(".".join([*query.get("sObjectPrefix", []), name])),
        "alias": query.get("sObjectAlias"),
        "scope": scope and scope.lower(),
        "where": where and their_condition(where),
        "security": security or (query.get("withAccessLevel") or "").upper() or None,
        "categories": [(c["groupName"], c["selector"], c["parameters"]) for c in categories],
        "group": their_group(query.get("groupBy")),
        "having": having and their_condition(having),
        "order": [their_order(key) for key in listed(query.get("orderBy"))],
        "limit": query.get("limit"),
        "offset": query.get("offset"),
        "for": tuple(listed(query.get("for"))),
        "update": tuple(listed(query.get("update"))),
    }


def listed(value: Shape) -> list[Shape]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def their_expr(node: Shape) -> str:
    """A field, or a function with its parameters."""
    if isinstance(node, str):
        return squeezed(node)
    if "functionName" in node:
        parameters = ",".join(their_expr(each) for each in node.get("parameters") or [])
        return f"{node['functionName'].lower()}({parameters})"
    return squeezed(node.get("rawValue") or node["field"])


def their_item(item: Shape) -> Shape:
    if item["type"] == "FieldSubquery":
        return ("query", theirs(item["subquery"]))
    if item["type"] == "FieldTypeof":
        whens = [
            (each["objectType"], [squeezed(field) for field in each["fieldList"]])
            for each in item["conditions"]
            if each["type"] == "WHEN"
        ]
        others = [each["fieldList"] for each in item["conditions"] if each["type"] == "ELSE"]
        other = [squeezed(field) for field in others[0]] if others else None
        return ("typeof", squeezed(item["field"]), whens, other)
    return ("field", their_expr(item), item.get("alias"))


def their_group(clauses: Shape) -> Shape:
    found = listed(clauses)
    if not found:
        return None
    first = found[0].get("fn")
    if first and first["functionName"].upper() in {"ROLLUP", "CUBE"}:
        return (first["functionName"].upper(), [their_expr(each) for each in first["parameters"]])
    return ("", [their_expr(each.get("fn") or each["field"]) for each in found])


def their_order(key: Shape) -> Shape:
    descending = {"ASC": False, "DESC": True}.get(key.get("order", ""))
    nulls_last = {"FIRST": False, "LAST": True}.get(key.get("nulls", ""))
    return (their_expr(key.get("fn") or key["field"]), descending, nulls_last)


def their_condition(clause: Shape) -> Shape:
    return read_chain(list(chain(clause)))


def chain(clause: Shape) -> Iterator[Shape]:
    """The condition as tokens: parentheses, AND, OR, NOT, and tests as tuples."""
    while clause:
        left = clause["left"]
        yield from "(" * ((left or {}).get("openParen") or 0)
        if left and "operator" in left:
            yield their_test(left)
            yield from ")" * (left.get("closeParen") or 0)
        if "operator" in clause:
            yield clause["operator"]
        clause = clause.get("right")


def their_test(left: Shape) -> Shape:
    expression = their_expr(left.get("fn") or left["field"])
    operator = "!=" if left["operator"] == "<>" else left["operator"].upper()
    if "valueQuery" in left:
        return (expression, operator, theirs(left["valueQuery"]))
    values, kinds = listed(left["value"]), listed(left["literalType"])
    kinds = kinds if len(kinds) == len(values) else kinds * len(values)
    pairs = zip(values, kinds, strict=True)
    spelled = [value.upper() if kind in KEYWORD_VALUES else value for value, kind in pairs]
    return (expression, operator, spelled)


def read_chain(tokens: list[Shape]) -> Shape:
    """NOT takes one part; AND and OR are never beside each other in what both accept."""
    parts, words = [], set()
    while True:
        parts.append(read_part(tokens))
        if not tokens or tokens[0] == ")":
            break
        words.add(tokens.pop(0))
    assert len(words) <= 1
    return parts[0] if len(parts) == 1 else (words.pop(), parts)


def read_part(tokens: list[Shape]) -> Shape:
    token = tokens.pop(0)
    if token == "NOT":
        return ("NOT", read_part(tokens))
    if token != "(":
        return token
    inner = read_chain(tokens)
    assert tokens.pop(0) == ")"
    return inner
