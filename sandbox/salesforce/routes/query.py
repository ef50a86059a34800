"""SOQL over REST.

Follows "Query", "QueryAll", "Query Options Header" and "Execute a Query" (REST API guide,
resources_query, resources_queryall, headers_queryoptions).
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.locators import LARGEST_PAGE, SMALLEST_HINT
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.routing import route
from sandbox.salesforce.soql import SoqlError, evaluate, parse
from sandbox.salesforce.soql.result import Result
from sandbox.salesforce.soql.source import Viewer
from sandbox.salesforce.source import OrgSource

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform


def run(platform: Platform, call: Call, text: str, *, deleted: bool) -> Result:
    """What the query finds for the caller; Refused as the query endpoint refuses."""
    org = platform.org
    viewer = Viewer(user_id=call.caller.user)
    source = OrgSource(org, call.caller)
    try:
        query = parse(text)
        return evaluate(query, source, now=org.clock.now(), viewer=viewer, deleted=deleted)
    except SoqlError as refused:
        raise Refused(refused.code, refused.message) from None


def page_size(platform: Platform, call: Call) -> int:
    """The batch size that the caller hints at, within what the org gives."""
    hint = LARGEST_PAGE
    for part in (call.header("Sforce-Query-Options") or "").split(","):
        name, _, number = part.partition("=")
        if name.strip().lower() == "batchsize" and number.strip().isdigit():
            hint = int(number)
    hint = max(SMALLEST_HINT, min(LARGEST_PAGE, hint))
    return platform.weather.page(min(hint, platform.page_size))


def _query(platform: Platform, call: Call, *, deleted: bool) -> Answer:
    text = call.query.get("q")
    if text is None:
        if "explain" in call.query:
            raise Refused("FUNCTIONALITY_NOT_ENABLED", "The sandbox makes no query plans")
        raise Refused("MALFORMED_QUERY", "A query string has to be specified")
    result = run(platform, call, text, deleted=deleted)
    body = platform.locators.first(
        result,
        page=page_size(platform, call),
        token=call.token,
        base=call.base,
        path="query",
        now=platform.org.clock.now(),
    )
    return Answer(body=body)


def query(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET query."""
    return _query(platform, call, deleted=False)


def query_all(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET queryAll."""
    return _query(platform, call, deleted=True)


def more(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET query/{locator}."""
    now = platform.org.clock.now()
    body = platform.locators.more(
        names["locator"], token=call.token, base=call.base, path="query", now=now
    )
    return Answer(body=body)


ROUTES: Final = (
    route("/query", get=query),
    route("/queryAll", get=query_all),
    route("/query/{locator}", get=more),
    route("/queryAll/{locator}", get=more),
)
