"""`leadmode brief`: what the rep would get to read."""

from __future__ import annotations

import json

from tests.cli.company import Company
from tests.cli.conftest import Leadmode

ADA = """\
task for Ana Ruiz on crm:Person:P1 (rule returning, en, Europe/Madrid)
Call Ada Quist: Shopping again

- 16 Nov 2026, 17:30: filled in the form "Request a demo" - asked for it
- 12 Nov 2026, 15:00: attended the webinar "Seals" (+19)
- 11 Nov 2026, 08:55: looked at "/pricing" (+12)
- 10 Nov 2026, 10:12: looked at "/pricing" (+11)

"""


def test_who_is_in_lead_mode(told: Company, leadmode: Leadmode):
    done = leadmode(told, "brief", "P1")
    assert (done.output, done.exit_code) == (ADA, 0)


def test_in_another_language_at_an_earlier_time(told: Company, leadmode: Leadmode):
    done = leadmode(told, "brief", "P1", "--at", "2026-11-13", "--language", "de", "--json")
    found = json.loads(done.output)
    (brief,) = found["briefs"]
    assert (brief["language"], brief["in_lead_mode"], brief["note"]) == ("de", True, None)
    assert brief["brief"].startswith(
        "Ada Quist (Head of Procurement, Acme Pumps) ist wieder auf der Suche.\n"
        "Zuvor still: 17 Monate; im Lead-Modus seit 12. Nov. 2026."
    )
    assert "Request a demo" not in brief["brief"]
    assert "- verloren: Acme: trial" in brief["parts"]["history"]
    assert found["notes"] == [
        "What the CRM says about people and deals is as of now, not as of then."
    ]


def test_who_is_not_in_lead_mode(told: Company, leadmode: Leadmode):
    shown = leadmode(told, "brief", "P4").output
    assert shown.startswith("Not in lead mode; if they entered now: task for Ana Ruiz on crm:")
    assert "Call Di Noor" in shown


def test_a_language_that_nobody_speaks_here(told: Company, leadmode: Leadmode):
    done = leadmode(told, "brief", "P1", "--language", "fr")
    assert done.exit_code == 64
    assert '"fr" is not a language that leadmode speaks. Known: de, en.' in done.stderr
