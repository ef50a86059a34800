"""English."""

from __future__ import annotations

from typing import Final

from connector.language.vocabulary import Did, Language
from connector.model import Kind

ENGLISH: Final = Language(
    code="en",
    did={
        Kind.EMAIL_SENT: Did(named='was sent "{}"', plain="was sent a mail"),
        Kind.EMAIL_OPENED: Did(named='opened "{}"', plain="opened a mail"),
        Kind.EMAIL_CLICKED: Did(named='clicked in "{}"', plain="clicked in a mail"),
        Kind.EMAIL_REPLIED: Did(named='replied to "{}"', plain="replied to a mail"),
        Kind.FORM_SUBMITTED: Did(named='filled in the form "{}"', plain="filled in a form"),
        Kind.PAGE_VIEWED: Did(named='looked at "{}"', plain="looked at the website"),
        Kind.CONTENT_DOWNLOADED: Did(named='downloaded "{}"', plain="downloaded something"),
        Kind.WEBINAR_REGISTERED: Did(
            named='registered for the webinar "{}"', plain="registered for a webinar"
        ),
        Kind.WEBINAR_ATTENDED: Did(named='attended the webinar "{}"', plain="attended a webinar"),
        Kind.EVENT_ATTENDED: Did(named='came to "{}"', plain="came to an event"),
        Kind.MEETING_BOOKED: Did(named='booked a meeting "{}"', plain="booked a meeting"),
        Kind.MEETING_HELD: Did(named='met with us "{}"', plain="met with us"),
        Kind.CALL_HELD: Did(named='spoke with us by phone "{}"', plain="spoke with us by phone"),
        Kind.AD_CLICKED: Did(
            named='clicked the advertisement "{}"', plain="clicked an advertisement"
        ),
        Kind.SOCIAL_ENGAGED: Did(
            named='engaged on social media with "{}"', plain="engaged on social media"
        ),
        Kind.PRODUCT_USED: Did(named='used the product "{}"', plain="used the product"),
        Kind.LIST_JOINED: Did(named='joined the list "{}"', plain="joined a mailing list"),
        Kind.UNSUBSCRIBED: Did(named='unsubscribed from "{}"', plain="unsubscribed"),
        Kind.BOUNCED: Did(
            named='could not be reached by "{}"', plain="could not be reached by mail"
        ),
        Kind.PURCHASE_MADE: Did(named='bought "{}"', plain="bought something"),
        Kind.COUPON_REDEEMED: Did(named='redeemed the coupon "{}"', plain="redeemed a coupon"),
    },
    mailing=' (mailing "{}")',
    perhaps=" (perhaps the mail program, not the person)",
    asked=" - asked for it",
    why={
        "score": "is shopping again",
        "hand_raise": "asked to be contacted",
        "decayed": "interest faded",
        "idle": "went quiet",
        "converted": "an opportunity was opened",
        "rejected": "rejected by sales",
        "recycled": "recycled by sales",
        "disqualified": "disqualified by sales",
        "ineligible": "not somebody the rule is for any more",
    },
    phases={
        name: name
        for name in ("awareness", "consideration", "conversion", "acquisition", "advocacy")
    },
    personas={"executive": "executive", "champion": "champion", "end_user": "end user"},
    months=(
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
        *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
    day="{day} {month} {year}",
    moment="{day}, {time}",
    thousands=",",
    decimal=".",
    units={
        "minute": ("minute", "minutes"),
        "hour": ("hour", "hours"),
        "day": ("day", "days"),
        "month": ("month", "months"),
        "year": ("year", "years"),
    },
    quiet="Quiet for {} before",
    never_before="No earlier engagement known",
    unknown_time="an unknown time",
    mail="mail",
    call="call",
    allowed="{} allowed",
    forbidden="{} not allowed",
    not_known="{} not known",
    consent_unknown="consent not known",
    who="{who} {why}.",
    since="{before}; in lead mode since {day}.",
    grade="Grade {grade}, score {score}.",
    persona="Kind of buyer: {}.",
    phase="Phase: {}.",
    happened="What happened:",
    next_step="Next step:",
    learned="What they know already:",
    not_to_repeat="Do not offer again:",
    missing="What is missing:",
    history="So far with us:",
    contact="Contact: {}",
    times=("once", "{} times"),
    last="last {}",
    topics_of="{phase}: {topics}",
    nothing_of="{phase}, nothing yet: {topics}",
    topics_left="also: {}",
    nobody_as="nobody known at {account} as {personas}",
    account="the company",
    deal="a deal",
    won="won {name}{amount}, {day}",
    lost="lost {name}{amount}, {day}",
    open="open {name}{amount}, since {day}",
    talked="last talk: {what}, {day}",
    never_talked="no talk with us is on record",
    episode="in lead mode {begin} to {end}, {handed}; then: {why}",
    running="in lead mode since {begin} by another rule, {handed}",
    standing="{quadrant}. Engagement {engagement}, propensity {propensity}{phase}.",
    quadrants={
        "pursue": "Likely to buy, and engaged",
        "warm_up": "Likely to buy, and not engaged much",
        "qualify": "Engaged, and not likely to buy by what is known",
        "watch": "Neither likely to buy nor engaged much",
    },
    lacking="Not engaged: {personas}",
    quiet_ones="known there: {names}",
    whole_group="Every kind of buyer is engaged",
    in_lead_mode="in lead mode since {day}",
    own_task="has a task of their own of {day}",
    handed_off="handed off",
    not_handed_off="not handed off",
    more="... and {} more",
)
