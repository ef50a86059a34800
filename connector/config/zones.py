"""Names of time zones."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from connector.problems import did_you_mean


class BadZone(ValueError):
    """A text names no time zone; `advice` says which one may be meant."""

    def __init__(self, name: str) -> None:
        super().__init__("is not a time zone")
        close = did_you_mean(name, available_timezones())
        self.advice = close if close.startswith("Did") else 'Write it like "Europe/Berlin".'


def known_zone(value: object) -> object:
    """The IANA name as it is; a text that is none raises BadZone."""
    if isinstance(value, str):
        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError):
            raise BadZone(value) from None
    return value
