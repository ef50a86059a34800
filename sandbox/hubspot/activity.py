"""What people do with mail, forms and pages, and how their contact shows it.

Each thing goes into the log that the API reads, and moves the properties of the contact, with their
history: those are all that portals without that API have. What the customer's settings filter out
(bots, colleagues) moves no property. Names follow "HubSpot's default contact properties" in the
knowledge base.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connector.clock import MINUTE, SECOND
from sandbox.hubspot import instants
from sandbox.hubspot.caller import Caller
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.marketing import (
    EmailEvent,
    Form,
    Marketing,
    Occurrence,
    Submission,
    made_up_id,
)
from sandbox.hubspot.portal import Portal

_MAIL: Final = Caller(name="email", source="EMAIL")
_FORM: Final = Caller(name="form", source="FORM")
_WEB: Final = Caller(name="analytics", source="ANALYTICS")
SESSION: Final = 30 * MINUTE
"""After such a pause a page view begins a new session."""
BROWSER: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36"
APPLE: Final = "Mozilla/5.0"
"""All that Apple's mail privacy shows of itself."""
READING: Final = 9 * SECOND
"""How long a mail is open when nobody says."""
_WORDS: Final = {"OPEN": "open", "CLICK": "click", "REPLY": "reply", "SENT": "send"}
_COUNTS: Final = {
    "DELIVERED": "hs_email_delivered",
    "OPEN": "hs_email_open",
    "CLICK": "hs_email_click",
    "BOUNCE": "hs_email_bounce",
    "REPLY": "hs_email_replied",
}
_ENGAGED: Final = ("OPEN", "CLICK", "REPLY")
_SINCE: Final = "hs_email_sends_since_last_engagement"


class Activity:
    """Lets things happen to contacts, now or (with `seen_at`) when a story says."""

    def __init__(self, portal: Portal, marketing: Marketing) -> None:
        self.portal = portal
        self.marketing = marketing
        self.journals = True
        """Whether what moves is written into the portal's journal."""

    def contact(self, email: str) -> Kept | None:
        """The contact with this address."""
        table = self.portal.tables["contacts"]
        number = table.holder("email", email)
        return None if number is None else table.find(number)

    # mail

    def mail(
        self,
        kind: str,
        recipient: str,
        mailing: str,
        at: int,
        *,
        seen_at: int | None = None,
        filtered: bool = False,
        url: str = "",
        user_agent: str = BROWSER,
        duration: int = READING,
        reason: str = "",
    ) -> EmailEvent:
        """One thing that happened to a marketing mail at `at`, told from `seen_at` on (UTC ms)."""
        seen, campaign = at if seen_at is None else seen_at, self.marketing.campaign(mailing, at)
        sent = self.marketing.sent.get((recipient.lower(), campaign.id))
        row = EmailEvent(
            at=at,
            id=made_up_id(kind, recipient, campaign.id, at, len(self.marketing.email_events)),
            type=kind,
            recipient=recipient.lower(),
            campaign=campaign.id,
            visible_from=seen,
            filtered=filtered,
            sent_at=sent.at if sent else 0,
            sent_id=sent.id if sent else "",
            url=url,
            user_agent=user_agent if kind in ("OPEN", "CLICK", "PRINT", "FORWARD") else "",
            duration=duration if kind == "OPEN" else 0,
            reason=reason,
        )
        self.marketing.add_email(row)
        contact = self.contact(recipient)
        if contact is not None and not filtered:
            self._move(contact, self._mailed(contact, kind, mailing, at, reason), _MAIL, seen)
        return row

    def replied(self, recipient: str, mailing: str, at: int) -> None:
        """Somebody answered a marketing mail: HubSpot has no event for it, only properties."""
        contact = self.contact(recipient)
        if contact is not None:
            self._move(contact, self._mailed(contact, "REPLY", mailing, at, ""), _MAIL, at)

    def _mailed(
        self, contact: Kept, kind: str, mailing: str, at: int, reason: str
    ) -> dict[str, str | None]:
        values: dict[str, str | None] = {}
        if kind in _WORDS:
            values |= _first_and_last(contact, f"hs_email_{{}}_{_WORDS[kind]}_date", at)
        if kind in _COUNTS:
            values[_COUNTS[kind]] = _more(contact, _COUNTS[kind])
        if kind == "SENT":
            values |= {"hs_email_last_email_name": mailing, _SINCE: _more(contact, _SINCE)}
        if kind in _ENGAGED:
            values[_SINCE] = "0"
        if kind == "BOUNCE":
            values["hs_email_hard_bounce_reason_enum"] = reason or "UNKNOWN_USER"
        if kind == "STATUSCHANGE":
            values["hs_email_optout"] = "false" if reason == "SUBSCRIBED" else "true"
        return values

    # forms

    def submit(
        self,
        form: Form,
        values: Mapping[str, str],
        at: int,
        *,
        seen_at: int | None = None,
        page_url: str = "",
        page_title: str = "",
    ) -> Submission:
        """Somebody fills a form in; an address that nobody has yet becomes a contact."""
        seen = at if seen_at is None else seen_at
        count = len(self.marketing.submissions.get(form.id, ()))
        row = Submission(
            at=at,
            id=made_up_id("submission", form.id, at, count, *values.values()),
            form=form.id,
            values=tuple(values.items()),
            page_url=page_url,
            page_title=page_title,
            visible_from=seen,
        )
        self.marketing.add_submission(row)
        if row.email and row.email.lower() not in self.portal.blocked_emails:
            self._converted(form, row, seen)
        return row

    def _converted(self, form: Form, row: Submission, seen: int) -> None:
        kind = self.portal.schema["contacts"]
        given = {
            name: value
            for name, value in row.values
            if name != "email" and (known := kind.live(name)) is not None and not known.read_only
        }
        contact = self.contact(row.email)
        if contact is None:
            with self.portal.at(seen), self.portal.unit():
                fresh = {"email": row.email.lower(), "lifecyclestage": "lead"}
                contact = self.portal.add(kind, fresh, _FORM)
                if self.journals:
                    self.portal.note(_FORM, "created", contact, dict(fresh))
        self._move(contact, dict(given) | self._conversion(contact, form, row), _FORM, seen)
        self._occurred(contact, "e_submitted_form", row.at, {"hs_form_id": form.id})

    def _conversion(self, contact: Kept, form: Form, row: Submission) -> dict[str, str | None]:
        name = f"{row.page_title or row.page_url or 'Website'}: {form.name}"
        earlier = contact.properties.get("hs_calculated_form_submissions", "")
        forms = {each.partition(":")[0] for each in earlier.split(";") if each}
        values: dict[str, str | None] = {
            "num_conversion_events": _more(contact, "num_conversion_events"),
            "num_unique_conversion_events": str(len(forms | {form.id})),
            "hs_calculated_form_submissions": ";".join(
                filter(None, (earlier, f"{form.id}:0:{row.at}"))
            ),
        }
        if _is_later(contact, "recent_conversion_date", row.at):
            values["recent_conversion_date"] = instants.shown(row.at)
            values["recent_conversion_event_name"] = name
        if "first_conversion_date" not in contact.properties:
            values["first_conversion_date"] = instants.shown(row.at)
            values["first_conversion_event_name"] = name
        return values

    # pages

    def view(self, contact: Kept, url: str, at: int, *, seen_at: int | None = None) -> None:
        """A known visitor looks at a page."""
        last = _instant(contact, "hs_analytics_last_timestamp")
        values: dict[str, str | None] = {
            "hs_analytics_num_page_views": _more(contact, "hs_analytics_num_page_views"),
        }
        values |= _first_and_last(contact, "hs_analytics_{}_timestamp", at)
        if last is None or at - last > SESSION:
            values["hs_analytics_num_visits"] = _more(contact, "hs_analytics_num_visits")
            values |= _first_and_last(contact, "hs_analytics_{}_visit_timestamp", at)
        if last is None or at >= last:
            values["hs_analytics_last_url"] = url
        if last is None:
            values["hs_analytics_first_url"] = url
        self._move(contact, values, _WEB, at if seen_at is None else seen_at)
        self._occurred(contact, "e_visited_page", at, {"hs_url": url})

    def _occurred(self, contact: Kept, kind: str, at: int, values: Mapping[str, str]) -> None:
        count = len(self.marketing.occurrences.get(contact.id, ()))
        self.marketing.add_occurrence(
            Occurrence(
                at=at,
                id=made_up_id(kind, contact.id, at, count),
                type=kind,
                object_type="contacts",
                object_id=contact.id,
                properties=tuple(values.items()),
            )
        )

    # sales

    def touched(self, contact: Kept, names: tuple[str, ...], at: int, seen_at: int) -> None:
        """A rep's call, meeting or mail moves the dates that summarise them."""
        moved = {name: instants.shown(at) for name in names if _is_later(contact, name, at)}
        self._move(contact, dict(moved), Caller(name="engagements", source="CALCULATED"), seen_at)

    def _move(
        self, contact: Kept, values: Mapping[str, str | None], caller: Caller, at: int
    ) -> None:
        with self.portal.at(at), self.portal.unit():
            changed = self.portal.change(contact, values, caller)
            if changed and self.journals:
                self.portal.note(caller, "updated", contact, changed)


def _more(contact: Kept, name: str) -> str:
    return str(int(float(contact.properties.get(name) or "0")) + 1)


def _instant(contact: Kept, name: str) -> int | None:
    text = contact.properties.get(name)
    return instants.read(text) if text else None


def _is_later(contact: Kept, name: str, at: int) -> bool:
    known = _instant(contact, name)
    return known is None or at > known


def _first_and_last(contact: Kept, pattern: str, at: int) -> dict[str, str | None]:
    """The properties of the first and the last time, where they move; `{}` stands for the word."""
    first, last = pattern.format("first"), pattern.format("last")
    values: dict[str, str | None] = {}
    if _instant(contact, first) is None:
        values[first] = instants.shown(at)
    if _is_later(contact, last, at):
        values[last] = instants.shown(at)
    return values
