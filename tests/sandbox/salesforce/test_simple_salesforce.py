"""A client that knows nothing of the sandbox: simple-salesforce, over real HTTP."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from simple_salesforce import bulk2, exceptions
from simple_salesforce.api import Salesforce

from sandbox.salesforce.founding import CONSUMER_KEY, CONSUMER_SECRET

from .conftest import Api, add_field


class Redirect(requests.adapters.HTTPAdapter):
    """Sends what is meant for *.salesforce.com to the sandbox."""

    def __init__(self, target: str) -> None:
        self.target = target
        super().__init__()

    def send(self, request: Any, *args: Any, **options: Any) -> Any:
        there = urlsplit(request.url)
        request.headers["Host"] = there.netloc
        request.url = self.target + there._replace(scheme="", netloc="").geturl()
        return super().send(request, *args, **options)


@pytest.fixture
def sf(api: Api) -> Iterator[Any]:
    with requests.Session() as session:
        session.mount("https://", Redirect(api.url))
        yield Salesforce(
            consumer_key=CONSUMER_KEY,
            consumer_secret=CONSUMER_SECRET,
            domain="acme.my",
            session=session,
            version="67.0",
        )


def test_records(sf: Any):
    made = sf.Contact.create({"LastName": "Ruiz", "Email": "r@acme.example"})
    assert sf.Contact.get(made["id"])["Name"] == "Ruiz"
    assert sf.Contact.update(made["id"], {"Title": "CTO"}) == 204
    assert sf.Contact.upsert("Email/r@acme.example", {"Title": "CEO"}) == 200
    assert sf.query("SELECT Title FROM Contact")["records"][0]["Title"] == "CEO"
    with pytest.raises(exceptions.SalesforceMalformedRequest):
        sf.Contact.create({})
    assert sf.Contact.delete(made["id"]) == 204
    with pytest.raises(exceptions.SalesforceResourceNotFound):
        sf.Contact.get(made["id"])


def test_pages(sf: Any, api: Api):
    api.org.load("Contact", [{"LastName": str(n)} for n in range(4_500)])
    assert sum(1 for _ in sf.query_all_iter("SELECT Id FROM Contact")) == 4_500
    assert sf.api_usage["api-usage"].used == 3


def test_describe_limits_and_restful(sf: Any):
    assert "Lead" in [each["name"] for each in sf.describe()["sobjects"]]
    assert sf.Lead.describe()["name"] == "Lead"
    assert sf.limits()["DailyApiRequests"]["Max"] == 100_000
    records = [{"attributes": {"type": "Task"}, "Subject": "a"}] * 3
    done = sf.restful("composite/sobjects", method="POST", json={"records": records})
    assert [each["success"] for each in done] == [True] * 3


def test_a_session_that_ended_is_renewed(sf: Any, api: Api):
    api.platform.auth.end_sessions()
    assert sf.query("SELECT Id FROM Contact")["totalSize"] == 0


def test_bulk_2(sf: Any, api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bulk2._Bulk2Client, "DEFAULT_WAIT_TIMEOUT_SECONDS", 5, raising=False)  # fmt: skip # noqa: E501
    monkeypatch.setattr("simple_salesforce.bulk2.sleep", lambda seconds: None)
    add_field(api, "Contact.Key__c", externalId=True)
    records = [{"LastName": f"n{n}", "Key__c": f"k{n}"} for n in range(30)]
    (done,) = sf.bulk2.Contact.upsert(records=records, external_id_field="Key__c")
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (30, 0)
    pages = list(sf.bulk2.Contact.query("SELECT Id, Key__c FROM Contact", max_records=20))
    assert sum(page.count("\n") - 1 for page in pages) == 30


def test_bulk_1(sf: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("simple_salesforce.bulk.sleep", lambda seconds: None)
    done = sf.bulk.Contact.insert([{"LastName": "a"}, {"LastName": "b"}, {"Email": "x"}])
    assert [each["success"] for each in done] == [True, True, False]
    rows = sf.bulk.Contact.query("SELECT Id, CreatedDate, Owner.Name FROM Contact")
    assert [row["Id"] for row in rows] == [each["id"] for each in done[:2]]
    assert isinstance(rows[0]["CreatedDate"], int)
    with pytest.raises(exceptions.SalesforceMalformedRequest, match="InvalidEnt"):
        sf.bulk.TaskStatus.query("SELECT Id FROM TaskStatus")


def test_a_field_by_tooling(sf: Any):
    body = {"FullName": "Lead.X__c", "Metadata": {"label": "X", "type": "Text", "length": 9}}
    assert sf.toolingexecute("sobjects/CustomField", "POST", body)["success"] is True
