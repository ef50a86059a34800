"""Logging in, staying in, being thrown out."""

import base64
import hashlib
import json

import pytest

from connector.clock import HOUR, MINUTE, SECOND, ManualClock
from sandbox.salesforce.founding import CONSUMER_KEY, CONSUMER_SECRET, INTEGRATION

from .conftest import START, Api


def test_client_credentials_by_header_and_by_body(api: Api):
    by_header = api.token()
    assert by_header["token_type"] == "Bearer"
    assert by_header["instance_url"] == api.url
    assert by_header["id"].endswith(api.founded.integration)
    form = {
        "grant_type": "client_credentials",
        "client_id": CONSUMER_KEY,
        "client_secret": CONSUMER_SECRET,
    }
    by_body = api.http.post("/services/oauth2/token", data=form).json()
    assert by_body["access_token"] != by_header["access_token"]


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_id": "nobody"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"grant_type": "magic"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_client_stays_outside(api: Api, form: dict[str, str], error: str):
    right = {
        "grant_type": "client_credentials",
        "client_id": CONSUMER_KEY,
        "client_secret": CONSUMER_SECRET,
    }
    answer = api.http.post("/services/oauth2/token", data=right | form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert api.platform.auth.logins[-1].error == error


def test_client_credentials_need_my_domain(api: Api):
    form = {"grant_type": "client_credentials"}
    answer = api.http.post(
        "/services/oauth2/token",
        data=form,
        auth=(CONSUMER_KEY, CONSUMER_SECRET),
        headers={"Host": "login.salesforce.com"},
    )
    assert answer.json()["error"] == "invalid_grant"


def test_a_salesforce_host_is_sent_back_to_itself(api: Api):
    answer = api.http.post(
        "/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(CONSUMER_KEY, CONSUMER_SECRET),
        headers={"Host": "acme.my.salesforce.com"},
    )
    assert answer.json()["instance_url"] == "https://acme.my.salesforce.com"


def test_without_a_session_nothing_is_told(api: Api):
    api.headers = {}
    assert api.refused("GET", "/limits") == (401, "INVALID_SESSION_ID")
    api.headers = {"Authorization": "Bearer 00Dxx!nonsense"}
    assert api.refused("GET", "/limits") == (401, "INVALID_SESSION_ID")


def test_a_session_ends_when_it_is_not_used(api: Api, clock: ManualClock):
    for _ in range(3):
        clock.move_to(clock.now() + HOUR)
        api.ok("GET", "/limits")
    clock.move_to(clock.now() + 2 * HOUR)
    assert api.refused("GET", "/limits") == (401, "INVALID_SESSION_ID")


def test_a_session_that_does_not_slide_ends_at_its_time(api: Api, clock: ManualClock):
    api.platform.auth.sliding = False
    clock.move_to(clock.now() + HOUR)
    api.ok("GET", "/limits")
    clock.move_to(clock.now() + HOUR)
    assert api.refused("GET", "/limits") == (401, "INVALID_SESSION_ID")


def test_revoking(api: Api):
    token = api.headers["Authorization"].removeprefix("Bearer ")
    assert api.http.post("/services/oauth2/revoke", data={"token": token}).status_code == 200
    assert api.http.post("/services/oauth2/revoke", data={"token": token}).status_code == 400
    assert api.refused("GET", "/limits") == (401, "INVALID_SESSION_ID")


def test_refresh_tokens_rotate_once(api: Api):
    auth = api.platform.auth
    auth.rotates = True
    first = auth.issue_refresh_token(CONSUMER_KEY, api.founded.integration)
    form = {"grant_type": "refresh_token", "client_id": CONSUMER_KEY, "refresh_token": first}
    answer = api.http.post("/services/oauth2/token", data=form).json()
    assert answer["refresh_token"] != first
    again = api.http.post("/services/oauth2/token", data=form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_the_sixth_refresh_token_revokes_the_oldest(api: Api):
    auth, user = api.platform.auth, api.founded.integration
    tokens = [auth.issue_refresh_token(CONSUMER_KEY, user) for _ in range(6)]
    assert [token in auth.refresh_tokens for token in tokens] == [False, *[True] * 5]


def test_userinfo_and_identity(api: Api):
    told = api.ok("GET", "/services/oauth2/userinfo")
    assert told["preferred_username"] == INTEGRATION
    assert told["organization_id"] == api.platform.auth.org_id
    path = f"/id/{told['organization_id']}/{told['user_id']}"
    assert api.http.get(path, headers=api.headers).json()["username"] == INTEGRATION
    refused = api.http.get("/services/oauth2/userinfo")
    assert (refused.status_code, refused.text) == (403, "Bad_OAuth_Token")


def test_soap_login_is_retired(api: Api):
    answer = api.http.post("/services/Soap/u/59.0", content=b"<login/>")
    assert answer.status_code == 500
    assert "sf:INVALID_OPERATION" in answer.text


# JWT bearer, signed with whole numbers


def _prime(start: int) -> int:
    found = start | 1
    while any(pow(base, found - 1, found) != 1 for base in (2, 3, 5, 7, 11)):
        found += 2
    return found


class Key:
    """A small RSA key, made the same way every time."""

    def __init__(self, seed: int = 1) -> None:
        first, second = _prime(2**383 + seed * 10_007), _prime(2**384 + seed * 20_011)
        self.modulus, self.exponent = first * second, 65_537
        self.secret = pow(self.exponent, -1, (first - 1) * (second - 1))

    def pem(self) -> str:
        body = _der(0x02, self.modulus) + _der(0x02, self.exponent)
        text = base64.encodebytes(bytes([0x30, 0x81, len(body)]) + body).decode()
        return f"-----BEGIN RSA PUBLIC KEY-----\n{text}-----END RSA PUBLIC KEY-----\n"

    def signed(self, claims: dict[str, object]) -> str:
        parts = [{"alg": "RS256"}, claims]
        text = ".".join(_b64(json.dumps(part).encode()) for part in parts)
        digest = bytes.fromhex("3031300d060960864801650304020105000420")
        digest += hashlib.sha256(text.encode()).digest()
        size = (self.modulus.bit_length() + 7) // 8
        block = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
        number = pow(int.from_bytes(block, "big"), self.secret, self.modulus)
        return f"{text}.{_b64(number.to_bytes(size, 'big'))}"


def _der(tag: int, number: int) -> bytes:
    content = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return bytes([tag, len(content)]) + content


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bearer(api: Api, key: Key, **changed: object) -> tuple[int, dict[str, object]]:
    claims: dict[str, object] = {
        "iss": CONSUMER_KEY,
        "sub": INTEGRATION,
        "aud": "https://login.salesforce.com",
        "exp": str((START + 3 * MINUTE) // SECOND),
    }
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": key.signed(claims | changed),
    }
    answer = api.http.post("/services/oauth2/token", data=form)
    return answer.status_code, answer.json()


def test_jwt_bearer(api: Api):
    key = Key()
    api.platform.auth.apps[CONSUMER_KEY].public_key = key.pem()
    status, body = bearer(api, key)
    assert (status, body["token_type"]) == (200, "Bearer")
    assert bearer(api, Key(seed=2))[1]["error_description"] == "invalid assertion"
    old = str(START // SECOND - 1)
    assert bearer(api, key, exp=old)[1]["error"] == "invalid_grant"
    assert (
        bearer(api, key, aud="https://evil.example")[1]["error_description"]
        == "audience is invalid"
    )
    assert bearer(api, key, sub="nobody@acme.example")[0] == 400


def test_an_inactive_user_can_not_come_in(api: Api):
    users = api.org.tables["User"]
    row = dict(users.rows[api.founded.integration]) | {"IsActive": False}
    with api.org.unit():
        api.org.store(users.kind, row)
    assert api.refused("GET", "/limits") == (401, "INVALID_SESSION_ID")
