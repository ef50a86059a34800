"""What people did, by HubSpot's rows, and nothing else: no network, no clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.hubspot.mapping import Reading, Row, associated, id_text, instant, properties_in, text
from adapters.hubspot.tables import (
    BOOKED,
    CALLS,
    CLICKED,
    CONVERTED,
    CONVERTED_BY,
    EMAILS,
    MEETINGS,
    OPENED,
    REPLIED,
    SALES_REPLIED,
    SEEN,
    SEEN_URL,
    TASKS,
)
from connector.clock import MINUTE
from connector.model import Engagement, Evidence, Kind, RecordRef

CONNECTED: Final = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
NOT_REACHED: Final = frozenset(
    {
        "9d9162e7-6cf3-4944-bf63-4dff82258764",  # busy
        "a4c4c377-d246-4b32-a13b-75a56a4cd0ff",  # left live message
        "b2cf5968-551e-4856-9783-52b3da59a7d0",  # left voicemail
        "73a0d17f-1163-4015-bdd5-ec830791da20",  # no answer
        "17b47fee-58de-441e-a44c-c6300d46f273",  # wrong number
    }
)
"""HubSpot's own outcomes of a call in which nobody was spoken with; portals may add others.

https://developers.hubspot.com/docs/api-reference/legacy/crm/activities/engagements/get-calling-v1-dispositions
"""
NOT_HELD: Final = frozenset({"NO_SHOW", "CANCELED", "CANCELLED", "RESCHEDULED"})
_SCANNERS: Final = re.compile(
    r"barracuda|proofpoint|mimecast|messagelabs|symantec|forcepoint|fireeye|sophos|trendmicro"
    r"|safelinks|\bbot\b|bot/|crawler|spider|headless|python-|curl/|wget/|java/|go-http|phantomjs",
    re.IGNORECASE,
)
_MACHINES: Final = ("robot", "library", "validator", "offline browser")
"""Types of browsers that no human uses."""
_NEAR: Final = MINUTE
"""Between the values of two properties that were set together, ms."""


# activities


def activities_of(row: Row, reading: Reading) -> Iterator[Engagement]:
    """What an activity tells of each contact it belongs to; nothing when leadmode made it.

    The contact is not part of the id: merged into another one, both tell the same engagement.
    """
    told, object_id = properties_in(row), id_text(row.get("id"))
    if not object_id or row.get("archived") or (reading.key and text(told.get(reading.key))):
        return
    people = associated(row, "contacts")
    for kind, at, asset, withdrawn in _of_activity(told, row, reading):
        sender = text(told.get("hs_email_from_email")) if kind is Kind.EMAIL_REPLIED else None
        unclear = kind is Kind.EMAIL_REPLIED and len(people) > 1 and not sender
        for name in _whose(people, sender):
            yield Engagement(
                instance=reading.instance,
                id=f"{reading.table.object}:{object_id}:{kind}",
                at=at,
                kind=kind,
                person=RecordRef(reading.instance, "contacts", name) if name != sender else None,
                email=sender if name == sender else None,
                evidence=Evidence.UNKNOWN if unclear else Evidence.HUMAN,
                asset=asset,
                withdrawn=withdrawn,
            )


def _whose(people: Sequence[str], sender: str | None) -> Sequence[str]:
    """The contacts of an activity; of a mail in which several take part, the one who wrote it.

    The others only got a copy, and an answer is a raised hand.
    """
    return [sender] if sender and "@" in sender and len(people) > 1 else people


Told = tuple[Kind, int, str, bool]
"""Kind, moment, what it was about, and whether it did not take place, whatever was told before."""


def _of_activity(told: Row, row: Row, reading: Reading) -> Iterator[Told]:
    match reading.table.object:
        case MEETINGS.object:
            yield from _meeting(told, row, reading.now)
        case CALLS.object:
            yield from _call(told)
        case EMAILS.object:
            yield from _email(told)
        case TASKS.object:
            yield from _task(told, reading.task_kinds)


def _meeting(told: Row, row: Row, now: int) -> Iterator[Told]:
    """Booked when it was made before it began; held when it is over, or said to be.

    What was taken for held may be corrected since: nobody came, or it was moved ahead.
    """
    start = instant(told.get("hs_meeting_start_time")) or instant(told.get("hs_timestamp"))
    end = instant(told.get("hs_meeting_end_time")) or start
    made = instant(told.get("hs_createdate")) or instant(row.get("createdAt"))
    outcome = str(told.get("hs_meeting_outcome") or "").upper()
    title = text(told.get("hs_meeting_title")) or ""
    if start is None or end is None:
        return
    if made is not None and made < start:
        yield Kind.MEETING_BOOKED, made, title, False
    held = outcome == "COMPLETED" or (end <= now and outcome not in NOT_HELD)
    yield Kind.MEETING_HELD, start, title, not held


def _call(told: Row) -> Iterator[Told]:
    at = instant(told.get("hs_timestamp"))
    outcome = str(told.get("hs_call_disposition") or "").lower()
    completed = str(told.get("hs_call_status") or "").upper() == "COMPLETED"
    if at is not None:
        held = outcome not in NOT_REACHED and (outcome == CONNECTED or completed)
        yield Kind.CALL_HELD, at, text(told.get("hs_call_title")) or "", not held


def _email(told: Row) -> Iterator[Told]:
    """Mail of reps; a text is not taken along."""
    at = instant(told.get("hs_timestamp"))
    way = str(told.get("hs_email_direction") or "").upper()
    status = str(told.get("hs_email_status") or "").upper()
    if at is None:
        return
    if way == "INCOMING_EMAIL":
        yield Kind.EMAIL_REPLIED, at, "", False
    elif way == "EMAIL" and status == "BOUNCED":
        yield Kind.BOUNCED, at, "", False
    elif way == "EMAIL" and status in ("", "SENT"):
        yield Kind.EMAIL_SENT, at, "", False


def _task(told: Row, kinds: Mapping[str, str]) -> Iterator[Told]:
    word = kinds.get(str(told.get("hs_task_type") or "").upper())
    done = instant(told.get("hs_task_completion_date")) or instant(told.get("hs_timestamp"))
    if word and done is not None and told.get("hs_task_status") == "COMPLETED":
        yield Kind(word), done, text(told.get("hs_task_subject")) or "", False


# marketing e-mail


def of_mail(row: Row, instance: str) -> Engagement | None:
    """An engagement for an e-mail event; None for what tells nothing."""
    kind, at = _mail_kind(row), instant(row.get("created"))
    event_id, email = text(row.get("id")), text(row.get("recipient"))
    if kind is None or at is None or event_id is None or email is None or "@" not in email:
        return None
    return Engagement(
        instance=instance,
        id=event_id,
        at=at,
        kind=kind,
        email=email,
        evidence=_evidence(row, kind),
        link=text(row.get("url")) or "",
        message=id_text(row.get("emailCampaignId")),
    )


_MAIL_KINDS: Final[Mapping[str, Kind]] = {
    "SENT": Kind.EMAIL_SENT,
    "OPEN": Kind.EMAIL_OPENED,
    "CLICK": Kind.EMAIL_CLICKED,
    "BOUNCE": Kind.BOUNCED,
}


def _mail_kind(row: Row) -> Kind | None:
    word = str(row.get("type") or "").upper()
    if word == "STATUSCHANGE":
        status = str(row.get("portalSubscriptionStatus") or "").upper()
        return Kind.UNSUBSCRIBED if status == "UNSUBSCRIBED" else None
    return _MAIL_KINDS.get(word)


def _evidence(row: Row, kind: Kind) -> Evidence:
    """Who it was. A mail program opens by itself, so nobody knows who opened."""
    if kind not in (Kind.EMAIL_OPENED, Kind.EMAIL_CLICKED):
        return Evidence.HUMAN
    browser = row.get("browser")
    browser_type = browser.get("type") if isinstance(browser, Mapping) else ""
    if (
        row.get("filteredEvent") is True
        or _SCANNERS.search(str(row.get("userAgent") or ""))
        or str(browser_type or "").lower() in _MACHINES
    ):
        return Evidence.MACHINE
    return Evidence.UNKNOWN if kind is Kind.EMAIL_OPENED else Evidence.HUMAN


# forms


def kind_of_form(name: str, kinds: Mapping[str, str]) -> Kind | None:
    """What filling in a form of this name was; the first pattern that fits says it."""
    told = name.casefold()
    found = (kind for pattern, kind in kinds.items() if fnmatchcase(told, pattern.casefold()))
    word = next(found, Kind.FORM_SUBMITTED.value)
    return Kind(word) if word else None


def of_submission(
    row: Row, form: str, name: str, instance: str, kinds: Mapping[str, str] | None = None
) -> Engagement | None:
    """An engagement for a submission; it names no contact, so its e-mail address must."""
    at, email = instant(row.get("submittedAt")), _email_in(row.get("values"))
    kind = kind_of_form(name, kinds or {})
    if at is None or email is None or kind is None:
        return None
    return Engagement(
        instance=instance,
        id=text(row.get("conversionId")) or _name_of(form, at, email),
        at=at,
        kind=kind,
        email=email,
        asset=name,
        link=text(row.get("pageUrl")) or "",
    )


def _name_of(form: str, at: int, email: str) -> str:
    told = f"{form}|{at}|{email.lower()}"
    return f"form:{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _email_in(values: Any) -> str | None:
    """The submitter's address: the field called email, of a contact where several have it."""
    listed = [one for one in values if isinstance(one, Mapping)] if isinstance(values, list) else []
    found = [
        (str(one.get("objectTypeId") or "0-1") != "0-1", email.strip())
        for one in listed
        if one.get("name") == "email" and (email := text(one.get("value"))) and "@" in email
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


# histories of properties

_TOLD_BY: Final[Mapping[str, Kind]] = {
    SEEN: Kind.PAGE_VIEWED,
    CONVERTED: Kind.FORM_SUBMITTED,
    BOOKED: Kind.MEETING_BOOKED,
    OPENED: Kind.EMAIL_OPENED,
    CLICKED: Kind.EMAIL_CLICKED,
    REPLIED: Kind.EMAIL_REPLIED,
    SALES_REPLIED: Kind.EMAIL_REPLIED,
}


def of_history(row: Row, reading: Reading, since: int) -> Iterator[Engagement]:
    """What the values of a contact's properties tell, of those set or said at `since` or later."""
    contact = id_text(row.get("id"))
    if not contact or row.get("archived"):
        return
    for name in reading.table.stamps:
        kind = _TOLD_BY[name]
        for said, set_at in _values(row, name):
            # That of a booking may be the moment of the meeting.
            at = min(said, set_at) if name == BOOKED else said
            if max(said, set_at) >= since and at >= reading.table.begins.get(name, 0):
                link = _then(row, SEEN_URL, set_at) if name == SEEN else ""
                form = _form(row, set_at) if name == CONVERTED else ""
                known = kind_of_form(form, reading.form_kinds) if form else kind
                if known is None:
                    continue
                yield Engagement(
                    instance=reading.instance,
                    id=f"{name}:{said}",
                    at=at,
                    kind=known,
                    person=RecordRef(reading.instance, "contacts", contact),
                    evidence=Evidence.UNKNOWN if name == OPENED else Evidence.HUMAN,
                    asset=_path(link) or form,
                    link=link,
                )


def _versions(row: Row, name: str) -> Sequence[Row]:
    """The values of a property with their moments; the present one where no history is told."""
    histories = row.get("propertiesWithHistory")
    found = histories.get(name) if isinstance(histories, Mapping) else None
    if isinstance(found, list):
        return [one for one in found if isinstance(one, Mapping)]
    now = properties_in(row).get(name)
    return [{"value": now, "timestamp": row.get("updatedAt")}] if now else []


def _values(row: Row, name: str) -> Iterator[tuple[int, int]]:
    """(what a value says, when it was set) for each value that is a moment, each once."""
    seen: set[int] = set()
    for one in _versions(row, name):
        at = instant(one.get("value"))
        if at is not None and at not in seen:
            seen.add(at)
            yield at, instant(one.get("timestamp")) or at


def _then(row: Row, name: str, moment: int) -> str:
    """The value that a property had at a moment, or got right after it."""
    told = [
        (set_at, value)
        for one in _versions(row, name)
        if (value := text(one.get("value"))) and (set_at := instant(one.get("timestamp")))
    ]
    return max((pair for pair in told if pair[0] <= moment + _NEAR), default=(0, ""))[1]


def _form(row: Row, moment: int) -> str:
    """What was filled in: "Page: Form" names the form last."""
    told = _then(row, CONVERTED_BY, moment)
    return told.rpartition(": ")[2]


def _path(link: str) -> str:
    """The page of a link."""
    if not link:
        return ""
    try:
        return urlsplit(link if "//" in link else f"//{link}").path or "/"
    except ValueError:
        return ""


KINDS: Final[Mapping[str, frozenset[Kind]]] = {
    "email_events": frozenset({*_MAIL_KINDS.values(), Kind.UNSUBSCRIBED}),
    "forms": frozenset({Kind.FORM_SUBMITTED}),
    "meetings": frozenset({Kind.MEETING_BOOKED, Kind.MEETING_HELD}),
    "calls": frozenset({Kind.CALL_HELD}),
    "emails": frozenset({Kind.EMAIL_REPLIED, Kind.BOUNCED, Kind.EMAIL_SENT}),
    "web": frozenset(_TOLD_BY.values()),
}
"""What each of `activity` can tell, before `task_kinds` and `form_kinds` of the settings."""
