"""`leadmode why-not`: why there is no alert about somebody."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.company import HISTORY, NEWS, Company
from tests.cli.conftest import Leadmode

DI = """\
Di Noor, Chief Engineer: no alert
Shopping again: not in lead mode: 10.2 of 45 points
  missing: 34.8 points more, 1 other kind of engagement
  enough now: looks at a page like "*pricing*" and attends a webinar (+35)
  enough now: downloads something and attends a webinar (+35)
  enough now: attends a webinar twice (+40)
  always enough: fills in a form like "*demo*"
  an alert now: would go to Ana Ruiz

No alert about them was held back so far.
"""


def test_who_is_not_in_lead_mode_is_told_what_is_missing(told: Company, leadmode: Leadmode):
    done = leadmode(told, "why-not", "P4")
    assert (done.output, done.exit_code) == (DI, 0)


def test_what_was_held_is_told_with_both_moments(told: Company, leadmode: Leadmode):
    shown = leadmode(told, "why-not", "bo.lind@borg.example").output
    said = " ".join(shown.split())
    assert "in lead mode, and held: an opportunity is open (crm:Opportunity:O1)" in said
    assert "12 Nov 2026, 15:00 Shopping again entered lead mode an opportunity is open" in said
    assert said.endswith("12 Nov 2026, 19:00")


def test_who_was_alerted_is_told_so(told: Company, leadmode: Leadmode):
    shown = leadmode(told, "why-not", "P1").output
    assert "Ada Quist, Head of Procurement: there is an alert" in shown
    assert "there is one, handed off: task written" in shown


def test_machine_clicks_and_the_cool_down(told: Company, leadmode: Leadmode):
    assert "only the clicks of machines spoke for it" in leadmode(told, "why-not", "P3").output
    shown = leadmode(told, "why-not", "P5").output
    assert "a new return: from 17 Dec 2026, 10:30 on" in shown
    assert "an alert now: would be held: the last hand-off is too recent" in shown


def test_baseline(company: Company, leadmode: Leadmode):
    company.add([*HISTORY, *NEWS["2026-11-12T18:00:00Z"]])
    company.cycle("2026-11-14T06:00:00Z")
    shown = leadmode(company, "why-not", "P1").output
    assert "held: it was so before leadmode, or this rule, started to look" in shown


def test_late_data_that_took_an_entry_back_is_in_the_log(company: Company, leadmode: Leadmode):
    company.add(HISTORY)
    company.cycle("2026-11-01T06:00:00Z")
    company.add(NEWS["2026-11-12T18:00:00Z"])
    company.cycle("2026-11-12T18:00:00Z")
    company.add([("2026-10-01T08:00:00Z", "page_viewed", "P1", "/pricing", "", "")])
    company.cycle("2026-11-13T18:00:00Z")
    document = json.loads(leadmode(company, "why-not", "P1", "--json").output)
    assert [(row["reason"], row["decided_at"]) for row in document["log"]][-1] == (
        "superseded",
        None,
    )


def test_nobody_is_told_with_exit_code_2(told: Company, leadmode: Leadmode):
    done = leadmode(told, "why-not", "nobody@nowhere.example")
    assert done.exit_code == 2
    assert "Nobody is known" in done.stderr


def test_json(told: Company, leadmode: Leadmode):
    document = json.loads(leadmode(told, "why-not", "P2", "--json").output)
    assert set(document) == {"who", "at", "zone", "rules", "log", "notes", "programs"}
    assert [(each["answer"], each["rule"]) for each in document["rules"]] == [("held", "returning")]
    assert document["log"][0]["decided_at"] == "2026-11-12T18:00:00.000Z"
    assert document["log"][0]["revision"]


def test_a_task_that_waits_for_somebody_is_no_alert(tmp_path: Path, leadmode: Leadmode):
    company = Company(tmp_path / "braked", more="storm = 1")
    company.add(HISTORY)
    company.cycle("2026-11-01T06:00:00Z")
    company.add(NEWS["2026-11-12T18:00:00Z"])
    company.cycle("2026-11-12T18:00:00Z")
    shown = leadmode(company, "why-not", "P2").output
    assert shown.startswith("Bo Lind, Buyer: no alert\n")
    assert "but the task is held until you say `leadmode outbox release` (storm)" in shown
    document = json.loads(leadmode(company, "why-not", "P2", "--json").output)
    assert [each["answer"] for each in document["rules"]] == ["stopped"]
    assert "there is an alert" in leadmode(company, "why-not", "P1").output


def test_rules_that_are_not_worked_by_yet_promise_no_alert(tmp_path: Path, leadmode: Leadmode):
    company = Company(tmp_path / "renamed")
    company.live()
    rules = company.folder / "rules" / "rules.toml"
    rules.write_text(rules.read_text().replace('id = "returning"', 'id = "back"'))
    for command in ("why-not", "explain"):
        shown = leadmode(company, command, "P2").output
        assert "alerts nobody" in shown
        assert "the next cycle does that" not in shown
    company.cycle("2026-11-20T12:00:00Z")
    assert (
        "held: it was so before leadmode, or this rule" in leadmode(company, "why-not", "P2").output
    )
