"""The story: the same for the same seed, of the promised size, and told in stages."""

import csv
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.clock import DAY, to_millis
from connector.model import Kind
from sandbox.story.__main__ import main
from sandbox.story.days import is_workday, workday
from sandbox.story.stages import Exports
from sandbox.story.telling import tell
from sandbox.story.world import World

pytestmark = pytest.mark.xdist_group("sandbox/test_story")  # its fixtures are made once

UNTIL = to_millis(datetime(2026, 11, 20, tzinfo=UTC))


@pytest.fixture(scope="module")
def world() -> World:
    return tell(7, UNTIL)


@pytest.fixture(scope="module")
def small() -> World:
    """The same cast in a smaller market."""
    return tell(7, UNTIL, companies=40, people=200)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_gives_the_same_bytes_in_another_process(world: World, tmp_path: Path):
    Exports(world, tmp_path / "here").write_until(UNTIL)
    command = [sys.executable, "-m", "sandbox.story", "--out", str(tmp_path / "there")]
    subprocess.run(
        [*command, "--seed", "7", "--until", "2026-11-20"],
        check=True,
        capture_output=True,
        env={"PYTHONHASHSEED": "11"},
    )
    for path in sorted((tmp_path / "here").iterdir()):
        assert path.read_bytes() == (tmp_path / "there" / path.name).read_bytes(), path.name


def test_another_seed_gives_another_market_and_the_same_cast(world: World):
    other = tell(8, UNTIL)
    assert [p.name for p in other.people] != [p.name for p in world.people]
    assert other.cast == world.cast


def test_size(world: World):
    emails = {p.email.lower().replace("+events", "").replace("+webinar", "") for p in world.people}
    assert len(world.accounts) == 300
    assert len(emails) == 2_000
    assert 2_100 < len(world.people) < 2_300
    assert len(world.owners) == 8
    assert [o.active for o in world.owners].count(False) == 1
    sales = Counter("open" if s.closed_at is None else s.won for s in world.opportunities)
    assert 140 <= len(world.opportunities) <= 160
    assert min(sales.values()) >= 20
    assert len(sales) == 3
    first = min(act.at for act in world.acts)
    assert UNTIL - 2 * 365 * DAY - DAY <= first < UNTIL - 700 * DAY
    assert 50_000 < len(world.acts) < 90_000


def test_every_kind_of_interest_is_told(world: World):
    told = {act.kind for act in world.acts}
    assert told >= {
        Kind.EMAIL_SENT, Kind.EMAIL_OPENED, Kind.EMAIL_CLICKED, Kind.FORM_SUBMITTED,
        Kind.WEBINAR_ATTENDED, Kind.PAGE_VIEWED, Kind.CONTENT_DOWNLOADED, Kind.CALL_HELD,
        Kind.MEETING_HELD, Kind.UNSUBSCRIBED, Kind.BOUNCED,
    }  # fmt: skip


def test_nothing_happens_before_a_person_is_known_or_after_the_end(world: World):
    known = {p.id: p.created_at for p in world.people}
    assert all(act.at < UNTIL and act.seen_at < UNTIL for act in world.acts)
    assert all(act.seen_at >= act.at for act in world.acts)
    assert [act for act in world.acts if act.record and act.at < known[act.record]] == []


def test_personal_data_is_invented(world: World):
    addresses = [p.email for p in world.people] + [a.email for a in world.acts if a.email]
    assert all(address.lower().endswith(".example") for address in addresses)
    assert all(account.domain.endswith(".example") for account in world.accounts)


def test_link_scanners_click_within_a_second_of_the_sending(world: World):
    gateways = {a.id for a in world.accounts if a.scans_links}
    behind = {p.id for p in world.people if p.account in gateways}
    sent = {(a.record, a.message): a.at for a in world.acts if a.kind is Kind.EMAIL_SENT}
    soon = [
        a
        for a in world.acts
        if a.kind is Kind.EMAIL_CLICKED and 0 < a.at - sent[a.record, a.message] <= 1_000
    ]
    assert 5 <= len(gateways) <= 40
    assert len(soon) > 2_000
    assert {a.record for a in soon} <= behind
    links: dict[tuple[str, str], set[str]] = {}
    for act in soon:
        links.setdefault((act.record, act.message), set()).add(act.link)
    assert {len(found) for found in links.values()} == {4}


def test_stages_end_where_one_step_ends(small: World, tmp_path: Path):
    at_once, staged = Exports(small, tmp_path / "once"), Exports(small, tmp_path / "staged")
    at_once.write_until(UNTIL)
    moment = workday(UNTIL, 10)
    first = staged.write_until(moment)
    grown = tmp_path / "staged" / "engagements.csv"
    before = grown.read_bytes()
    total = first.engagements
    replaced: set[str] = set()
    while moment < UNTIL:
        moment += DAY
        step = staged.write_until(min(moment, UNTIL))
        total += step.engagements
        replaced |= set(step.replaced)
        assert grown.read_bytes().startswith(before)
    assert total == len(small.acts)
    assert {"people.csv", "opportunities.csv"} <= replaced
    assert "owners.csv" not in replaced
    for path in sorted((tmp_path / "once").iterdir()):
        assert path.read_bytes() == (tmp_path / "staged" / path.name).read_bytes(), path.name


def test_a_row_that_is_uploaded_late_shows_up_late(small: World, tmp_path: Path):
    amara = next(m for m in small.cast if m.key == "late_upload")
    staged = Exports(small, tmp_path)

    def attended(moment: int) -> int:
        staged.write_until(moment)
        found = rows(tmp_path / "engagements.csv")
        return sum(
            r["person_id"] == amara.record and r["kind"] == "webinar_attended" for r in found
        )

    assert attended(workday(UNTIL, 3)) == 0
    assert attended(workday(UNTIL, 2)) == 1


def test_a_status_change_shows_up_with_its_moment(small: World, tmp_path: Path):
    luca = next(m for m in small.cast if m.key == "recycled_now")
    staged = Exports(small, tmp_path)

    def record(moment: int) -> dict[str, str]:
        staged.write_until(moment)
        return next(r for r in rows(tmp_path / "people.csv") if r["id"] == luca.record)

    assert record(workday(UNTIL, 6))["status"] == "Open"
    changed = record(workday(UNTIL, 5))
    assert changed["status"] == "Recycled"
    assert changed["modified_at"] > changed["created_at"]


def test_working_days():
    monday = to_millis(datetime(2026, 11, 16, tzinfo=UTC))
    assert [is_workday(monday + n * DAY) for n in range(7)] == [True] * 5 + [False] * 2
    assert workday(monday, 1) == monday - 3 * DAY
    assert workday(monday + 5 * DAY + 1, 1) == monday + 4 * DAY
    assert workday(monday, 6) == monday - 10 * DAY


def test_the_command_does_not_write_over_an_earlier_story(tmp_path: Path):
    (tmp_path / "engagements.csv").write_text("mine\n")
    assert main(["--out", str(tmp_path), "--until", "2026-11-20"]) == 1
    assert (tmp_path / "engagements.csv").read_text() == "mine\n"
