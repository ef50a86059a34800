"""The resources of the REST API, a module for each family."""

from typing import Final

from sandbox.salesforce.routes import (
    actions,
    bulk_ingest,
    bulk_query,
    bulk_v1,
    collections,
    composite,
    control,
    oauth,
    query,
    rows,
    search,
    services,
    sobjects,
    tooling,
    ui,
)

ALL: Final = (
    *services.ROUTES,
    *query.ROUTES,
    *composite.ROUTES,
    *collections.ROUTES,
    *bulk_query.ROUTES,
    *bulk_ingest.ROUTES,
    *tooling.ROUTES,
    *actions.ROUTES,
    *search.ROUTES,
    *ui.ROUTES,
    *sobjects.ROUTES,
    *rows.ROUTES,
)
"""Below the API version; earlier ones win."""
OPEN: Final = (*oauth.OPEN_ROUTES, *bulk_v1.ROUTES, *control.ROUTES)
"""Outside the versions."""
