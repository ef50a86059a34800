"""Queries, pages, visibility, and what changes under the reader's eyes."""

from typing import Any

import pytest

from connector.clock import DAY, HOUR, MINUTE, SECOND, ManualClock
from sandbox.salesforce import conversion, merge, writing
from sandbox.salesforce.values import show_instant

from .conftest import START, Api, add_field


def contacts(api: Api, count: int) -> list[str]:
    rows: list[dict[str, Any]] = [{"LastName": f"n{n:04d}"} for n in range(count)]
    return api.org.load("Contact", rows)


def test_versions_and_resources(api: Api):
    known = api.ok("GET", "/services/data")
    assert known[0] == {"label": "Summer '14", "url": "/services/data/v31.0", "version": "31.0"}
    assert (known[-1]["label"], known[-1]["version"]) == ("Summer '26", "67.0")
    assert api.ok("GET", "/")["sobjects"] == "/services/data/v67.0/sobjects"
    assert api.call("GET", "/services/data/v30.0/limits").status_code == 410
    assert api.call("GET", "/services/data/v99.0/limits").status_code == 404


def test_pages_follow_each_other(api: Api):
    made = contacts(api, 450)
    header = {"Sforce-Query-Options": "batchSize=200"}
    soql = {"q": "SELECT Id, Name FROM Contact ORDER BY Id"}
    page = api.ok("GET", "/query", params=soql, headers=header)
    assert (page["totalSize"], page["done"], len(page["records"])) == (450, False, 200)
    api.create("Contact", LastName="came later")
    seen = page["records"]
    while not page["done"]:
        page = api.ok("GET", page["nextRecordsUrl"])
        seen += page["records"]
    assert [each["Id"] for each in seen] == made
    assert "nextRecordsUrl" not in page


def test_a_page_may_hold_fewer_than_asked_for(api: Api):
    contacts(api, 30)
    api.platform.page_size = 7
    page = api.ok("GET", "/query", params={"q": "SELECT Id FROM Contact"})
    assert (len(page["records"]), page["done"]) == (7, False)
    assert len(api.query("SELECT Id FROM Contact")) == 30


def test_a_locator_lives_two_days_and_dies_with_its_session(api: Api, clock: ManualClock):
    contacts(api, 30)
    api.platform.page_size = 10
    api.platform.auth.session = 3 * DAY
    api.login()
    more = api.ok("GET", "/query", params={"q": "SELECT Id FROM Contact"})["nextRecordsUrl"]
    api.ok("GET", more)
    old, api.headers = api.headers, {}
    api.login()
    assert api.refused("GET", more) == (400, "INVALID_QUERY_LOCATOR")
    api.headers = old
    clock.move_to(START + 2 * DAY)
    assert api.refused("GET", more) == (400, "INVALID_QUERY_LOCATOR")
    assert api.refused("GET", "/query/nonsense") == (400, "INVALID_QUERY_LOCATOR")


def test_a_bad_query_says_where(api: Api):
    answer = api.call("GET", "/query", params={"q": "SELECT Nope FROM Contact"})
    assert answer.status_code == 400
    assert "ERROR at Row:1:Column:8\nNo such column 'Nope'" in answer.json()[0]["message"]
    assert api.refused("GET", "/query", params={"q": "SELECT Id FROM"}) == (400, "MALFORMED_QUERY")
    assert api.refused("GET", "/query", params={"q": "SELECT Id FROM X"}) == (400, "INVALID_TYPE")


def test_deleted_and_archived_records_are_for_query_all(api: Api):
    contact, task = api.create("Contact", LastName="x"), api.create("Task", Subject="a")
    api.ok("DELETE", f"/sobjects/Contact/{contact}")
    table = api.org.tables["Task"]
    with api.org.unit():
        api.org.store(table.kind, dict(table.rows[task]) | {"IsArchived": True})
    assert api.query("SELECT Id FROM Contact") == []
    assert api.query("SELECT Id FROM Task") == []
    (row,) = api.query("SELECT IsDeleted FROM Contact", everything=True)
    assert row["IsDeleted"] is True
    (row,) = api.query("SELECT IsDeleted, IsArchived FROM Task", everything=True)
    assert (row["IsDeleted"], row["IsArchived"]) == (False, True)


def test_stamps_are_whole_seconds_and_equal_within_a_call(api: Api, clock: ManualClock):
    clock.move_to(START + 1_234)
    records = [{"attributes": {"type": "Contact"}, "LastName": str(n)} for n in range(200)]
    api.ok("POST", "/composite/sobjects", json={"records": records})
    stamps = {row["SystemModstamp"] for row in api.query("SELECT SystemModstamp FROM Contact")}
    assert stamps == {show_instant(START + SECOND)}


def keyset(api: Api, after: tuple[str, str] | None) -> list[dict[str, Any]]:
    where = "" if after is None else (
        f"WHERE SystemModstamp > {after[0]} OR (SystemModstamp = {after[0]} AND Id > '{after[1]}') "
    )  # fmt: skip
    order = "ORDER BY SystemModstamp, Id LIMIT 50"
    return api.query(f"SELECT Id, SystemModstamp FROM Contact {where}{order}")


def test_a_keyset_walk_sees_every_record_once(api: Api, clock: ManualClock):
    made = []
    for second in range(3):
        clock.move_to(START + second * SECOND)
        made += contacts(api, 60)
    seen: list[str] = []
    after = None
    while page := keyset(api, after):
        seen += [row["Id"] for row in page]
        after = (page[-1]["SystemModstamp"].replace("+0000", "Z"), page[-1]["Id"])
    assert seen == made


def test_a_record_that_changes_moves_to_the_end(api: Api, clock: ManualClock):
    made = contacts(api, 5)
    clock.move_to(START + MINUTE)
    api.ok("PATCH", f"/sobjects/Contact/{made[1]}", json={"Title": "t"})
    rows = api.query("SELECT Id FROM Contact ORDER BY SystemModstamp, Id")
    assert [row["Id"] for row in rows] == [made[0], *made[2:], made[1]]


def test_commit_lag_hides_what_is_committed(api: Api, clock: ManualClock):
    api.org.commit_lag = 3 * SECOND
    contact = api.create("Contact", LastName="x", Email="x@y.example")
    clock.move_to(START + SECOND)
    api.ok("PATCH", f"/sobjects/Contact/{contact}", json={"Email": "z@y.example"})
    assert api.query("SELECT Id FROM Contact") == []
    assert api.ok("GET", f"/sobjects/Contact/{contact}")["Email"] == "z@y.example"
    clock.move_to(START + 3 * SECOND)
    (old,) = api.query("SELECT Email, SystemModstamp FROM Contact WHERE Email = 'x@y.example'")
    assert old["SystemModstamp"] == show_instant(START)
    clock.move_to(START + 4 * SECOND)
    (new,) = api.query("SELECT Email FROM Contact WHERE Email LIKE '%@y.example'")
    assert new["Email"] == "z@y.example"


def test_an_open_transaction_appears_below_what_was_read(api: Api, clock: ManualClock):
    values = {"LastName": "late"}
    body = {"object": "Contact", "values": values, "commits_in": 5 * MINUTE}
    assert api.http.post("/__sandbox__/later", json=body).status_code == 200
    clock.move_to(START + 2 * MINUTE)
    early = api.create("Contact", LastName="early")
    assert [row["Id"] for row in api.query("SELECT Id FROM Contact")] == [early]
    window = {"start": show_instant(START - HOUR), "end": show_instant(START + HOUR)}
    told = api.ok("GET", "/sobjects/Contact/updated", params=window)
    assert told == {"ids": [early], "latestDateCovered": show_instant(START)}
    clock.move_to(START + 5 * MINUTE)
    rows = api.query("SELECT Name, SystemModstamp FROM Contact ORDER BY SystemModstamp, Id")
    assert [row["Name"] for row in rows] == ["late", "early"]
    assert rows[0]["SystemModstamp"] == show_instant(START)
    told = api.ok("GET", "/sobjects/Contact/updated", params=window)
    assert told["latestDateCovered"] == show_instant(START + 5 * MINUTE)


def test_updated_and_deleted(api: Api, clock: ManualClock):
    kept, gone = contacts(api, 2)
    clock.move_to(START + HOUR)
    api.ok("DELETE", f"/sobjects/Contact/{gone}")
    window = {"start": show_instant(START), "end": show_instant(START + 2 * HOUR)}
    assert api.ok("GET", "/sobjects/Contact/updated/", params=window)["ids"] == [kept]
    told = api.ok("GET", "/sobjects/Contact/deleted/", params=window)
    assert told["deletedRecords"] == [{"id": gone, "deletedDate": show_instant(START + HOUR)}]
    for bad in ({"start": show_instant(START - 31 * DAY)}, {"end": show_instant(START + SECOND)}):
        answer = api.refused("GET", "/sobjects/Contact/updated", params=window | bad)
        assert answer == (400, "INVALID_REPLICATION_DATE")


def test_the_date_header_is_that_of_the_org(api: Api, clock: ManualClock):
    clock.move_to(START + DAY)
    assert api.call("GET", "/limits").headers["date"] == "Thu, 19 Nov 2026 11:06:40 GMT"


def test_describes(api: Api, clock: ManualClock):
    entries = {each["name"]: each for each in api.ok("GET", "/sobjects")["sobjects"]}
    assert entries["Lead"]["keyPrefix"] == "00Q"
    assert entries["OpportunityHistory"]["updateable"] is False
    answer = api.call("GET", "/sobjects/Lead/describe")
    told = answer.json()
    fields = {field["name"]: field for field in told["fields"]}
    status = fields["Status"]
    assert (status["type"], status["restrictedPicklist"], status["nillable"]) == (
        "picklist",
        False,
        False,
    )
    assert [value["value"] for value in status["picklistValues"] if value["defaultValue"]] == ["Open - Not Contacted"]  # fmt: skip # noqa: E501
    assert (fields["Email"]["idLookup"], fields["LastName"]["length"]) == (True, 80)
    assert fields["OwnerId"]["referenceTo"] == ["Group", "User"]
    children = {child["relationshipName"] for child in told["childRelationships"]}
    assert {"Tasks", "Events", "CampaignMembers"} <= children
    since = {"If-Modified-Since": answer.headers["last-modified"]}
    assert api.call("GET", "/sobjects/Lead/describe", headers=since).status_code == 304
    clock.move_to(START + MINUTE)
    add_field(api, "Lead.New__c")
    assert api.call("GET", "/sobjects/Lead/describe", headers=since).status_code == 200


def test_limits_count_calls(api: Api, clock: ManualClock):
    answer = api.call("GET", "/limits")
    assert answer.headers["sforce-limit-info"] == "api-usage=1/100000"
    api.platform.quota.daily = 3
    api.ok("GET", "/limits")
    api.ok("GET", "/limits")
    refused = api.call("GET", "/limits")
    assert (refused.status_code, refused.json()) == (
        403,
        [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}],
    )
    clock.move_to(START + DAY)
    api.login()
    api.ok("GET", "/limits")


def test_record_counts(api: Api):
    contacts(api, 12)
    told = api.ok("GET", "/limits/recordCount", params={"sObjects": "Contact,Lead"})
    assert told == {"sObjects": [{"count": 12, "name": "Contact"}, {"count": 0, "name": "Lead"}]}


def test_field_level_security_makes_a_field_vanish(api: Api):
    api.create("Contact", LastName="x", Email="x@y.example")
    user, access = api.founded.integration, api.org.access
    access.hide(user, "Contact", "Email")
    assert api.refused("GET", "/query", params={"q": "SELECT Email FROM Contact"}) == (
        400,
        "INVALID_FIELD",
    )
    names = [field["name"] for field in api.ok("GET", "/sobjects/Contact/describe")["fields"]]
    assert "Email" not in names
    access.unhide(user, "Contact", "Email")
    access.lock(user, "Contact", "Title")
    answer = api.refused("POST", "/sobjects/Contact", json={"LastName": "y", "Title": "t"})
    assert answer == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    access.hide_object(user, "Lead")
    assert api.refused("GET", "/query", params={"q": "SELECT Id FROM Lead"}) == (
        400,
        "INVALID_TYPE",
    )
    access.only_own(user, "Contact")
    api.org.load("Contact", [{"LastName": "z", "OwnerId": api.founded.admin}])
    assert len(api.query("SELECT Id FROM Contact")) == 1


# merges, conversion, history


def test_a_merge_moves_the_children(api: Api, clock: ManualClock):
    winner, loser = contacts(api, 2)
    task = api.create("Task", Subject="a", WhoId=loser)
    clock.move_to(START + HOUR)
    merge.merge(api.org, api.person(), winner, [loser])
    assert api.ok("GET", f"/sobjects/Task/{task}")["WhoId"] == winner
    rows = api.query(
        "SELECT Id, IsDeleted, MasterRecordId FROM Contact ORDER BY Id", everything=True
    )
    assert [(row["IsDeleted"], row["MasterRecordId"]) for row in rows] == [
        (False, None),
        (True, winner),
    ]
    assert api.refused("PATCH", f"/sobjects/Contact/{loser}", json={}) == (404, "ENTITY_IS_DELETED")
    (moved,) = api.query("SELECT SystemModstamp, LastModifiedDate FROM Task")
    assert moved["SystemModstamp"] == show_instant(START + HOUR)
    assert moved["LastModifiedDate"] == show_instant(START)


def test_conversion(api: Api):
    person = api.create("Lead", LastName="Ruiz", Company="Acme", Email="r@acme.example")
    task = api.create("Task", Subject="a", WhoId=person)
    campaign = api.create("Campaign", Name="Fair")
    member = api.create("CampaignMember", CampaignId=campaign, LeadId=person)
    made = conversion.convert(api.org, api.person(), person, opportunity="Deal")
    row = api.ok("GET", f"/sobjects/Lead/{person}")
    assert (row["IsConverted"], row["ConvertedContactId"]) == (True, made.contact)
    assert api.org.get(task, "WhoId") == made.contact
    row = api.ok("GET", f"/sobjects/CampaignMember/{member}")
    assert (row["LeadId"], row["ContactId"], row["Type"]) == (person, made.contact, "Contact")
    answer = api.refused("PATCH", f"/sobjects/Lead/{person}", json={"Title": "t"})
    assert answer == (400, "CANNOT_UPDATE_CONVERTED_LEAD")
    answer = api.refused("POST", "/sobjects/Task", json={"Subject": "b", "WhoId": person})
    assert answer == (400, "CANNOT_UPDATE_CONVERTED_LEAD")
    (role,) = api.query("SELECT ContactId FROM OpportunityContactRole")
    assert role["ContactId"] == made.contact


def test_campaign_members(api: Api):
    campaign = api.create("Campaign", Name="Fair")
    contact = api.create("Contact", LastName="Ruiz", FirstName="Ana", Email="r@acme.example")
    member = api.create("CampaignMember", CampaignId=campaign, ContactId=contact)
    row = api.ok("GET", f"/sobjects/CampaignMember/{member}")
    assert (row["HasResponded"], row["Email"], row["Name"]) == (False, "r@acme.example", "Ana Ruiz")
    api.ok("PATCH", f"/sobjects/CampaignMember/{member}", json={"Status": "Responded"})
    (row,) = api.query(
        "SELECT HasResponded, FirstRespondedDate, Campaign.Name, Contact.Email FROM CampaignMember "
        "WHERE HasResponded = true"
    )
    assert (row["FirstRespondedDate"], row["Campaign"]["Name"]) == ("2026-11-18", "Fair")
    again = api.refused("POST", "/sobjects/CampaignMember", json={"CampaignId": campaign, "ContactId": contact})  # fmt: skip # noqa: E501
    assert again == (400, "DUPLICATE_VALUE")
    assert api.ok("GET", f"/sobjects/Campaign/{campaign}")["NumberOfResponses"] == 1
    labels = [row["Label"] for row in api.query("SELECT Label FROM CampaignMemberStatus")]
    assert labels == ["Sent", "Responded"]


def test_opportunities_and_their_history(api: Api):
    values = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2027-02-01", "Amount": 100}
    sale = api.create("Opportunity", **values)
    api.ok("PATCH", f"/sobjects/Opportunity/{sale}", json={"StageName": "Closed Won"})
    api.ok("PATCH", f"/sobjects/Opportunity/{sale}", json={"NextStep": "celebrate"})
    row = api.ok("GET", f"/sobjects/Opportunity/{sale}")
    assert (row["IsWon"], row["IsClosed"], row["Probability"]) == (True, True, 100.0)
    assert (row["ExpectedRevenue"], row["ForecastCategory"]) == (100.0, "Closed")
    rows = api.query("SELECT StageName FROM OpportunityHistory ORDER BY CreatedDate, Id")
    assert [row["StageName"] for row in rows] == ["Prospecting", "Closed Won"]


def test_calendar_entries(api: Api):
    made = api.create("Event", Subject="Meet", StartDateTime="2026-12-01T09:00:00+01:00", DurationInMinutes=30)  # fmt: skip # noqa: E501
    row = api.ok("GET", f"/sobjects/Event/{made}")
    assert row["ActivityDateTime"] == "2026-12-01T08:00:00.000+0000"
    assert (row["EndDateTime"], row["ActivityDate"]) == (
        "2026-12-01T08:30:00.000+0000",
        "2026-12-01",
    )


@pytest.mark.parametrize("soql", ["SELECT COUNT() FROM Contact", "SELECT Id FROM Contact LIMIT 3"])
def test_counts_and_limits_do_not_page(api: Api, soql: str):
    contacts(api, 5)
    page = api.ok("GET", "/query", params={"q": soql})
    assert page["done"] is True
    assert page["totalSize"] == (5 if "COUNT" in soql else 3)


def test_wide_rows_make_short_pages(api: Api):
    rows: list[dict[str, Any]] = [
        {"LastName": str(n), "Description": "x" * 20_000} for n in range(450)
    ]
    made = api.org.load("Contact", rows)
    soql = "SELECT Id, Description FROM Contact ORDER BY Id"
    page = api.ok("GET", "/query", params={"q": soql})
    assert (len(page["records"]) < 450, page["done"]) == (True, False)
    assert [row["Id"] for row in api.query(soql)] == made


def test_a_savepoint_takes_back_its_own_part_only(api: Api):
    contact = api.org.schema["Contact"]

    def half_done(first: str) -> None:
        with api.org.unit():
            writing.create(api.org, api.person(), contact, {"LastName": "b"})
            writing.update(api.org, api.person(), contact, first, {"Title": "t"})
            raise ZeroDivisionError

    with api.org.unit():
        first = writing.create(api.org, api.person(), contact, {"LastName": "a"})
        with pytest.raises(ZeroDivisionError):
            half_done(first)
    assert [(r["Id"], r["Title"]) for r in api.query("SELECT Id, Title FROM Contact")] == [
        (first, None)
    ]
    assert [effect.changes["LastName"] for effect in api.org.journal.effects] == ["a"]
