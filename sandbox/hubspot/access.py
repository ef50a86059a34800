"""Who may do what: the portal's apps, their tokens, and the scopes that a path needs.

A service key and a legacy private app are both a bearer token with scopes. The scopes of paths are
those that the reference of each endpoint lists; where it lists several, one of them is enough.
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sandbox.hubspot.caller import Caller
from sandbox.hubspot.problems import Refused

LINK: Final = "https://developers.hubspot.com/scopes"
EVERYTHING: Final = frozenset({"*"})
_OWN_SCOPES: Final = ("companies", "deals", "leads")
"""Types with scopes of their own; activities come under those of contacts."""
_SINGULAR: Final = {
    "contact": "contacts", "company": "companies", "deal": "deals", "task": "tasks",
    "note": "notes", "meeting": "meetings", "call": "calls", "email": "emails", "lead": "leads",
}  # fmt: skip
Alternatives = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An integration of the portal."""

    name: str
    token: str
    scopes: frozenset[str]

    @property
    def caller(self) -> Caller:
        """Whom the portal sees when it calls."""
        return Caller(name=self.name, scopes=self.scopes, source="INTEGRATION")


class Access:
    """The portal's apps by token."""

    def __init__(self) -> None:
        self._apps: dict[str, App] = {}

    def add(self, name: str, token: str, scopes: Iterable[str] = EVERYTHING) -> App:
        """One more app, or the same one with other scopes."""
        made = App(name=name, token=token, scopes=frozenset(scopes))
        self._apps[token] = made
        return made

    def revoke(self, token: str) -> None:
        """The token is refused from now on."""
        self._apps.pop(token, None)

    @property
    def apps(self) -> tuple[App, ...]:
        """All apps."""
        return tuple(self._apps.values())

    def admit(self, authorization: str | None) -> App:
        """The app of an Authorization header; Refused 401 when there is none."""
        kind, _, token = (authorization or "").partition(" ")
        found = self._apps.get(token.strip()) if kind.lower() == "bearer" else None
        if found is None:
            raise unknown_token(bool(authorization))
        return found


def unknown_token(given: bool) -> Refused:  # noqa: FBT001 - the only thing that matters
    """401: no token, a revoked one, or one of somebody else."""
    message = "Authentication credentials not found. This API supports OAuth 2.0 authentication"
    if given:
        message = "The OAuth token used to make this call is expired or was revoked."
    return Refused(401, "INVALID_AUTHENTICATION", message)


def missing(scopes: Iterable[str]) -> Refused:
    """403: none of these scopes was granted."""
    error: dict[str, object] = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(scopes)},
    }
    return Refused(
        403,
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call. "
        f"Read more about required scopes here: {LINK}.",
        errors=[error],
    )


def check(caller: Caller, method: str, path: str) -> None:
    """Refused 403 unless the caller has a scope of each kind that a path (unversioned) needs."""
    for alternatives in needed(method, path):
        if "*" not in caller.scopes and not caller.scopes & set(alternatives):
            raise missing(alternatives)


def needed(method: str, path: str) -> list[Alternatives]:
    """The scopes that a call needs: one of each entry. Empty: a valid token is enough."""
    parts = path.strip("/").split("/")
    area = "/".join(parts[:2])
    names = parts[2:]
    if area == "crm/objects" and names:
        return _objects(method, names)
    if area == "crm/associations" and len(names) >= 2:
        verb = _verb(method, names)
        return [scope for name in names[:2] for scope in _object_scope(name, verb)]
    if area == "crm/properties" and names:
        return _properties(method, names)
    simple: dict[str, list[Alternatives]] = {
        "crm/owners": [("crm.objects.owners.read",)],
        "crm/pipelines": [("crm.objects.deals.read", "crm.schemas.deals.read")],
        "crm/lists": [("crm.lists.read",) if method == "GET" else ("crm.lists.write",)],
        "email/public": [("content",)],
        "marketing/forms": [("forms",)],
        "form-integrations/v1": [("forms",)],
    }
    return simple.get(area, [])


def _verb(method: str, names: list[str]) -> str:
    last = names[-1].lower()
    if method in ("GET", "HEAD") or last in ("search", "read"):
        return "read"
    return "write"


def _objects(method: str, names: list[str]) -> list[Alternatives]:
    verb = _verb(method, names)
    scopes = _object_scope(names[0], verb)
    if "associations" in names[2:3] and len(names) > 3 and names[3] != "default":
        scopes = scopes + _object_scope(names[3], verb)
    return scopes


def _object_scope(name: str, verb: str) -> list[Alternatives]:
    plural = _SINGULAR.get(name.lower(), name.lower())
    if plural == "emails" and verb == "read":
        return [("crm.objects.contacts.read",), ("sales-email-read",)]
    owner = plural if plural in _OWN_SCOPES else "contacts"
    return [(f"crm.objects.{owner}.{verb}",)]


def _properties(method: str, names: list[str]) -> list[Alternatives]:
    plural = _SINGULAR.get(names[0].lower(), names[0].lower())
    schema = plural if plural in ("companies", "deals") else "contacts"
    owner = plural if plural in _OWN_SCOPES else "contacts"
    if _verb(method, names) == "read":
        return [(f"crm.schemas.{schema}.read", f"crm.objects.{owner}.read")]
    return [(f"crm.schemas.{schema}.write",)]
