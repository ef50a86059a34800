"""The cheapest look: who we are there, what is missing, what is left, how the clocks differ."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from adapters.salesforce import soql
from adapters.salesforce.client import Client
from adapters.salesforce.fields import Catalog, Fields, resolve
from adapters.salesforce.replies import Answer, Broken, Refused
from adapters.salesforce.settings import Settings
from adapters.salesforce.tables import ALWAYS, MUST, TABLES, exists, tables_of
from connector.clock import Clock
from connector.errors import GrantAccess
from connector.ports import Health, Stream

_ORGANISATION = soql.select(["Id", "Name"], "Organization")
_OPTIONAL = ("IsPersonAccount", "FirstResponseDateTime", "LastStageChangeDate", "CompletedDateTime")
"""Fields that many organisations do not have."""


def check(settings: Settings, client: Client, catalog: Catalog, clock: Clock) -> Health:
    """Signs in if needed, asks for the versions, and for everything else in one more call."""
    versions = _versions(client)
    if settings.version not in versions:
        newest = max(versions, key=float)
        raise GrantAccess(
            f"Salesforce has no API version {settings.version}; its newest is {newest}. Set "
            f'version = "{newest}".'
        )
    paths = [*catalog.paths(), f"query/?q={quote(_ORGANISATION, safe='')}"]
    *described, organisation = client.together(paths)
    account, account_id = _account(organisation)
    catalog.take(described)
    usage = client.usage
    return Health(
        account=account,
        account_id=account_id,
        missing=tuple(dict.fromkeys(_missing(settings, catalog))),
        missing_to_write=tuple(_missing_key(settings, catalog.fields("Task"))),
        quota_left=usage.total - usage.used if usage.total else None,
        clock_skew=client.server_now() - clock.now(),
    )


def identify(client: Client, clock: Clock) -> Health:
    """One request, and signing in if needed: the organisation."""
    found: Answer | Refused
    try:
        found = client.query(_ORGANISATION)
    except Refused as refused:
        if refused.status not in (400, 403):  # what it says of an object that we may not see
            raise
        found = refused
    account, account_id = _account(found)
    skew = client.server_now() - clock.now()
    return Health(account=account, account_id=account_id, clock_skew=skew)


def _versions(client: Client) -> list[str]:
    body = client.get_outside("services/data/").body
    if not isinstance(body, list):
        raise Broken
    found = [str(each["version"]) for each in body if isinstance(each, dict) and "version" in each]
    if not found:
        raise Broken
    return found


def _account(found: Answer | Refused) -> tuple[str, str | None]:
    """The organisation, and its id of 18 characters; a refreshed sandbox has a new one."""
    rows = found.rows("records") if isinstance(found, Answer) else []
    if not rows:
        return "Salesforce", None
    return f"{rows[0].get('Name')} ({rows[0]['Id']})", rows[0]["Id"]


def _missing(settings: Settings, catalog: Catalog) -> Iterator[str]:
    for name in MUST:
        if not catalog.fields(name):
            yield f"read {name}"
    for table in TABLES:
        fields = catalog.fields(table.object)
        if exists(table, fields):
            for name in (*ALWAYS, *table.known.values(), *table.needed):
                if name not in _OPTIONAL and name.lower() not in fields:
                    yield f"read {table.object}.{name}"
    yield from _missing_extra(settings, catalog)


def _missing_extra(settings: Settings, catalog: Catalog) -> Iterator[str]:
    """A further field is missing when no object of its stream has it."""
    for stream, names in settings.extra.items():
        objects = {table.object for table in tables_of(Stream(stream)) if table.known}
        for name in names.values():
            if not any(resolve(catalog.fields(each), name) for each in objects):
                yield f"read {'/'.join(sorted(objects))}.{name}"


def _missing_key(settings: Settings, fields: Fields) -> Iterator[str]:
    key = resolve(fields, settings.key_field)
    if key is None or not key.createable:
        yield f"write Task.{settings.key_field}"
    elif not key.unique:
        yield f"Task.{settings.key_field} as a unique field"
