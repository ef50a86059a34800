"""`leadmode explain`: the story of a person, and where they stand."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.company import Company
from tests.cli.conftest import Leadmode

ADA = """\
Ada Quist, Head of Procurement
  company  Acme Pumps, Manufacturing, 240 employees
  owner    Ana Ruiz
  e-mail   ada.quist@acme.example
  records  crm:Person:P1
  contact  mail allowed, call allowed
  fit      A, 70 points: decides +40, company of 50 people or more +30

Shopping again: the last 26 weeks
               |                         .
               |                         #
      enter 45 |------------------------.#
               |                        ##
      leave 20 |........................##
  in lead mode |                        >=
    engagement |                        41
               |  Jun Jul  Aug Sep Oct

The story (times in Europe/Berlin)
  4 Mar 2024, 11:00         known since then, in crm, status "Open"
  --- quiet for 15 months ---
  2 Jun 2025, 10:00    +15  downloaded "Bearing guide"
  --- quiet for 17 months ---
  20 Jun 2025, 10:00        opportunity opened: "Acme: trial"
  30 Sep 2025, 10:00        opportunity lost: "Acme: trial"
                            besides: 1 x mail sent, 1 x mail opened
  10 Nov 2026, 10:12   +15  looked at "/pricing"
  11 Nov 2026, 08:55   +15  looked at "/pricing"
  11 Nov 2026, 09:05    +0  looked at "/pricing" (beyond the limit)
  12 Nov 2026, 15:00   +20  attended the webinar "Seals"
  12 Nov 2026, 15:00   ==>  entered lead mode: is shopping again (47.6 points)
                            handed off to Ana Ruiz
                              task "Call Ada Quist: Shopping again": written as tasks.csv:KEY
  16 Nov 2026, 17:30   +50  filled in the form "Request a demo"
  16 Nov 2026, 17:30   ==>  asked to be contacted (91.6 points)
                            handed off to Ana Ruiz
                              task "Call Ada Quist: Shopping again": written as tasks.csv:KEY

Episodes
  RULE       FROM                                                 TO       HAND-OFF    REVISION
  returning  12 Nov 2026, 15:00: is shopping again (47.6 points)  goes on  handed off  REV

Shopping again: in lead mode since 12 Nov 2026, 15:00
  score: 85.5 now
  ends: 31 Dec 2026, 17:30 if they stay silent (went quiet)
  hand-off: handed off
  rank: 1 of 1: hand raised, A1, never bought; 4 stars, 3 flames
"""

DI = """\
Shopping again: not in lead mode
  ok  for them   the rule is for them
  ok  returning  back since 12 Nov 2026, may enter until 12 Dec 2026, 16:00; \
needed: 3 months of silence before
  no  score      10.2; needed: 45
  no  kinds      1 in the last 14 days; needed: 2
  ok  human      1 in the last 14 days; needed: 1
  ok  fit        fits
  missing: 34.8 points more, 1 other kind of engagement
  enough now: looks at a page like "*pricing*" and attends a webinar (+35)
  enough now: downloads something and attends a webinar (+35)
  enough now: attends a webinar twice (+40)
  always enough: fills in a form like "*demo*"
  an alert now: would go to Ana Ruiz
"""

ED = """\
  9 Nov 2026, 10:00    ==>  entered lead mode: is shopping again (50 points)
                            handed off to Ana Ruiz
                              task "Call Ed Poe: Shopping again": written as tasks.csv:KEY
  17 Nov 2026, 10:30   ==>  left lead mode: recycled by sales (42 points)
  17 Nov 2026, 10:30        status became "Recycled"

Episodes
  RULE       FROM                                              \
TO                                     HAND-OFF    REVISION
  returning  9 Nov 2026, 10:00: is shopping again (50 points)  \
17 Nov 2026, 10:30: recycled by sales  handed off  REV

Shopping again: not in lead mode
  ok  for them   the rule is for them
  no  returning  this return was in lead mode until 17 Nov 2026; needed: 3 months of silence before
  no  score      0; needed: 45
  no  kinds      0 in the last 14 days; needed: 2
  no  human      0 in the last 14 days; needed: 1
  ok  fit        fits
  missing: a quiet spell first
  a new return: from 17 Dec 2026, 10:30 on
  always enough: fills in a form like "*demo*"
  an alert now: would be held: the last hand-off is too recent
"""

BEFORE = """\
Shopping again: not in lead mode
  ok  for them   the rule is for them
  ok  returning  back since 10 Nov 2026, may enter until 10 Dec 2026, 10:12; \
needed: 3 months of silence before
  no  score      28.4; needed: 45
  no  kinds      1 in the last 14 days; needed: 2
  ok  human      3 in the last 14 days; needed: 1
  ok  fit        fits
  missing: 16.6 points more, 1 other kind of engagement
  enough now: attends a webinar (+20)
  always enough: fills in a form like "*demo*"
  an alert now: would go to Ana Ruiz
"""


def without_keys(text: str) -> str:
    text = re.sub(r"lm1-[a-z2-7]{32}", "KEY", text)
    return re.sub(r"\b[0-9a-f]{12}\b", "REV", text)


def explained(leadmode: Leadmode, company: Company, *arguments: str) -> str:
    done = leadmode(company, "explain", *arguments)
    assert done.exit_code == 0, done.output
    return without_keys(done.output)


def test_the_whole_story_of_somebody_in_lead_mode(told: Company, leadmode: Leadmode):
    assert explained(leadmode, told, "Ada Quist") == ADA


def test_what_is_missing_is_named_and_what_would_be_enough(told: Company, leadmode: Leadmode):
    assert explained(leadmode, told, "di.noor@acme.example").endswith(DI)


def test_after_a_rep_put_somebody_back(told: Company, leadmode: Leadmode):
    assert explained(leadmode, told, "crm:Person:P5").endswith(ED)


def test_what_was_said_to_be_enough_was(told: Company, leadmode: Leadmode):
    """On the day before she entered, a webinar was named; a webinar it was."""
    before = explained(leadmode, told, "P1", "--at", "2026-11-11")
    assert before.endswith(BEFORE)
    assert "As of 11 Nov 2026, 23:59: what was done later is left out." in before
    assert "12 Nov 2026" not in before.partition("Shopping again:")[0]
    after = explained(leadmode, told, "P1", "--at", "2026-11-12T15:00")
    assert "in lead mode since 12 Nov 2026, 15:00" in after
    assert "16 Nov 2026" not in after


def test_clicks_of_machines_are_told_and_do_not_count(told: Company, leadmode: Leadmode):
    shown = explained(leadmode, told, "Cy Marsh")
    assert 'clicked in "News 11": by a machine, not counted, 3 times' in shown
    assert "not handed off: only the clicks of machines spoke for it" in shown
    assert "no  kinds      1 in the last 14 days; needed: 2" in shown


def test_a_hold_is_told_with_its_reason(told: Company, leadmode: Leadmode):
    shown = explained(leadmode, told, "bo.lind@borg.example")
    assert "not handed off: an opportunity is open (crm:Opportunity:O1)" in shown
    assert "hand-off: held: an opportunity is open (crm:Opportunity:O1)\n" in shown
    assert shown.endswith("rank: 1 of 1: D3, never bought; 2 stars, 2 flames\n")


def test_somebody_without_a_record(told: Company, leadmode: Leadmode):
    shown = explained(leadmode, told, "stranger@nowhere.example")
    assert "missing: a record in a CRM: only an e-mail address is known" in shown
    assert "always enough" not in shown


def test_what_is_to_come_if_nothing_happens(told: Company, leadmode: Leadmode):
    shown = explained(leadmode, told, "P1", "--at", "+60d")
    assert "if nothing is done until then" in shown
    assert "Shopping again: not in lead mode" in shown


def test_all_tells_what_no_rule_looks_at(told: Company, leadmode: Leadmode):
    assert 'was sent "News 2"' in explained(leadmode, told, "P1", "--all")
    assert 'was sent "News 2"' not in explained(leadmode, told, "P1")


def test_two_of_one_name_are_listed(told: Company, leadmode: Leadmode):
    done = leadmode(told, "explain", "sam doe")
    assert done.exit_code == 2
    assert '2 persons are called "sam doe". Choose one' in done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["#6", "#7"]
    assert explained(leadmode, told, "#7").startswith("Sam Doe, Clerk\n  company  Borg Foods")


def test_a_part_of_a_name_finds_who_may_be_meant(told: Company, leadmode: Leadmode):
    done = leadmode(told, "explain", "quist")
    assert done.exit_code == 2
    assert "ada.quist@acme.example" in done.stdout
    nobody = leadmode(told, "explain", "nobody_%")
    assert (nobody.exit_code, nobody.stdout) == (2, "")


def test_json_has_the_documented_keys(told: Company, leadmode: Leadmode):
    document = json.loads(leadmode(told, "explain", "P4", "--json").output)
    assert set(document) == {
        "who", "records", "company", "consent", "persona", "grade", "fit", "fit_because", "at",
        "zone", "story", "quiet_ms", "standings", "hand_offs", "ranks", "pictures", "episodes",
        "holds", "programs", "clocks", "notes",
    }  # fmt: skip
    standing = document["standings"][0]
    assert set(standing) == {
        "rule", "title", "in_lead_mode", "since", "score", "enter", "leave", "phase", "needs",
        "missing", "due", "ends_because",
    }  # fmt: skip
    assert set(standing["missing"]) == {
        "by_score", "from_when", "if_silent", "options", "raised_hands", "why_not", "complete",
    }  # fmt: skip
    assert [need["met"] for need in standing["needs"]] == [True, True, False, False, True, True]
    assert document["story"][-1]["at"] == "2026-11-12T15:00:00.000Z"
    assert document["story"][-1]["signal"] == "pricing"


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01", "-7", "-7x", "--"])
def test_a_time_that_is_none_is_a_usage_error(told: Company, leadmode: Leadmode, at: str):
    done = leadmode(told, "explain", "P1", f"--at={at}")
    assert done.exit_code == 64
    assert 'Write it like "2026-03-01"' in done.stderr


def test_text_from_the_crm_cannot_play_with_the_terminal(company: Company, leadmode: Leadmode):
    company.add([("2026-10-30T08:00:00Z", "page_viewed", "P1", "/pricing\x1b[2J\u202e", "", "")])
    company.cycle("2026-11-01T06:00:00Z")
    shown = leadmode(company, "explain", "P1").output
    assert 'looked at "/pricing[2J"' in shown
