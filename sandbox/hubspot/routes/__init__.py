"""The resources of the portal, each module with its own ROUTES. Paths have no version in them."""

from __future__ import annotations

from typing import Final

from sandbox.hubspot.routes import (
    account,
    associations,
    batch,
    email_events,
    forms,
    lists,
    objects,
    occurrences,
    owners,
    pipelines,
    properties,
    search,
)

ALL: Final = (
    *search.ROUTES,
    *batch.ROUTES,
    *associations.ROUTES,
    *objects.ROUTES,
    *properties.ROUTES,
    *pipelines.ROUTES,
    *owners.ROUTES,
    *lists.ROUTES,
    *email_events.ROUTES,
    *forms.ROUTES,
    *occurrences.ROUTES,
    *account.ROUTES,
)
"""In the order in which they are tried."""
