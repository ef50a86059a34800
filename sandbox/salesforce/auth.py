"""Who may come in: apps, tokens, sessions.

Follows "OAuth 2.0 Client Credentials Flow", "OAuth 2.0 JWT Bearer Flow", "OAuth 2.0 Refresh Token
Flow", "Revoke OAuth Tokens" (help.salesforce.com, remoteaccess_oauth_*).
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from connector.clock import HOUR, MINUTE, SECOND
from sandbox.salesforce import rsa
from sandbox.salesforce.values import Row

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

Json = dict[str, object]

LOGIN_HOSTS: Final = ("login.salesforce.com", "test.salesforce.com")
_LONGEST_ASSERTION: Final = 10 * MINUTE
_MOST_REFRESH_TOKENS: Final = 5
"""Of one app and user; one more revokes the oldest."""


class OAuthError(Exception):
    """The token endpoint says no."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


@dataclass(slots=True, kw_only=True)
class App:
    """An External Client App."""

    key: str
    secret: str
    run_as: str
    """User id of the client-credentials flow."""
    public_key: str | None = None
    """PEM, for the JWT bearer flow."""
    blocked: bool = False


@dataclass(slots=True, kw_only=True)
class Token:
    """A session."""

    value: str
    user: str
    app: str
    expires: int
    revoked: bool = False


@dataclass(slots=True)
class Login:
    """One request at the token endpoint, for tests."""

    at: int
    grant: str
    error: str | None = None


@dataclass(slots=True)
class Auth:
    """Apps and sessions of one org."""

    org: Org
    apps: dict[str, App] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    refresh_tokens: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Refresh token -> (app key, user id), oldest first."""
    passwords: dict[str, str] = field(default_factory=dict)
    """Username -> password, for the flow that is being retired."""
    session: int = 2 * HOUR
    """How long a session lives without use, ms."""
    sliding: bool = True
    """Use prolongs a session; False ends it `session` after login whatever happens."""
    rotates: bool = False
    """Whether a refresh token can be used once only and is replaced by a new one."""
    instance_host: str | None = None
    """Where clients are sent after login; None: to the host that they asked."""
    logins: list[Login] = field(default_factory=list)
    _count: int = 0

    def grant(self, form: dict[str, str], basic: str | None, host: str) -> Json:
        """The answer of the token endpoint; OAuthError when it refuses."""
        kind = form.get("grant_type", "")
        login = Login(self.org.clock.now(), kind)
        self.logins.append(login)
        try:
            return self._granted(kind, form, basic, host)
        except OAuthError as refused:
            login.error = refused.error
            raise

    def _granted(self, kind: str, form: dict[str, str], basic: str | None, host: str) -> Json:
        match kind:
            case "client_credentials":
                app = self._client(form, basic)
                if host.partition(":")[0] in LOGIN_HOSTS:
                    raise OAuthError("invalid_grant", "request not supported on this domain")
                return self._session(app, app.run_as, host)
            case "urn:ietf:params:oauth:grant-type:jwt-bearer":
                app, user = self._assertion(form.get("assertion", ""))
                return self._session(app, user, host)
            case "refresh_token":
                return self._refreshed(form, basic, host)
            case "password":
                app = self._client(form, basic)
                return self._session(app, self._by_password(form), host)
            case _:
                raise OAuthError("unsupported_grant_type", "grant type not supported")

    def _client(self, form: dict[str, str], basic: str | None, *, secret: bool = True) -> App:
        key, given = form.get("client_id", ""), form.get("client_secret", "")
        if basic is not None:
            key, _, given = base64.b64decode(basic).decode().partition(":")
        app = self.apps.get(key)
        if app is None:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if app.blocked:
            raise OAuthError("invalid_app_access", "user is not admin approved to access this app")
        if (secret or given) and given != app.secret:
            raise OAuthError("invalid_client", "invalid client credentials")
        return app

    def _assertion(self, assertion: str) -> tuple[App, str]:
        try:
            head, body, _ = assertion.split(".")
            header, claims = json.loads(rsa.decode(head)), json.loads(rsa.decode(body))
        except ValueError:
            raise OAuthError("invalid_grant", "invalid assertion") from None
        app = self.apps.get(str(claims.get("iss")))
        if app is None:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if app.public_key is None or header.get("alg") != "RS256":
            raise OAuthError("invalid_grant", "invalid assertion")
        if rsa.verified(assertion, rsa.key_of(app.public_key)) is None:
            raise OAuthError("invalid_grant", "invalid assertion")
        self._check_claims(claims)
        user = self._user(str(claims.get("sub") or claims.get("prn")))
        if user is None:
            raise OAuthError("invalid_grant", "user hasn't approved this consumer")
        return app, user

    def _check_claims(self, claims: Json) -> None:
        now = self.org.clock.now()
        try:
            expires = int(str(claims.get("exp"))) * SECOND
        except ValueError:
            raise OAuthError("invalid_grant", "invalid assertion") from None
        if not now < expires <= now + _LONGEST_ASSERTION:
            raise OAuthError("invalid_grant", "expired authorization code")
        audience = str(claims.get("aud")).removeprefix("https://").removeprefix("http://")
        host = audience.partition("/")[0]
        loopback = host.partition(":")[0] in ("127.0.0.1", "localhost")
        if host not in (*LOGIN_HOSTS, f"{self.org.name}.my.salesforce.com") and not loopback:
            raise OAuthError("invalid_grant", "audience is invalid")

    def _by_password(self, form: dict[str, str]) -> str:
        username = form.get("username", "")
        user = self._user(username)
        expected = self.passwords.get(username)
        if user is None or expected is None or not form.get("password", "").startswith(expected):
            raise OAuthError("invalid_grant", "authentication failure")
        return user

    def _user(self, username: str) -> str | None:
        for row in self.org.tables["User"].rows.values():
            if str(row.get("Username")).lower() == username.lower() and row.get("IsActive"):
                return str(row["Id"])
        return None

    def _refreshed(self, form: dict[str, str], basic: str | None, host: str) -> Json:
        app = self._client(form, basic, secret=False)
        given = form.get("refresh_token", "")
        found = self.refresh_tokens.get(given)
        if found is None or found[0] != app.key:
            raise OAuthError("invalid_grant", "expired access/refresh token")
        answer = self._session(app, found[1], host)
        if self.rotates:
            del self.refresh_tokens[given]
            answer["refresh_token"] = self.issue_refresh_token(*found)
        return answer

    def issue_refresh_token(self, app: str, user: str) -> str:
        """What the web-server flow would have given; the sixth one revokes the oldest."""
        mine = [token for token, owner in self.refresh_tokens.items() if owner == (app, user)]
        if len(mine) >= _MOST_REFRESH_TOKENS:
            del self.refresh_tokens[mine[0]]
        token = f"5Aep861{self._next():08d}{app[-8:]}"
        self.refresh_tokens[token] = (app, user)
        return token

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _session(self, app: App, user: str, host: str) -> Json:
        if not self.user_row(user).get("IsActive"):
            raise OAuthError("inactive_user", "user is inactive")
        now = self.org.clock.now()
        org_id = self.org_id
        value = f"{org_id[:15]}!AQEAQ{self._next():06d}.sandbox{user[-9:]}"
        self.tokens[value] = Token(value=value, user=user, app=app.key, expires=now + self.session)
        return {
            "access_token": value,
            "signature": base64.b64encode(value.encode()[-24:]).decode(),
            "scope": "api",
            "instance_url": self.instance_url(host),
            "id": self.identity_url(user, host),
            "token_type": "Bearer",
            "issued_at": str(now),
        }

    def instance_url(self, host: str) -> str:
        """Where the API is, for somebody who asked `host`: plain HTTP on loopback."""
        name = host.partition(":")[0]
        if self.instance_host is not None:
            loopback = self.instance_host.partition(":")[0] in ("127.0.0.1", "localhost")
            return f"{'http' if loopback else 'https'}://{self.instance_host}"
        if name in ("127.0.0.1", "localhost", ""):
            return f"http://{host}"
        if name in LOGIN_HOSTS:
            return f"https://{self.org.name}.my.salesforce.com"
        return f"https://{host}"

    def identity_url(self, user: str, host: str) -> str:
        """Where a client learns who it is; on loopback for one that came by loopback."""
        url = self.instance_url(host)
        home = url if url.startswith("http://") else "https://login.salesforce.com"
        return f"{home}/id/{self.org_id}/{user}"

    @property
    def org_id(self) -> str:
        """Id of the organization."""
        return next(iter(self.org.tables["Organization"].rows))

    def user_row(self, user: str) -> Row:
        """The user behind an id."""
        return self.org.tables["User"].rows[user]

    def session_of(self, header: str | None) -> Token | None:
        """The valid session that an Authorization header names; its use prolongs it."""
        scheme, _, value = (header or "").partition(" ")
        token = self.tokens.get(value.strip())
        if token is None or scheme.lower() not in ("bearer", "oauth"):
            return None
        now = self.org.clock.now()
        if token.revoked or now >= token.expires or not self.user_row(token.user).get("IsActive"):
            return None
        if self.sliding:
            token.expires = now + self.session
        return token

    def revoke(self, value: str) -> bool:
        """End a session or a refresh token; False when there is none."""
        if value in self.refresh_tokens:
            del self.refresh_tokens[value]
            return True
        token = self.tokens.get(value)
        if token is None or token.revoked:
            return False
        token.revoked = True
        return True

    def end_sessions(self) -> int:
        """End all sessions, as a change of policy does; how many there were."""
        live = [token for token in self.tokens.values() if not token.revoked]
        for token in live:
            token.revoked = True
        return len(live)
