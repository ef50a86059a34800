"""What the story's company publishes: it sells condition monitoring for machines."""

from __future__ import annotations

from typing import Final

SITE: Final = "https://www.halden-sensing.example"

PAGES: Final[tuple[tuple[str, float], ...]] = (
    ("/", 14),
    ("/products/vibration-monitoring", 16),
    ("/products/oil-analysis", 9),
    ("/case-studies/steel", 9),
    ("/case-studies/paper-mill", 8),
    ("/pricing", 9),
    ("/integrations", 7),
    ("/blog/bearing-failure", 14),
    ("/careers", 5),
)
PRICING: Final = "/pricing"

GUIDES: Final = (
    "Bearing failure guide",
    "Vibration limits poster",
    "Condition monitoring ROI calculator",
    "Checklist: sensors per machine",
)
WEBINARS: Final = (
    "Predictive maintenance in practice",
    "From route based to online monitoring",
    "What a stopped line costs",
)
NEWSLETTER_LINKS: Final = (
    "/blog/bearing-failure",
    "/case-studies/steel",
    "/products/vibration-monitoring",
    "/case-studies/paper-mill",
    "/unsubscribe",
)
FORM_DEMO: Final = "Request a demo"
FORM_CONTACT: Final = "Contact sales"
FORM_GUIDE: Final = "Download form"
NEWSLETTER: Final = "Plant Notes"
