"""What marketing keeps beside the CRM: mailings and what became of them, forms, page views.

Follows https://developers.hubspot.com/docs/api-reference/legacy/email-analytics-v1/guide and
https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v1.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import md5
from typing import Final, Generic, TypeVar

EMAIL_TYPES: Final = (
    "SENT", "DROPPED", "PROCESSED", "DELIVERED", "DEFERRED", "BOUNCE", "OPEN", "CLICK", "PRINT",
    "FORWARD", "STATUSCHANGE", "SPAMREPORT", "SUPPRESSED", "SUPPRESSION", "UNBOUNCE",
)  # fmt: skip
FORM_TYPES: Final = ("hubspot", "captured", "flow", "blog_comment")
APP_ID: Final = 113
"""Of HubSpot's own bulk mail."""


def made_up_id(*parts: object) -> str:
    """An id in the form of a UUID that depends on the parts alone."""
    text = md5(":".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One mailing."""

    id: int
    name: str
    subject: str
    content_id: int
    group_id: int
    created_at: int
    app_id: int = APP_ID
    app_name: str = "Batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailEvent:
    """One thing that happened to one mail."""

    at: int
    """UTC ms."""
    id: str
    type: str
    recipient: str
    campaign: int
    visible_from: int = 0
    """Until then nobody is told: the log is filled with a delay."""
    filtered: bool = False
    """The customer's settings take it for a bot or a colleague."""
    sent_at: int = 0
    sent_id: str = ""
    """The SENT event of the same mail."""
    url: str = ""
    user_agent: str = ""
    duration: int = 0
    """Milliseconds the mail was open."""
    reason: str = ""
    """Why it bounced, was dropped, or how a subscription changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form."""

    id: str
    name: str
    type: str = "hubspot"
    created_at: int
    updated_at: int
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One time that somebody filled a form in."""

    at: int
    id: str
    form: str
    values: tuple[tuple[str, str], ...]
    page_url: str = ""
    page_title: str = ""
    visible_from: int = 0

    @property
    def email(self) -> str:
        """Whose it is; empty when the form does not ask."""
        return next((value for name, value in self.values if name == "email"), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One thing a contact did, as Enterprise portals keep it. Marketing mail is not among it."""

    at: int
    id: str
    type: str
    object_type: str
    object_id: int
    properties: tuple[tuple[str, str], ...] = ()


R = TypeVar("R", EmailEvent, Submission, Occurrence)


@dataclass(slots=True)
class Log(Generic[R]):
    """Rows by (instant, id). Late rows take their place among the old ones."""

    _rows: list[R] = field(default_factory=list)
    _sorted: bool = True

    def add(self, row: R) -> None:
        """One more row."""
        if self._rows and (row.at, row.id) < _place(self._rows[-1]):
            self._sorted = False
        self._rows.append(row)

    def newest_first(self, low: float, high: float, below: tuple[int, str] | None) -> Iterator[R]:
        """Rows from `high` down to `low` (UTC ms, both belong to it), below a place if given."""
        rows = self._in_order()
        end = bisect_left(rows, below or (high, "\uffff"), key=_place)
        for number in range(end - 1, -1, -1):
            row = rows[number]
            if row.at < low:
                return
            yield row

    def find(self, at: int, row_id: str) -> R | None:
        """The row of an instant and id."""
        rows = self._in_order()
        number = bisect_left(rows, (at, row_id), key=_place)
        found = rows[number] if number < len(rows) else None
        return found if found is not None and _place(found) == (at, row_id) else None

    def __iter__(self) -> Iterator[R]:
        """Oldest first."""
        return iter(self._in_order())

    def __len__(self) -> int:
        return len(self._rows)

    def _in_order(self) -> list[R]:
        if not self._sorted:
            self._rows.sort(key=_place)
            self._sorted = True
        return self._rows


def _place(row: EmailEvent | Submission | Occurrence) -> tuple[int, str]:
    return row.at, row.id


class Marketing:
    """All of it."""

    def __init__(self) -> None:
        self.campaigns: dict[int, Campaign] = {}
        self.email_events: Log[EmailEvent] = Log()
        self.sent: dict[tuple[str, int], EmailEvent] = {}
        """The last SENT of a mailing to an address."""
        self.forms: dict[str, Form] = {}
        self.submissions: dict[str, Log[Submission]] = {}
        """By form."""
        self.occurrences: dict[int, Log[Occurrence]] = {}
        """By contact."""

    def campaign(self, name: str, at: int, *, subject: str = "") -> Campaign:
        """The mailing of that name; a new one if there is none."""
        found = next((each for each in self.campaigns.values() if each.name == name), None)
        if found is None:
            number = 189_798_100 + len(self.campaigns)
            found = Campaign(
                id=number,
                name=name,
                subject=subject or name,
                content_id=number + 5_000_000_000,
                group_id=number + 7_000_000,
                created_at=at,
            )
            self.campaigns[number] = found
        return found

    def add_email(self, row: EmailEvent) -> EmailEvent:
        """Put one into the log."""
        self.email_events.add(row)
        if row.type == "SENT":
            self.sent[row.recipient, row.campaign] = row
        return row

    def form(self, name: str, at: int, *, kind: str = "hubspot") -> Form:
        """The form of that name; a new one if there is none."""
        found = next((each for each in self.forms.values() if each.name == name), None)
        if found is None:
            made = Form(
                id=made_up_id("form", name), name=name, type=kind, created_at=at, updated_at=at
            )
            found = self.forms[made.id] = made
        return found

    def add_submission(self, row: Submission) -> Submission:
        """Put one into its form's log."""
        self.submissions.setdefault(row.form, Log()).add(row)
        return row

    def add_occurrence(self, row: Occurrence) -> Occurrence:
        """Put one into the contact's log."""
        self.occurrences.setdefault(row.object_id, Log()).add(row)
        return row
