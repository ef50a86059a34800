"""Forms, and what was filled in.

Definitions follow https://developers.hubspot.com/docs/api-reference/marketing-forms-v3/guide, what
was filled in https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v1: newest
first, without a filter by time and without the contact's id.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from sandbox.hubspot import instants
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.marketing import FORM_TYPES, Form, Log, Submission
from sandbox.hubspot.problems import Refused, invalid
from sandbox.hubspot.routing import route

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform

MOST_FORMS: Final = 500
MOST_SUBMISSIONS: Final = 50
SUBMISSIONS: Final = 20
Json = dict[str, object]


def definitions(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /marketing/forms: forms of the asked types; of `hubspot` when none is asked for."""
    types = call.many("formTypes") or ["hubspot"]
    unknown = [each for each in types if each not in (*FORM_TYPES, "all")]
    if unknown:
        raise invalid(f"Unknown formTypes: {', '.join(unknown)}", propertyName="formTypes")
    limit = call.number("limit", 50, MOST_FORMS)
    archived = call.flag("archived")
    found = [
        each
        for each in sorted(platform.marketing.forms.values(), key=lambda form: form.id)
        if each.archived == archived
        and ("all" in types or each.type in types)
        and each.id > call.query.get("after", "")
    ]
    body: Json = {"results": [_shown(each) for each in found[:limit]]}
    if len(found) > limit:
        after = found[limit - 1].id
        body["paging"] = {"next": {"after": after, "link": call.link_after(after)}}
    return Answer(body=body)


def definition(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /marketing/forms/{id}."""
    return Answer(body=_shown(_form(platform, names["id"])))


def _form(platform: Platform, form_id: str) -> Form:
    found = platform.marketing.forms.get(form_id.lower())
    if found is None:
        raise Refused(404, "OBJECT_NOT_FOUND", f"No form found with guid {form_id}")
    return found


def _shown(form: Form) -> Json:
    field: Json = {
        "objectTypeId": "0-1",
        "name": "email",
        "label": "Email",
        "required": True,
        "hidden": False,
        "fieldType": "email",
    }
    return {
        "id": form.id,
        "name": form.name,
        "formType": form.type,
        "createdAt": instants.shown(form.created_at),
        "updatedAt": instants.shown(form.updated_at),
        "archived": form.archived,
        "fieldGroups": [{"groupType": "default_group", "fields": [field]}],
        "configuration": {"language": "en", "archivable": True, "editable": True},
        "legalConsentOptions": {"type": "none"},
    }


def submissions(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /form-integrations/v1/submissions/forms/{guid}: newest first."""
    form = _form(platform, names["guid"])
    if form.type == "blog_comment":
        raise invalid(f"Submissions of forms of type {form.type} cannot be read")
    limit = call.number("limit", SUBMISSIONS, MOST_SUBMISSIONS)
    now = platform.portal.clock.now()
    log = platform.marketing.submissions.get(form.id) or Log[Submission]()
    told = (
        row
        for row in log.newest_first(0, now, _below(call.query.get("after", "")))
        if row.visible_from <= now and row.email.lower() not in platform.portal.blocked_emails
    )
    page = list(islice(told, limit + 1))
    body: Json = {"results": [_filled(row) for row in page[:limit]]}
    if len(page) > limit:
        after = f"{page[limit - 1].at}.{page[limit - 1].id}"
        body["paging"] = {"next": {"after": after, "link": call.link_after(after)}}
    return Answer(body=body)


def _below(after: str) -> tuple[int, str] | None:
    if not after:
        return None
    at, _, row_id = after.partition(".")
    if not at.isdigit():
        raise invalid("after is none of ours", propertyName="after")
    return int(at), row_id


def _filled(row: Submission) -> Json:
    values = [{"name": name, "value": text, "objectTypeId": "0-1"} for name, text in row.values]
    return {
        "conversionId": row.id,
        "submittedAt": row.at,
        "values": values,
        "pageUrl": row.page_url,
    }


ROUTES: Final = (
    route("/marketing/forms", get=definitions),
    route("/marketing/forms/{id}", get=definition),
    route("/form-integrations/v1/submissions/forms/{guid}", get=submissions),
)
