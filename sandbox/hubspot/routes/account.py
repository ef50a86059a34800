"""Which portal this is, and what its apps have used of the day.

Follows https://developers.hubspot.com/docs/api-reference/2026-03/account/account-information/guide.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connector.clock import from_millis
from sandbox.hubspot import instants
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.routing import route

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform

Json = dict[str, object]


def details(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /account-info/details."""
    portal, zone = platform.portal, platform.quota.zone
    offset = from_millis(portal.clock.now()).astimezone(zone).strftime("%z")
    body: Json = {
        "portalId": portal.id,
        "accountType": "STANDARD",
        "timeZone": portal.time_zone,
        "companyCurrency": "EUR",
        "additionalCurrencies": [],
        "utcOffset": f"{offset[:3]}:{offset[3:]}",
        "utcOffsetMilliseconds": _milliseconds(offset),
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "eu1",
    }
    return Answer(body=body)


def _milliseconds(offset: str) -> int:
    minutes = int(offset[1:3]) * 60 + int(offset[3:5])
    return (-1 if offset.startswith("-") else 1) * minutes * 60_000


def usage(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /account-info/api-usage/daily/private-apps: all private apps together."""
    quota = platform.quota
    row: Json = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": quota.daily,
        "currentUsage": quota.used,
        "collectedAt": instants.shown(platform.portal.clock.now()),
        "fetchStatus": "SUCCESS",
        "resetsAt": instants.shown(quota.midnight()),
    }
    return Answer(body={"results": [row]})


ROUTES: Final = (
    route("/account-info/details", get=details),
    route("/account-info/api-usage/daily/private-apps", get=usage),
)
