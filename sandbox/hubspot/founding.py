"""A fresh portal with what every portal has: three owners, pipelines, a service key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connector.clock import DAY, Clock, SystemClock
from sandbox.hubspot.caller import Caller
from sandbox.hubspot.owners import Owner
from sandbox.hubspot.portal import Portal
from sandbox.loopback.clock import PlatformClock

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform

TOKEN: Final = "pat-eu1-sandbox-0000-not-a-secret-outside-loopback"  # noqa: S105 - of the sandbox
SCOPES: Final = frozenset(
    {
        "account-info.security.read",
        "content",
        "crm.objects.companies.read",
        "crm.objects.companies.write",
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.objects.deals.read",
        "crm.objects.deals.write",
        "crm.objects.leads.read",
        "crm.lists.read",
        "crm.lists.write",
        "crm.objects.leads.write",
        "crm.objects.owners.read",
        "crm.schemas.companies.read",
        "crm.schemas.companies.write",
        "crm.schemas.contacts.read",
        "crm.schemas.contacts.write",
        "crm.schemas.deals.read",
        "crm.schemas.deals.write",
        "forms",
        "marketing-email",
        "oauth",
        "sales-email-read",
    }
)
"""Everything that an integration can be given here."""
APP: Final = "leadmode"
INTEGRATION: Final = Caller(name=APP, scopes=SCOPES)
"""How the portal sees whoever comes with the service key."""
_PEOPLE: Final = (
    (72_001, 1_001, "Ada", "Admin", False),
    (72_002, 1_002, "Rosa", "Rep", False),
    (72_003, 1_003, "Otto", "Former", True),
)
"""Owner id, user id, name, whether archived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """A portal, what answers for it, and the ids that tests and demos need."""

    platform: Platform
    portal: Portal
    token: str
    """The service key; it has all scopes."""
    admin: str
    """Owner ids."""
    rep: str
    former: str
    """An owner who is archived."""


def found_portal(clock: Clock | None = None, *, leads_too: bool = True) -> Portal:
    """A new portal; nothing answers for it yet."""
    portal = Portal(PlatformClock(clock or SystemClock()), leads_too=leads_too)
    since = portal.clock.now() - 400 * DAY
    for owner_id, user_id, first, last, archived in _PEOPLE:
        owner = Owner(
            id=owner_id,
            user_id=user_id,
            email=f"{first}.{last}@acme.example".lower(),
            first_name=first,
            last_name=last,
            archived=archived,
            created_at=since,
            updated_at=since,
            teams=(("301", "Sales", True),),
        )
        portal.owners.add(owner)
    return portal


def found(clock: Clock | None = None, *, leads_too: bool = True) -> Founded:
    """A new portal that answers calls."""
    from sandbox.hubspot.platform import Platform  # noqa: PLC0415 - it imports us

    portal = found_portal(clock, leads_too=leads_too)
    platform = Platform(portal)
    platform.access.add(APP, TOKEN, SCOPES)
    admin, rep, former = (str(each[0]) for each in _PEOPLE)
    return Founded(
        platform=platform,
        portal=portal,
        token=TOKEN,
        admin=admin,
        rep=rep,
        former=former,
    )
