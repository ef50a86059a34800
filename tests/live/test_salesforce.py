"""`leadmode check --live` beside an organisation, over real HTTP."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sandbox.loopback.calls import Answer
from sandbox.salesforce.founding import add_user
from sandbox.salesforce.record_types import RecordType
from tests.adapters.salesforce.world import give_field
from tests.live.conftest import Company, Org, place

OPEN = "Open - Not Contacted"
WELL = f"""
[[hand_off.field]]
field = "Leadmode_State__c"
value = "{{{{grade}}}}"
[[hand_off.field]]
field = "LeadSource"
value = "Web"
expected = ["Other"]
[dispositions]
"{OPEN}" = "recycled"
[hold]
excluded = {{ "person.status" = {{ starts_with = "closed" }}, "person.domain" = "us.example" }}
"""


def both(org: Org) -> None:
    """Contact gets the field that Lead has."""
    text = {"type": "Text", "length": 255, "label": "State"}
    give_field(org.made, "Contact", "Leadmode_State__c", text)


def test_all_is_there(company: Company, org: Org):
    both(org)
    company.salesforce(org.url, more='[sources.crm.extra.accounts]\nkind = "type"\n')
    rules = f'fallback_owner = "{org.made.admin}"\n{WELL}'
    assert company.told(rules) == (0, [], [])
    assert org.written() == []
    done = company.check(rules=rules)
    assert done.output.splitlines()[0].startswith("Asked crm (Acme (00D")
    assert "All is well. " in done.output


def test_the_calls_are_few_and_counted(company: Company, org: Org):
    company.salesforce(org.url)
    document = json.loads(company.check("--json", rules=WELL).stdout)
    (source,) = document["live"]["sources"]
    assert source["calls"] == len(org.front.seen) == 3
    assert (source["adapter"], source["described"]) == ("salesforce", ["Task", "Lead", "Contact"])
    assert document["live"]["notes"] == []
    assert document["rules"][0]["id"] == "back"


def test_a_field_that_is_not_there(company: Company, org: Org):
    company.salesforce(org.url)
    rules = '[[hand_off.field]]\nfield = "Leadmode_Stat"\nvalue = "x"\n'
    assert company.told(rules) == (
        1,
        [
            (
                f'{company.at("Leadmode_Stat", rules)}: field = "Leadmode_Stat": Lead and '
                'Contact of crm has no such field. Did you mean "Leadmode_State"?'
            )
        ],
        [],
    )


def test_a_field_that_one_object_lacks(company: Company, org: Org):
    company.salesforce(org.url)
    rules = '[[hand_off.field]]\nfield = "leadmode_state"\nvalue = "x"\n'
    assert company.told(rules) == (
        3,
        [],
        [
            (
                f"{company.at('leadmode_state', rules)}: Contact of crm has no field "
                '"leadmode_state": no field is set when a hand-off is to a Contact. Name a field '
                "that both have, if hand-offs go to both."
            )
        ],
    )


def test_a_field_that_cannot_be_written(company: Company, org: Org):
    company.salesforce(org.url)
    rules = '[[hand_off.field]]\nfield = "SystemModstamp"\nvalue = "x"\n'
    code, problems, _ = company.told(rules)
    assert code == 1
    assert [line.partition(". Allow")[0] for line in problems] == [
        f'{company.at("SystemModstamp", rules)}: field = "SystemModstamp": '
        f"{kind}.SystemModstamp of crm cannot be written to"
        for kind in ("Lead", "Contact")
    ]


@pytest.mark.fault("F54")
def test_values_that_a_list_lacks(company: Company, org: Org):
    """Lead.Status is an open list: a program may put in what nobody can choose."""
    company.salesforce(org.url)
    rules = """
[[hand_off.field]]
field = "Status"
value = "Workin"
expected = ["Opne", "Working - Contacted"]
[dispositions]
"Closed - Not Convertd" = "disqualified"
[[fit.points]]
when = { not = { person = { status = { equals = ["Working - Contacted", "Woring"] } } } }
points = 5
"""
    code, problems, warnings = company.told(rules)
    assert (code, problems) == (3, [])
    has = "It has: Open - Not Contacted, Working - Contacted, Closed - Converted, "
    has += "Closed - Not Converted."
    assert warnings[1:] == [
        (
            f'{company.at("Workin", rules)}: value = "Workin": Lead.Status of crm '
            "does not offer it to people, and may take it from leadmode. Did you mean "
            '"Working - Contacted"?'
        ),
        (f'{company.at("Opne", rules)}: expected "Opne": Lead.Status of crm never has it. {has}'),
        (
            f'{company.at("Closed - Not Convertd", rules)}: [dispositions] "Closed - Not '
            'Convertd" never ends an episode: Lead.Status of crm has no such value. Did you mean '
            '"Closed - Not Converted"?'
        ),
        (
            f'{company.at("Woring", rules)}: person.status "Woring" is never met: '
            f"Lead.Status of crm has no such value. {has}"
        ),
    ]


def test_expected_values_of_which_none_is_there(company: Company, org: Org):
    company.salesforce(org.url)
    rules = '[[hand_off.field]]\nfield = "Status"\nvalue = "Working - Contacted"\nexpected = "Open"'
    code, problems, _ = company.told(rules.replace('"Open"', '["Open"]'))
    assert code == 1
    assert problems == [
        (
            f'{company.at("Open", rules).rsplit(":", 1)[0]}:13: expected "Open": Lead.Status '
            "of crm never has it, so Status is never set. Did you mean "
            f'"{OPEN}"?'
        )
    ]


def test_a_closed_list_refuses(company: Company, org: Org):
    picks = {"type": "Picklist", "label": "Route", "valueSet": {
        "restricted": True, "valueSetDefinition": {"sorted": False, "value": [
            {"fullName": "North", "label": "North", "default": False}]}}}  # fmt: skip
    for kind in ("Lead", "Contact"):
        give_field(org.made, kind, "Route__c", picks)
    company.salesforce(org.url)
    rules = '[[hand_off.field]]\nfield = "Route__c"\nvalue = "Norht"\n'
    place = company.at("Norht", rules)
    assert company.told(rules) == (
        1,
        [
            f'{place}: value = "Norht": {kind}.Route of crm has no such value. '
            'Did you mean "North"?'
            for kind in ("Lead", "Contact")
        ],
        [],
    )


def test_a_number_and_a_long_text(company: Company, org: Org):
    both(org)
    give_field(
        org.made, "Lead", "Rank__c", {"type": "Number", "precision": 9, "scale": 0, "label": "R"}
    )
    company.salesforce(org.url)
    long = "x" * 256
    rules = f"""
[[hand_off.field]]
field = "Rank"
value = "high"
[[hand_off.field]]
field = "Leadmode_State"
value = "{long}"
"""
    company.rules = company.rules.replace("Call {{person.name}}", f"{{{{person.name}}}} {long}")
    code, problems, warnings = company.told(rules)
    assert code == 1
    assert [line.partition(": ")[2] for line in problems] == [
        'value = "high": Lead.Rank of crm is a number. Write a number.'
    ]
    told = [line.partition(": ")[2] for line in warnings]
    assert told[0] == (
        "subject has 256 characters without its placeholders; a task of crm keeps 255, so the end "
        "is cut off. Shorten it."
    )
    assert len([one for one in told if "keeps 255 characters, and the rest is cut off" in one]) == 2


def test_a_user_who_is_not_there_and_one_who_left(company: Company, org: Org):
    profile = next(row["ProfileId"] for row in org.made.org.tables["User"].rows.values())
    left = add_user(
        org.made.org, first="Otto", last="Former", username="otto@acme.example",
        profile=str(profile), active=False,
    )  # fmt: skip
    company.salesforce(org.url, more=f'fallback_owner = "{left[:15]}"\n')
    rules = 'fallback_owner = "Ada Admin"\n'
    code, problems, _ = company.told(rules)
    assert code == 1
    assert problems == [
        (
            f'{company.in_config(left[:15])}: fallback_owner = "{left[:15]}": Otto Former is '
            f"not active in crm. Active there: {org.made.admin} (Ada Admin), "
            f"{org.made.integration} (Leadmode Integration)."
        ),
        (
            f'{company.at("Ada Admin", rules)}: fallback_owner = "Ada Admin": crm has no '
            f'user with this id. Did you mean "{org.made.admin}" (Ada Admin)?'
        ),
    ]


def test_what_the_config_names(company: Company, org: Org):
    more = 'open_status = "Offen"\n[sources.crm.extra.people]\nrank = "Ratting"\n'
    company.salesforce(org.url, more=more)
    code, problems, warnings = company.told()
    assert code == 1
    assert problems == [
        (
            f'{company.in_config("Ratting")}: extra.people.rank = "Ratting": Lead and '
            'Contact of crm has no such field. Did you mean "Rating"?'
        )
    ]
    assert warnings == [
        (
            f'{company.in_config("Offen")}: open_status = "Offen": Task.Status of crm has no '
            "such value, so its own default is taken. It has: Not Started, In Progress, Completed, "
            "Waiting on someone else, Deferred."
        )
    ]


def test_a_field_that_no_source_gives(company: Company, org: Org):
    company.salesforce(org.url)
    rules = '[hold]\nexcluded = { "person.stauts" = "x", "account.segment" = "y" }\n'
    assert company.told(rules) == (
        3,
        [],
        [
            (
                f"{company.at('person.stauts', rules)}: No source gives person.stauts: what "
                'is said of it is never known. Did you mean "person.status"? Or map it in '
                "[sources.crm.extra.people]."
            ),
            (
                f"{company.at('account.segment', rules)}: No source gives account.segment: "
                "what is said of it is never known. Map it in [sources.crm.extra.accounts]."
            ),
        ],
    )


def test_a_value_that_is_filled_in_later_is_named_as_not_compared(company: Company, org: Org):
    company.salesforce(org.url)
    rules = '[[hand_off.field]]\nfield = "LeadSource"\nvalue = "{{reason}}"\n'
    document = json.loads(company.check("--json", rules=rules).stdout)
    assert (document["problems"], document["warnings"]) == ([], [])
    assert document["live"]["notes"][:2] == [
        "{{reason}} is filled in later, and was not compared with the values of "
        f"{kind}.LeadSource."
        for kind in ("Lead", "Contact")
    ]


def test_a_key_field_that_is_missing(company: Company, org: Org):
    company.salesforce(org.url, more='key_field = "Leadmode_Kee__c"\n')
    assert company.told() == (
        1,
        [
            (
                f'{place("config.toml", company.config, "crm]")}: What leadmode needs of "crm" is '
                "not there: write Task.Leadmode_Kee__c. `leadmode doctor` tells all of it; "
                "`leadmode provision` makes fields."
            )
        ],
        [],
    )


def test_a_version_that_the_organisation_does_not_have(company: Company, org: Org):
    company.salesforce(org.url, more='version = "99.0"\n')
    code, (problem,), _ = company.told()
    assert code == 1
    assert "cannot be asked: GrantAccess: Salesforce has no API version 99.0" in problem


def test_further_fields_are_known_and_their_values_compared(company: Company, org: Org):
    company.salesforce(org.url, more='[sources.crm.extra.people]\nrank = "LeadSource"\n')
    rules = '[hold]\nexcluded = { "person.rank" = ["Web", "Wbe"], "account.name" = "x" }\n'
    code, problems, (warning,) = company.told(rules)
    assert (code, problems) == (3, [])
    assert warning.startswith(f'{company.at("Wbe", rules)}: person.rank "Wbe" is never met: ')
    assert "Lead.LeadSource of crm or Contact.LeadSource of crm" in warning


def test_a_subject_that_just_fits(company: Company, org: Org):
    company.salesforce(org.url)
    company.rules = company.rules.replace("Call {{person.name}}", "{{person.name}} " + "x" * 255)
    assert company.told() == (0, [], [])


PARTNER = RecordType(
    id="012000000000001AAA",
    name="Partner",
    offers={"LeadSource": ("Partner Referral", "Other"), "Status": (OPEN,)},
)
SOURCE = '[[hand_off.field]]\nfield = "LeadSource"\nvalue = "{}"\n'


def test_a_record_type_that_does_not_offer_a_value(company: Company, org: Org):
    gone = replace(PARTNER, id="012000000000002AAA", name="Gone", active=False)
    org.made.org.record_types["Lead"] = [PARTNER, gone]
    company.salesforce(org.url)
    rules = SOURCE.format("Web")
    assert company.told(rules) == (
        3,
        [],
        [
            (
                f'{company.at("Web", rules)}: value = "Web": record type "Partner" of Lead of crm '
                "does not offer it to people. It has: Partner Referral, Other."
            )
        ],
    )
    assert org.written() == []
    document = json.loads(company.check("--json", rules=rules).stdout)
    (source,) = document["live"]["sources"]
    assert source["calls"] == 5, "two more: the type, and the records that have none"
    assert company.told(SOURCE.format("Other")) == (0, [], [])


def test_record_types_are_not_asked_for_where_nothing_hangs_on_them(company: Company, org: Org):
    org.made.org.record_types["Lead"] = [PARTNER]
    company.salesforce(org.url)
    document = json.loads(company.check("--json").stdout)
    assert document["warnings"] == []
    assert document["live"]["sources"][0]["calls"] == 3


def test_the_record_type_of_the_tasks_that_are_made(company: Company, org: Org):
    offers = {"Status": ("Offen", "Completed"), "Priority": ("Normal",)}
    service = RecordType(id="012000000000003AAA", name="Service", offers=offers)
    org.made.org.record_types["Task"] = [service]
    company.salesforce(org.url)
    assert company.told() == (0, [], []), "ours will have none"
    org.made.org.record_types["Task"] = [replace(service, default=True)]
    code, problems, warnings = company.told()
    assert (code, problems) == (3, [])
    assert [one.partition(": ")[2] for one in warnings] == [
        (
            f'{key} = "{value}": record type "Service" of Task of crm, of which leadmode\'s will '
            f"be, does not offer it. It has: {has}."
        )
        for key, value, has in (
            ("open_status", "Not Started", "Offen, Completed"),
            ("high_priority", "High", "Normal"),
        )
    ]


def test_record_types_that_cannot_be_asked_for_are_a_note(company: Company, org: Org):
    org.made.org.record_types["Lead"] = [PARTNER]
    fault = [{"errorCode": "API_DISABLED_FOR_ORG", "message": "No."}]
    org.front.instead = [("/ui-api/", Answer(status=403, body=fault))]
    company.salesforce(org.url)
    document = json.loads(company.check("--json", rules=SOURCE.format("Web")).stdout)
    assert (document["ok"], document["warnings"]) == (True, [])
    (note,) = document["live"]["notes"]
    assert note.startswith("The values of the record types of Lead of crm: ")
