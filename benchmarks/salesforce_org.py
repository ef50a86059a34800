"""A large sandbox Salesforce, and what the benchmark may ask it and move in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from connector.clock import DAY, SECOND, SystemClock
from sandbox.loopback.server import Server
from sandbox.salesforce import founding
from sandbox.salesforce.org import Org
from sandbox.salesforce.values import Row

ACCOUNTS: Final = 1_000
ONE_PAGE: Final = 10_000_000
"""Rows in a page of Bulk results: more than any object has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Records per object."""

    contacts: int
    leads: int
    tasks: int
    members: int

    @property
    def by_object(self) -> dict[str, int]:
        """Salesforce's names."""
        return {
            "Contact": self.contacts,
            "Lead": self.leads,
            "Task": self.tasks,
            "CampaignMember": self.members,
        }

    def over(self, divisor: int) -> Size:
        """A part of each."""
        return Size(
            contacts=self.contacts // divisor,
            leads=self.leads // divisor,
            tasks=self.tasks // divisor,
            members=self.members // divisor,
        )


@contextmanager
def serve(size: Size) -> Iterator[tuple[str, object]]:
    """A filled org behind a socket."""
    founded = founding.found(SystemClock())
    fill(founded, size)
    with Server(founded.platform) as server:
        yield server.url, _Served(founded)


class _Served:
    """What the benchmark may ask and move."""

    def __init__(self, founded: founding.Founded) -> None:
        self._founded = founded
        self._platform = founded.platform
        self._org = founded.org

    def used(self) -> int:
        """API calls that counted against the daily quota; a composite is one."""
        return self._platform.quota.used

    def counts(self) -> dict[str, int]:
        """Calls by route, those inside a composite too, and signing in."""
        return dict(self._platform.counts)

    def page_rows(self, rows: int) -> None:
        """The most rows in a page of Bulk results."""
        self._platform.bulk.page_rows = rows

    def change(self, changes: dict[str, int]) -> None:
        """As if so many records of each object had just been saved, within a minute."""
        now = self._org.clock.now()
        now -= now % SECOND
        with self._org.lock:
            for name, number in changes.items():
                rows = list(self._org.tables[name].rows.values())[:number]
                stamps = (now - place % 60 * SECOND for place in range(number))
                self._org.load(
                    name,
                    [
                        {**row, "SystemModstamp": stamp, "LastModifiedDate": stamp}
                        for row, stamp in zip(rows, stamps, strict=True)
                    ],
                )

    def people(self, number: int) -> list[str]:
        """Ids of Contacts."""
        return list(self._org.tables["Contact"].rows)[:number]

    def owner(self) -> str:
        """A user who can own tasks."""
        return self._founded.admin

    def keys(self) -> list[str]:
        """The key of each Task that has one, in any order."""
        rows = self._org.tables["Task"].rows.values()
        return [str(row["Leadmode_Key__c"]) for row in rows if row.get("Leadmode_Key__c")]

    def broken(self) -> list[str]:
        """Defects of the sandbox itself."""
        return self._platform.broken


def fill(founded: founding.Founded, size: Size) -> None:
    """Accounts, people, finished tasks and places in a webinar, one to two years old."""
    org = founded.org
    own: Row = {"OwnerId": founded.admin}
    accounts = org.load(
        "Account", ({"Name": f"Account {n}", **own, **_stamps(org, n)} for n in range(ACCOUNTS))
    )
    (campaign,) = org.load("Campaign", [{"Name": "Spring webinar", "Type": "Webinar"}])
    people = (
        _person(n, org, own) | {"AccountId": accounts[n % ACCOUNTS]} for n in range(size.contacts)
    )
    contacts = org.load("Contact", people)
    status: Row = {"Company": "Acme", "Status": "Open - Not Contacted"}
    leads = org.load(
        "Lead", (_person(n + size.contacts, org, own) | status for n in range(size.leads))
    )
    everyone = contacts + leads
    org.load("Task", _tasks(org, everyone, size.tasks, own))
    org.load("CampaignMember", _members(org, everyone, size.members, campaign))


def _stamps(org: Org, number: int) -> Row:
    at = org.clock.now() - 365 * DAY - number * 60 * SECOND % (365 * DAY)
    at -= at % SECOND
    return {"CreatedDate": at, "SystemModstamp": at, "LastModifiedDate": at}


def _person(number: int, org: Org, own: Row) -> Row:
    return {
        "FirstName": "Robin",
        "LastName": f"Person {number}",
        "Email": f"person{number}@company{number % ACCOUNTS}.example",
        "Title": "Head of Operations",
        "Phone": f"+49 30 {number:07}",
        **own,
        **_stamps(org, number),
    }


def _tasks(org: Org, people: list[str], number: int, own: Row) -> Iterator[Row]:
    done: Row = {"Status": "Completed", "TaskSubtype": "Call", "Subject": "Call", **own}
    for n in range(number):
        stamps = _stamps(org, n)
        yield {
            **done,
            "WhoId": people[n % len(people)],
            "CompletedDateTime": stamps["CreatedDate"],
            **stamps,
        }


def _members(org: Org, people: list[str], number: int, campaign: str) -> Iterator[Row]:
    for n in range(number):
        person = people[n % len(people)]
        who = "ContactId" if person.startswith("003") else "LeadId"
        yield {"CampaignId": campaign, who: person, "Status": "Sent", **_stamps(org, n)}
