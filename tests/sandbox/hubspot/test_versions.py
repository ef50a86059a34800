"""Paths of all versions, and the scopes that they need."""

import pytest

from sandbox.hubspot.access import Access, check, needed
from sandbox.hubspot.caller import Caller
from sandbox.hubspot.problems import Refused
from sandbox.hubspot.versions import split


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/crm/v3/objects/contacts", ("v3", "/crm/objects/contacts")),
        ("/crm/v3/objects/contacts/search", ("v3", "/crm/objects/contacts/search")),
        ("/crm/objects/2026-09/contacts/1", ("2026-09", "/crm/objects/contacts/1")),
        ("/crm/objects/2026-03/0-27", ("2026-03", "/crm/objects/0-27")),
        ("/crm/v4/associations/a/b/batch/read", ("v4", "/crm/associations/a/b/batch/read")),
        (
            "/crm/associations/2026-09/a/b/batch/read",
            ("2026-09", "/crm/associations/a/b/batch/read"),
        ),
        (
            "/crm/v4/objects/contacts/1/associations/deals",
            ("v4", "/crm/objects/contacts/1/associations/deals"),
        ),
        ("/crm/v3/owners", ("v3", "/crm/owners")),
        ("/crm/owners/2026-09", ("2026-09", "/crm/owners")),
        ("/crm/properties/2026-09/tasks/groups", ("2026-09", "/crm/properties/tasks/groups")),
        ("/crm/v3/pipelines/deals", ("v3", "/crm/pipelines/deals")),
        ("/account-info/v3/details", ("v3", "/account-info/details")),
        ("/account-info/2026-03/details", ("2026-03", "/account-info/details")),
        ("/marketing/v3/forms", ("v3", "/marketing/forms")),
        ("/marketing/forms/2026-09", ("2026-09", "/marketing/forms")),
        ("/events/v3/events", ("v3", "/events/event-occurrences")),
        ("/events/v3/events/event-types", ("v3", "/events/event-occurrences/event-types")),
        ("/events/event-occurrences/2026-09", ("2026-09", "/events/event-occurrences")),
        ("/email/public/v1/events", ("v1", "/email/public/v1/events")),
        (
            "/form-integrations/v1/submissions/forms/x",
            ("v1", "/form-integrations/v1/submissions/forms/x"),
        ),
        ("/crm/v4/objects/contacts", None),
        (
            "/crm/v3/associations/contacts/deals/batch/read",
            ("v3", "/crm/associations/contacts/deals/batch/read"),
        ),
        ("/crm/objects/2026-09-beta/contacts", None),
        ("/crm/objects/2027-03/contacts", None),
        ("/crm/v2/objects/contacts", None),
        ("/events/v3/send", None),
        ("/contacts/v1/lists", None),
        ("/", None),
    ],
)
def test_paths(path: str, found: tuple[str, str] | None):
    assert split(path) == found


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("GET", "/crm/objects/contacts", "crm.objects.contacts.read"),
        ("POST", "/crm/objects/contacts", "crm.objects.contacts.write"),
        ("POST", "/crm/objects/contacts/batch/read", "crm.objects.contacts.read"),
        ("POST", "/crm/objects/deals/search", "crm.objects.deals.read"),
        ("POST", "/crm/objects/tasks/batch/create", "crm.objects.contacts.write"),
        ("POST", "/crm/objects/leads", "crm.objects.leads.write"),
        ("GET", "/crm/objects/emails", "crm.objects.contacts.read sales-email-read"),
        (
            "POST",
            "/crm/associations/contacts/companies/batch/read",
            "crm.objects.contacts.read crm.objects.companies.read",
        ),
        ("GET", "/crm/properties/contacts", "crm.schemas.contacts.read|crm.objects.contacts.read"),
        ("POST", "/crm/properties/tasks", "crm.schemas.contacts.write"),
        ("GET", "/crm/owners", "crm.objects.owners.read"),
        ("GET", "/email/public/v1/events", "content"),
        ("GET", "/form-integrations/v1/submissions/forms/x", "forms"),
        ("GET", "/account-info/details", ""),
    ],
)
def test_scopes(method: str, path: str, scopes: str):
    assert " ".join("|".join(each) for each in needed(method, path)) == scopes
    alone = frozenset(each.split("|")[-1] for each in scopes.split())
    check(Caller(name="a", scopes=alone), method, path)
    if scopes:
        with pytest.raises(Refused) as refused:
            check(Caller(name="a", scopes=frozenset({"oauth"})), method, path)
        body = refused.value.body()
        first = scopes.split(maxsplit=1)[0].split("|")
        assert (refused.value.status, body["category"]) == (403, "MISSING_SCOPES")
        errors = body["errors"]
        assert isinstance(errors, list)
        assert errors[0]["context"]["requiredGranularScopes"] == first


def test_tokens():
    access = Access()
    access.add("a", "secret", {"forms"})
    assert access.admit("Bearer secret").caller.name == "a"
    for header in (None, "Bearer other", "Basic secret", "secret"):
        with pytest.raises(Refused) as refused:
            access.admit(header)
        assert (refused.value.status, refused.value.category) == (401, "INVALID_AUTHENTICATION")
    access.revoke("secret")
    with pytest.raises(Refused):
        access.admit("Bearer secret")
