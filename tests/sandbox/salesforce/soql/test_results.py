"""The shape of answers: names, parents, children, order, groups."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from sandbox.salesforce.soql import Record, Result, Viewer, bulk_moment
from tests.sandbox.salesforce.soql.asking import column, plain, rows, run
from tests.sandbox.salesforce.soql.org import DAY, NOW, Org, id_of


@pytest.fixture
def org() -> Org:
    org = Org()
    ann = org.add("User", Name="Ann", Email="ann@firm.example")
    queue = org.add("Group", Name="Queue")
    acme = org.add("Account", Name="Acme", Industry="Energy", AnnualRevenue=10.5, OwnerId=ann)
    org.add("Account", Name="bolt", Industry="Retail", AnnualRevenue=4, BillingCity="Bonn")
    org.add("Account", Name="Cord", ParentId=acme)
    ray = org.add("Contact", LastName="Ray", Name="X Ray", AccountId=acme, Score__c=2)
    org.add("Contact", LastName="Abe", Name="Abe", AccountId=acme, Score__c=5.5)
    lee = org.add("Lead", Name="Lee", Company="Lee Ltd", OwnerId=queue)
    org.add("Task", Subject="Call", WhoId=ray, WhatId=acme, OwnerId=ann)
    org.add("Task", Subject="Mail", WhoId=lee, OwnerId=queue)
    return org


def test_names_are_spelled_as_in_the_schema(org: Org):
    text = "select NAME, account.owner.EMAIL from CONTACT where LASTNAME = 'ray'"
    assert rows(org, text) == [
        {"Name": "X Ray", "Account": {"Owner": {"Email": "ann@firm.example"}}}
    ]


def test_a_record_says_what_it_is_of(org: Org):
    (record,) = run(org, "SELECT Name, Account.Name FROM Contact WHERE LastName = 'Ray'").records
    acme = Record("Account", "Account", id_of("Account", 1), {"Name": "Acme"})
    ray = id_of("Contact", 1)
    assert record == Record("Contact", "Contact", ray, {"Name": "X Ray", "Account": acme})


def test_polymorphic_parents(org: Org):
    result = run(org, "SELECT Who.Name, Who.Type, Owner.Name FROM Task")
    call, mail = result.records
    ray = {"Name": "X Ray", "Type": "Contact"}
    assert call.values["Who"] == Record("Name", "Contact", id_of("Contact", 1), ray)
    assert plain(mail) == {
        "Who": {"Name": "Lee", "Type": "Lead"},
        "Owner": {"Name": "Queue"},
    }
    assert column(org, "SELECT Subject FROM Task WHERE Who.Type = 'Lead'") == ["Mail"]
    assert column(org, "SELECT Subject FROM Task WHERE What.Type = 'account'") == ["Call"]


def test_type_of(org: Org):
    text = "SELECT TYPEOF Who WHEN Lead THEN Company WHEN Contact THEN LastName END FROM Task"
    first, second = run(org, text).records
    ray = Record("Contact", "Contact", id_of("Contact", 1), {"LastName": "Ray"})
    assert first.values == {"Who": ray}
    assert plain(second) == {"Who": {"Company": "Lee Ltd"}}
    text = "SELECT Subject, TYPEOF Who WHEN Lead THEN Company ELSE Name, Email END FROM Task"
    assert rows(org, text) == [
        {"Subject": "Call", "Who": {"Name": "X Ray", "Email": None}},
        {"Subject": "Mail", "Who": {"Company": "Lee Ltd"}},
    ]


@pytest.mark.parametrize("indexed", [False, True])
def test_children(org: Org, indexed: bool):
    org.indexed = indexed
    text = (
        "SELECT Name, (SELECT LastName, Account.Name, (SELECT Subject FROM Tasks) FROM Contacts "
        "WHERE Score__c > 1 ORDER BY LastName LIMIT 5) FROM Account ORDER BY Name"
    )
    result = run(org, text)
    assert isinstance(result.records[0].values["Contacts"], Result)
    assert plain(result) == [
        {
            "Name": "Acme",
            "Contacts": [
                {"LastName": "Abe", "Account": {"Name": "Acme"}, "Tasks": None},
                {"LastName": "Ray", "Account": {"Name": "Acme"}, "Tasks": [{"Subject": "Call"}]},
            ],
        },
        {"Name": "bolt", "Contacts": None},
        {"Name": "Cord", "Contacts": None},
    ]


def test_aliases_of_objects_and_of_their_parents(org: Org):
    text = "SELECT c.Name, c.Account.Name FROM Contact c WHERE c.LastName = 'Ray'"
    assert rows(org, text) == [{"Name": "X Ray", "Account": {"Name": "Acme"}}]
    text = "SELECT COUNT() FROM Contact c, c.Account a, a.Owner o WHERE o.Name = 'ann'"
    assert run(org, text).size == 2
    assert column(org, "SELECT Contact.LastName FROM Contact LIMIT 1") == ["Ray"]
    text = "SELECT (SELECT Contacts.LastName FROM a.Contacts LIMIT 1) FROM Account a LIMIT 1"
    assert rows(org, text) == [{"Contacts": [{"LastName": "Ray"}]}]


def test_all_fields(org: Org):
    (lee,) = rows(org, "SELECT FIELDS(ALL) FROM Lead LIMIT 1")
    assert list(lee) == [
        "Id", "IsDeleted", "Name", "CreatedDate", "SystemModstamp", "Company", "Email", "OwnerId",
    ]  # fmt: skip
    assert list(rows(org, "SELECT FIELDS(CUSTOM) FROM Contact LIMIT 1")[0]) == [
        "Score__c",
        "Wakes__c",
    ]
    assert "Score__c" not in rows(org, "SELECT FIELDS(STANDARD) FROM Contact")[0]


def test_values_are_ready_for_an_answer(org: Org):
    text = "SELECT CreatedDate, BillingAddress FROM Account WHERE Name = 'bolt'"
    address = {"street": None, "city": "Bonn"}
    assert rows(org, text) == [
        {"CreatedDate": "2026-03-10T12:00:00.000+0000", "BillingAddress": address}
    ]
    viewer = Viewer(show_moment=bulk_moment)
    assert rows(org, text, viewer=viewer)[0]["CreatedDate"] == "2026-03-10T12:00:00.000Z"
    assert rows(org, "SELECT BillingAddress FROM Account LIMIT 1") == [{"BillingAddress": None}]


def test_labels_and_formats(org: Org):
    text = "SELECT toLabel(Industry), FORMAT(AnnualRevenue) r, FORMAT(CreatedDate) FROM Account"
    assert rows(org, f"{text} LIMIT 1") == [
        {"Industry": "Energy & Power", "r": "$10.50", "CreatedDate": "3/10/2026, 12:00 PM"}
    ]
    assert column(org, "SELECT Name FROM Account WHERE toLabel(Industry) LIKE '%power'") == ["Acme"]
    assert rows(org, "SELECT toLabel(Account.Industry) FROM Contact LIMIT 1") == [
        {"Account": {"Industry": "Energy & Power"}}
    ]


# order and pages


def test_order_text_numbers_and_null(org: Org):
    assert column(org, "SELECT Name FROM Account ORDER BY Name") == ["Acme", "bolt", "Cord"]
    assert column(org, "SELECT Name FROM Account ORDER BY Name DESC") == ["Cord", "bolt", "Acme"]
    revenue = "SELECT Name FROM Account ORDER BY AnnualRevenue"
    assert column(org, revenue) == ["Cord", "bolt", "Acme"]
    assert column(org, f"{revenue} DESC") == ["Cord", "Acme", "bolt"]
    assert column(org, f"{revenue} NULLS LAST") == ["bolt", "Acme", "Cord"]
    assert column(org, f"{revenue} DESC NULLS LAST") == ["Acme", "bolt", "Cord"]


def test_a_picklist_is_ordered_by_its_values(org: Org):
    text = "SELECT Industry FROM Account WHERE Industry != null ORDER BY Industry"
    assert column(org, text) == ["Retail", "Energy"]


def test_several_keys_and_parents(org: Org):
    text = "SELECT LastName FROM Contact ORDER BY Account.Name DESC NULLS LAST, Score__c DESC"
    assert column(org, text) == ["Abe", "Ray"]


def test_limit_and_offset(org: Org):
    text = "SELECT Name FROM Account ORDER BY Name"
    assert column(org, f"{text} LIMIT 1 OFFSET 1") == ["bolt"]
    assert column(org, f"{text} OFFSET 2") == ["Cord"]
    assert column(org, f"{text} LIMIT 0") == []
    assert run(org, f"{text} LIMIT 2").size == 2


def test_a_slice_of_the_records_is_made_alone(org: Org):
    records = run(org, "SELECT Name FROM Account ORDER BY Name").records
    assert [record.values["Name"] for record in records[1:]] == ["bolt", "Cord"]
    assert records[-1].values == {"Name": "Cord"}
    assert len(records[5:]) == 0


# groups


def test_count(org: Org):
    assert (
        run(org, "SELECT COUNT() FROM Account").size,
        rows(org, "SELECT COUNT() FROM Task"),
    ) == (
        3,
        [],
    )
    assert run(org, "SELECT COUNT() FROM Account WHERE Name LIKE 'c%' LIMIT 1").size == 1


def test_overall_aggregates(org: Org):
    text = (
        "SELECT COUNT(Id), COUNT(AnnualRevenue) c, SUM(AnnualRevenue), AVG(AnnualRevenue) a, "
        "MIN(Name), MAX(CreatedDate), COUNT_DISTINCT(Industry) FROM Account"
    )
    result = run(org, text)
    assert plain(result) == [
        {
            "expr0": 3,
            "c": 2,
            "expr1": 14.5,
            "a": 7.25,
            "expr2": "Acme",
            "expr3": "2026-03-10T12:00:00.000+0000",
            "expr4": 2,
        }
    ]
    assert (result.records[0].type, result.records[0].id) == ("AggregateResult", None)
    assert rows(org, "SELECT SUM(Amount), COUNT(Id) FROM Opportunity") == [
        {"expr0": None, "expr1": 0}
    ]


def test_groups(org: Org):
    org.add("Contact", LastName="Zed", Score__c=1)
    text = "SELECT Account.Name, COUNT(Id), MAX(Score__c) m FROM Contact GROUP BY Account.Name"
    assert rows(org, f"{text} ORDER BY COUNT(Id) DESC") == [
        {"Name": "Acme", "expr0": 2, "m": 5.5},
        {"Name": None, "expr0": 1, "m": 1},
    ]
    assert rows(org, f"{text} HAVING COUNT(Id) > 1 AND Account.Name LIKE 'a%'") == [
        {"Name": "Acme", "expr0": 2, "m": 5.5}
    ]
    assert rows(org, f"{text} ORDER BY Account.Name LIMIT 1 OFFSET 1")[0]["Name"] == "Acme"
    assert rows(org, "SELECT Name n FROM Lead GROUP BY Name") == [{"n": "Lee"}]
    assert rows(org, "SELECT Name FROM Opportunity GROUP BY Name") == []


def test_text_groups_without_case(org: Org):
    org.add("Contact", LastName="RAY")
    text = "SELECT LastName, COUNT(Id) n FROM Contact GROUP BY LastName HAVING COUNT(Id) > 1"
    assert rows(org, text) == [{"LastName": "Ray", "n": 2}]
    assert rows(org, "SELECT COUNT_DISTINCT(LastName) n FROM Contact") == [{"n": 2}]


def test_groups_of_dates(org: Org):
    org.add("Account", Name="old", CreatedDate=NOW - 400 * DAY)
    text = (
        "SELECT CALENDAR_YEAR(CreatedDate) y, COUNT(Id) n FROM Account "
        "GROUP BY CALENDAR_YEAR(CreatedDate) ORDER BY CALENDAR_YEAR(CreatedDate)"
    )
    assert rows(org, text) == [{"y": 2025, "n": 1}, {"y": 2026, "n": 3}]
    function = "HOUR_IN_DAY(convertTimezone(CreatedDate))"
    text = f"SELECT {function}, COUNT(Id) FROM Lead GROUP BY {function}"
    auckland = Viewer(zone=ZoneInfo("Pacific/Auckland"))
    assert rows(org, text, viewer=auckland) == [{"expr0": 1, "expr1": 1}]
    assert rows(org, text) == [{"expr0": 12, "expr1": 1}]


@pytest.mark.parametrize(
    ("function", "value"),
    [
        ("CALENDAR_MONTH", 3), ("CALENDAR_QUARTER", 1), ("CALENDAR_YEAR", 2026),
        ("DAY_IN_MONTH", 10), ("DAY_IN_WEEK", 3), ("DAY_IN_YEAR", 69), ("DAY_ONLY", "2026-03-10"),
        ("FISCAL_MONTH", 12), ("FISCAL_QUARTER", 4), ("FISCAL_YEAR", 2026), ("HOUR_IN_DAY", 12),
        ("WEEK_IN_MONTH", 2), ("WEEK_IN_YEAR", 10),
    ],
)  # fmt: skip
def test_date_functions(org: Org, function: str, value: int | str):
    """The fiscal year of this viewer starts in April."""
    text = f"SELECT {function}(CreatedDate) v FROM Lead GROUP BY {function}(CreatedDate)"
    assert rows(org, text, viewer=Viewer(fiscal_start=4)) == [{"v": value}]


def test_rollup_and_cube(org: Org):
    org.tables["Account"].clear()
    for industry, city in (("Retail", "Bonn"), ("Retail", "Ulm"), ("Energy", "Ulm")):
        org.add("Account", Industry=industry, BillingCity=city)
    text = "SELECT Industry i, BillingCity c, GROUPING(BillingCity) g, COUNT(Id) n FROM Account"
    rolled = rows(org, f"{text} GROUP BY ROLLUP(Industry, BillingCity)")
    assert [(row["i"], row["c"], row["g"], row["n"]) for row in rolled] == [
        ("Retail", "Bonn", 0, 1),
        ("Retail", "Ulm", 0, 1),
        ("Energy", "Ulm", 0, 1),
        ("Retail", None, 1, 2),
        ("Energy", None, 1, 1),
        (None, None, 1, 3),
    ]
    cubed = rows(org, f"{text} GROUP BY CUBE(Industry, BillingCity) HAVING GROUPING(Industry) = 1")
    assert [(row["i"], row["c"], row["n"]) for row in cubed] == [
        (None, "Bonn", 1),
        (None, "Ulm", 2),
        (None, None, 3),
    ]
