"""What `leadmode check` says of kinds and fields that no configured source can give."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import adapters.hubspot.engaged
import adapters.salesforce.mapping
from adapters.csv.adapter import Settings as CsvSettings
from adapters.csv.vocabulary import vocabulary as csv_words
from adapters.hubspot.settings import ACTIVITY
from adapters.hubspot.settings import Settings as HubspotSettings
from adapters.hubspot.vocabulary import vocabulary as hubspot_words
from adapters.salesforce.settings import Settings as SalesforceSettings
from adapters.salesforce.vocabulary import vocabulary as salesforce_words
from connector.cli.app import app
from connector.clock import ManualClock
from connector.config.packs import packs
from connector.model import Kind
from connector.ports import Secret, Vocabulary
from tests.adapters.world import START
from tests.live.conftest import HEAD, RULES, Company, line

NOWHERE = "http://127.0.0.1:9"
CSV = '\n[sources.crm]\nadapter = "csv"\nfolder = "exports"\n'
MAPPED = '[sources.crm.task_kinds]\nCall = "call_held"\n"Web Visit" = "page_viewed"\n'
PAGE = '[[signal]]\nid = "seen"\nkind = "page_viewed"\nweight = 5\n'


@pytest.fixture
def salesforce(company: Company) -> Company:
    company.salesforce(NOWHERE)
    return company


def check(company: Company, rules: str = "", head: str = RULES) -> tuple[int, list[str], list[str]]:
    """The exit code, the warnings and the notes."""
    company.write("config.toml", company.config)
    company.write("rules/rules.toml", head + rules)
    done = CliRunner().invoke(app, ["check", "--json"], obj=ManualClock(START))
    document = json.loads(done.stdout)
    assert document["ok"], document
    return done.exit_code, [line(one) for one in document["warnings"]], document["notes"]


def test_a_signal_of_a_kind_that_no_source_gives(salesforce: Company):
    code, (warning,), notes = check(salesforce, PAGE)
    assert (code, notes) == (3, [])
    assert warning.startswith(
        'rules/rules.toml:17:8: [[signal]] "seen" never fires: no source gives page_viewed. Map a '
    )


@pytest.mark.parametrize(
    "rules",
    [
        PAGE.replace('"page_viewed"', '["page_viewed", "email_replied"]'),
        PAGE.replace("weight = 5", "weight = 0"),
    ],
)
def test_one_of_several_kinds_is_enough_and_what_is_off_is_left_alone(
    salesforce: Company, rules: str
):
    assert check(salesforce, rules) == (0, [], [])


def test_a_word_that_the_source_maps_gives_the_kind(company: Company):
    company.salesforce(NOWHERE, more=MAPPED)
    assert check(company, PAGE) == (0, [], [])


def test_a_second_source_gives_it_too_unless_another_one_was_meant(salesforce: Company):
    salesforce.hubspot(NOWHERE, authority=False)
    assert check(salesforce, PAGE) == (0, [], [])
    code, (warning,), _ = check(salesforce, PAGE + 'source = ["crm"]\n')
    assert code == 3
    assert '"seen" never fires: crm does not give page_viewed.' in warning
    assert check(salesforce, PAGE + 'source = ["hubspot"]\n') == (0, [], [])


def test_a_source_whose_engagement_is_not_read_gives_none(salesforce: Company):
    salesforce.hubspot(NOWHERE, authority=False, more='streams = ["people"]\n')
    code, warnings, _ = check(salesforce, PAGE)
    assert (code, len(warnings)) == (3, 1)


def test_a_rule_that_nothing_leads_into(company: Company):
    company.salesforce(NOWHERE)
    head = RULES.replace("email_replied", "product_used").replace("meeting_held", "page_viewed")
    code, warnings, _ = check(company, head=head)
    assert code == 3
    assert [one.partition(" ")[2] for one in warnings][2:] == [
        (
            '[[lead_mode]] "back" is never entered: no source gives what its signals name. Map '
            "kinds in the sources."
        )
    ]
    assert len(warnings) == 3


def test_distinct_kinds_that_the_sources_do_not_give(salesforce: Company):
    code, warnings, _ = check(salesforce, head=RULES.replace("meeting_held", "page_viewed"))
    assert code == 3
    assert warnings[1:] == [
        (
            'rules/rules.toml:11:6: distinct_kinds = 2 of [[lead_mode]] "back" is never reached: '
            "of what its signals name, the sources give 1 (email_replied). Lower it, or map more "
            "kinds in the sources."
        )
    ]


def test_files_may_hold_any_kind_unless_there_are_none(company: Company):
    (company.folder / "exports").mkdir()
    company.config = HEAD + CSV
    assert check(company, PAGE) == (0, [], [])
    company.config += 'engagements = ""\n'
    code, warnings, _ = check(company, PAGE)
    assert (code, sum("never fires" in one for one in warnings)) == (3, 3)


FIELDS = [
    ('[fit]\nrequires = { "account.revenue" = { above = 5 } }\n', "16:14", "account.revenue"),
    ('[[exclusion]]\nid = "x"\nwhen = { "person.regoin" = "EU" }\n', "17:10", "person.regoin"),
    ('[persona.boss]\nwhen = { "person.senority" = "C" }\n', "16:10", "person.senority"),
    ('[hold]\nexcluded = { "person.persona" = "boss" }\n', "16:14", "person.persona"),
]


@pytest.mark.parametrize(("rules", "where", "path"), FIELDS)
def test_a_field_that_no_source_gives(salesforce: Company, rules: str, where: str, path: str):
    code, (warning,), _ = check(salesforce, rules)
    assert code == 3
    said = f"rules/rules.toml:{where}: No source gives {path}: what is said of it is never known."
    assert warning.startswith(said)


@pytest.mark.parametrize(
    "rules",
    [
        '[fit]\nrequires = { "account.employees" = { above = 5 } }\n',
        (
            '[persona.boss]\nwhen = { "person.title" = "CEO" }\n'
            '[hold]\nexcluded = { "person.persona" = "boss" }\n'
        ),
        '[[exclusion]]\nid = "x"\nwhen = { "person.domain" = "us.example" }\n',
        '[[exclusion]]\nid = "x"\nwhen = { "person.nothing" = "EU" }\nactive = false\n',
    ],
)
def test_fields_that_are_given_or_leadmodes_own(salesforce: Company, rules: str):
    assert check(salesforce, rules) == (0, [], [])


def test_a_field_that_a_table_maps(company: Company):
    company.salesforce(NOWHERE, more='[sources.crm.extra.accounts]\nrevenue = "AnnualRevenue"\n')
    assert check(company, FIELDS[0][0]) == (0, [], [])


def test_accounts_that_are_not_read_have_no_fields(company: Company):
    company.salesforce(NOWHERE, more='streams = ["owners", "people", "engagements"]\n')
    code, (warning,), _ = check(company, FIELDS[0][0].replace("revenue", "employees"))
    assert (code, "No source gives account.employees" in warning) == (3, True)


@pytest.mark.parametrize("pack", packs())
def test_what_a_pack_names_for_other_crms_is_a_note(company: Company, pack: str):
    """On the poorest source: mail of reps and meetings."""
    company.config = HEAD.replace('"rules"', f'"pack:{pack}", "rules"')
    company.salesforce(NOWHERE)
    code, warnings, notes = check(company, head="")
    kinds = [note for note in notes if note.startswith("No source gives what these signals of ")]
    assert len(kinds) == 1
    assert f"pack:{pack} look for: " in kinds[0]
    assert "(page_viewed)" in kinds[0]
    assert all("[[lead_mode]]" in one for one in warnings)
    assert code == (3 if warnings else 0)


def settings_of_salesforce() -> SalesforceSettings:
    return SalesforceSettings(domain="acme.my", consumer_key="k", consumer_secret=Secret("s"))


def salesforce_kinds() -> Vocabulary:
    return salesforce_words(replace(settings_of_salesforce(), task_kinds={}, campaign_kinds={}))


def hubspot_kinds() -> Vocabulary:
    return hubspot_words(HubspotSettings(token=Secret("t"), activity=ACTIVITY))


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (adapters.salesforce.mapping, salesforce_kinds),
        (adapters.hubspot.engaged, hubspot_kinds),
    ],
)
def test_an_adapter_declares_every_kind_that_its_code_makes(
    module: object, words: Callable[[], Vocabulary]
):
    source = Path(str(getattr(module, "__file__", ""))).read_text()
    made = {
        Kind[node.attr]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Kind"
    }
    assert set(words().kinds or ()) == made


def test_settings_that_name_kinds_add_them(tmp_path: Path):
    words = hubspot_words(
        HubspotSettings(
            token=Secret("t"),
            activity=("calls", "forms"),
            task_kinds={"TODO": "event_attended"},
            form_kinds={"*webinar*": "webinar_registered", "*test*": ""},
        )
    )
    assert set(words.kinds or ()) == {
        Kind.CALL_HELD, Kind.FORM_SUBMITTED, Kind.EVENT_ATTENDED, Kind.WEBINAR_REGISTERED,
    }  # fmt: skip
    given = replace(
        settings_of_salesforce(),
        task_kinds={"Call": "", "Web": "page_viewed"},
        campaign_kinds={"Fair/Visited": "event_attended"},
    )
    kinds = salesforce_words(given).kinds
    assert kinds is not None
    assert {Kind.PAGE_VIEWED, Kind.EVENT_ATTENDED} <= kinds
    assert Kind.CALL_HELD not in kinds
    assert csv_words(CsvSettings(folder=tmp_path)).kinds is None


def test_history_that_nobody_tells(company: Company):
    company.config = HEAD + CSV + 'streams = ["people", "engagements"]\n'
    rules = "[hold]\nexcluded = { account_history.won = { at_least = 3 } }\n"
    code, (warning,), _ = check(company, rules)
    assert code == 3
    assert warning.endswith(
        "No source gives opportunities: account_history.won says that nothing ever happened. "
        "Read the stream `opportunities` of the CRM."
    )
    company.config = HEAD + CSV
    assert check(company, rules)[:2] == (0, [])
