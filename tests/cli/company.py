"""A small company with a handful of people, told day by day through the CSV adapter."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from connector.clock import ManualClock, to_millis
from connector.config.settings import Config
from connector.daemon.cycle import Cycled, cycle
from connector.deliver import Deliver
from connector.ingest import Ingest
from connector.registry import load_all, open_adapters
from connector.store import Store
from sandbox import exports

NOW = "2026-11-20T12:00:00Z"

CONFIG = """\
[leadmode]
instance = "small"
rules = ["rules"]
dry_run = {dry_run}
time_zone = "Europe/Berlin"
{more}

[sources.crm]
adapter = "csv"
folder = "exports"
"""

RULES = """\
[[signal]]
id = "demo-request"
kind = "form_submitted"
asset = ["*demo*"]
weight = 50
half_life = "90d"
hand_raise = true

[[signal]]
id = "pricing"
kind = "page_viewed"
asset = ["*pricing*"]
weight = 15
half_life = "14d"
limit = "1/day"

[[signal]]
id = "download"
kind = "content_downloaded"
weight = 15
half_life = "60d"

[[signal]]
id = "webinar"
kind = "webinar_attended"
weight = 20
half_life = "60d"

[[signal]]
id = "click"
kind = "email_clicked"
weight = 12
half_life = "21d"

[[lead_mode]]
id = "returning"
title = "Shopping again"
dormant_after = "90d"
enter = 45
leave = 20
distinct_kinds = 2
human_min = 1
window = "14d"
burst_max = "30d"
idle_after = "45d"
cooldown = "30d"
rearm_after = "30d"

[[fit.points]]
label = "decides"
points = 40
when = { "person.title" = { has_word = ["head", "chief"] } }

[[fit.points]]
label = "company of 50 people or more"
points = 30
when = { "account.employees" = { at_least = 50 } }

[hand_off]
subject = "Call {{person.name}}: {{rule.title}}"
body = "{{evidence}}"
due = "1d"
raised_due = "2h"

[hold]
open_opportunity = true
consent = true

[dispositions]
"Recycled" = "recycled"
"""

OWNERS = [("U1", "Ana Ruiz", True, "Europe/Madrid"), ("U2", "Ben Ode", True, "Europe/Berlin")]
ACCOUNTS = [
    ("A1", "Acme Pumps", "acme.example", "Manufacturing", 240, "DE", "U1", "2023-01-02T00:00:00Z"),
    ("A2", "Borg Foods", "borg.example", "Food", 30, "SE", "U2", "2023-01-02T00:00:00Z"),
]
PEOPLE = {
    "P1": ("Ada Quist", "ada.quist@acme.example", "Head of Procurement", "A1", "U1"),
    "P2": ("Bo Lind", "bo.lind@borg.example", "Buyer", "A2", "U2"),
    "P3": ("Cy Marsh", "cy.marsh@acme.example", "Engineer", "A1", "U1"),
    "P4": ("Di Noor", "di.noor@acme.example", "Chief Engineer", "A1", "U1"),
    "P5": ("Ed Poe", "ed.poe@acme.example", "Planner", "A1", "U1"),
    "P6": ("Sam Doe", "sam.doe@acme.example", "Clerk", "A1", "U1"),
    "P7": ("Sam Doe", "sam@borg.example", "Clerk", "A2", "U2"),
}
HISTORY = [
    ("2025-06-02T08:00:00Z", "content_downloaded", "P1", "Bearing guide", "", ""),
    ("2026-02-03T09:00:00Z", "email_sent", "P1", "", "", "News 2"),
    ("2026-02-03T09:40:00Z", "email_opened", "P1", "", "", "News 2"),
    ("2025-07-07T08:00:00Z", "webinar_attended", "P2", "Food safety", "", ""),
    ("2025-07-07T08:00:00Z", "webinar_attended", "P4", "Food safety", "", ""),
    ("2025-07-07T08:00:00Z", "webinar_attended", "P5", "Food safety", "", ""),
]
NEWS = {
    "2026-11-09T18:00:00Z": [
        ("2026-11-09T08:00:00Z", "page_viewed", "P5", "/pricing", "", ""),
        ("2026-11-09T08:10:00Z", "content_downloaded", "P5", "Bearing guide", "", ""),
        ("2026-11-09T09:00:00Z", "webinar_attended", "P5", "Seals", "", ""),
        ("2026-11-09T07:00:00Z", "email_sent", "P3", "", "", "News 11"),
        ("2026-11-09T10:00:00Z", "page_viewed", "P3", "/pricing", "", ""),
        (
            "2026-11-09T11:00:00.000Z",
            "email_clicked",
            "P3",
            "",
            "https://acme.example/1",
            "News 11",
        ),
        (
            "2026-11-09T11:00:00.400Z",
            "email_clicked",
            "P3",
            "",
            "https://acme.example/2",
            "News 11",
        ),
        (
            "2026-11-09T11:00:00.800Z",
            "email_clicked",
            "P3",
            "",
            "https://acme.example/3",
            "News 11",
        ),
    ],
    "2026-11-12T18:00:00Z": [
        ("2026-11-10T09:12:00Z", "page_viewed", "P1", "/pricing", "", ""),
        ("2026-11-11T07:55:00Z", "page_viewed", "P1", "/pricing", "", ""),
        ("2026-11-11T08:05:00Z", "page_viewed", "P1", "/pricing", "", ""),
        ("2026-11-12T14:00:00Z", "webinar_attended", "P1", "Seals", "", ""),
        ("2026-11-12T08:00:00Z", "page_viewed", "P2", "/pricing", "", ""),
        ("2026-11-12T08:10:00Z", "content_downloaded", "P2", "Bearing guide", "", ""),
        ("2026-11-12T14:00:00Z", "webinar_attended", "P2", "Seals", "", ""),
        ("2026-11-12T15:00:00Z", "page_viewed", "P4", "/pricing", "", ""),
    ],
    "2026-11-16T18:00:00Z": [
        ("2026-11-16T10:00:00Z", "page_viewed", "", "/pricing", "", ""),
        ("2026-11-16T16:30:00Z", "form_submitted", "P1", "Request a demo", "", ""),
    ],
}


def ms(text: str) -> int:
    return to_millis(datetime.fromisoformat(text))


class Company:
    """The folder of one leadmode, with the clock it goes by."""

    def __init__(self, folder: Path, *, dry_run: bool = False, more: str = "") -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.exports = folder / "exports"
        self.clock = ManualClock(ms("2026-11-01T06:00:00Z"))
        (folder / "rules").mkdir(parents=True)
        (folder / "rules" / "rules.toml").write_text(RULES)
        self.config.write_text(CONFIG.format(dry_run=str(dry_run).lower(), more=more))
        self.config.chmod(0o600)
        self.exports.mkdir()
        self._rows = 0
        exports.replace_file(self.exports / "owners.csv", exports.OWNERS, OWNERS)
        header = exports.ACCOUNTS[:-1]
        exports.replace_file(self.exports / "accounts.csv", header, ACCOUNTS)
        self.write_opportunities([])
        self.write_people({})

    def write_people(self, recycled: dict[str, str]) -> None:
        """The people; those who were recycled, with the moment of it."""
        rows = [
            exports.in_order(
                exports.PEOPLE,
                {
                    "id": ident,
                    "object_type": "Person",
                    "name": name,
                    "email": email,
                    "title": title,
                    "status": "Recycled" if ident in recycled else "Open",
                    "opted_out": False,
                    "do_not_call": ident == "P4",
                    "account_id": account,
                    "owner_id": owner,
                    "created_at": "2024-03-04T10:00:00Z",
                    "modified_at": recycled.get(ident, "2024-03-04T10:00:00Z"),
                },
            )
            for ident, (name, email, title, account, owner) in PEOPLE.items()
        ]
        exports.replace_file(self.exports / "people.csv", exports.PEOPLE, rows)

    def write_opportunities(self, rows: Sequence[Sequence[str]]) -> None:
        """Rows of: id, name, stage, person, opened, closed."""
        header = ("id", "name", "stage", "people", "created_at", "closed_at", "modified_at")
        told = [(*row, row[5] or row[4]) for row in rows]
        exports.replace_file(self.exports / "opportunities.csv", header, told)

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Rows of: at, kind, person, asset, link, message; a row without a person is a stranger."""
        made = []
        for at, kind, person, asset, link, message in rows:
            self._rows += 1
            values = {"id": f"E{self._rows}", "at": at, "kind": kind, "person_id": person}
            values |= {"asset": asset, "link": link, "message": message}
            values |= {} if person else {"email": "stranger@nowhere.example"}
            made.append(exports.in_order(exports.ENGAGEMENTS, values))
        exports.append_rows(self.exports / "engagements.csv", exports.ENGAGEMENTS, made)

    def load(self) -> Config:
        return load_all(self.config)

    def cycle(self, at: str) -> Cycled:
        """One turn of everything at a moment of the story."""
        self.clock.move_to(ms(at))
        config = self.load()
        with closing(Store.open(config.state)) as store:
            adapters = open_adapters(config, self.clock)
            ingest = Ingest(store, config, self.clock)
            ingest.adopt(config)
            deliver = Deliver(store, adapters, config, self.clock)
            done = cycle(ingest, deliver, adapters, stop=threading.Event())
            for adapter in adapters.values():
                adapter.close()
        return done

    def live(self) -> None:
        """The whole story until `NOW`."""
        self.add(HISTORY)
        self.write_opportunities(
            [
                ("O1", "Borg: seals", "Open", "P2", "2026-09-01T08:00:00Z", ""),
                (
                    "O2",
                    "Acme: trial",
                    "Closed Lost",
                    "P1",
                    "2025-06-20T08:00:00Z",
                    "2025-09-30T08:00:00Z",
                ),
            ]
        )
        self.cycle("2026-11-01T06:00:00Z")
        for at, rows in NEWS.items():
            self.add(rows)
            self.cycle(at)
        self.write_people({"P5": "2026-11-17T09:30:00Z"})
        self.cycle("2026-11-18T06:00:00Z")
        self.clock.move_to(ms(NOW))
