"""Search, as far as clients that look for people need it.

Follows "Search" and "Parameterized Search" (REST API guide, resources_search,
resources_search_parameterized). Of SOSL it takes FIND {words} [IN ... FIELDS] RETURNING objects
with plain field lists; anything else is MALFORMED_SEARCH, never a silent superset.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.routes import rows
from sandbox.salesforce.routing import route
from sandbox.salesforce.schema.kind import ObjectType

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

Json = dict[str, object]
_SOSL: Final = re.compile(
    r"\s*FIND\s*\{(?P<words>[^}]*)\}\s*(?:IN\s+(?P<group>ALL|NAME|EMAIL|PHONE)\s+FIELDS\s*)?"
    r"RETURNING\s+(?P<targets>\w+(?:\s*\([\w\s,]+\))?(?:\s*,\s*\w+(?:\s*\([\w\s,]+\))?)*)\s*"
    r"(?:LIMIT\s+(?P<limit>\d+)\s*)?",
    re.IGNORECASE,
)
_TARGET: Final = re.compile(r"(\w+)(?:\s*\(([\w\s,]+)\))?")
_SHORTEST: Final = 2
_MOST: Final = 2_000
_GROUPS: Final = {
    "NAME": ("string",),
    "EMAIL": ("email",),
    "PHONE": ("phone",),
    "ALL": ("string", "email", "phone", "picklist", "textarea"),
}


def _hits(
    platform: Platform, call: Call, kind: ObjectType, words: str, group: str, fields: str | None
) -> list[Json]:
    visible = platform.org.access.visible(call.caller, kind)
    types = _GROUPS[group]
    looked_at = [f.name for f in visible if f.type in types and (group != "NAME" or f.name_field)]
    chosen = rows.wanted(platform, call, kind, fields or "Id")
    terms = [re.escape(term).replace(r"\*", ".*").replace(r"\?", ".") for term in words.split()]
    patterns = [re.compile(rf"(?:^|\W){term}", re.IGNORECASE) for term in terms]
    found = []
    for row in platform.org.tables[kind.name].shown.values():
        if row.get("IsDeleted"):
            continue
        text = "\n".join(str(row[name]) for name in looked_at if row.get(name) is not None)
        if all(pattern.search(text) for pattern in patterns):
            found.append(rows.shown(platform, call, kind, row, chosen))
    return found


def _kind(platform: Platform, call: Call, name: str) -> ObjectType:
    kind = platform.org.schema.find(name)
    if kind is None or "searchable" not in kind.powers:
        raise Refused("INVALID_TYPE", f"entity type {name} does not support search")
    return kind


def search(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET search?q=FIND {...} RETURNING ..."""
    found = _SOSL.fullmatch(call.query.get("q", ""))
    if found is None:
        raise Refused("MALFORMED_SEARCH", "The sandbox takes FIND {words} [IN x FIELDS] RETURNING Object(fields), ... [LIMIT n]")  # fmt: skip # noqa: E501
    words = re.sub(r"\\(.)", r"\1", found["words"])
    if len(words.strip("*? ")) < _SHORTEST:
        raise Refused("MALFORMED_SEARCH", "search term must be longer than one character")
    limit = int(found["limit"] or _MOST)
    hits: list[Json] = []
    for name, fields in _TARGET.findall(found["targets"]):
        kind = _kind(platform, call, name)
        hits += _hits(
            platform, call, kind, words, (found["group"] or "ALL").upper(), fields or None
        )
    return Answer(body={"searchRecords": hits[:limit]})


def parameterized(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET or POST parameterizedSearch."""
    body = call.json_object() if call.method == "POST" else _from_query(call)
    words, targets = str(body.get("q") or ""), body.get("sobjects") or []
    if not words or not isinstance(targets, list):
        raise Refused("INVALID_SEARCH", "q and sobjects are required")
    group = str(body.get("in") or "ALL").upper()
    if group not in _GROUPS:
        raise Refused("INVALID_SEARCH", f"in: {group} is not one of {', '.join(_GROUPS)}")
    hits: list[Json] = []
    for target in targets:
        fields = [str(each) for each in target.get("fields") or _fields(body) or ["Id"]]
        kind = _kind(platform, call, str(target.get("name")))
        hits += _hits(platform, call, kind, words, group, ",".join(fields))
    limit = int(str(body.get("overallLimit") or _MOST))
    return Answer(body={"searchRecords": hits[:limit]})


def _fields(body: Json) -> list[object]:
    found = body.get("fields")
    return found if isinstance(found, list) else []


def _from_query(call: Call) -> Json:
    names = [name for name in call.query.get("sobject", "").split(",") if name]
    body: Json = {"q": call.query.get("q"), "in": call.query.get("in")}
    return body | {"sobjects": [{"name": name} for name in names]}


ROUTES: Final = (
    route("/search", get=search),
    route("/parameterizedSearch", get=parameterized, post=parameterized),
)
