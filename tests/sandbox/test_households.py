"""The panel of households: read, exported, and its quiet spells counted."""

import csv
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from connector.clock import DAY
from sandbox.demos import real as demo_real
from sandbox.households import by_engine, panel, spells
from sandbox.households.rows import Exports

NOON = 1_483_272_000_000  # 2017-01-01T12:00:00Z, the first basket of the small panel
ROOT = Path(__file__).parent.parent.parent


def test_a_basket_is_its_receipt_lines(panel_folder: Path):
    read = panel.load(panel_folder)
    assert read.rows == 28
    assert len(read.baskets) == 14
    assert {b.department for b in read.baskets} == {"GROCERY"}
    assert {b.value for b in read.baskets} == {6.0}
    assert read.households == [1, 2, 3, 4, 5]
    assert read.demographics == {2: {"age": "45-54"}}


def test_naive_times_are_read_as_utc(panel_folder: Path):
    assert min(b.at for b in panel.load(panel_folder).baskets) == NOON


def test_spells_by_hand(panel_folder: Path):
    found = {s.days: s for s in spells.count(panel_folder, NOON + 360 * DAY, (30, 60, 90))}
    # 30 days: household 1 three times (35, 65, 190), 2 once (328), 4 twice (30, 305)
    assert (found[30].returned, found[30].households) == (6, 3)
    assert (found[60].returned, found[60].households) == (4, 3)
    assert (found[90].returned, found[90].households) == (3, 3)
    # last baskets on day 304, 330, 200, 340: quiet for 56, 30, 160, 20 days on day 360
    assert [found[n].censored for n in (30, 60, 90)] == [3, 1, 1]
    assert found[90].median_days == 305
    assert found[90].share == pytest.approx(3 / 4)


def test_the_engine_and_plain_arithmetic_agree(panel_folder: Path):
    end = NOON + 360 * DAY
    assert by_engine.count(panel.load(panel_folder), end) == spells.count(
        panel_folder, end, (30, 60, 90)
    )


def test_exports_hold_every_engagement_once_and_grow(panel_folder: Path, tmp_path: Path):
    files = Exports(panel.load(panel_folder), tmp_path)
    first = files.write_until(NOON + 100 * DAY)
    second = files.write_until(panel.YEAR_END)
    with (tmp_path / "engagements.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert first + second == len(found) == 14 + 1 + 2
    assert len({r["id"] for r in found}) == 17
    assert [r["at"] for r in found] == sorted(r["at"] for r in found)
    assert found[0] == {
        "id": "B1000", "at": "2017-01-01T12:00:00.000Z", "kind": "purchase_made",
        "person_id": "H0001", "person_type": "", "email": "", "evidence": "",
        "asset": "GROCERY", "link": "", "message": "",
    }  # fmt: skip
    with (tmp_path / "people.csv").open(newline="") as file:
        people = list(csv.DictReader(file))
    assert [p["id"] for p in people] == ["H0001", "H0002", "H0003", "H0004", "H0005"]
    assert people[1]["age"] == "45-54"


def test_the_whole_demo_on_the_small_panel(
    panel_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """After 1 July household 1 makes two trips within four days, 2 a trip and a coupon."""
    out = Console(file=io.StringIO(), width=100)
    assert demo_real.run(out, panel_folder, tmp_path / "demo")
    with demo_real.tasks_of(tmp_path / "demo").open(encoding="utf-8", newline="") as file:
        tasks = {row["related_id"]: row["subject"] for row in csv.DictReader(file)}
    assert tasks == {
        "H0001": "Household 0001 shops again after 6 months",
        "H0002": "Household 0002 shops again after 11 months",
    }
    explained = capsys.readouterr().out
    assert explained.count("entered lead mode: is shopping again") == 3
    assert 'redeemed the coupon "Campaign 7"' in explained


def test_a_difference_between_the_two_countings_is_told():
    ours = [spells.Spells(days=30, returned=2, censored=1, households=1, median_days=31.0)]
    theirs = [spells.Spells(days=30, returned=1, censored=1, households=1, median_days=31.0)]
    out = Console(file=io.StringIO(), width=100)
    assert not demo_real.show_spells(out, ours, theirs)
    assert demo_real.show_spells(out, ours, ours)


def test_the_document_shows_what_the_shipped_panel_gives():
    folder = panel.data_folder()
    assert pq.read_metadata(folder / "transactions.parquet").num_rows == 1_469_307
    text = (ROOT / "docs" / "real-data.md").read_text(encoding="utf-8")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for found in spells.count(folder, panel.YEAR_END, demo_real.LENGTHS):
        for by in ("the engine", "plain arithmetic"):
            assert (
                f"{found.days} days or more {by} {found.returned:,} {found.censored:,} "
                f"{found.share:.1%} {found.households:,} {found.median_days:.1f} days"
            ) in lines
