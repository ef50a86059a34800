"""Engagement and time in the words of a salesperson."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from connector.clock import DAY, HOUR, MINUTE, from_millis
from connector.engine.result import Reason
from connector.engine.timeline import Engaged
from connector.model import Evidence, Kind

_DID: Final = {
    # what was done with something that has a name, and without one
    Kind.EMAIL_SENT: ("was sent", "was sent a mail"),
    Kind.EMAIL_OPENED: ("opened", "opened a mail"),
    Kind.EMAIL_CLICKED: ("clicked in", "clicked in a mail"),
    Kind.EMAIL_REPLIED: ("replied to", "replied to a mail"),
    Kind.FORM_SUBMITTED: ("filled in the form", "filled in a form"),
    Kind.PAGE_VIEWED: ("looked at", "looked at the website"),
    Kind.CONTENT_DOWNLOADED: ("downloaded", "downloaded something"),
    Kind.WEBINAR_REGISTERED: ("registered for the webinar", "registered for a webinar"),
    Kind.WEBINAR_ATTENDED: ("attended the webinar", "attended a webinar"),
    Kind.EVENT_ATTENDED: ("came to", "came to an event"),
    Kind.MEETING_BOOKED: ("booked a meeting", "booked a meeting"),
    Kind.MEETING_HELD: ("met with us", "met with us"),
    Kind.CALL_HELD: ("spoke with us by phone", "spoke with us by phone"),
    Kind.AD_CLICKED: ("clicked the advertisement", "clicked an advertisement"),
    Kind.SOCIAL_ENGAGED: ("engaged on social media with", "engaged on social media"),
    Kind.PRODUCT_USED: ("used the product", "used the product"),
    Kind.LIST_JOINED: ("joined the list", "joined a mailing list"),
    Kind.UNSUBSCRIBED: ("unsubscribed from", "unsubscribed"),
    Kind.BOUNCED: ("could not be reached by", "could not be reached by mail"),
    Kind.PURCHASE_MADE: ("bought", "bought something"),
    Kind.COUPON_REDEEMED: ("redeemed the coupon", "redeemed a coupon"),
}
_WHY: Final = {
    Reason.SCORE: "is shopping again",
    Reason.HAND_RAISE: "asked to be contacted",
    Reason.DECAYED: "interest faded",
    Reason.IDLE: "went quiet",
    Reason.CONVERTED: "an opportunity was opened",
    Reason.REJECTED: "rejected by sales",
    Reason.RECYCLED: "recycled by sales",
    Reason.DISQUALIFIED: "disqualified by sales",
    Reason.INELIGIBLE: "not somebody the rule is for any more",
}


def did(engaged: Engaged) -> str:
    """What was done, for example 'clicked in "newsletter-2026-03" (pricing)'."""
    point = engaged.touchpoint
    about = point.asset or point.message or point.link
    with_name, without = _DID[Kind.of_code(engaged.kind)]
    text = f'{with_name} "{about}"' if about else without
    if point.message and point.asset and point.message != point.asset:
        text += f' (mailing "{point.message}")'
    if engaged.evidence == Evidence.UNKNOWN:
        text += " (perhaps the mail program, not the person)"
    return text


def why(reason: Reason) -> str:
    """A reason in words."""
    return _WHY[reason]


def day(instant: int, zone: ZoneInfo) -> str:
    """A date as people write it: 3 Nov 2026."""
    moment = from_millis(instant).astimezone(zone)
    return f"{moment.day} {moment:%b %Y}"


def date(instant: int, zone: ZoneInfo) -> str:
    """A date as the date field of a CRM takes it: 2026-11-03."""
    return f"{from_millis(instant).astimezone(zone):%Y-%m-%d}"


def moment(instant: int, zone: ZoneInfo) -> str:
    """A date and time as people write it: 3 Nov 2026, 14:05."""
    return f"{day(instant, zone)}, {from_millis(instant).astimezone(zone):%H:%M}"


def span(millis: int) -> str:
    """A length of time in the largest unit that says enough: "8 months", "3 days"."""
    if millis < HOUR:
        return _count(max(0, round(millis / MINUTE)), "minute")
    if millis < DAY:
        return _count(max(0, round(millis / HOUR)), "hour")
    days = round(millis / DAY)
    if days < 60:
        return _count(days, "day")
    months = round(days / 30.44)
    return _count(months, "month") if months < 24 else f"{days / 365.25:.1f} years"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" + ("" if number == 1 else "s")
