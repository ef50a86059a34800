"""`leadmode leads`: who is in lead mode, ranked."""

from __future__ import annotations

import json

from tests.cli.company import Company
from tests.cli.conftest import Leadmode

RANKED = """\
RANK  GRADE  SCORE  STARS  FLAMES  PERSON     COMPANY     OWNER     SINCE        ENDS         DONE                    WHY
 1/1  A1        85      4       3  Ada Quist  Acme Pumps  Ana Ruiz  12 Nov 2026  31 Dec 2026  task written            is shopping again; attended the webinar "Seals"
 1/1  D3        42      2       2  Bo Lind    Borg Foods  Ben Ode   12 Nov 2026  27 Dec 2026  held: open opportunity  is shopping again; attended the webinar "Seals"
"""  # noqa: E501 - what is printed


def test_ranks_and_says_why_and_what_was_done(told: Company, leadmode: Leadmode):
    done = leadmode(told, "leads")
    assert (done.output, done.exit_code) == (RANKED, 0)


def test_only_those_of_an_owner(told: Company, leadmode: Leadmode):
    lines = leadmode(told, "leads", "--owner", "ODE").output.splitlines()
    assert [line.split()[5] for line in lines[1:]] == ["Bo"]


def test_only_the_first(told: Company, leadmode: Leadmode):
    assert len(leadmode(told, "leads", "--most", "1").output.splitlines()) == 2


def test_as_of_an_earlier_moment(told: Company, leadmode: Leadmode):
    shown = leadmode(told, "leads", "--at", "2026-11-10").output
    assert "Ed Poe" in shown
    assert "Ada Quist" not in shown
    assert leadmode(told, "leads", "--at", "2026-01-01").output == "Nobody is in lead mode.\n"


def test_at_the_moment_of_leaving_somebody_has_left(told: Company, leadmode: Leadmode):
    at = ("--at", "2026-11-17T09:30:00Z")
    document = json.loads(leadmode(told, "leads", *at, "--json").output)
    assert [row["who"]["name"] for row in document["rows"]] == ["Ada Quist", "Bo Lind"]
    assert document["over"] == 0


def test_who_has_left_by_now_is_counted_not_listed(told: Company, leadmode: Leadmode):
    shown = leadmode(told, "leads", "--at", "+60d").output
    assert "Ada Quist" not in shown
    assert "2 more were in lead mode and have left by now" in shown


def test_json_has_the_documented_keys(told: Company, leadmode: Leadmode):
    document = json.loads(leadmode(told, "leads", "--json").output)
    assert set(document) == {"at", "zone", "rows", "total", "over", "unruled"}
    first = document["rows"][0]
    assert set(first) == {
        "who", "grade", "score", "rule", "title", "since", "because", "evidence", "last_seen",
        "decided", "briefly", "handed_off", "task", "writes", "ends_at", "ends_because", "points",
        "stars", "flames", "worth", "receiver", "why", "place", "of",
    }  # fmt: skip
    assert set(first["who"]) == {
        "person", "name", "title", "company", "owner", "record", "emails",
    }  # fmt: skip
    assert document["at"] == "2026-11-20T12:00:00.000Z"
    assert first["since"] == "2026-11-12T14:00:00.000Z"
    assert first["task"] == "done"
    assert [each["text"] for each in first["evidence"]] == [
        'attended the webinar "Seals"',
        'looked at "/pricing"',
        'looked at "/pricing"',
        'downloaded "Bearing guide"',
    ]
