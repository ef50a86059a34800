"""A fresh org with what every org has: an organization, profiles, two users, an app.

Follows the Object Reference for the standard picklist objects (LeadStatus, TaskStatus,
OpportunityStage) of a Developer Edition org.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from connector.clock import Clock, SystemClock
from sandbox.salesforce.auth import App
from sandbox.salesforce.org import Org
from sandbox.salesforce.platform import Platform
from sandbox.salesforce.schema import activity, people, sales
from sandbox.salesforce.values import Row

CONSUMER_KEY: Final = "3MVG9sandboxLeadmode.ExternalClientApp"
CONSUMER_SECRET: Final = "0D5A4D42-not-a-secret-outside-loopback"  # noqa: S105 - of the sandbox
ADMIN: Final = "admin@acme.example"
INTEGRATION: Final = "leadmode@acme.example"
PERMISSION_SET: Final = "leadmode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """A platform and the ids that tests and demos need."""

    platform: Platform
    org: Org
    admin: str
    integration: str
    """The user that the app runs as."""
    permission_set: str
    """The one of the integration user; grants fields."""
    notification_type: str


def found(
    clock: Clock | None = None, *, person_accounts: bool = False, daily: int = 100_000
) -> Founded:
    """A new org."""
    org = Org(clock or SystemClock(), person_accounts=person_accounts)
    platform = Platform(org, daily=daily)
    _organization(org)
    admin = _user(org, "Ada", "Admin", ADMIN, _profile(org, "System Administrator"))
    profile = _profile(org, "Minimum Access - API Only Integrations")
    integration = _user(org, "Leadmode", "Integration", INTEGRATION, profile)
    rights: Row = {"Name": PERMISSION_SET, "Label": "leadmode", "IsCustom": True, "Type": "Regular"}
    rights |= {"PermissionsApiEnabled": True, "PermissionsSendCustomNotifications": True}
    rights |= {"PermissionsEditTask": True, "PermissionsCustomizeApplication": True}
    (granted,) = org.load("PermissionSet", [rights])
    org.load("PermissionSetAssignment", [{"PermissionSetId": granted, "AssigneeId": integration}])
    _picklists(org)
    bell: Row = {"CustomNotifTypeName": "leadmode", "DeveloperName": "leadmode"}
    (bell_id,) = org.load(
        "CustomNotificationType", [bell | {"MasterLabel": "leadmode", "Desktop": True}]
    )
    platform.auth.apps[CONSUMER_KEY] = App(
        key=CONSUMER_KEY, secret=CONSUMER_SECRET, run_as=integration
    )
    return Founded(
        platform=platform,
        org=org,
        admin=admin,
        integration=integration,
        permission_set=granted,
        notification_type=bell_id,
    )


def _organization(org: Org) -> None:
    values: Row = {"Name": "Acme", "OrganizationType": "Developer Edition", "InstanceName": "EU46"}
    values |= {"DefaultLocaleSidKey": "en_US", "TimeZoneSidKey": "Europe/Berlin"}
    values |= {"LanguageLocaleKey": "en_US", "FiscalYearStartMonth": 1, "IsSandbox": True}
    org.load("Organization", [values])


def _profile(org: Org, name: str) -> str:
    admin = name == "System Administrator"
    rights: Row = {"PermissionsApiEnabled": True, "PermissionsModifyAllData": admin}
    (profile,) = org.load("Profile", [{"Name": name, "UserType": "Standard"} | rights])
    own: Row = {"Name": f"X{profile}", "Label": name, "ProfileId": profile, "Type": "Profile"}
    own |= {"IsOwnedByProfile": True, "PermissionsSendCustomNotifications": admin}
    org.load("PermissionSet", [own | rights])
    return profile


def _user(org: Org, first: str, last: str, username: str, profile: str) -> str:
    return add_user(org, first=first, last=last, username=username, profile=profile)


def add_user(
    org: Org, *, first: str, last: str, username: str, profile: str, zone: str = "Europe/Berlin",
    active: bool = True,
) -> str:  # fmt: skip
    """One more user; the id."""
    values: Row = {"FirstName": first, "LastName": last, "Username": username, "Email": username}
    values |= {"ProfileId": profile, "IsActive": active, "TimeZoneSidKey": zone}
    values |= {"Alias": (first[:1] + last[:4]).lower(), "UserType": "Standard"}
    values |= {"LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8"}
    (user,) = org.load("User", [values | {"CommunityNickname": username.partition("@")[0]}])
    return user


def _picklists(org: Org) -> None:
    org.load(
        "LeadStatus",
        [
            {
                "MasterLabel": name,
                "ApiName": name,
                "SortOrder": order,
                "IsDefault": order == 1,
                "IsConverted": name == "Closed - Converted",
            }
            for order, name in enumerate(people.LEAD_STATUS, start=1)
        ],
    )
    org.load(
        "TaskStatus",
        [
            {
                "MasterLabel": name,
                "ApiName": name,
                "SortOrder": order,
                "IsClosed": closed,
                "IsDefault": default,
            }
            for order, (name, closed, default) in enumerate(activity.TASK_STATUS, start=1)
        ],
    )
    org.load(
        "OpportunityStage",
        [
            {
                "MasterLabel": name,
                "ApiName": name,
                "SortOrder": order,
                "IsActive": True,
                "IsClosed": closed,
                "IsWon": won,
                "DefaultProbability": float(chance),
                "ForecastCategory": category,
                "ForecastCategoryName": category,
            }
            for order, (name, chance, closed, won, category) in enumerate(sales.STAGES, start=1)
        ],
    )
