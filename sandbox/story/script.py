"""A small language in which the arcs of the cast are written."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.clock import DAY, MINUTE, SECOND
from connector.model import Evidence, Kind
from sandbox.story import content
from sandbox.story.days import at, later, near_workday, workday
from sandbox.story.habits import Mailing, scan
from sandbox.story.world import (
    Account,
    Act,
    CastMember,
    Change,
    Opportunity,
    PersonRecord,
)


@dataclass(slots=True, kw_only=True)
class Arc:
    """One person of the cast while being written.

    `ago` counts all days back from the end of the story, `w` working days (1 is the last one).
    """

    key: str
    until: int
    mailings: list[Mailing]
    account: Account
    record: PersonRecord
    promise: str
    twin: PersonRecord | None = None
    apple: bool = False
    subscribed: bool = True
    subscribed_at: int = 0
    """Nothing is sent before; UTC ms."""
    sales: list[Opportunity] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)

    def ago(self, days: int, hour: int = 10, *, plus: int = 0) -> int:
        """A moment that many days before the end, on a working day or `plus` ones later."""
        return later(near_workday(at(self.until - self.until % DAY - days * DAY, hour)), plus)

    def w(self, back: int, hour: int = 10, minute: int = 0) -> int:
        """A moment on the `back`-th working day before the end."""
        return at(workday(self.until, back), hour, minute)

    def does(self, when: int, kind: Kind, asset: str = "", *, seen_at: int | None = None) -> None:
        """Something this person did, or that was done with them."""
        self.acts.append(Act(when, seen_at or when, kind, self.record.id, self.record.email, asset))

    def as_stranger(self, when: int, kind: Kind, asset: str, email: str) -> None:
        """Something known by its address alone, as web forms report it."""
        self.acts.append(Act(when, when, kind, "", email, asset))

    def views(self, page: str, *moments: int) -> None:
        """Page views."""
        for moment in moments:
            self.does(moment, Kind.PAGE_VIEWED, page)

    def clicks(self, when: int, link: str) -> None:
        """A click in the latest newsletter, by a human: the page follows at once."""
        mailing = max((m for m in self.mailings if m.at < when), key=lambda m: m.at)
        url = f"{content.SITE}{link}"
        opened, viewed = when - 40 * SECOND, when + 2 * SECOND
        mail = (self.record.id, self.record.email, mailing.name)
        if not self.apple:
            self.acts.append(Act(opened, opened, Kind.EMAIL_OPENED, *mail, "", mailing.name))
        self.acts.append(Act(when, when, Kind.EMAIL_CLICKED, *mail, url, mailing.name))
        self.views(link, viewed)

    def returns(self, *days: int) -> None:
        """The plain comeback: prices, a guide, prices again, a webinar, over some working days."""
        first, second, third = days
        self.views("/products/vibration-monitoring", self.w(first, 9, 12))
        self.views(content.PRICING, self.w(first, 9, 15))
        self.does(self.w(second, 11, 5), Kind.CONTENT_DOWNLOADED, content.GUIDES[2])
        self.views(content.PRICING, self.w(second, 11, 20))
        self.does(self.w(third, 14, 0), Kind.WEBINAR_ATTENDED, content.WEBINARS[0])

    def put_back(self, when: int) -> None:
        """The rep sets the status that hands the person back to marketing."""
        self.record.changes.append(Change(when, "status", "Recycled"))

    def sale(self, opened: int, closed: int | None = None, *, won: bool = False) -> None:
        """An opportunity of this person."""
        self.sales.append(
            Opportunity(
                id=f"O9{self.record.id[2:]}{len(self.sales)}",
                name=f"{self.account.name} - condition monitoring",
                account=self.account.id,
                people=(self.record.id,),
                owner=self.record.owner,
                amount=64_000.0,
                opened_at=opened,
                closed_at=closed,
                won=won,
            )
        )

    def member(self) -> CastMember:
        """How the demo and the tests find this person again."""
        return CastMember(
            key=self.key,
            name=self.record.name,
            email=self.record.email,
            record=self.record.id,
            promise=self.promise,
        )

    def post(self) -> list[Act]:
        """What was sent to them, and what machines made of it."""
        if not self.subscribed:
            return []
        record, acts = self.record, []
        for mailing in self.mailings:
            if mailing.at < max(record.created_at, self.subscribed_at):
                continue
            mail = (record.id, record.email, mailing.name, "", mailing.name)
            acts.append(Act(mailing.at, mailing.at, Kind.EMAIL_SENT, *mail))
            if self.apple:
                opened = mailing.at + 17 * MINUTE
                acts.append(Act(opened, opened, Kind.EMAIL_OPENED, *mail, Evidence.UNKNOWN))
            if self.account.scans_links:
                acts += scan(record, mailing.at, mailing)
        return acts
