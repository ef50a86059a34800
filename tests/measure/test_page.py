"""The page: one file, no script, nothing from elsewhere; and the commands around it."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from connector.cli.app import app
from connector.clock import ManualClock
from connector.measure import Report, Row, Section, report
from connector.measure.html import page_of
from connector.measure.metric import Maker
from connector.store import Store
from tests.backtest.test_html import HOSTILE, Tags
from tests.measure.conftest import UNTIL, Lived


def leadmode(lived: Lived, *arguments: str) -> Result:
    environment = {"LEADMODE_CONFIG": str(lived.folder / "config.toml"), "COLUMNS": "200"}
    return CliRunner().invoke(app, list(arguments), obj=ManualClock(UNTIL), env=environment)


@pytest.fixture
def page(lived: Lived, store: Store) -> str:
    return page_of(report(store, lived.asked(), "UTC"))


def test_nothing_is_run_and_nothing_is_fetched(page: str):
    found = Tags(page)
    assert found.open == []
    assert found.tags.isdisjoint({"script", "link", "img", "iframe", "object", "base", "form"})
    names = {name for name, _ in found.attributes}
    assert not {name for name in names if name.startswith("on") or name in {"style", "src", "href"}}
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_charts_are_sound_and_every_bar_has_a_title(page: str):
    charts = re.findall(r"<svg.*?</svg>", page)
    assert len(charts) == 5
    for chart in charts:
        root = ET.fromstring(chart)
        bars = [group for group in root.iter("g") if group.find("rect") is not None]
        assert bars
        for bar in bars:
            assert re.search(r"\d+ \([a-z_.]+", bar.findtext("title") or "")
            assert all(float(rect.get("width") or -1) >= 0 for rect in bar.iter("rect"))
        assert 0 < float((root.get("viewBox") or "").split()[3]) < 400


def test_the_heat_is_darkest_where_most_wait(page: str):
    cells = re.findall(
        r'<td class="n( h\d)?" title="gaps\.unreached\[stage=\w+,persona=\w+,owner=[^,]*\]">(\d+)<',
        page,
    )
    shades: dict[int, set[str]] = {}
    for shade, count in cells:
        shades.setdefault(int(count), set()).add(shade.strip())
    assert shades[max(shades)] == {"h5"}
    ordered = [min(shades[count]) for count in sorted(shades)]
    assert ordered == sorted(ordered)
    assert all(len(some) == 1 for some in shades.values())


def test_names_from_a_crm_are_text():
    maker = Maker(1)
    metric = maker.make("flow.lead_mode", "in lead mode", [Row(1, 0)], where={"rep": HOSTILE})
    section = Section(id="x", title="X", about="", figures=(metric.figure,))
    told = Report(
        start_at=0, until_at=1, zone="UTC", people=1, episodes=1, sections=(section,), notes=()
    )
    page = page_of(told)
    assert HOSTILE not in page
    assert Tags(page).tags.isdisjoint({"script", "img"})


def test_an_empty_history_makes_a_page_too(lived: Lived):
    done = leadmode(lived, "report", "--since", "2019-01-01", "--until", "2019-02-01")
    assert done.exit_code == 0
    assert "0 episodes" in done.output


def test_the_file_is_for_this_user_only(lived: Lived, tmp_path: Path):
    target = tmp_path / "report.html"
    done = leadmode(lived, "report", "--since", "365d", "--html", str(target), "--most", "2")
    assert done.exit_code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "<h1>Lead report, 2025-11-20 to 2026-11-20</h1>" in target.read_text()
    assert "more; --most shows them." in done.output
    assert re.search(r"^handed off +\d+ +flow\.handed_off$", done.output, re.MULTILINE)


def test_a_period_that_ends_before_it_begins_is_a_usage_error(lived: Lived):
    done = leadmode(lived, "report", "--since", "2026-10-01", "--until", "2026-09-01")
    assert done.exit_code == 64
    assert '--since "2026-10-01" is not before the end' in done.output


def test_health_tells_stages_and_where_they_come_from(lived: Lived):
    shown = leadmode(lived, "health").output
    assert re.search(r"^everybody +starting out", shown, re.MULTILINE)
    assert "health.handed_off[segment=everybody]" in shown
    assert "Name segments of your own with [[segment]]" in shown
    document = json.loads(leadmode(lived, "health", "--json").output)
    first = document["segments"][0]
    assert [each["stage"] for each in first["criteria"]].count("prime") == 2
    name = first["criteria"][0]["figure"]["name"]
    traced = json.loads(leadmode(lived, "health", "--explain", name, "--json").output)
    assert len(traced["rows"]) == first["criteria"][0]["figure"]["value"]


def test_own_segments_take_the_place_of_personas(lived: Lived, tmp_path: Path):
    rules = lived.folder / "rules" / "segments.toml"
    rules.write_text(
        '[[segment]]\nid = "heads"\nwhen = { "person.title" = { has_word = "head" } }\n'
    )
    try:
        document = json.loads(leadmode(lived, "health", "--json").output)
        assert [each["segment"] for each in document["segments"]] == ["everybody", "heads"]
        assert not document["by_default"]
        rules.write_text('[[segment]]\nid = "heads"\nwhen = { "person.titel" = "head" }\nx = 1\n')
        broken = leadmode(lived, "check")
        assert 'Unknown key "x"' in broken.output
    finally:
        rules.unlink()
