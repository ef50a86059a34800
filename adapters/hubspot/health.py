"""The cheapest look: which portal, what is missing, what is left, how the clocks differ.

https://developers.hubspot.com/docs/api-reference/account-account-info-v3/details
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final
from urllib.parse import quote

from adapters.hubspot.client import Client, Refused
from adapters.hubspot.faults import SCOPES
from adapters.hubspot.keys import Keys
from adapters.hubspot.outgoing import LEADS, TASKS
from adapters.hubspot.provision import needed
from adapters.hubspot.settings import Settings
from adapters.hubspot.versions import UNVERSIONED_END, WARN_DAYS, ending
from connector.clock import Clock, from_millis
from connector.errors import GrantAccess
from connector.ports import Health

MOST_CALLS: Final = 3
_UNVERSIONED: Final = {"email_events": "marketing e-mail events", "forms": "form submissions"}
"""What is read from APIs of version 1 that have no successor."""


def check(
    settings: Settings, client: Client, keys: Keys, clock: Clock, refused: Iterable[str] = ()
) -> Health:
    """Three requests: the portal, the calls of the day, and the properties of the keys.

    The calls of the day are only asked for if no answer told them; then as many types are looked at
    as may be. `refused` tells what readers were not allowed to read.
    """
    missing: list[str] = []
    before = client.calls
    account, account_id = _account(client, missing)
    left = _left(client)
    kinds = [spec.object_type for spec in needed(settings)]
    to_look_at = kinds[: MOST_CALLS - (client.calls - before)]
    missing += refused
    return Health(
        account=account,
        account_id=account_id,
        missing=tuple(dict.fromkeys(missing)),
        missing_to_write=tuple(text for kind in to_look_at for text in _missing_key(kind, keys)),
        warnings=tuple(_endings(settings, from_millis(clock.now()).date())),
        quota_left=left,
        clock_skew=client.server_now() - clock.now(),
    )


def identify(client: Client, clock: Clock) -> Health:
    """One request: the portal."""
    missing: list[str] = []
    account, account_id = _account(client, missing)
    return Health(
        account=account,
        account_id=account_id,
        missing=tuple(missing),
        clock_skew=client.server_now() - clock.now(),
    )


def _account(client: Client, missing: list[str]) -> tuple[str, str | None]:
    """Which portal it is, and its id. Every token may see it, but one without the scope `oauth`."""
    try:
        told = client.get(client.paths.account).json()
    except Refused as refused:
        if refused.status != 403:
            raise
        missing += _scopes(refused) or [str(client.judged(refused, writing=False))]
        return "HubSpot", None
    about = [str(told[name]) for name in ("timeZone", "companyCurrency") if told.get(name)]
    portal = told.get("portalId")
    return f"HubSpot {portal} ({', '.join(about)})", str(portal) if portal else None


def _scopes(refused: Refused) -> list[str]:
    """The scopes that HubSpot says it needs."""
    return [name for fault in refused.faults for name in fault.named(*SCOPES)]


def _left(client: Client) -> int | None:
    """How many calls of the day are left to all private apps; None when it is not told."""
    try:
        if not client.limits.is_told:
            client.ask_usage()
    except Refused as refused:
        if refused.status not in (400, 403, 404):
            raise
    day = client.limits.day
    return max(0, day.left) if day.total else None


def _missing_key(object_type: str, keys: Keys) -> Iterator[str]:
    """What keeps objects of a type from being written once only."""
    try:
        problem = keys.problem(object_type)
    except GrantAccess as error:
        problem = str(error)
    if problem:
        yield problem


def lacking(settings: Settings, client: Client, keys: Keys) -> Iterator[str]:
    """What writing lacks and `check` has no room for: scopes, keys of leads, the fallback owner."""
    yield from _no_writing(client)
    if settings.lead_objects and settings.unique_keys:
        yield from _missing_key(LEADS, keys)
    yield from _no_fallback(settings.fallback_owner, client)


def _no_writing(client: Client) -> Iterator[str]:
    """The scope that writing lacks: a batch without inputs makes nothing, and scopes come first."""
    try:
        client.post(f"{client.paths.objects(TASKS)}/batch/create", {"inputs": []})
    except Refused as refused:
        if refused.status == 403:
            yield from _scopes(refused) or [str(client.judged(refused, writing=False))]


def _no_fallback(owner: str, client: Client) -> Iterator[str]:
    """Why the fallback owner can own no tasks; nothing where there is none, or it can."""
    if not owner:
        return
    try:
        client.get(f"{client.paths.owners}/{quote(owner, safe='')}")
    except Refused as refused:
        if refused.status in (400, 404):
            yield (
                f'fallback_owner "{owner}" is no active owner of this portal, so tasks of reps '
                "who left are refused. Name the owner id of an active user, not the user's own id."
            )
        elif refused.status == 403:
            yield from _scopes(refused) or [str(client.judged(refused, writing=False))]
        else:
            raise


def _endings(settings: Settings, today: date) -> Iterator[str]:
    """APIs whose support ends soon."""
    if told := ending(settings.version, today):
        yield told
    if (UNVERSIONED_END - today).days <= WARN_DAYS:
        for source, name in _UNVERSIONED.items():
            if source in settings.activity:
                yield (
                    f"HubSpot announced the end of {name} (version 1) for "
                    f"{UNVERSIONED_END:%B %Y}. Properties of contacts stand for them then."
                )
