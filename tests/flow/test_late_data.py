"""What was delivered stays; a burst never yields a second hand-off; nothing is deleted."""

import pytest

from connector.clock import DAY
from connector.model import Hold, Kind, RecordRef
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW


def episodes(world):
    (person,) = {news.person.id for news in world.news}
    return world.store.episodes.of(person)


def test_a_late_engagement_is_put_in_its_place_and_may_wake_the_person(world):
    known_for_long(world)
    world.clock.move_to(NOW + 5 * DAY)
    world.engaged("ada")
    world.cycle()
    assert world.news == []
    world.clock.move_to(NOW + 7 * DAY)
    world.engaged("ada", Kind.WEBINAR_ATTENDED, at=NOW + 4 * DAY)  # no signal of this rule
    world.engaged("ada", Kind.PAGE_VIEWED, at=NOW + 4 * DAY)
    world.cycles(2)
    assert len(world.tasks()) == 1


def test_a_start_moved_by_late_data_yields_no_second_hand_off(world):
    known_for_long(world)
    world.clock.move_to(NOW + 5 * DAY)
    world.returns()
    world.cycles(2)
    world.engaged("ada", at=NOW + 3 * DAY)  # the burst began two days earlier
    world.cycles(3)
    assert len(world.tasks()) == 1
    assert world.holds() == [None, Hold.SAME_BURST]
    old, new = episodes(world)
    assert (old.superseded, new.superseded) == (True, False)
    assert new.burst == NOW + 3 * DAY


def test_late_data_that_fills_the_gap_supersedes_the_episode_and_deletes_nothing(world):
    known_for_long(world)
    world.clock.move_to(NOW + 5 * DAY)
    world.returns()
    world.cycles(2)
    for days in (150, 100, 50, 10):
        world.engaged("ada", at=NOW - days * DAY)
    world.cycles(3)
    (episode,) = episodes(world)
    assert episode.superseded
    assert not episode.is_open
    assert len(world.tasks()) == 1


def test_a_corrected_moment_replaces_the_wrong_one(world):
    known_for_long(world)
    world.clock.move_to(NOW + 5 * DAY)
    world.engaged("ada", number="E1")
    world.cycle()
    world.engaged("ada", number="E1", at=NOW + 4 * DAY)
    world.cycle(DAY)
    (person,) = world.store.people.around(1) or {1}
    moments = [each.at for each in world.store.timelines.of(person)]
    assert moments == [NOW - 200 * DAY, NOW + 4 * DAY]


def test_two_people_who_turn_out_to_be_one_keep_one_history_and_one_task(world):
    known_for_long(world, "ada")
    known_for_long(world, "augusta")
    world.clock.move_to(NOW + DAY)
    world.engaged("ada")
    world.engaged("augusta", Kind.PAGE_VIEWED)
    world.cycles(2)
    assert world.tasks() == []  # each has 30 points
    world.person("augusta", emails=("augusta@mill.example", "ada@mill.example"))
    world.cycles(2)
    assert len(world.tasks()) == 1
    assert world.decisions("ada") == world.decisions("augusta") != []


@pytest.mark.fault("F41")
def test_a_record_merged_away_takes_its_engagement_along(world):
    known_for_long(world, "ada")
    loser = known_for_long(world, "augusta")
    world.clock.move_to(NOW + DAY)
    world.returns("augusta")
    world.platform.merge(loser, RecordRef("crm", "Contact", "ada"))
    world.cycles(3)
    assert [task.target.id for task in world.tasks()] == ["ada"]


def test_a_platform_that_deletes_the_record_ends_the_episode(world):
    ref = known_for_long(world)
    world.returns()
    world.cycles(2)
    world.platform.delete(ref)
    world.cycles(2)
    (episode,) = episodes(world)
    assert episode.left_reason == "ineligible"
