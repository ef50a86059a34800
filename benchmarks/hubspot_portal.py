"""A large sandbox HubSpot, and what the benchmark may ask it and move in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from connector.clock import DAY, MINUTE, SECOND, SystemClock
from sandbox.hubspot.caller import PEOPLE
from sandbox.hubspot.founding import Founded, found
from sandbox.hubspot.marketing import EmailEvent
from sandbox.loopback.server import Server

COMPANIES: Final = 1_000
YEAR: Final = 365 * DAY
TYPES: Final = ("SENT", "DELIVERED", "OPEN", "OPEN", "CLICK")
"""What happens to five of five thousand mails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Records of each kind."""

    contacts: int
    deals: int
    email_events: int

    def over(self, divisor: int) -> Size:
        """A part of each."""
        return Size(
            contacts=self.contacts // divisor,
            deals=self.deals // divisor,
            email_events=self.email_events // divisor,
        )


@contextmanager
def serve(size: Size) -> Iterator[tuple[str, object]]:
    """A filled portal behind a socket; its limits are off, calls are only counted."""
    founded = found(SystemClock())
    founded.platform.quota.strict = False
    fill(founded, size)
    with Server(founded.platform) as server:
        yield server.url, _Served(founded)


class _Served:
    """What the benchmark may ask and move."""

    def __init__(self, founded: Founded) -> None:
        self._founded = founded
        self._portal = founded.portal

    def counts(self) -> dict[str, int]:
        """Calls by route."""
        return dict(self._founded.platform.counts)

    def token(self) -> str:
        """The service key."""
        return self._founded.token

    def change(self, contacts: int) -> None:
        """As if so many contacts had just been saved, within a minute."""
        now, portal = self._portal.clock.now(), self._portal
        with portal.lock:
            kept = list(portal.table("contacts").live())[:contacts]
            for place, each in enumerate(kept):
                with portal.at(now - place % 60 * SECOND), portal.unit():
                    portal.change(each, {"jobtitle": f"Head of Change {place}"}, PEOPLE)

    def broken(self) -> list[str]:
        """Defects of the sandbox itself."""
        return self._founded.platform.broken


def fill(founded: Founded, size: Size) -> None:
    """Companies, contacts, deals and what became of mailings, over the last year."""
    portal, now = founded.portal, founded.portal.clock.now()
    begin = now - YEAR - DAY
    companies = [
        portal.load(
            "companies",
            {"name": f"Company {n}", "domain": f"company{n}.example"},
            created_at=begin + n * MINUTE,
        )
        for n in range(COMPANIES)
    ]
    contacts = []
    for n in range(size.contacts):
        values = _person(n) | {"hubspot_owner_id": founded.rep}
        at = begin + n * YEAR // size.contacts
        contacts.append(portal.load("contacts", values, created_at=at))
        portal.link(contacts[-1], companies[n % COMPANIES], (1,))
    for n in range(size.deals):
        values = {"dealname": f"Deal {n}", "pipeline": "default", "amount": str(100 + n)}
        values |= {"dealstage": "presentationscheduled", "hubspot_owner_id": founded.rep}
        deal = portal.load("deals", values, created_at=begin + n * YEAR // size.deals)
        portal.link(deal, contacts[n * 3 % len(contacts)])
        portal.link(deal, companies[n * 3 % COMPANIES], (5,))
    _mail(founded, size, begin)


def _person(number: int) -> dict[str, str]:
    return {
        "firstname": "Robin",
        "lastname": f"Person {number}",
        "email": f"person{number}@company{number % COMPANIES}.example",
        "jobtitle": "Head of Operations",
        "phone": f"+49 30 {number:07}",
        "lifecyclestage": "lead",
    }


def _mail(founded: Founded, size: Size, begin: int) -> None:
    marketing = founded.platform.marketing
    mailing = marketing.campaign("Monthly news", begin).id
    for n in range(size.email_events):
        at = begin + n * YEAR // size.email_events
        who = n // len(TYPES) % size.contacts
        kind = TYPES[n % len(TYPES)]
        marketing.email_events.add(
            EmailEvent(
                at=at,
                id=f"{n:012x}",
                type=kind,
                recipient=f"person{who}@company{who % COMPANIES}.example",
                campaign=mailing,
                url="https://www.acme.example/pricing" if kind == "CLICK" else "",
            )
        )
