"""`leadmode held`: hand-offs that were not made."""

from __future__ import annotations

import json

from tests.cli.company import HISTORY, NEWS, Company
from tests.cli.conftest import Leadmode

HELD = """\
WHEN                PERSON    COMPANY     OWNER     WHY NOT                                      WOULD HAVE WRITTEN
12 Nov 2026, 15:00  Bo Lind   Borg Foods  Ben Ode   an opportunity is open (crm:Opportunity:O1)  Call Bo Lind: Shopping again
9 Nov 2026, 12:00   Cy Marsh  Acme Pumps  Ana Ruiz  only the clicks of machines spoke for it     -

In all, by reason: machine_only 1, open_opportunity 1
"""  # noqa: E501 - what is printed


def test_newest_first_with_the_reason_and_the_task(told: Company, leadmode: Leadmode):
    done = leadmode(told, "held")
    assert (done.output, done.exit_code) == (HELD, 0)


def test_of_one_reason(told: Company, leadmode: Leadmode):
    shown = leadmode(told, "held", "--reason", "machine_only").output
    assert "Cy Marsh" in shown
    assert "Bo Lind" not in shown


def test_of_one_owner(told: Company, leadmode: Leadmode):
    shown = leadmode(told, "held", "--owner", "ben").output
    assert "Bo Lind" in shown
    assert "Cy Marsh" not in shown
    assert "Cy Marsh" in leadmode(told, "held", "--owner", "Ruiz", "--most", "1").output


def test_since_a_moment(told: Company, leadmode: Leadmode):
    assert "Cy Marsh" not in leadmode(told, "held", "--since", "-9d").output
    assert "Cy Marsh" in leadmode(told, "held", "--since", "2026-11-09").output


def test_what_was_known_before_is_counted_and_shown_on_request(
    company: Company, leadmode: Leadmode
):
    company.add([*HISTORY, *NEWS["2026-11-12T18:00:00Z"]])
    company.cycle("2026-11-14T06:00:00Z")
    assert leadmode(company, "held").output == (
        "No such hand-off was held back.\n\nIn all, by reason: baseline 2\n"
    )
    shown = leadmode(company, "held", "--reason", "baseline").output
    assert "it was so before leadmode, or this rule, started to look" in shown
    assert "Call Ada Quist: Shopping again" in shown


def test_json_tells_the_whole_draft(told: Company, leadmode: Leadmode):
    document = json.loads(leadmode(told, "held", "--json").output)
    assert set(document) == {"zone", "rows", "total", "counts", "waiting"}
    assert document["counts"] == {"machine_only": 1, "open_opportunity": 1}
    first, second = document["rows"]
    assert set(first) == {
        "who", "at", "decided_at", "rule", "title", "what", "reason", "because", "worth", "draft",
    }  # fmt: skip
    assert first["draft"] == {
        "record": "crm:Person:P2",
        "subject": "Call Bo Lind: Shopping again",
        "body": (
            '- 12 Nov 2026, 15:00: attended the webinar "Seals" (+20)\n'
            '- 12 Nov 2026, 09:10: downloaded "Bearing guide" (+15)\n'
            '- 12 Nov 2026, 09:00: looked at "/pricing" (+15)'
        ),
        "due_at": "2026-11-13T18:00:00.000Z",
        "priority": "normal",
        "owner": "U2",
        "fields": {},
    }
    assert second["draft"] is None


def test_a_reason_that_is_none_is_a_usage_error(told: Company, leadmode: Leadmode):
    assert leadmode(told, "held", "--reason", "bad_mood").exit_code == 64


def test_an_owner_has_counts_of_their_own(told: Company, leadmode: Leadmode):
    shown = leadmode(told, "held", "--owner", "ana").output
    assert "Bo Lind" not in shown
    assert shown.endswith("In all, by reason: machine_only 1\n")


def test_what_is_left_out_is_said(told: Company, leadmode: Leadmode):
    shown = leadmode(told, "held", "--most", "1").output
    assert "... and 1 more: --most 2." in shown
    assert "more:" not in leadmode(told, "held", "--most", "2").output
