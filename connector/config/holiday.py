"""Public holidays by country and region, as the library `holidays` knows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from connector.problems import did_you_mean


class BadCountry(ValueError):
    """A text names no country; `advice` says which one may be meant."""

    def __init__(self, name: str) -> None:
        super().__init__("is no country whose holidays are known")
        close = did_you_mean(name.upper(), countries())
        self.advice = close if close.startswith("Did") else 'Write it like "DE", "FR" or "US".'


def known_country(value: object) -> object:
    """The code of a country as it is; a text that is none raises BadCountry."""
    if isinstance(value, str) and value not in countries():
        raise BadCountry(value)
    return value


@lru_cache(1)
def countries() -> frozenset[str]:
    """The two-letter codes of all countries."""
    from holidays import list_supported_countries  # noqa: PLC0415 - a fifth of a second

    return frozenset(list_supported_countries())


@lru_cache(64)
def regions(country: str) -> Sequence[str]:
    """The codes of a country's parts."""
    from holidays import list_supported_countries  # noqa: PLC0415

    return tuple(list_supported_countries()[country])


@lru_cache(256)
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """The days off of a year; `country` and `region` must be known, an empty region is none."""
    from holidays import country_holidays  # noqa: PLC0415

    return frozenset(country_holidays(country, subdiv=region or None, years=year))
