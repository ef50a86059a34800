"""Which records a condition finds."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from sandbox.salesforce.soql import Viewer
from tests.sandbox.salesforce.soql.asking import column, names, rows
from tests.sandbox.salesforce.soql.org import DAY, NOW, Org, id_of


@pytest.fixture
def org() -> Org:
    org = Org()
    ann = org.add("User", Name="Ann", Email="ann@firm.example")
    acme = org.add(
        "Account",
        Name="Acme",
        Industry="Energy",
        AnnualRevenue=10.5,
        NumberOfEmployees=7,
        Regions__c="North;South",
        Code__c="aB",
        OwnerId=ann,
    )
    org.add("Account", Name="bolt", Industry="Retail", AnnualRevenue=3, Regions__c="North")
    org.add("Account", Name="Cord_50%", ParentId=acme, Code__c="AB", NumberOfEmployees=0)
    org.add("Contact", Name="Ray", AccountId=acme, Email="ray@acme.example", Birthdate="2000-02-29")
    org.add("Contact", Name="Zed", HasOptedOutOfEmail=True, Birthdate="1999-12-31")
    return org


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Name = 'ACME'", "Acme"),
        ("Name != 'acme'", "bolt Cord_50%"),
        ("Name > 'acme'", "bolt Cord_50%"),
        ("Name <= 'BOLT'", "Acme bolt"),
        ("Code__c = 'AB'", "Cord_50%"),
        ("Name IN ('acme', 'x', 'BOLT')", "Acme bolt"),
        ("Name NOT IN ('acme', 'x')", "bolt Cord_50%"),
        ("Name LIKE 'a%'", "Acme"),
        ("Name LIKE '_o%'", "bolt Cord_50%"),
        ("Name LIKE '%50\\%'", "Cord_50%"),
        ("Name LIKE '%\\_%'", "Cord_50%"),
        ("Name LIKE 'acm'", ""),
        ("(NOT Name LIKE 'a%')", "bolt Cord_50%"),
    ],
)
def test_text_is_compared_without_case_unless_the_field_is_sensitive(
    org: Org, where: str, found: str
):
    assert names(org, where) == found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Industry = null", "Cord_50%"),
        ("Industry = ''", "Cord_50%"),
        ("Industry != null", "Acme bolt"),
        ("Industry != 'Retail'", "Acme Cord_50%"),
        ("Industry NOT IN ('Retail')", "Acme Cord_50%"),
        ("Industry IN ('Retail', null)", "bolt Cord_50%"),
        ("Industry NOT IN ('Retail', null)", "Acme"),
        ("Industry > 'A'", "Acme bolt"),
        ("Industry LIKE '%'", "Acme bolt"),
        ("AnnualRevenue < 5", "bolt"),
        ("AnnualRevenue != 3", "Acme Cord_50%"),
        ("AnnualRevenue > null", ""),
        ("NumberOfEmployees = 0", "Cord_50%"),
        ("Owner.Name = null", "bolt Cord_50%"),
        ("Parent.Owner.Name = 'ann'", "Cord_50%"),
    ],
)
def test_nothing_is_unknown_about_null(org: Org, where: str, found: str):
    assert names(org, where) == found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("HasOptedOutOfEmail = true", "Zed"),
        ("HasOptedOutOfEmail = false", "Ray"),
        ("HasOptedOutOfEmail = null", "Ray"),
        ("HasOptedOutOfEmail != null", "Zed"),
        ("HasOptedOutOfEmail IN (true)", "Zed"),
    ],
)
def test_a_null_boolean_is_false(org: Org, where: str, found: str):
    assert names(org, where, of="Contact") == found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Regions__c INCLUDES ('north')", "Acme bolt"),
        ("Regions__c INCLUDES ('North;South')", "Acme"),
        ("Regions__c INCLUDES ('South', 'West')", "Acme"),
        ("Regions__c EXCLUDES ('South')", "bolt Cord_50%"),
        ("Regions__c = 'South;North'", "Acme"),
        ("Regions__c != 'North'", "Acme Cord_50%"),
    ],
)
def test_multi_select_picklists(org: Org, where: str, found: str):
    assert names(org, where) == found


def test_ids_of_15_and_18_characters_in_any_case_are_the_same(org: Org):
    acme = id_of("Account", 1)
    for text in (acme, acme[:15], acme.lower(), acme.upper()):
        if len(text) == 15 or text[15:].upper() == acme[15:]:
            assert names(org, f"Id = '{text}'") == "Acme"
    assert names(org, f"ParentId IN ('{acme[:15]}')") == "Cord_50%"
    assert names(org, f"ParentId != '{acme}'") == "Acme bolt"
    assert names(org, f"Id > '{acme}'") == "bolt Cord_50%"
    assert names(org, "Id > ''") == "Acme bolt Cord_50%"
    assert names(org, "ParentId = ''") == "Acme bolt"


def test_semi_joins_and_anti_joins(org: Org):
    assert names(org, "Id IN (SELECT AccountId FROM Contact)") == "Acme"
    assert names(org, "Id NOT IN (SELECT AccountId FROM Contact)") == "bolt Cord_50%"
    assert names(org, "Id IN (SELECT AccountId FROM Contact WHERE Name = 'Zed')") == ""
    assert names(org, "AccountId IN (SELECT Id FROM Account)", of="Contact") == "Ray"
    assert names(org, "AccountId NOT IN (SELECT Id FROM Account)", of="Contact") == "Zed"


def test_and_or_not(org: Org):
    assert names(org, "Name = 'acme' OR Name = 'bolt'") == "Acme bolt"
    assert names(org, "Name = 'acme' AND Industry = 'Energy' AND Code__c = 'aB'") == "Acme"
    assert names(org, "(NOT (Name = 'acme' OR Name = 'bolt'))") == "Cord_50%"
    assert names(org, "(Name = 'a' OR Name = 'b' OR Name = 'bolt') AND (NOT Id = null)") == "bolt"


def test_deleted_records_are_found_by_query_all_only(org: Org):
    org.add("Account", Name="Gone", IsDeleted=True)
    assert column(org, "SELECT Name FROM Account WHERE Name = 'gone'") == []
    assert column(org, "SELECT Name FROM Account WHERE Name = 'gone'", deleted=True) == ["Gone"]
    assert column(org, "SELECT Name FROM Account WHERE IsDeleted = true", deleted=True) == ["Gone"]


def test_a_deleted_parent_is_none_unless_deleted_records_are_asked_for(org: Org):
    gone = org.add("Account", Name="Gone", IsDeleted=True)
    org.add("Contact", Name="Orphan", AccountId=gone)
    text = "SELECT Account.Name FROM Contact WHERE Name = 'Orphan'"
    assert rows(org, text) == [{"Account": None}]
    assert rows(org, text, deleted=True) == [{"Account": {"Name": "Gone"}}]


# time


def test_moments_are_compared_in_whole_seconds():
    org = Org()
    org.add("Account", Name="a", SystemModstamp=NOW + 999)
    org.add("Account", Name="b", SystemModstamp=NOW + 1_000)
    assert names(org, "SystemModstamp = 2026-03-10T12:00:00Z") == "a"
    assert names(org, "SystemModstamp > 2026-03-10T12:00:00.000Z") == "b"
    assert names(org, "SystemModstamp <= 2026-03-10T12:00:00.500Z") == "a"
    assert names(org, "SystemModstamp >= 2026-03-10T13:00:01+01:00") == "b"


@pytest.mark.parametrize(
    ("literal", "first", "last"),
    [
        ("YESTERDAY", "2026-03-09", "2026-03-09"),
        ("TODAY", "2026-03-10", "2026-03-10"),
        ("TOMORROW", "2026-03-11", "2026-03-11"),
        ("LAST_WEEK", "2026-03-01", "2026-03-07"),
        ("THIS_WEEK", "2026-03-08", "2026-03-14"),
        ("NEXT_WEEK", "2026-03-15", "2026-03-21"),
        ("LAST_MONTH", "2026-02-01", "2026-02-28"),
        ("THIS_MONTH", "2026-03-01", "2026-03-31"),
        ("NEXT_MONTH", "2026-04-01", "2026-04-30"),
        ("LAST_90_DAYS", "2025-12-10", "2026-03-10"),
        ("NEXT_90_DAYS", "2026-03-11", "2026-06-08"),
        ("LAST_QUARTER", "2025-10-01", "2025-12-31"),
        ("THIS_QUARTER", "2026-01-01", "2026-03-31"),
        ("NEXT_QUARTER", "2026-04-01", "2026-06-30"),
        ("LAST_YEAR", "2025-01-01", "2025-12-31"),
        ("THIS_YEAR", "2026-01-01", "2026-12-31"),
        ("NEXT_YEAR", "2027-01-01", "2027-12-31"),
        ("THIS_FISCAL_QUARTER", "2026-02-01", "2026-04-30"),
        ("LAST_FISCAL_QUARTER", "2025-11-01", "2026-01-31"),
        ("THIS_FISCAL_YEAR", "2026-02-01", "2027-01-31"),
        ("NEXT_FISCAL_YEAR", "2027-02-01", "2028-01-31"),
        ("LAST_N_DAYS:1", "2026-03-09", "2026-03-10"),
        ("NEXT_N_DAYS:2", "2026-03-11", "2026-03-12"),
        ("N_DAYS_AGO:3", "2026-03-07", "2026-03-07"),
        ("LAST_N_WEEKS:2", "2026-02-22", "2026-03-07"),
        ("NEXT_N_WEEKS:1", "2026-03-15", "2026-03-21"),
        ("N_WEEKS_AGO:2", "2026-02-22", "2026-02-28"),
        ("LAST_N_MONTHS:2", "2026-01-01", "2026-02-28"),
        ("NEXT_N_MONTHS:2", "2026-04-01", "2026-05-31"),
        ("N_MONTHS_AGO:3", "2025-12-01", "2025-12-31"),
        ("LAST_N_QUARTERS:1", "2025-10-01", "2025-12-31"),
        ("N_QUARTERS_AGO:2", "2025-07-01", "2025-09-30"),
        ("NEXT_N_YEARS:2", "2027-01-01", "2028-12-31"),
        ("N_YEARS_AGO:1", "2025-01-01", "2025-12-31"),
        ("LAST_N_FISCAL_YEARS:1", "2025-02-01", "2026-01-31"),
        ("N_FISCAL_QUARTERS_AGO:1", "2025-11-01", "2026-01-31"),
        ("LAST_N_YEARS:99999", "0001-01-01", "2025-12-31"),
    ],
)
def test_date_literals_are_ranges_of_days(literal: str, first: str, last: str):
    """The fiscal year of this viewer starts in February."""
    org = Org()
    viewer = Viewer(fiscal_start=2)
    found = {}
    for operator, day in (("<", first), (">=", first), ("<=", last), (">", last)):
        org.tables["Contact"].clear()
        org.add("Contact", Name="x", Birthdate=day)
        found[operator] = names(org, f"Birthdate {operator} {literal}", of="Contact", viewer=viewer)
        inside = names(org, f"Birthdate = {literal}", of="Contact", viewer=viewer)
        outside = names(org, f"Birthdate != {literal}", of="Contact", viewer=viewer)
        assert (inside, outside) == ("x", "")
    assert found == {"<": "", ">=": "x", "<=": "x", ">": ""}
    org.tables["Contact"].clear()
    org.add("Contact", Name="x")
    assert names(org, f"Birthdate = {literal}", of="Contact", viewer=viewer) == ""
    assert names(org, f"Birthdate != {literal}", of="Contact", viewer=viewer) == "x"


def test_the_days_of_moments_are_those_of_the_viewer():
    org = Org()
    org.add("Account", Name="late", CreatedDate=NOW - 13 * DAY // 24)  # 23:00 UTC the day before
    tokyo, denver = Viewer(zone=ZoneInfo("Asia/Tokyo")), Viewer(zone=ZoneInfo("America/Denver"))
    assert names(org, "CreatedDate = TODAY") == ""
    assert names(org, "CreatedDate = YESTERDAY") == "late"
    assert names(org, "CreatedDate = YESTERDAY", viewer=denver) == "late"
    assert names(org, "CreatedDate = YESTERDAY", viewer=tokyo) == ""
    assert names(org, "CreatedDate = TODAY", viewer=tokyo) == "late"
    assert names(org, "CreatedDate IN (TOMORROW, YESTERDAY)") == "late"


def test_weeks_start_when_the_viewer_says():
    org = Org()
    org.add("Contact", Name="sunday", Birthdate="2026-03-08")
    assert names(org, "Birthdate = THIS_WEEK", of="Contact") == "sunday"
    assert (
        names(org, "Birthdate = LAST_WEEK", of="Contact", viewer=Viewer(first_weekday=0))
        == "sunday"
    )


def test_times_of_day():
    org = Org()
    org.add("Contact", Name="early", Wakes__c="06:30:00.000Z")
    assert names(org, "Wakes__c = 06:30:00Z", of="Contact") == "early"
    assert names(org, "Wakes__c > 06:29:59.5Z", of="Contact") == "early"
    assert names(org, "Wakes__c IN (07:00:00.000Z)", of="Contact") == ""


def test_date_functions_in_conditions():
    org = Org()
    org.add("Contact", Name="leap", Birthdate="2000-02-29", CreatedDate=NOW)
    assert names(org, "DAY_IN_YEAR(Birthdate) = 60", of="Contact") == "leap"
    assert names(org, "CALENDAR_MONTH(CreatedDate) IN (3)", of="Contact") == "leap"
    assert names(org, "DAY_ONLY(CreatedDate) = 2026-03-10", of="Contact") == "leap"
    assert names(org, "DAY_ONLY(CreatedDate) = TODAY", of="Contact") == "leap"
    assert names(org, "HOUR_IN_DAY(CreatedDate) = 12", of="Contact") == "leap"


def test_using_scope_mine(org: Org):
    mine = Viewer(user_id=id_of("User", 1))
    assert column(org, "SELECT Name FROM Account USING SCOPE mine", viewer=mine) == ["Acme"]
    assert len(column(org, "SELECT Name FROM Account USING SCOPE everything", viewer=mine)) == 3
    text = "SELECT Name FROM Account USING SCOPE mine WHERE Name = 'bolt'"
    assert column(org, text, viewer=mine) == []
