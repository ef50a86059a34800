"""Queries that can be read but not run: what the API says about them."""

from __future__ import annotations

import pytest

from tests.sandbox.salesforce.soql.asking import refused, run
from tests.sandbox.salesforce.soql.org import Org

CUSTOM_FIELD = (
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom "
    "field name. Please reference your WSDL or the describe call for the appropriate names."
)


def test_a_field_that_is_not_there():
    error = refused(Org(), "SELECT Id, Foo FROM Account")
    assert error.code == "INVALID_FIELD"
    assert error.message == (
        "\nSELECT Id, Foo FROM Account\n           ^\nERROR at Row:1:Column:12\n"
        f"No such column 'Foo' on entity 'Account'. {CUSTOM_FIELD}"
    )


def test_an_object_that_is_not_there():
    error = refused(Org(), "SELECT Id FROM Foo")
    assert (error.code, error.row, error.column) == ("INVALID_TYPE", 1, 16)
    assert "sObject type 'Foo' is not supported. If you are" in error.message


ACCOUNT = "SELECT Id FROM Account"
CASES = [
    # names
    ("SELECT Owner.Foo FROM Account", "INVALID_FIELD", "No such column 'Foo' on entity 'User'"),
    ("SELECT Who.Company FROM Task", "INVALID_FIELD", "No such column 'Company' on entity 'Name'"),
    ("SELECT Boss.Name FROM Account", "INVALID_FIELD", "Didn't understand relationship 'Boss' in"),
    (
        "SELECT (SELECT Id FROM Pets) FROM Account",
        "INVALID_TYPE",
        "Didn't understand relationship 'Pets' in FROM part of query call.",
    ),
    (
        "SELECT (SELECT Id FROM Contact.Contacts) FROM Account",
        "INVALID_TYPE",
        "Didn't understand relationship 'Contacts' in FROM part of query call.",
    ),
    ("SELECT Id FROM Contact c, d.Account a", "INVALID_TYPE", "'d.Account' is not supported"),
    (
        f"SELECT {'Parent.' * 6}Name FROM Account",
        "INVALID_FIELD",
        "is deeper than 5 levels",
    ),
    ("SELECT Id, Name, ID FROM Account", "INVALID_FIELD", "duplicate field selected: Id"),
    (
        "SELECT Id i FROM Account",
        "MALFORMED_QUERY",
        "only aggregate expressions use field aliasing",
    ),
    ("SELECT DISTINCT Name FROM Account", "MALFORMED_QUERY", "use field aliasing"),
    # types
    (
        f"{ACCOUNT} WHERE CreatedDate > '2026-01-01'",
        "INVALID_FIELD",
        "field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
    ),
    (f"{ACCOUNT} WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
    ("SELECT Id FROM Contact WHERE Birthdate = '2026-01-01'", "INVALID_FIELD", "of type date and"),
    (f"{ACCOUNT} WHERE IsDeleted = 'true'", "INVALID_FIELD", "must be of type boolean and should"),
    (f"{ACCOUNT} WHERE AnnualRevenue = '5'", "INVALID_FIELD", "must be of type double and should"),
    (f"{ACCOUNT} WHERE AnnualRevenue > USD5", "INVALID_FIELD", "Invalid currency: USD"),
    (
        f"{ACCOUNT} WHERE Name = 5",
        "INVALID_FIELD",
        "must be of type string and should be enclosed in quotes",
    ),
    (f"{ACCOUNT} WHERE Name LIKE 5", "INVALID_FIELD", "should be enclosed in quotes"),
    (f"{ACCOUNT} WHERE Name IN ('a', 5)", "INVALID_FIELD", "should be enclosed in quotes"),
    (f"{ACCOUNT} WHERE Regions__c INCLUDES (5)", "INVALID_FIELD", "should be enclosed in quotes"),
    # operators
    (f"{ACCOUNT} WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
    (f"{ACCOUNT} WHERE Id LIKE '001%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on id"),
    (f"{ACCOUNT} WHERE OwnerId LIKE 'x'", "INVALID_QUERY_FILTER_OPERATOR", "on id field"),
    (f"{ACCOUNT} WHERE IsDeleted > true", "INVALID_QUERY_FILTER_OPERATOR", "on boolean field"),
    (f"{ACCOUNT} WHERE Name INCLUDES ('a')", "INVALID_QUERY_FILTER_OPERATOR", "on string field"),
    (f"{ACCOUNT} WHERE Regions__c LIKE 'a'", "INVALID_QUERY_FILTER_OPERATOR", "multipicklist"),
    (f"{ACCOUNT} WHERE Description = 'a'", "INVALID_FIELD", "can not be filtered in a query call"),
    (f"{ACCOUNT} WHERE BillingAddress = 'a'", "INVALID_FIELD", "can not be filtered in a query"),
    (f"{ACCOUNT} ORDER BY Description", "INVALID_FIELD", "'Description' can not be sorted in a"),
    (
        "SELECT Description FROM Account GROUP BY Description",
        "INVALID_FIELD",
        "field 'Description' can not be grouped in a query call",
    ),
    # groups
    (
        "SELECT Name, COUNT(Id) FROM Account",
        "MALFORMED_QUERY",
        "must be grouped or aggregated: Name",
    ),
    (
        "SELECT Id, Name FROM Account GROUP BY Name",
        "MALFORMED_QUERY",
        "Field must be grouped or aggregated: Id",
    ),
    (
        "SELECT Name FROM Account GROUP BY Name ORDER BY Industry",
        "MALFORMED_QUERY",
        "Ordered field must be grouped or aggregated",
    ),
    ("SELECT COUNT(Id) FROM Account ORDER BY Name", "MALFORMED_QUERY", "Ordered field must be"),
    ("SELECT COUNT() FROM Account ORDER BY Name", "MALFORMED_QUERY", "Ordered field must be"),
    ("SELECT COUNT(Id) FROM Account LIMIT 5", "MALFORMED_QUERY", "cannot also use LIMIT"),
    ("SELECT SUM(Name) FROM Account", "MALFORMED_QUERY", "does not support aggregate operator SUM"),
    ("SELECT COUNT(), Id FROM Account", "MALFORMED_QUERY", "unexpected token: ','"),
    ("SELECT COUNT() n FROM Account", "MALFORMED_QUERY", "COUNT() must stand alone"),
    ("SELECT COUNT() FROM Account GROUP BY Name", "MALFORMED_QUERY", "COUNT() must stand alone"),
    ("SELECT Name, Name FROM Account GROUP BY Name", "MALFORMED_QUERY", "duplicate alias: Name"),
    ("SELECT GROUPING(Name) FROM Account GROUP BY Name", "MALFORMED_QUERY", "ROLLUP or CUBE"),
    (
        "SELECT COUNT(Id) FROM Account GROUP BY CUBE(Name, Industry, OwnerId, Id)",
        "MALFORMED_QUERY",
        "at most 3 fields",
    ),
    (
        "SELECT FIELDS(STANDARD) FROM Account GROUP BY Name",
        "MALFORMED_QUERY",
        "FIELDS function is not supported with GROUP BY",
    ),
    ("SELECT DAY_ONLY(Birthdate) FROM Contact", "INVALID_FIELD", "does not support date function"),
    ("SELECT CALENDAR_YEAR(CreatedDate) FROM Contact", "MALFORMED_QUERY", "must be grouped"),
    # children
    (
        "SELECT COUNT(Id), (SELECT Id FROM Contacts) FROM Account",
        "MALFORMED_QUERY",
        "Grouping not allowed with nested queries",
    ),
    (
        "SELECT Id, (SELECT COUNT(Id) FROM Contacts) FROM Account",
        "MALFORMED_QUERY",
        "Only root queries support aggregate expressions",
    ),
    # semi-joins
    (
        f"{ACCOUNT} WHERE Name IN (SELECT AccountId FROM Contact)",
        "MALFORMED_QUERY",
        "should be an id field, cannot use: 'Name'",
    ),
    (
        f"{ACCOUNT} WHERE Id IN (SELECT LastName FROM Contact)",
        "MALFORMED_QUERY",
        "Semi join sub-selects can only query id fields, cannot use: 'LastName'",
    ),
    (f"{ACCOUNT} WHERE Id IN (SELECT OwnerId FROM Contact)", "MALFORMED_QUERY", "same object type"),
    (
        f"{ACCOUNT} WHERE Id IN (SELECT ParentId FROM Account)",
        "MALFORMED_QUERY",
        "same object type",
    ),
    (
        f"{ACCOUNT} WHERE Id IN (SELECT AccountId FROM Contact) OR Name = 'x'",
        "MALFORMED_QUERY",
        "Semi join sub-selects are not allowed with the 'OR' operator",
    ),
    (
        f"{ACCOUNT} WHERE Name = 'x' AND (Name = 'y' OR Id IN (SELECT AccountId FROM Contact))",
        "MALFORMED_QUERY",
        "only allowed at the top level WHERE expressions",
    ),
    (
        f"{ACCOUNT} WHERE NOT Id IN (SELECT AccountId FROM Contact)",
        "MALFORMED_QUERY",
        "only allowed at the top level WHERE expressions",
    ),
    (
        f"{ACCOUNT} WHERE Id IN (SELECT AccountId FROM Contact WHERE Id IN (SELECT Id FROM Task))",
        "MALFORMED_QUERY",
        "Nesting of semi join sub-selects is not supported",
    ),
    (
        f"{ACCOUNT} WHERE Id IN (SELECT AccountId, Id FROM Contact)",
        "MALFORMED_QUERY",
        "exactly one field",
    ),
    (
        f"{ACCOUNT} WHERE Id IN (SELECT AccountId FROM Contact LIMIT 1)",
        "MALFORMED_QUERY",
        "no ORDER BY, LIMIT",
    ),
    (
        ACCOUNT + " WHERE " + " AND ".join(["Id IN (SELECT AccountId FROM Contact)"] * 3),
        "MALFORMED_QUERY",
        "Maximum 2 semi join sub-selects are allowed",
    ),
    (
        "SELECT Name FROM Account GROUP BY Name HAVING Id IN (SELECT AccountId FROM Contact)",
        "MALFORMED_QUERY",
        "Semi-joins are only supported in WHERE clauses",
    ),
    # limits and what an org may lack
    (f"{ACCOUNT} OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
    ("SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY", "must have a LIMIT of at most 200"),
    ("SELECT FIELDS(ALL) FROM Account LIMIT 201", "MALFORMED_QUERY", "LIMIT of at most 200"),
    (
        f"{ACCOUNT} ORDER BY Name FOR UPDATE",
        "MALFORMED_QUERY",
        "ORDER BY not allowed in FOR UPDATE",
    ),
    (f"{ACCOUNT} WITH DATA CATEGORY A__c AT b__c", "FUNCTIONALITY_NOT_ENABLED", "knowledge"),
    (f"{ACCOUNT} USING SCOPE team", "FUNCTIONALITY_NOT_ENABLED", "scope 'team' is not supported"),
    ("SELECT convertCurrency(AnnualRevenue) FROM Account", "FUNCTIONALITY_NOT_ENABLED", "convert"),
    (
        f"{ACCOUNT} WHERE DISTANCE(Name, GEOLOCATION(1, 2), 'mi') < 5",
        "FUNCTIONALITY_NOT_ENABLED",
        "DISTANCE is not supported",
    ),
    ("SELECT TYPEOF Owner WHEN User THEN Id END FROM Account", "MALFORMED_QUERY", "polymorphic"),
    ("SELECT TYPEOF Who WHEN User THEN Id END FROM Task", "INVALID_FIELD", "'User' is not a type"),
    ("SELECT TYPEOF Who WHEN Lead THEN Foo END FROM Task", "INVALID_FIELD", "No such column 'Foo'"),
]


@pytest.mark.parametrize(("text", "code", "problem"), CASES)
@pytest.mark.parametrize("indexed", [False, True])
def test_refusals(text: str, code: str, problem: str, indexed: bool):
    error = refused(Org(indexed=indexed), text)
    assert (error.code, problem in error.message) == (code, True), error.message


def test_children_nest_five_levels_at_most():
    levels = ["ChildAccounts"] * 4
    text = "SELECT Id FROM ChildAccounts"
    for name in levels[1:]:
        text = f"SELECT Id, ({text}) FROM {name}"
    run(Org(), f"SELECT Id, ({text}) FROM Account")
    deeper = f"SELECT Id, (SELECT Id, ({text}) FROM ChildAccounts) FROM Account"
    assert "more than 5 levels" in refused(Org(), deeper).message


def test_too_many_groups_for_one_page():
    org = Org()
    for number in range(2_001):
        org.add("Account", Name=f"a{number}")
    error = refused(org, "SELECT Name, COUNT(Id) FROM Account GROUP BY Name")
    assert error.code == "EXCEEDED_ID_LIMIT"
    assert run(org, "SELECT Name, COUNT(Id) FROM Account GROUP BY Name LIMIT 2000").size == 2_000
