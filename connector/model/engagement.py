"""Engagement: one timestamped thing a person did, or that was done with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from connector.model.record import RecordRef


class Kind(StrEnum):
    """The closed set of engagement kinds. Order is storage: append only."""

    EMAIL_SENT = "email_sent"
    EMAIL_OPENED = "email_opened"
    EMAIL_CLICKED = "email_clicked"
    EMAIL_REPLIED = "email_replied"
    FORM_SUBMITTED = "form_submitted"
    PAGE_VIEWED = "page_viewed"
    CONTENT_DOWNLOADED = "content_downloaded"
    WEBINAR_REGISTERED = "webinar_registered"
    WEBINAR_ATTENDED = "webinar_attended"
    EVENT_ATTENDED = "event_attended"
    MEETING_BOOKED = "meeting_booked"
    MEETING_HELD = "meeting_held"
    CALL_HELD = "call_held"
    AD_CLICKED = "ad_clicked"
    SOCIAL_ENGAGED = "social_engaged"
    PRODUCT_USED = "product_used"
    LIST_JOINED = "list_joined"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    PURCHASE_MADE = "purchase_made"
    COUPON_REDEEMED = "coupon_redeemed"

    @property
    def code(self) -> int:
        """The small integer that stands for this kind in the database and in columns."""
        return _CODES[self]

    @staticmethod
    def of_code(code: int) -> Kind:
        """The kind behind a stored code."""
        return _KINDS[code]


_KINDS = tuple(Kind)
_CODES = {kind: code for code, kind in enumerate(_KINDS)}


class Evidence(IntEnum):
    """Who did it. The numbers are storage."""

    HUMAN = 0
    MACHINE = 1
    """A link scanner, a proxy: ignored by the rules."""
    UNKNOWN = 2
    """An Apple-privacy open: neither a person nor not a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One engagement as a platform reports it. At least one of `person` and `email` is given."""

    instance: str
    """The platform instance that reported it."""
    id: str
    """The platform's id of it, unique in the instance; reading it twice gives the same id.

    Persons who did it together share it. It holds no id of a person record, which merging changes.
    """
    at: int
    """When it happened, UTC ms."""
    kind: Kind
    person: RecordRef | None = None
    email: str | None = None
    evidence: Evidence = Evidence.HUMAN
    """What the platform says about who did it; leadmode's own tests may lower it to machine."""
    asset: str = ""
    """What it was about: form, page, content, webinar or product name."""
    link: str = ""
    """The link that was clicked; distinct links tell scanners from people."""
    message: str = ""
    """The mailing that a sent, opened or clicked e-mail belongs to."""
    withdrawn: bool = False
    """It did not happen after all: what was told of this person under this id is taken back."""
