"""A config file with its rules in a folder, written by tests a piece at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config.rulebook import Rulebook
from connector.config.rules import load_rulebook
from connector.errors import FixInput

SIGNAL = '[[signal]]\nid = "click"\nkind = "email_clicked"\nweight = 5\n'
SIGNAL_2 = '[[signal]]\nid = "page"\nkind = "page_viewed"\nweight = 5\n'
LEAD_MODE = '[[lead_mode]]\nid = "returning"\n'
HAND_OFF = '[hand_off]\nsubject = "Call {{person.name}}"\nbody = "{{evidence}}"\n'
ENOUGH = SIGNAL + SIGNAL_2 + LEAD_MODE + HAND_OFF

FULL = """\
[[signal]]
id = "demo"
kind = ["form_submitted", "meeting_booked"]
asset = "*demo*"
source = ["web"]
evidence_class = ["human", "unknown"]
weight = 40
half_life = "2w"
group = "forms"
limit = "1/30d"
hand_raise = true
phase = "conversion"

[[signal]]
id = "page"
kind = "page_viewed"
weight = 0.5

[group.forms]
cap = 60

[[lead_mode]]
id = "returning"
title = "Shopping again"
enter = 40
leave = 10
dormant_after = "60d"
burst_max = "20d"
window = "7d"
distinct_kinds = 3
human_min = 2
idle_after = "30d"
cooldown = "10d"
fresh_start = false
rearm_after = "5d"
top = 3
epoch = 2
applies_to = { not = { person.status = "Customer" } }

[[lead_mode]]
id = "pages"
distinct_kinds = 1
signals = ["page"]

[persona.boss]
when = { "person.title" = { has_word = "chief" } }
[persona.user]

[fit]
[fit.requires]
"account.employees" = { between = [10, 500] }
any = [
  { "person.title" = { has_word = "cto" } },
  { "account.industry" = ["Steel", "Ships"] },
]
[[fit.points]]
when = { "account.country" = "DE" }
points = -5
label = "far away"
[fit.grades]
letters = [9]
digits = [8, 7]
cap = 10

[machine]
click_after_send = "1s"
scan_links = 4
scan_within = "0s"

[hold]
open_opportunity = false
consent = false
worked_within = "3d"
excluded = { "person.domain" = { ends_with = "rival.example" } }

[[exclusion]]
id = "rival"
label = "competitor"
when = { "person.domain" = { in_domain = "rival.example" } }
[[exclusion]]
id = "user"
when = { "person.persona" = "User" }
[[exclusion]]
id = "off"
when = { "person.title" = "x" }
active = false

[hand_off]
subject = "{{ rule.title }}"
body = "{{evidence}}"
due = "2d"
raised_due = "1h"
priority = "high"
raised_priority = "normal"
owners = ["account", "record"]
fallback_owner = "005"
[[hand_off.field]]
field = "Status"
value = "Hot {{grade}}"
expected = ["Cold", ""]
[[hand_off.field]]
field = "Since"
value = "{{entered_on}}"
on = ["crm"]

[dispositions]
"Not now" = "recycled"
"""
"""Every key once."""


def rulebook_of(folder: Path, *texts: str) -> Rulebook:
    """The rulebook of one folder per text."""
    folders = []
    for number, text in enumerate(texts):
        home = folder / f"rules{number}"
        home.mkdir(exist_ok=True)
        (home / "rules.toml").write_text(text)
        folders.append(home)
    return load_rulebook(folders)


def problems_of(folder: Path, *texts: str) -> list[str]:
    """What is wrong with them, without the names of the folders."""
    with pytest.raises(FixInput) as caught:
        rulebook_of(folder, *texts)
    return [str(one).replace(f"{folder}/", "") for one in caught.value.problems]
