"""The demo's HubSpot: the portal that marketing works with, beside a Salesforce that sales does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from hubspot import HubSpot

from sandbox.demos.salesforce import write_private
from sandbox.hubspot.founding import TOKEN
from sandbox.hubspot.story import DOWNLOAD

SOURCE: Final = """

[sources.marketing]
adapter = "hubspot"
base_url = "{url}" # only for a sandbox on this machine
token = "file:{token}"
burst = 100000 # the portal's clock is the story's, so its limits are off here
searches = 100000.0

[sources.marketing.form_kinds]
"{download}*" = "content_downloaded"
"""


def add_source(config: Path, url: str) -> None:
    """Put the portal into a configuration, beside what stands there."""
    token = (config.parent / "hubspot-token").absolute()
    write_private(token, TOKEN)
    text = SOURCE.format(url=url, token=token, download=DOWNLOAD)
    config.write_text(config.read_text(encoding="utf-8") + text, encoding="utf-8")


def read_back(url: str) -> list[Any]:
    """Every task in the portal, as HubSpot's own client reads them."""
    return list(
        HubSpot(access_token=TOKEN, host=url).crm.objects.tasks.basic_api.get_page().results
    )
