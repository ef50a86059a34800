"""A small rulebook and a way to test it, shared by the tests of rule tests."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from connector.assess import Setting
from connector.config.rulebook import Rulebook
from connector.config.rules import load_rulebook
from connector.ruletest import Case, Ran, read_cases
from connector.ruletest.compare import Difference
from connector.ruletest.run import empty_store, run_in
from connector.store import Store

RULES = """\
[[signal]]
id = "demo"
kind = "form_submitted"
asset = ["*demo*", "*trial*"]
weight = 50
half_life = "90d"
hand_raise = true

[[signal]]
id = "read"
kind = ["page_viewed", "content_downloaded"]
weight = 20
half_life = "10d"
phase = "awareness"
limit = "2/day"
group = "web"

[[signal]]
id = "webinar"
kind = "webinar_attended"
source = ["crm", "zoom"]
evidence_class = ["human", "unknown"]
weight = 20
half_life = "20d"
phase = "consideration"

[[signal]]
id = "click"
kind = "email_clicked"
weight = 10
half_life = "20d"

[group.web]
cap = 30

[[lead_mode]]
id = "returning"
title = "Back again"
enter = 45
leave = 20
dormant_after = "60d"
burst_max = "20d"
window = "10d"
distinct_kinds = 2
human_min = 1
idle_after = "30d"
cooldown = "30d"
rearm_after = "20d"

[persona.leader]
when = { "person.title" = { has_word = "head" } }

[fit]
requires = { not = { "person.country" = "NO" } }

[[fit.points]]
label = "decides"
points = 60
when = { "person.title" = { has_word = "head" } }

[[fit.points]]
points = 60
when = { "account.employees" = { at_least = 50 } }

[hand_off]
subject = "Call {{person.name}}: {{rule.title}}"
body = "{{evidence}} {{grade}} phase: {{phase}}, {{persona}}"
due = "1d"
raised_due = "2h"
owners = ["record", "account"]
fallback_owner = "desk"

[[hand_off.field]]
field = "Status"
value = "Working"
on = ["crm"]

[[hand_off.field]]
field = "Status"
value = "In Arbeit"

[hold]
open_opportunity = true
consent = true
worked_within = "7d"
excluded = { any = [{ "person.domain" = "us.example" }, { "person.title" = "Student" }] }

[[exclusion]]
id = "rival"
label = "competitor"
when = { any = [
  { "person.domain" = { in_domain = "rival.example" } },
  { "person.title" = "Spy" },
] }

[dispositions]
"Recycled" = "recycled"
"""

PEOPLE = """\
[owner.ana]
[account.acme]
employees = 80
[person.ada]
title = "Head of Works"
country = "DE"
account = "acme"
owner = "ana"
[person.bo]
like = "ada"
title = "Clerk"
"""

BACK = """\
timeline = [
  { at = "-3d", kind = "webinar_attended", asset = "Seals" },
  { at = "-2d", kind = "page_viewed", asset = "/pricing" },
  { at = "-1d", kind = "email_clicked", asset = "News" },
]
"""
"""Enters lead mode on day -1 with 18 + 19.3 + 10 points."""


BOOKS: dict[str, Rulebook] = {}


@cache
def store() -> Store:
    """One for all tests: to make one takes longer than to play a test in it."""
    opened = ExitStack()
    atexit.register(opened.close)
    return opened.enter_context(empty_store())


def rulebook(folder: Path, rules: str = RULES) -> Rulebook:
    """Read once: the same text is the same rules."""
    if rules not in BOOKS:
        BOOKS[rules] = _read(folder, rules)
    return BOOKS[rules]


def _read(folder: Path, rules: str) -> Rulebook:
    where = folder / "small-rules"
    where.mkdir(exist_ok=True)
    (where / "rules.toml").write_text(rules)
    return load_rulebook([where])


def cases(folder: Path, text: str, rules: str = RULES) -> list[Case]:
    path = folder / "tests.toml"
    path.write_text(text)
    return read_cases([path], rulebook(folder, rules))


def ran(folder: Path, text: str, rules: str = RULES) -> Ran:
    """Run the tests of a file that has the people already."""
    return run_here(cases(folder, PEOPLE + text, rules), rulebook(folder, rules))


def run_here(tests: list[Case], book: Rulebook) -> Ran:
    zone = ZoneInfo("UTC")
    setting = Setting(instance="test", rulebook=book, authority="crm", zone=zone, dry_run=False)
    return run_in(store(), tests, setting)


def one(body: str, moment: str, person: str = "ada", name: str = "one") -> str:
    """A test with one moment."""
    return f'[[test]]\nname = "{name}"\nperson = "{person}"\n{body}\n[[test.moment]]\n{moment}\n'


def found(
    folder: Path, body: str, moment: str, person: str = "ada", rules: str = RULES
) -> list[Difference]:
    """What is different at the only moment of a test."""
    result = ran(folder, one(body, moment, person), rules).results[0]
    return [each for failure in result.failures for each in failure.differences]
