"""Versioned paths, as the API has them, to the paths of our routes.

Numbered ones carry the version behind the area (`/crm/v3/objects/contacts`), dated ones behind the
resource (`/crm/objects/2026-09/contacts`). Betas are not served.
https://developers.hubspot.com/docs/api-reference/legacy/migration-guide
"""

from __future__ import annotations

import re
from typing import Final

DATED: Final = ("2026-03", "2026-09")
_DATED: Final = re.compile(
    r"/(crm/objects|crm/associations|crm/properties|crm/owners|crm/pipelines|crm/lists|marketing/forms"
    r"|account-info|events/event-occurrences)/(\d{4}-\d\d(?:-[a-z]+)?)(/.*)?"
)
_NUMBERED: Final = re.compile(r"/(crm|marketing|account-info|events)/(v\d)(/.*)")
_V1: Final = re.compile(r"/(email/public|form-integrations)/v1/.+")
_V3: Final = re.compile(
    r"crm/(objects|associations|properties|owners|pipelines|lists)|marketing/forms|account-info"
)


def split(path: str) -> tuple[str, str] | None:
    """(version, path without it); None for what no version has."""
    if _V1.fullmatch(path):
        return "v1", path
    dated = _DATED.fullmatch(path)
    if dated is not None:
        area, version, rest = dated.groups()
        return (version, f"/{area}{rest or ''}") if version in DATED else None
    numbered = _NUMBERED.fullmatch(path)
    if numbered is None:
        return None
    area, version, rest = numbered.groups()
    return (
        (version, f"/{area}{rest}")
        if _numbered(area, version, rest)
        else _events(*numbered.groups())
    )


def _numbered(area: str, version: str, rest: str) -> bool:
    """Whether a numbered version has a resource."""
    whole = f"{area}{rest}"
    if version == "v4":
        links = whole.startswith("crm/objects/") and "/associations/" in whole
        return whole.startswith("crm/associations/") or links
    return version == "v3" and _V3.match(whole) is not None


def _events(area: str, version: str, rest: str) -> tuple[str, str] | None:
    if area == "events" and version == "v3" and re.match(r"/events(/|$)", rest):
        return version, "/events/event-occurrences" + rest.removeprefix("/events")
    return None
