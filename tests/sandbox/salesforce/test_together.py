"""Collections, composite, graphs, batches, trees, loads, tooling, notifications, search."""

import csv
import io
from typing import Any

import pytest

from sandbox.salesforce import ids

from .conftest import Api, add_field


def typed(name: str, **values: Any) -> dict[str, Any]:
    return {"attributes": {"type": name}, **values}


# collections


def test_each_record_of_a_collection_has_its_own_fate(api: Api):
    records = [
        typed("Contact", LastName="a"),
        typed("Contact"),
        typed("Lead", LastName="b", Company="c"),
    ]
    first, second, third = api.ok("POST", "/composite/sobjects", json={"records": records})
    assert (first["success"], first["errors"], third["id"][:3]) == (True, [], "00Q")
    assert second == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [LastName]",
                "fields": ["LastName"],
            }
        ],
    }


def test_all_or_none_leaves_no_trace(api: Api):
    body = {"allOrNone": True, "records": [typed("Contact", LastName="a"), typed("Contact")]}
    first, second = api.ok("POST", "/composite/sobjects", json=body)
    assert first["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert second["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert api.query("SELECT Id FROM Contact", everything=True) == []
    assert api.org.journal.effects == []


def test_a_collection_is_updated_and_deleted(api: Api):
    contact, gone = api.create("Contact", LastName="a"), api.create("Contact", LastName="b")
    api.ok("DELETE", f"/sobjects/Contact/{gone}")
    unknown = ids.make("003", 999)
    records = [typed("Contact", id=each, Title="t") for each in (contact, gone, unknown, "x", "")]
    done = api.ok("PATCH", "/composite/sobjects", json={"records": records})
    codes = [each["errors"][0]["statusCode"] if each["errors"] else None for each in done]
    assert codes == [
        None, "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID",
        "MISSING_ARGUMENT",
    ]  # fmt: skip
    found = api.ok("GET", "/composite/sobjects/Contact", params={"ids": f"{contact},{gone}", "fields": "Title"})  # fmt: skip # noqa: E501
    assert (found[0]["Title"], found[1]) == ("t", None)
    done = api.ok("DELETE", "/composite/sobjects", params={"ids": f"{contact},{gone}"})
    assert [each["success"] for each in done] == [True, False]


def test_a_collection_is_upserted(api: Api):
    add_field(api, "Activity.Key__c", externalId=True, unique=True, caseSensitive=True)
    records = [typed("Task", Key__c="k1", Subject="a"), typed("Task", Key__c="k2", Subject="b")]
    path = "/composite/sobjects/Task/Key__c"
    assert [r["created"] for r in api.ok("PATCH", path, json={"records": records})] == [True, True]
    assert [r["created"] for r in api.ok("PATCH", path, json={"records": records})] == [
        False,
        False,
    ]
    records = [typed("Contact", Id=None, LastName="a")]
    (made,) = api.ok("PATCH", "/composite/sobjects/Contact/Id", json={"records": records})
    assert (made["created"], made["id"][:3]) == (True, "003")


@pytest.mark.parametrize(
    "records",
    [
        [typed("Contact", LastName="a")] * 201,
        [typed("Contact", LastName="a"), typed("Account", Name="b")] * 6,
        [{"LastName": "no type"}],
    ],
)
def test_a_malformed_collection_is_refused_as_a_whole(api: Api, records: list[Any]):
    answer = api.call("POST", "/composite/sobjects", json={"records": records})
    assert answer.status_code == 400
    assert api.query("SELECT Id FROM Contact") == []


# composite


def part(method: str, path: str, reference: str, body: Any = None) -> dict[str, Any]:
    made = {"method": method, "url": f"/services/data/v67.0{path}", "referenceId": reference}
    return made | ({} if body is None else {"body": body})


def test_composite_passes_on_what_it_got(api: Api):
    parts = [
        part("POST", "/sobjects/Account", "a", {"Name": "Acme"}),
        part("POST", "/sobjects/Contact", "c", {"LastName": "x", "AccountId": "@{a.id}"}),
        part("GET", "/query/?q=SELECT Id, Account.Name FROM Contact WHERE Id = '@{c.id}'", "q"),
        part("GET", "/sobjects/Account/@{q.records[0].Id}", "wrong"),
    ]
    done = api.ok("POST", "/composite", json={"compositeRequest": parts})["compositeResponse"]
    assert [each["httpStatusCode"] for each in done] == [201, 201, 200, 404]
    assert done[2]["body"]["records"][0]["Account"]["Name"] == "Acme"
    assert done[0]["httpHeaders"]["Location"].startswith("/services/data/v67.0/sobjects/Account/")
    assert api.platform.quota.used == 1


def test_composite_all_or_none(api: Api):
    parts = [
        part("POST", "/sobjects/Account", "a", {"Name": "Acme"}),
        part("POST", "/sobjects/Contact", "c", {}),
        part("POST", "/sobjects/Contact", "d", {"LastName": "x"}),
    ]
    body = {"allOrNone": True, "compositeRequest": parts}
    done = api.ok("POST", "/composite", json=body)["compositeResponse"]
    codes = [each["body"][0]["errorCode"] for each in done]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
    assert api.query("SELECT Id FROM Account") == []


def test_a_reference_that_leads_nowhere_halts(api: Api):
    parts = [part("GET", "/sobjects/Account/@{nobody.id}", "a")]
    (done,) = api.ok("POST", "/composite", json={"compositeRequest": parts})["compositeResponse"]
    assert done["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_graphs_stand_for_themselves(api: Api):
    good = [part("POST", "/sobjects/Account", "a", {"Name": "Acme"})]
    bad = [
        part("POST", "/sobjects/Account", "a", {"Name": "B"}),
        part("POST", "/sobjects/Contact", "c", {}),
    ]
    graphs = [{"graphId": "1", "compositeRequest": good}, {"graphId": "2", "compositeRequest": bad}]
    done = api.ok("POST", "/composite/graph", json={"graphs": graphs})["graphs"]
    assert [each["isSuccessful"] for each in done] == [True, False]
    assert [row["Name"] for row in api.query("SELECT Name FROM Account")] == ["Acme"]


def test_batches(api: Api):
    requests = [
        {"method": "GET", "url": "v67.0/limits"},
        {"method": "POST", "url": "v67.0/sobjects/Account", "richInput": {"Name": "Acme"}},
        {"method": "GET", "url": "v67.0/nope"},
    ]
    done = api.ok("POST", "/composite/batch", json={"batchRequests": requests})
    assert [each["statusCode"] for each in done["results"]] == [200, 201, 404]
    assert done["hasErrors"] is True


def test_trees(api: Api):
    child = typed("Contact", LastName="x")
    child["attributes"]["referenceId"] = "c"
    parent = typed("Account", Name="Acme", Contacts={"records": [child]})
    parent["attributes"]["referenceId"] = "a"
    done = api.ok("POST", "/composite/tree/Account", json={"records": [parent]})
    assert [each["referenceId"] for each in done["results"]] == ["a", "c"]
    (row,) = api.query("SELECT Account.Name FROM Contact")
    assert row["Account"]["Name"] == "Acme"
    del child["LastName"]
    answer = api.call("POST", "/composite/tree/Account", json={"records": [parent]})
    assert (answer.status_code, answer.json()["results"][0]["referenceId"]) == (400, "c")
    assert len(api.query("SELECT Id FROM Account")) == 1


# loads


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def load(api: Api, text: str, **body: str) -> Any:
    made = api.ok("POST", "/jobs/ingest", json={"contentType": "CSV", **body})
    path = f"/jobs/ingest/{made['id']}"
    assert made["state"] == "Open"
    assert made["contentUrl"] == f"services/data/v67.0{path}/batches"
    put = api.call("PUT", f"{path}/batches", content=text, headers={"Content-Type": "text/csv"})
    assert put.status_code == 201
    api.ok("PATCH", path, json={"state": "UploadComplete"})
    while (told := api.ok("GET", path))["state"] not in ("JobComplete", "Failed"):
        assert told["state"] == "InProgress"
    return told


def test_a_bulk_query_comes_in_pages(api: Api):
    api.platform.bulk.patience = 1
    tricky = 'two\nlines, "quoted"\u2028x'
    rows: list[dict[str, Any]] = [{"LastName": f"n{n}", "Description": tricky} for n in range(25)]
    api.org.load("Contact", rows)
    soql = "SELECT Id, Description, CreatedDate, DoNotCall, Account.Name, Title FROM Contact"
    made = api.ok("POST", "/jobs/query", json={"operation": "query", "query": soql})
    path = f"/jobs/query/{made['id']}"
    assert api.call("GET", f"{path}/results").status_code == 400
    assert api.ok("GET", path)["state"] == "InProgress"
    told = api.ok("GET", path)
    assert (told["state"], told["numberRecordsProcessed"]) == ("JobComplete", 25)
    seen: list[dict[str, str]] = []
    locator, sizes = "", []
    while locator != "null":
        options = {"maxRecords": "10"} | ({"locator": locator} if locator else {})
        page = api.call("GET", f"{path}/results", params=options)
        locator = page.headers["sforce-locator"]
        sizes.append(page.headers["sforce-numberofrecords"])
        seen += rows_of(page.text)
    assert (sizes, len({row["Id"] for row in seen})) == (["10", "10", "5"], 25)
    assert seen[0]["Description"] == tricky
    assert (seen[0]["CreatedDate"], seen[0]["DoNotCall"]) == ("2026-11-18T11:06:40.000Z", "false")
    assert (seen[0]["Account.Name"], seen[0]["Title"]) == ("", "")
    assert api.call("DELETE", path).status_code == 204
    assert api.call("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT MailingAddress FROM Contact", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT Id, (SELECT Id FROM Tasks) FROM Contact", "INVALIDJOB"),
        ("SELECT COUNT(Id) FROM Contact", "INVALIDJOB"),
        ("SELECT Id FROM TaskStatus", "INVALIDENTITY"),
        ("SELECT Nope FROM Contact", "INVALID_FIELD"),
    ],
)
def test_what_bulk_can_not(api: Api, soql: str, code: str):
    body = {"operation": "query", "query": soql}
    assert api.refused("POST", "/jobs/query", json=body) == (400, code)


def test_a_load_inserts_and_tells_of_each_row(api: Api):
    text = "LastName,Email,Title\na,a@x.example,Boss\n,b@x.example,\nc,nonsense,\n"
    told = load(api, text, object="Contact", operation="insert")
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (3, 2)
    path = f"/jobs/ingest/{told['id']}"
    (good,) = rows_of(api.call("GET", f"{path}/successfulResults").text)
    assert (good["sf__Created"], good["LastName"], good["sf__Id"][:3]) == ("true", "a", "003")
    bad = rows_of(api.call("GET", f"{path}/failedResults").text)
    assert (
        bad[0]["sf__Error"]
        == "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName--"
    )
    assert bad[1]["sf__Error"].startswith("INVALID_EMAIL_ADDRESS:")
    assert rows_of(api.call("GET", f"{path}/UnprocessedRecords").text) == []


def test_empty_cells_change_nothing_and_na_clears(api: Api):
    contact = api.create("Contact", LastName="a", Title="Boss", Phone="1")
    text = f"Id;Title;Phone\r\n{contact};;#N/A\r\n"
    told = load(api, text, object="Contact", operation="update", columnDelimiter="SEMICOLON", lineEnding="CRLF")  # fmt: skip # noqa: E501
    assert told["numberRecordsFailed"] == 0
    assert (api.org.get(contact, "Title"), api.org.get(contact, "Phone")) == ("Boss", None)


def test_an_upsert_load(api: Api):
    add_field(api, "Contact.Key__c", externalId=True)
    for created in ("true", "false"):
        text = "Key__c,LastName\nk1,a\n"
        told = load(api, text, object="Contact", operation="upsert", externalIdFieldName="Key__c")
        (row,) = rows_of(api.call("GET", f"/jobs/ingest/{told['id']}/successfulResults").text)
        assert row["sf__Created"] == created


def test_an_unknown_column_fails_the_load(api: Api):
    text = "LastName,Nope\na,b\n"
    told = load(api, text, object="Contact", operation="insert")
    assert (told["state"], told["errorMessage"]) == (
        "Failed",
        "InvalidBatch : Field name not found : Nope",
    )
    path = f"/jobs/ingest/{told['id']}/unprocessedrecords"
    assert rows_of(api.call("GET", path).text) == [{"LastName": "a", "Nope": "b"}]


# tooling


def test_a_new_field_is_seen_by_nobody_until_it_is_granted(api: Api):
    metadata = {"label": "Key", "type": "Text", "length": 40, "externalId": True, "unique": True}
    body = {"FullName": "Activity.Key__c", "Metadata": metadata}
    made = api.ok("POST", "/tooling/sobjects/CustomField", json=body)
    assert made["success"] is True
    assert api.refused("POST", "/sobjects/Task", json={"Key__c": "a"}) == (400, "INVALID_FIELD")
    assert "Key__c" not in [f["name"] for f in api.ok("GET", "/sobjects/Task/describe")["fields"]]
    rights = {
        "ParentId": api.founded.permission_set,
        "PermissionsRead": True,
        "PermissionsEdit": True,
    }
    api.create("FieldPermissions", SobjectType="Task", Field="Task.Key__c", **rights)
    rights |= {"SobjectType": "Task", "Field": "Task.Key__c"}
    assert api.refused("POST", "/sobjects/FieldPermissions", json=rights)[1] == "DUPLICATE_VALUE"
    for field in ("Task.Nope__c", "Task.Status", "Lead.Key__c"):
        wrong = api.refused("POST", "/sobjects/FieldPermissions", json=rights | {"Field": field})
        assert wrong == (400, "FIELD_INTEGRITY_EXCEPTION")
    api.create("Task", Key__c="a")
    fields = {f["name"]: f for f in api.ok("GET", "/sobjects/Task/describe")["fields"]}
    known = fields["Key__c"]
    assert (known["custom"], known["unique"], known["externalId"], known["length"]) == (
        True,
        True,
        True,
        40,
    )
    again = api.refused("POST", "/tooling/sobjects/CustomField", json=body)
    assert again == (400, "DUPLICATE_DEVELOPER_NAME")
    soql = "SELECT Id, DeveloperName FROM CustomField WHERE TableEnumOrId = 'Activity'"
    found = api.ok("GET", "/tooling/query", params={"q": soql})
    assert [row["DeveloperName"] for row in found["records"]] == ["Key"]
    assert api.call("PATCH", f"/tooling/sobjects/CustomField/{made['id']}", json={"Metadata": {"label": "K"}}).status_code == 204  # fmt: skip # noqa: E501
    assert api.ok("GET", f"/tooling/sobjects/CustomField/{made['id']}")["Metadata"]["label"] == "K"
    api.ok("DELETE", f"/tooling/sobjects/CustomField/{made['id']}")
    assert api.refused("GET", "/query", params={"q": "SELECT Key__c FROM Task"}) == (
        400,
        "INVALID_FIELD",
    )


def test_a_field_needs_a_right_and_sense(api: Api):
    body: dict[str, Any] = {"FullName": "Lead.X__c", "Metadata": {"label": "X", "type": "Text"}}
    answer = api.refused("POST", "/tooling/sobjects/CustomField", json=body)
    assert answer == (400, "FIELD_INTEGRITY_EXCEPTION")
    body["Metadata"]["length"] = 10
    body["FullName"] = "Task.X__c"
    answer = api.refused("POST", "/tooling/sobjects/CustomField", json=body)
    assert answer == (400, "FIELD_INTEGRITY_EXCEPTION")
    api.org.load("PermissionSet", [dict(api.org.tables["PermissionSet"].rows[api.founded.permission_set]) | {"PermissionsCustomizeApplication": False}])  # fmt: skip # noqa: E501
    body["FullName"] = "Lead.X__c"
    answer = api.refused("POST", "/tooling/sobjects/CustomField", json=body)
    assert answer == (403, "INSUFFICIENT_ACCESS_OR_READONLY")


def test_a_checkbox_is_false_for_old_records(api: Api):
    contact = api.create("Contact", LastName="a")
    add_field(api, "Contact.Hot__c", type="Checkbox", length=None)
    assert [row["Id"] for row in api.query("SELECT Id FROM Contact WHERE Hot__c = false")] == [
        contact
    ]


# the bell


def test_notifications(api: Api):
    given = {
        "customNotifTypeId": api.founded.notification_type,
        "recipientIds": [api.founded.admin],
        "title": "Back",
        "body": "Ana is shopping again",
        "targetId": api.create("Contact", LastName="a"),
    }
    path = "/actions/standard/customNotificationAction"
    assert api.ok("GET", "/actions/standard")["actions"][0]["url"].endswith(path)
    (done,) = api.ok("POST", path, json={"inputs": [given]})
    assert done["isSuccess"] is True
    (effect,) = api.org.journal.of("CustomNotification", "notified")
    assert effect.changes["title"] == "Back"
    answer = api.call("POST", path, json={"inputs": [given | {"recipientIds": ["005xx"]}]})
    assert answer.json()[0]["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    assert answer.status_code == 400
    api.org.load("PermissionSet", [dict(api.org.tables["PermissionSet"].rows[api.founded.permission_set]) | {"PermissionsSendCustomNotifications": False}])  # fmt: skip # noqa: E501
    (done,) = api.call("POST", path, json={"inputs": [given]}).json()
    assert done["errors"][0]["statusCode"] == "INSUFFICIENT_ACCESS_OR_READONLY"


# search


def test_search(api: Api):
    contact = api.create("Contact", LastName="Ruiz", Email="r@acme.example")
    api.create("Lead", LastName="Other", Company="Ruiz")
    soql = "FIND {ruiz} IN NAME FIELDS RETURNING Contact(Id, Email), Lead(Id)"
    (found,) = api.ok("GET", "/search", params={"q": soql})["searchRecords"]
    assert (found["Id"], found["Email"]) == (contact, "r@acme.example")
    body = {"q": "acme", "in": "EMAIL", "sobjects": [{"name": "Contact", "fields": ["Id"]}]}
    assert len(api.ok("POST", "/parameterizedSearch", json=body)["searchRecords"]) == 1
    odd = {"q": "FIND {a b} RETURNING Contact(Id WHERE Name = 'x')"}
    assert api.refused("GET", "/search", params=odd) == (400, "MALFORMED_SEARCH")
