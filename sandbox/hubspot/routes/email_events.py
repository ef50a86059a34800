"""The log of marketing mail, version 1: newest first, both ends of a window belong to it.

Follows https://developers.hubspot.com/docs/api-reference/legacy/email-analytics-v1/guide. Pages go
on at an opaque `offset` while `hasMore` is true.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.marketing import APP_ID, EMAIL_TYPES, Campaign, EmailEvent
from sandbox.hubspot.problems import Refused, invalid
from sandbox.hubspot.routing import route

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform

MOST: Final = 1_000
DEFAULT: Final = 10
_LARGEST: Final = 2**62
_AGENT_FAMILY: Final = (("Edg", "Edge"), ("Chrome", "Chrome"), ("Firefox", "Firefox"))
Json = dict[str, object]


def events(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /email/public/v1/events."""
    now = platform.portal.clock.now()
    low = call.number("startTimestamp", 0, _LARGEST, 0)
    high = call.number("endTimestamp", _LARGEST, _LARGEST, 0)
    limit = call.number("limit", DEFAULT, MOST)
    wanted, erased = _test(call), platform.portal.blocked_emails
    page: list[EmailEvent] = []
    more = False
    log = platform.marketing.email_events
    for row in log.newest_first(low, high, _below(call.query.get("offset", ""))):
        if row.visible_from > now or row.recipient in erased or not wanted(row):
            continue
        if len(page) == limit:
            more = True
            break
        page.append(row)
    body: Json = {"hasMore": more, "events": [_shown(platform, row) for row in page]}
    return Answer(body=body | {"offset": _offset(page[-1]) if page else ""})


def _test(call: Call) -> Callable[[EmailEvent], bool]:
    kind, recipient = call.query.get("eventType", ""), call.query.get("recipient", "").lower()
    app, campaign = call.number("appId", 0, _LARGEST, 0), call.number("campaignId", 0, _LARGEST, 0)
    unfiltered = call.flag("excludeFilteredEvents")
    if kind and kind not in EMAIL_TYPES:
        raise invalid(f"Unknown eventType {kind}", propertyName="eventType")
    if campaign and not app:
        raise invalid("campaignId needs an appId beside it", propertyName="appId")

    def wanted(row: EmailEvent) -> bool:
        return (
            (not kind or row.type == kind)
            and (not recipient or row.recipient.lower() == recipient)
            and (not campaign or row.campaign == campaign)
            and app in (0, APP_ID)
            and not (unfiltered and row.filtered)
        )

    return wanted


def _offset(row: EmailEvent) -> str:
    return urlsafe_b64encode(f"{row.at}/{row.id}".encode()).decode()


def _below(offset: str) -> tuple[int, str] | None:
    if not offset:
        return None
    try:
        at, _, row_id = urlsafe_b64decode(offset.encode()).decode().partition("/")
        return int(at), row_id
    except ValueError:
        raise invalid("The offset is none of ours", propertyName="offset") from None


def event(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /email/public/v1/events/{created}/{id}."""
    at = names["created"]
    found = platform.marketing.email_events.find(int(at) if at.isdigit() else -1, names["id"])
    if found is None or found.visible_from > platform.portal.clock.now():
        raise Refused(404, "OBJECT_NOT_FOUND", f"No event found for created={at}")
    return Answer(body=_shown(platform, found))


def _shown(platform: Platform, row: EmailEvent) -> Json:
    campaign = platform.marketing.campaigns[row.campaign]
    shown: Json = {
        "id": row.id,
        "created": row.at,
        "type": row.type,
        "recipient": row.recipient,
        "portalId": platform.portal.id,
        "appId": campaign.app_id,
        "appName": campaign.app_name,
        "emailCampaignId": campaign.id,
        "emailCampaignGroupId": campaign.group_id,
        "filteredEvent": row.filtered,
        "smtpId": None,
    }
    if row.sent_id:
        shown["sentBy"] = {"id": row.sent_id, "created": row.sent_at}
    more = _MORE.get(row.type)
    return shown | (more(row, campaign) if more else {})


def _reading(row: EmailEvent, campaign: Campaign) -> Json:
    family = next((name for mark, name in _AGENT_FAMILY if mark in row.user_agent), "unknown")
    return {
        "userAgent": row.user_agent,
        "browser": {"family": family, "name": family, "producer": "", "type": "Browser"},
        "deviceType": "MOBILE" if "Mobile" in row.user_agent else "COMPUTER",
        "location": {"country": "DE", "state": "Unknown", "city": "Unknown"},
    }


def _open(row: EmailEvent, campaign: Campaign) -> Json:
    return _reading(row, campaign) | {"duration": row.duration}


def _click(row: EmailEvent, campaign: Campaign) -> Json:
    return _reading(row, campaign) | {"url": row.url, "linkId": 0, "referer": ""}


def _sent(row: EmailEvent, campaign: Campaign) -> Json:
    return {
        "subject": campaign.subject,
        "from": "Marketing <news@acme.example>",
        "cc": [],
        "bcc": [],
    }


def _bounced(row: EmailEvent, campaign: Campaign) -> Json:
    return {
        "category": row.reason or "UNKNOWN_USER",
        "status": "5.1.1",
        "response": "550 no such user",
    }


def _dropped(row: EmailEvent, campaign: Campaign) -> Json:
    return {"dropReason": row.reason or "PREVIOUSLY_BOUNCED", "dropMessage": ""}


def _changed(row: EmailEvent, campaign: Campaign) -> Json:
    return {
        "source": "SOURCE_RECIPIENT",
        "requestedBy": row.recipient,
        "portalSubscriptionStatus": row.reason or "UNSUBSCRIBED",
        "subscriptions": [],
        "bounced": False,
    }


_MORE: Final[dict[str, Callable[[EmailEvent, Campaign], Json]]] = {
    "OPEN": _open,
    "CLICK": _click,
    "PRINT": _reading,
    "FORWARD": _reading,
    "SENT": _sent,
    "BOUNCE": _bounced,
    "DROPPED": _dropped,
    "STATUSCHANGE": _changed,
}
"""What each type tells beside what all tell."""


def campaigns(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /email/public/v1/campaigns/by-id: all mailings, newest first."""
    limit = call.number("limit", DEFAULT, MOST)
    start = call.number("offset", 0, _LARGEST, 0)
    found = sorted(platform.marketing.campaigns.values(), key=lambda each: -each.id)
    listed: list[Json] = [
        {
            "id": each.id,
            "lastUpdatedTime": each.created_at,
            "appId": each.app_id,
            "appName": each.app_name,
        }
        for each in found[start : start + limit]
    ]
    more = start + limit < len(found)
    return Answer(body={"hasMore": more, "offset": str(start + limit), "campaigns": listed})


def campaign(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /email/public/v1/campaigns/{id}?appId=N: one mailing, with its name and counts."""
    number = names["id"]
    found = platform.marketing.campaigns.get(int(number) if number.isdigit() else -1)
    if found is None or call.number("appId", found.app_id, _LARGEST, 0) != found.app_id:
        raise Refused(404, "OBJECT_NOT_FOUND", f"No campaign found for id={number}")
    counters: dict[str, int] = {}
    for row in platform.marketing.email_events:
        if row.campaign == found.id:
            name = row.type.lower()
            counters[name] = counters.get(name, 0) + 1
    body: Json = {
        "id": found.id,
        "appId": found.app_id,
        "appName": found.app_name,
        "contentId": found.content_id,
        "name": found.name,
        "subject": found.subject,
        "type": "BATCH_EMAIL",
        "counters": counters,
        "lastProcessingFinishedAt": found.created_at,
    }
    return Answer(body=body)


ROUTES: Final = (
    route("/email/public/v1/events", get=events),
    route("/email/public/v1/events/{created}/{id}", get=event),
    route("/email/public/v1/campaigns/by-id", get=campaigns),
    route("/email/public/v1/campaigns", get=campaigns),
    route("/email/public/v1/campaigns/{id}", get=campaign),
)
