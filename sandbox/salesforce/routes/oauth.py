"""Logging in and finding out who one is.

Follows "OAuth Endpoints", "User Info", "Identity URLs", "Revoke OAuth Tokens"
(help.salesforce.com, remoteaccess_oauth_endpoints, remoteaccess_using_openid); and for SOAP
login(), its retirement (help 005132110).
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from sandbox.salesforce.auth import OAuthError, Token
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.routing import route
from sandbox.salesforce.values import show_instant

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

Json = dict[str, object]
_SOAP_RETIRED: Final = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" \
xmlns:sf="urn:fault.partner.soap.sforce.com" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>\
<faultcode>sf:INVALID_OPERATION</faultcode>\
<faultstring>INVALID_OPERATION: SOAP API login() is disabled by default in this org.</faultstring>\
<detail><sf:UnexpectedErrorFault xsi:type="sf:UnexpectedErrorFault">\
<sf:exceptionCode>INVALID_OPERATION</sf:exceptionCode>\
<sf:exceptionMessage>SOAP API login() is disabled by default in this org.</sf:exceptionMessage>\
</sf:UnexpectedErrorFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"""


def _form(call: Call) -> dict[str, str]:
    return call.query | dict(
        parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
    )


def token(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /services/oauth2/token."""
    scheme, _, value = (call.header("Authorization") or "").partition(" ")
    basic = value if scheme.lower() == "basic" else None
    try:
        body = platform.auth.grant(_form(call), basic, call.host)
    except OAuthError as refused:
        error = {"error": refused.error, "error_description": refused.description}
        return Answer(status=refused.status, body=error)
    return Answer(body=body, headers={"Cache-Control": "no-cache, no-store"})


def revoke(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST or GET /services/oauth2/revoke."""
    if platform.auth.revoke(_form(call).get("token", "")):
        return Answer(status=200)
    error = {
        "error": "unsupported_token_type",
        "error_description": "this token type is not supported",
    }
    return Answer(status=400, body=error)


def _session(platform: Platform, call: Call) -> Token | None:
    header = call.header("Authorization")
    if header is None and "oauth_token" in call.query:
        header = f"Bearer {call.query['oauth_token']}"
    return platform.auth.session_of(header)


def userinfo(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /services/oauth2/userinfo."""
    auth = platform.auth
    session = _session(platform, call)
    if session is None:
        return Answer(status=403, body=b"Bad_OAuth_Token", content_type="text/html;charset=UTF-8")
    user, host = auth.user_row(session.user), auth.instance_url(call.host)
    identity = auth.identity_url(session.user, call.host)
    photo = f"{host}/profilephoto/005"
    body: Json = {
        "sub": identity,
        "user_id": session.user,
        "organization_id": auth.org_id,
        "preferred_username": user.get("Username"),
        "nickname": user.get("CommunityNickname"),
        "name": user.get("Name"),
        "email": user.get("Email"),
        "email_verified": True,
        "given_name": user.get("FirstName"),
        "family_name": user.get("LastName"),
        "zoneinfo": user.get("TimeZoneSidKey"),
        "photos": {"picture": f"{photo}/F", "thumbnail": f"{photo}/T"},
        "profile": f"{host}/{session.user}",
        "picture": f"{photo}/F",
        "address": {},
        "urls": _urls(host, auth.org_id, session.user),
        "active": bool(user.get("IsActive")),
        "user_type": "STANDARD",
        "language": user.get("LanguageLocaleKey"),
        "locale": user.get("LocaleSidKey"),
        "utcOffset": 3_600_000,
        "updated_at": show_instant(platform.org.clock.now()).replace("+0000", "Z"),
        "is_app_installed": True,
    }  # fmt: skip
    return Answer(body=body)


def _urls(host: str, org_id: str, user: str) -> Json:
    data = f"{host}/services/data/v{{version}}"
    return {
        "enterprise": f"{host}/services/Soap/c/{{version}}/{org_id[:15]}",
        "metadata": f"{host}/services/Soap/m/{{version}}/{org_id[:15]}",
        "partner": f"{host}/services/Soap/u/{{version}}/{org_id[:15]}",
        "rest": f"{data}/",
        "sobjects": f"{data}/sobjects/",
        "search": f"{data}/search/",
        "query": f"{data}/query/",
        "recent": f"{data}/recent/",
        "tooling_soap": f"{host}/services/Soap/T/{{version}}/{org_id[:15]}",
        "tooling_rest": f"{data}/tooling/",
        "profile": f"{host}/{user}",
        "custom_domain": host,
    }


def identity(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /id/{org}/{user}."""
    auth = platform.auth
    session = _session(platform, call)
    if session is None or names["user"] != session.user:
        return Answer(status=403, body=b"Bad_OAuth_Token", content_type="text/html;charset=UTF-8")
    user, host = auth.user_row(session.user), auth.instance_url(call.host)
    body: Json = {
        "id": auth.identity_url(session.user, call.host),
        "asserted_user": True,
        "user_id": session.user,
        "organization_id": auth.org_id,
        "username": user.get("Username"),
        "nick_name": user.get("CommunityNickname"),
        "display_name": user.get("Name"),
        "email": user.get("Email"),
        "first_name": user.get("FirstName"),
        "last_name": user.get("LastName"),
        "timezone": user.get("TimeZoneSidKey"),
        "active": bool(user.get("IsActive")),
        "user_type": "STANDARD",
        "language": user.get("LanguageLocaleKey"),
        "locale": user.get("LocaleSidKey"),
        "urls": _urls(host, auth.org_id, session.user),
    }
    return Answer(body=body)


def soap(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST /services/Soap/...: login() is retired."""
    body = _SOAP_RETIRED.encode()
    return Answer(status=500, body=body, content_type="text/xml;charset=UTF-8")


OPEN_ROUTES: Final = (
    route("/services/oauth2/token", post=token),
    route("/services/oauth2/revoke", post=revoke, get=revoke),
    route("/services/oauth2/userinfo", get=userinfo, post=userinfo),
    route("/id/{org}/{user}", get=identity, post=identity),
    route("/services/Soap/{rest*}", post=soap),
)
"""Paths outside the versions; they look after their own rights."""
