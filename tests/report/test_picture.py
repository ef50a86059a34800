"""The last months of a person as numbers and as characters, and every hold and episode."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connector.cli.drawn import ASCII, BLOCKS, drawn, signs
from connector.clock import DAY
from connector.config.settings import load
from connector.model import Evidence
from connector.report.explain import Explanation, explain
from connector.report.picture import WEEK, Picture, Week
from connector.store.persons import find_person
from tests.flow.world import NOW, World

UTC = ZoneInfo("UTC")


@pytest.fixture
def world(tmp_path: Path):
    made = World(tmp_path)
    yield made
    made.close()


def told(world: World, name: str = "ada", at: int | None = None) -> Explanation:
    (person,) = find_person(world.store.connection, name)
    return explain(world.store, world.config, person, at, world.clock.now())


def returned(world: World, name: str = "ada") -> None:
    """Known for long, read a first time, and back ten days later with 60 points."""
    world.person(name)
    world.cycles(2)
    world.clock.move_to(NOW + 10 * DAY)
    world.returns(name)
    world.cycles(2)


def test_the_weeks_end_now_and_tell_score_acts_and_stay(world: World):
    returned(world)
    world.clock.move_to(NOW + 40 * DAY)
    world.cycles(1)
    (picture,) = told(world, "ada@mill.example").pictures
    assert len(picture.weeks) == 26
    assert picture.weeks[-1].start_at == world.clock.now() - WEEK
    assert (picture.enter, picture.leave) == (50, 20)
    (busy,) = (n for n, week in enumerate(picture.weeks) if week.acts)
    week = picture.weeks[busy]
    assert (week.acts, week.entered, week.left, week.score) == (2, True, False, 60)
    later = [one.score for one in picture.weeks[busy:]]
    assert later == sorted(later, reverse=True)
    assert later[-1] == pytest.approx(60 * 2 ** (-30 / 30), rel=0.01)
    assert all(one.score == 0 for one in picture.weeks[:busy])
    assert [one.in_lead_mode for one in picture.weeks] == [n >= busy for n in range(26)]


def test_what_comes_after_the_moment_is_not_drawn(world: World):
    returned(world)
    (picture,) = told(world, "ada@mill.example", NOW + 9 * DAY).pictures
    assert not any(week.acts or week.score or week.in_lead_mode for week in picture.weeks)


def test_an_end_is_drawn_where_it_was(world: World):
    returned(world)
    world.clock.move_to(NOW + 90 * DAY)
    world.cycles(2)
    explained = told(world, "ada@mill.example")
    (picture,) = explained.pictures
    (end,) = (week for week in picture.weeks if week.left)
    (episode,) = explained.episodes
    assert episode.left_at is not None
    assert end.start_at < episode.left_at <= end.start_at + WEEK
    assert (episode.ended, episode.hand_off) == ("went quiet", "handed off")
    assert episode.revision == world.config.rulebook.revision


def test_an_episode_is_told_as_it_was_at_the_moment(world: World):
    returned(world)
    world.clock.move_to(NOW + 90 * DAY)
    world.cycles(2)
    (episode,) = told(world, "ada@mill.example", NOW + 20 * DAY).episodes
    assert (episode.left_at, episode.ended) == (None, "")
    assert told(world, "ada@mill.example", NOW + 5 * DAY).episodes == ()


def test_every_hold_is_named_not_only_the_first(world: World):
    fields = {"opted_out": True, "do_not_call": True}
    world.person("eve", emails=("eve@rival.example",), fields=fields)
    world.cycles(2)
    assert told(world, "eve@rival.example").hand_offs == (
        "would be held: somebody the rules never hand off; and may not be contacted on any channel",
    )


def test_recorded_holds_are_listed_with_their_revision(world: World):
    world.person("eve", emails=("eve@rival.example", "eve@mill.example"))
    world.cycles(2)
    world.clock.move_to(NOW + 10 * DAY)
    world.returns("eve")
    world.cycles(2)
    (hold,) = told(world, "eve@rival.example").holds
    assert (hold.reason, hold.rule) == ("excluded", "returning")
    assert hold.revision == world.config.rulebook.revision
    assert told(world, "eve@rival.example", NOW + 9 * DAY).holds == ()


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (("enter = 50", "enter = 100"), "the strongest ones make for 90 of 100 points"),
        (("distinct_kinds = 2", "distinct_kinds = 3"), "3 different kinds are needed"),
        (('contains = "student"', 'contains = "buyer"'), "they do not fit, whatever they do"),
        (("human_min = 1", "human_min = 4"), "4 engagements of a human are needed"),
    ],
)
def test_when_nothing_would_do_it_says_why(tmp_path: Path, change: tuple[str, str], because: str):
    made = World(tmp_path)
    for path in (tmp_path / "rules").glob("*.toml"):
        path.write_text(path.read_text().replace(*change))
    made.reload(rulebook=load(tmp_path / "config.toml").rulebook)
    made.person("ada")
    made.cycles(2)
    missing = told(made, "ada@mill.example").standings[0].missing
    assert missing is not None
    assert (missing.by_score, missing.options) == (True, ())
    assert because in missing.why_not
    made.close()


def test_when_something_would_do_there_is_no_why_not(world: World):
    world.person("ada")
    world.cycles(2)
    missing = told(world, "ada@mill.example").standings[0].missing
    assert missing is not None
    assert missing.options
    assert missing.why_not == ""


def week(number: int, score: float = 0, acts: int = 0, **more: bool | int) -> Week:
    known: dict[str, bool | int] = {
        "machine": 0, "in_lead_mode": False, "entered": False, "left": False,
    }  # fmt: skip
    return Week(start_at=NOW + number * WEEK, score=score, acts=acts, **(known | more))  # type: ignore[arg-type]


PICTURE = Picture(
    rule="returning",
    title="Shopping again",
    enter=50,
    leave=20,
    weeks=(
        week(0),
        week(1, machine=2),
        week(2, 60, acts=3, in_lead_mode=True, entered=True),
        week(3, 100, acts=12, in_lead_mode=True),
        week(4, 50, in_lead_mode=True),
        week(5, 10, in_lead_mode=True, left=True),
    ),
)


def test_it_is_drawn_with_blocks_and_with_plain_characters():
    assert list(drawn(PICTURE, UTC, ASCII)) == [
        ("", "   .  "),
        ("", "   #  "),
        ("enter 50", "--:#.-"),
        ("", "  ### "),
        ("leave 20", "..###:"),
        ("in lead mode", "  >==<"),
        ("engagement", " m3+  "),
        ("", "Jan"),
    ]
    plain = "".join(cells for _, cells in drawn(PICTURE, UTC, ASCII))
    assert plain.isascii()
    blocks = dict(drawn(PICTURE, UTC, BLOCKS))
    assert blocks["enter 50"][:2] == "┄┄"
    assert "█" in blocks["enter 50"]
    assert blocks["in lead mode"] == "  >━━<"


def test_blocks_are_for_terminals_only():
    assert signs(for_people=False) is ASCII


def test_clicks_of_machines_are_drawn_and_do_not_count(world: World):
    world.person("ada")
    world.cycles(2)
    world.clock.move_to(NOW + 10 * DAY)
    world.engaged("ada", evidence=Evidence.MACHINE)
    world.cycles(2)
    (picture,) = told(world, "ada@mill.example").pictures
    assert sum(one.machine for one in picture.weeks) == 1
    assert not any(one.acts or one.score for one in picture.weeks)
    drawing = dict(drawn(picture, UTC, ASCII))
    assert drawing["engagement"].strip() == "m"
