"""From a platform's page to stored, evaluated and queued: one transaction per page."""

from connector.ingest.ingest import Ingest
from connector.ingest.news import Polled, Watch

__all__ = ["Ingest", "Polled", "Watch"]
