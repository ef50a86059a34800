"""Signing in, hosts, redirects, what is shown of trouble, and settings."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from simple_salesforce.exceptions import SalesforceAuthenticationFailed

from adapters.salesforce.adapter import SalesforceAdapter
from adapters.salesforce.client import Client
from adapters.salesforce.login import refuse_login
from adapters.salesforce.settings import Settings
from adapters.salesforce.wire import refuse_foreign
from connector.clock import MINUTE, ManualClock, SystemClock
from connector.errors import Rejected, SignInAgain, TryAgain
from connector.ports import Secret, Stream
from sandbox.salesforce.calls import Answer
from sandbox.salesforce.founding import CONSUMER_KEY, INTEGRATION
from tests.adapters.reading_laws import drain


def key_pair() -> tuple[str, str]:
    """A private key and its public half, both PEM."""
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    private = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    secret = private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    public = private.public_key().public_bytes(
        form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo
    )
    return secret.decode(), public.decode()


def test_jwt_signs_in(world):
    private, public = key_pair()
    world.made.platform.auth.apps[CONSUMER_KEY].public_key = public
    # The library stamps the assertion with the time of this machine.
    import time  # noqa: PLC0415

    world.clock.move_to(time.time_ns() // 1_000_000)
    adapter = world.adapter(
        private_key=Secret(private), username=INTEGRATION, consumer_secret=Secret("")
    )
    assert adapter.check().account.startswith("Acme (00D")
    assert [login.grant.rpartition(":")[2] for login in world.made.platform.auth.logins] == [
        "jwt-bearer"
    ]
    adapter.close()
    assert private[40:80] not in repr(adapter.__dict__)


@pytest.mark.fault("F7")
def test_a_signed_login_that_is_refused_tells_how_wrong_the_clock_is(world):
    private, public = key_pair()
    world.made.platform.auth.apps[CONSUMER_KEY].public_key = public
    clock = ManualClock(SystemClock().now())
    world.clock.move_to(clock.now() + 20 * MINUTE)
    settings = world.settings(
        private_key=Secret(private), username=INTEGRATION, consumer_secret=Secret("")
    )
    adapter = SalesforceAdapter("crm", settings, clock)
    with pytest.raises(SignInAgain, match=r"clock is (1199|1200) s behind Salesforce's"):
        adapter.check()
    adapter.close()


@pytest.mark.parametrize(("skew", "told"), [(20_000, False), (90_000, True), (-90_000, True)])
def test_a_clock_that_is_nearly_right_is_not_blamed(skew, told):
    error = SalesforceAuthenticationFailed("invalid_grant", "no")
    with pytest.raises(SignInAgain) as caught:
        refuse_login(error, skew)
    assert ("clock" in str(caught.value)) is told
    assert ("ahead of" in str(caught.value)) is (skew == -90_000)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/services",
        "https://acme.my.salesforce.com.evil.example/",
        "http://acme.my.salesforce.com/",
        "https://salesforce.com@evil.example/",
    ],
)
def test_a_token_goes_to_no_other_host(url):
    with pytest.raises(Rejected, match="none of its own"):
        refuse_foreign(url)


def test_a_login_that_sends_us_elsewhere_is_refused(world):
    world.made.platform.auth.instance_host = "evil.example"
    with pytest.raises(Rejected, match="none of its own"):
        world.adapter().check()
    assert world.front.count == 1


def test_a_change_of_host_is_followed(world):
    adapter = world.adapter()
    adapter.check()
    world.made.platform.auth.instance_host = "acme2.my.salesforce.com"
    world.made.platform.auth.end_sessions()
    drain(adapter, Stream.PEOPLE)
    assert world.front.seen[-1].host == "acme2.my.salesforce.com"


@pytest.mark.fault("F27")
def test_a_redirect_is_not_followed(world):
    adapter = world.adapter()
    adapter.check()
    before = world.requests()
    headers = {"Location": "https://evil.example/"}
    world.front.instead = [("/composite", Answer(status=302, headers=headers))]
    with pytest.raises((Rejected, TryAgain)):
        drain(adapter, Stream.PEOPLE)
    assert world.requests() == before + 1


def test_a_login_that_redirects_is_not_followed(world):
    headers = {"Location": "https://evil.example/"}
    world.front.instead = [("oauth2/token", Answer(status=302, headers=headers))]
    with pytest.raises(TryAgain):
        world.adapter().check()
    assert world.front.count == 1


@pytest.mark.fault("F3")
def test_several_threads_sign_in_once(world):
    adapter = world.adapter(deadline=5.0)
    adapter.check()
    world.made.platform.auth.end_sessions()
    errors = []

    def read() -> None:
        try:
            adapter.read(Stream.PEOPLE, None)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(world.made.platform.auth.logins) == 2


def test_a_refusal_names_the_reason_and_no_data(world):
    world.made.platform.auth.apps[CONSUMER_KEY].blocked = True
    with pytest.raises(SignInAgain, match="invalid_app_access"):
        world.adapter().check()


def test_an_answer_that_holds_data_is_not_shown(world):
    adapter = world.adapter()
    adapter.check()
    body = [{"errorCode": "MALFORMED_QUERY", "message": "near 'ann@acme.example'"}]
    world.front.instead = [("query", Answer(status=400, body=body))]
    with pytest.raises(Rejected) as caught:
        adapter.find(["ann@acme.example"])
    assert "MALFORMED_QUERY" in str(caught.value)
    assert "ann@" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("domain", "acme.my.salesforce.com"),
        ("domain", "https://acme.my"),
        ("instance_url", "https://acme.my.salesforce.com"),
        ("version", "v67.0"),
        ("time_zone", "Mars/Olympus"),
        ("page_size", 3_000),
        ("task_kinds", {"Call": "call"}),
        ("extra", {"persons": {}}),
        ("extra", {"people": {"x": "a b"}}),
        ("private_key", Secret("pem")),
        ("consumer_secret", Secret("")),
        ("deadline", 0.0),
    ],
)
def test_settings_that_cannot_be(key, value):
    good: dict[str, Any] = {
        "domain": "acme.my",
        "consumer_key": "k",
        "consumer_secret": Secret("s"),
    }
    Settings(**good)
    with pytest.raises(ValueError, match=key):
        Settings(**{**good, key: value})


def test_no_query_is_logged(world, caplog):
    caplog.set_level("DEBUG")
    world.adapter().find(["ann@acme.example"])
    assert "ann" not in caplog.text


def test_clients_count_their_calls(world):
    client = Client(world.settings(), world.clock)
    client.get("limits")
    assert client.calls == 2
    client.close()
