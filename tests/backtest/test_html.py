"""The page: one file, no script, nothing from elsewhere, and no text of a CRM taken for markup."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from connector.backtest import charts, words
from connector.backtest.html import page_of
from connector.backtest.told import Backtest
from connector.model import Kind
from tests.backtest import history
from tests.backtest.history import contact, did, lay_down, rules, sale

HOSTILE = '<script>alert("x")</script><img src=http://evil.example/x onerror=go>'


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Backtest:
    where = tmp_path_factory.mktemp("market")
    store = history.market(where / "state", people=300)
    books = rules(where / "a"), rules(where / "b", history.OPENS)
    whole = history.told(store, *books, since=720, horizon=60, capacity=1)
    store.close()
    return whole


@pytest.fixture(scope="module")
def page(told: Backtest) -> str:
    return page_of(told)


def test_nothing_is_run_and_nothing_is_fetched(page: str):
    found = Tags(page)
    assert found.open == []
    assert found.tags.isdisjoint({"script", "link", "img", "iframe", "object", "base", "form"})
    names = {name for name, _ in found.attributes}
    assert names.isdisjoint({"src", "href", "style", "srcset", "action"})
    assert not any(name.startswith("on") for name in names)
    assert "http:" not in page
    assert "https:" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_the_policy_allows_this_one_style_and_nothing_else(page: str):
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'"
    assert f'content="{policy}' in page


def test_it_is_for_light_and_dark(page: str):
    assert "color-scheme: light dark" in page
    assert "prefers-color-scheme: dark" in page


def test_there_are_three_charts_per_rule_with_titles(page: str):
    drawn = re.findall(r"<svg .*?</svg>", page, re.DOTALL)
    assert len(drawn) == 6
    for one in drawn:
        tree = ET.fromstring(one)
        assert tree.get("aria-label")
        assert len(tree.findall(".//title")) > 0


def test_the_figures_of_the_terminal_are_on_the_page(told: Backtest, page: str):
    for label, texts in words.rows(told):
        assert f">{label.strip()}</th>" in page
        assert all(f"<td>{text}</td>" in page for text in texts)


def test_the_bars_are_as_high_as_they_say(told: Backtest):
    weeks = told.sides[0].rules[0].load.weeks
    tree = ET.fromstring(charts.over_time(weeks))
    bars = [
        float(bar.get("height", 0)) for bar in tree.iter("rect") if bar.get("class") == "episode"
    ]
    most = max(week.episodes for week in weeks)
    assert len(bars) == len(weeks)
    for bar, week in zip(bars, weeks, strict=True):
        assert abs(bar - max(bars) * week.episodes / most) < 0.11


def test_a_dot_lies_within_its_whisker(told: Backtest):
    tree = ET.fromstring(charts.lift_by_band(told.sides[0].rules[0].bands))
    for group in tree.iter("g"):
        line, dot = group.find("line"), group.find("circle")
        assert line is not None
        assert dot is not None
        assert float(line.get("y2", 0)) <= float(dot.get("cy", 0)) <= float(line.get("y1", 0))


def test_text_of_a_crm_stays_text(tmp_path: Path):
    records = [contact("A", name=HOSTILE), sale("O1", "A", 210, won=240)]
    mails = [did("A", 1, Kind.PAGE_VIEWED), did("A", 390, Kind.EMAIL_SENT)]
    store = lay_down(tmp_path / "state", records, mails, until=400)
    text = history.SHOPPING.replace("Shopping again", HOSTILE.replace('"', "'"))
    page = page_of(history.told(store, rules(tmp_path / "rules", text)))
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    store.close()


def test_charts_without_data_say_so():
    assert "Too few" in charts.lift_by_band(())
    assert "Too few" in charts.calibration(())
    assert "No week" in charts.over_time(())
