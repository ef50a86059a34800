"""One raised hand is one hand-off, wherever late data moves the episode around it."""

from connector.clock import DAY, HOUR
from connector.model import Hold, Kind
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW


def asks(world, name="ada", at=None):
    world.engaged(name, Kind.FORM_SUBMITTED, asset="demo-request", at=at)


def test_a_hand_raised_in_an_episode_whose_start_moves_is_handed_off_once(world):
    known_for_long(world)
    world.clock.move_to(NOW + 5 * DAY)
    world.returns()
    world.cycles(2)
    asks(world)
    world.cycles(2)
    assert len(world.tasks()) == 2
    world.engaged("ada", at=NOW + 2 * DAY)  # the burst began earlier
    world.cycles(3)
    assert len(world.tasks()) == 2


def test_a_hand_that_began_an_episode_and_turns_out_to_lie_within_one_is_handed_off_once(world):
    known_for_long(world)
    world.clock.move_to(NOW + 20 * DAY)
    asks(world)
    world.cycles(2)
    assert len(world.tasks()) == 1
    world.engaged("ada", at=NOW + 10 * DAY)
    world.engaged("ada", Kind.PAGE_VIEWED, at=NOW + 10 * DAY)
    world.cycles(3)
    assert len(world.tasks()) == 1


def test_a_hand_raised_within_an_episode_that_did_not_hold_is_handed_off_once(world):
    known_for_long(world)
    world.clock.move_to(NOW + 5 * DAY)
    world.returns()
    world.cycles(2)
    world.clock.move_to(NOW + 7 * DAY)
    asks(world)
    world.cycles(2)
    assert len(world.tasks()) == 2
    for days in (150, 100, 50, 10):  # there was no gap, so no episode before the hand
        world.engaged("ada", at=NOW - days * DAY)
    world.cycles(3)
    assert len(world.tasks()) == 2


def test_two_hands_within_a_day_are_two_hand_offs(world):
    known_for_long(world)
    asks(world)
    world.cycles(2)
    asks(world, at=world.clock.now())
    world.cycles(2)
    assert len(world.tasks()) == 2


def test_a_start_moved_back_by_months_yields_no_second_hand_off(world):
    known_for_long(world, "ada")
    world.clock.move_to(NOW + 150 * DAY)
    world.returns()
    world.cycles(2)
    assert len(world.tasks()) == 1
    for days in range(20, 150, 20):  # she was back all the time, and nobody knew
        world.engaged("ada", at=NOW + days * DAY)
        world.engaged("ada", Kind.PAGE_VIEWED, at=NOW + days * DAY)
    world.cycles(3)
    assert len(world.tasks()) == 1
    assert world.holds() == [Hold.SAME_BURST, None]


def test_an_entry_found_late_is_held_when_a_hand_off_lies_shortly_after_it(world):
    known_for_long(world)
    world.clock.move_to(NOW + 20 * DAY)
    asks(world)
    world.cycles(2)
    world.engaged("ada", at=NOW + 19 * DAY)
    world.engaged("ada", Kind.PAGE_VIEWED, at=NOW + 19 * DAY)
    world.cycles(2)
    assert len(world.tasks()) == 1


def test_one_person_who_raises_hands_without_end_is_a_storm(world):
    known_for_long(world)
    known_for_long(world, "bob")
    for number in range(80):
        asks(world, at=NOW - HOUR + number * 1_000)
    world.clock.move_to(NOW + HOUR)
    for number in range(80):
        asks(world, at=NOW + number * 1_000)
    world.returns("bob")
    world.cycles(8)
    assert len(world.tasks()) <= world.config.storm * 2
