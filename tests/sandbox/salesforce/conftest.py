"""An org on loopback and a client that is logged in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from connector.clock import ManualClock
from sandbox.loopback.server import Server
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.founding import CONSUMER_KEY, CONSUMER_SECRET, Founded, found
from sandbox.salesforce.org import Org
from sandbox.salesforce.platform import Platform

START = 1_795_000_000_000
BASE = "/services/data/v67.0"


@dataclass
class Api:
    """The REST API, as a client that knows nothing of the sandbox calls it."""

    founded: Founded
    url: str
    http: httpx.Client
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def platform(self) -> Platform:
        return self.founded.platform

    @property
    def org(self) -> Org:
        return self.founded.org

    def token(self) -> dict[str, Any]:
        form = {"grant_type": "client_credentials"}
        answer = self.http.post(
            "/services/oauth2/token", data=form, auth=(CONSUMER_KEY, CONSUMER_SECRET)
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def login(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.token()['access_token']}"}

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = self.headers | options.pop("headers", {})
        where = path if path.startswith("/services") else BASE + path
        return self.http.request(method, where, headers=headers, **options)

    def ok(self, method: str, path: str, **options: Any) -> Any:
        answer = self.call(method, path, **options)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """Status and error code of the first error."""
        answer = self.call(method, path, **options)
        assert answer.status_code >= 300, answer.text
        return answer.status_code, answer.json()[0]["errorCode"]

    def query(self, soql: str, *, everything: bool = False) -> list[dict[str, Any]]:
        """All records of a query, page after page."""
        page = self.ok("GET", "/queryAll" if everything else "/query", params={"q": soql})
        records: list[dict[str, Any]] = page["records"]
        while not page["done"]:
            page = self.ok("GET", page["nextRecordsUrl"])
            records += page["records"]
        return records

    def create(self, object_name: str, **values: Any) -> str:
        return str(self.ok("POST", f"/sobjects/{object_name}", json=values)["id"])

    def person(self) -> Caller:
        return Caller(user=self.founded.admin, system=True)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def founded(clock: ManualClock) -> Founded:
    return found(clock)


@pytest.fixture
def api(founded: Founded) -> Iterator[Api]:
    with (
        Server(founded.platform) as server,
        httpx.Client(base_url=server.url, timeout=10) as http,
    ):
        made = Api(founded, server.url, http)
        made.login()
        yield made
    assert founded.platform.broken == []


def add_field(api: Api, full_name: str, **metadata: Any) -> str:
    """A custom field that the integration user may read and write."""
    known = {"label": "Key", "type": "Text", "length": 64} | metadata
    body = {"FullName": full_name, "Metadata": known}
    made = str(api.ok("POST", "/tooling/sobjects/CustomField", json=body)["id"])
    owner, _, _ = full_name.partition(".")
    for object_name in ("Task", "Event") if owner == "Activity" else (owner,):
        api.create(
            "FieldPermissions",
            ParentId=api.founded.permission_set,
            SobjectType=object_name,
            Field=f"{object_name}.{full_name.partition('.')[2]}",
            PermissionsRead=True,
            PermissionsEdit=True,
        )
    return made
