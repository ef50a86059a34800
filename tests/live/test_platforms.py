"""`leadmode check --live` beside a portal, beside both, and beside one that does not answer."""

from __future__ import annotations

import json
import socket
from dataclasses import replace

from tests.live.conftest import Company, Org, Portal, place

STATUS = "contacts.hs_lead_status of hubspot"


def test_all_is_there(company: Company, portal: Portal):
    company.hubspot(portal.url, more='[sources.hubspot.extra.people]\nstage = "lifecyclestage"\n')
    rules = f"""fallback_owner = "{portal.made.rep}"
[[hand_off.field]]
field = "status"
value = "IN_PROGRESS"
expected = ["NEW", ""]
[dispositions]
"UNQUALIFIED" = "disqualified"
[hold]
excluded = {{ "person.status" = "open_deal" }}
"""
    assert company.told(rules) == (0, [], [])
    document = json.loads(company.check("--json", rules=rules).stdout)
    (source,) = document["live"]["sources"]
    assert source["calls"] * 2 == len(portal.front.seen)
    assert (source["calls"], source["described"]) == (6, ["contacts"])
    assert portal.written() == []


def test_labels_are_not_values(company: Company, portal: Portal):
    company.hubspot(portal.url)
    rules = """
[[hand_off.field]]
field = "hs_lead_status"
value = "In progress"
[dispositions]
"Unqualified" = "disqualified"
"""
    code, problems, warnings = company.told(rules)
    assert code == 1
    assert problems == [
        (
            f'{company.at("In progress", rules)}: value = "In progress": {STATUS} has no '
            'such value. Did you mean "IN_PROGRESS"?'
        )
    ]
    assert warnings == [
        (
            f'{company.at("Unqualified", rules)}: [dispositions] "Unqualified" never ends an '
            f'episode: {STATUS} has no such value. Did you mean "UNQUALIFIED"?'
        )
    ]


def test_a_retired_value_may_stand_in_old_records(company: Company, portal: Portal):
    properties = portal.made.portal.kind("contacts").properties
    status = properties["hs_lead_status"]
    options = [replace(one, hidden=one.value == "BAD_TIMING") for one in status.options]
    properties["hs_lead_status"] = replace(status, options=tuple(options))
    company.hubspot(portal.url)
    rules = """
[[hand_off.field]]
field = "hs_lead_status"
value = "BAD_TIMING"
expected = ["NEW"]
[dispositions]
"BAD_TIMING" = "recycled"
[hold]
excluded = { "person.status" = "bad_timing" }
"""
    code, problems, (warning,) = company.told(rules)
    assert (code, problems) == (3, [])
    assert warning.startswith(
        f'rules/rules.toml:18:9: value = "BAD_TIMING": {STATUS} does not offer it'
    )


def test_a_user_who_left(company: Company, portal: Portal):
    company.hubspot(portal.url)
    rules = f'fallback_owner = "{portal.made.former}"\n'
    assert company.told(rules) == (
        1,
        [
            (
                f"{company.at(portal.made.former, rules)}: fallback_owner = "
                f'"{portal.made.former}": Otto Former is not active in hubspot. Active there: '
                "72001 (Ada Admin), 72002 (Rosa Rep)."
            )
        ],
        [],
    )


def test_a_value_of_either_platform_is_there(company: Company, org: Org, portal: Portal):
    company.salesforce(org.url)
    company.hubspot(portal.url, authority=False)
    rules = """
[dispositions]
"UNQUALIFIED" = "disqualified"
"Closed - Not Converted" = "disqualified"
"Lost" = "rejected"
"""
    code, problems, warnings = company.told(rules)
    assert (code, problems) == (3, [])
    assert [one.partition(": ")[0] for one in warnings] == [company.at("Lost", rules)]
    assert f"Lead.Status of crm or {STATUS} has no such value" in warnings[0]


def test_one_that_does_not_answer_costs_the_other_nothing(company: Company, org: Org):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        company.salesforce(org.url)
        company.hubspot(url, authority=False)
        rules = 'fallback_owner = "005000000000001"\n[dispositions]\n"Nonsense" = "rejected"\n'
        code, problems, warnings = company.told(rules)
        done = company.check(rules=rules)
    assert (code, warnings) == (1, [])  # the status may be one of the other's
    silent, user = problems
    assert silent.startswith(
        f'{place("config.toml", company.config, "hubspot]")}: "hubspot" cannot be asked: '
    )
    assert silent.endswith(" Nothing of it was compared. `leadmode doctor` asks again.")
    assert user.startswith(f"{company.at('005000000000001', rules)}: fallback_owner = ")
    assert "Traceback" not in done.output
    assert "Asked hubspot (no answer): 1 call." in done.output


def test_refused_credentials_are_a_finding(company: Company, portal: Portal):
    company.hubspot(portal.url)
    company.write("secret-hs", "pat-eu1-another")
    code, (problem,), warnings = company.told()
    assert (code, warnings) == (1, [])
    assert '"hubspot" cannot be asked: SignInAgain: ' in problem


def test_files_are_not_asked(company: Company, tmp_path):
    company.config += '[sources.crm]\nadapter = "csv"\nfolder = "exports"\n'
    company.write("exports/people.csv", "id,email\n1,a@b.example\n")
    rules = (
        '[dispositions]\n"Anything" = "rejected"\n[hold]\nexcluded = { "person.stauts" = "x" }\n'
    )
    before = sorted(path for path in tmp_path.rglob("*"))
    code, _, warnings = company.told(rules)
    assert code in (1, 3)  # exports that are missing are a problem of their own
    assert ["person.stauts" in one for one in warnings] == [True]
    known = {"config.toml", "rules", "rules.toml"}
    assert {path.name for path in tmp_path.rglob("*")} - {path.name for path in before} <= known
    document = json.loads(company.check("--json", rules=rules).stdout)
    assert document["live"]["notes"] == ['"crm" (csv) tells neither fields nor values.']
