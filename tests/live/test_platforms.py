"""`leadmode check --live` beside a portal, beside both, and beside one that does not answer."""

from __future__ import annotations

import json
import socket
from dataclasses import replace

import pytest

from sandbox.loopback.calls import Answer
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
"Open deal" = "disqualified"
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
            f'{company.at("Open deal", rules)}: [dispositions] "Open deal" never ends an '
            f'episode: {STATUS} has no such value. Did you mean "OPEN_DEAL"?'
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


def test_users_of_teams_absences_and_capacity(company: Company, portal: Portal):
    company.hubspot(portal.url)
    rep = portal.made.rep
    rules = f"""
[capacity]
owner = {{ "1001" = 3, "{rep}" = 4 }}
digest = {{ to = "1002" }}
[[team]]
id = "north"
members = ["{rep}", "1003"]
[[team]]
id = "south"
members = "1004"
[[absence]]
owner = "1005"
since = "2026-12-24"
until = "2026-12-26"
"""
    code, problems, warnings = company.told(rules)
    assert (code, len(problems), warnings) == (1, 5, [])
    for number, key in ((1, "owner"), (2, "to"), (3, "members"), (4, "members"), (5, "owner")):
        (told,) = [each for each in problems if f'"100{number}"' in each.partition(": ")[2]]
        assert f'{key} = "100{number}": hubspot has no user with this id.' in told


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
    company.write("exports/engagements.csv", "id,at,kind,email\n")
    rules = """
[[hand_off.field]]
field = "Anything"
value = "x"
[dispositions]
"Anything" = "rejected"
[hold]
excluded = { "person.stauts" = "x" }
"""
    before = sorted(path for path in tmp_path.rglob("*"))
    code, problems, warnings = company.told(rules)
    assert (code, problems) == (3, [])
    assert ["person.stauts" in one for one in warnings] == [True]
    known = {"config.toml", "rules", "rules.toml"}
    assert {path.name for path in tmp_path.rglob("*")} - {path.name for path in before} <= known
    document = json.loads(company.check("--json", rules=rules).stdout)
    assert document["live"]["notes"] == ['"crm" (csv) tells neither fields nor values.']


def test_an_object_that_cannot_be_described_is_one_problem(company: Company, portal: Portal):
    forbidden = {"status": "error", "category": "MISSING_SCOPES", "message": "no scope"}
    portal.front.instead.append(("/contacts", Answer(status=403, body=forbidden)))
    company.hubspot(portal.url)
    code, problems, warnings = company.told('[dispositions]\n"Nonsense" = "rejected"\n')
    assert (code, warnings) == (1, [])
    assert len(problems) == 1
    assert ' The fields of contacts of "hubspot" cannot be asked for: GrantAccess' in problems[0]


def test_of_many_users_one_who_was_not_seen_may_be_there(
    company: Company, portal: Portal, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("connector.live.platform.MOST_PAGES", 1)
    company.hubspot(portal.url)
    rules = 'fallback_owner = "999"\n'
    place_ = company.at("999", rules)
    says = 'fallback_owner = "999" is not among the first 2 users of hubspot.'
    assert company.told(rules) == (3, [], [f"{place_}: {says}"])


def test_further_properties_are_known_and_their_values_compared(company: Company, portal: Portal):
    company.hubspot(portal.url, more='[sources.hubspot.extra.people]\nstage = "lifecyclestage"\n')
    rules = '[hold]\nexcluded = { "person.stage" = ["customer", "custommer"] }\n'
    code, problems, (warning,) = company.told(rules)
    assert (code, problems) == (3, [])
    assert warning.startswith(f'{company.at("custommer", rules)}: person.stage "custommer" is ')


def test_a_source_that_keeps_no_list_of_its_fields_may_have_any(company: Company, org: Org):
    company.salesforce(org.url)
    company.config += '[sources.web]\nadapter = "memory"\nname = "nobody"\n'
    rules = '[hold]\nexcluded = { "person.stauts" = "x" }\n'
    code, (problem,), warnings = company.told(rules)
    assert (code, warnings) == (1, [])
    assert '"web" cannot be asked: ' in problem
