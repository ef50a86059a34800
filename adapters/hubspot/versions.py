"""Where each resource is, per version of the API, and until when a version is supported.

The numbered APIs lose support first (associations v4 on 2027-03-30, v1 to v3 in September 2027); a
dated one lives about eighteen months.
https://developers.hubspot.com/changelog/legacy-apis-and-legacy-apps-whats-going-unsupported-and-when
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

NUMBERED: Final = "v3"
NEWEST: Final = "2026-09"
VERSIONS: Final = (NUMBERED, "2026-03", NEWEST)
ENDS: Final = {
    NUMBERED: date(2027, 3, 30),  # its associations are v4, the first part to go
    "2026-03": date(2027, 9, 30),
    NEWEST: date(2028, 3, 8),
}
"""The last day of support: published for the numbered ones, eighteen months for a dated one."""
UNVERSIONED_END: Final = date(2027, 9, 1)
"""Of e-mail events and form submissions, which are v1 and have no successor."""
WARN_DAYS: Final = 180

EMAIL_EVENTS: Final = "/email/public/v1/events"
FORM_SUBMISSIONS: Final = "/form-integrations/v1/submissions/forms"


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of one version: "v3", or a dated one."""

    version: str

    def _under(self, family: str, numbered: str = NUMBERED) -> str:
        """`/crm/v3/owners`, or `/crm/owners/2026-09`."""
        if self.version == NUMBERED:
            area, _, rest = family.partition("/")
            return f"/{area}/{numbered}/{rest}" if rest else f"/{area}/{numbered}"
        return f"/{family}/{self.version}"

    def objects(self, object_type: str) -> str:
        """List and create; also the base of `/{id}`, `/batch/...` and `/search`."""
        return f"{self._under('crm/objects')}/{object_type}"

    def associations(self, origin: str, target: str) -> str:
        """Base of `/batch/read` between two object types."""
        return f"{self._under('crm/associations', 'v4')}/{origin}/{target}"

    def properties(self, object_type: str) -> str:
        """The properties of an object type; `/groups` below it are its groups."""
        return f"{self._under('crm/properties')}/{object_type}"

    @property
    def owners(self) -> str:
        """The users who can own records."""
        return self._under("crm/owners")

    @property
    def lists(self) -> str:
        """Lists of records; `/{id}/memberships/add` below it takes records in."""
        return self._under("crm/lists")

    def pipelines(self, object_type: str) -> str:
        """Pipelines and their stages."""
        return f"{self._under('crm/pipelines')}/{object_type}"

    @property
    def account(self) -> str:
        """Which portal this is."""
        return f"{self._under('account-info')}/details"

    @property
    def usage(self) -> str:
        """What private apps and service keys have used of the day."""
        return f"{self._under('account-info')}/api-usage/daily/private-apps"

    @property
    def forms(self) -> str:
        """The definitions of forms."""
        return self._under("marketing/forms")


def ending(version: str, today: date) -> str:
    """A warning when support of the version ends within half a year, or has ended; else empty."""
    ends = ENDS[version]
    if (ends - today).days > WARN_DAYS:
        return ""
    verb = "ended" if ends < today else "ends"
    advice = f'Set version = "{NEWEST}".' if version != NEWEST else "Install a newer leadmode."
    return f"HubSpot's support of API version {version} {verb} on {ends.isoformat()}. {advice}"
