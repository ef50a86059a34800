"""Time zones are there whatever the machine has."""

from __future__ import annotations

import sys
import zoneinfo
from collections.abc import Iterator

import pytest

from connector.config.zones import BadZone, known_zone


@pytest.fixture
def no_zones_of_the_machine() -> Iterator[None]:
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([])
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.fault("F85")
@pytest.mark.usefixtures("no_zones_of_the_machine")
def test_a_machine_without_time_zones_knows_them_all_the_same():
    assert known_zone("Europe/Berlin") == "Europe/Berlin"
    with pytest.raises(BadZone) as caught:
        known_zone("Europe/Berlni")
    assert "Europe/Berlin" in caught.value.advice


@pytest.mark.fault("F85")
@pytest.mark.usefixtures("no_zones_of_the_machine")
def test_it_is_the_locked_package_that_knows_them(monkeypatch):
    monkeypatch.setitem(sys.modules, "tzdata", None)
    for name in [each for each in sys.modules if each.startswith("tzdata.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(BadZone):
        known_zone("Europe/Berlin")
