"""What a change of the rules does, and what it must not do."""

import dataclasses
import sqlite3

import pytest

from connector.clock import DAY, HOUR, MINUTE
from connector.model import Hold, Kind, RecordRef
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW


def revised(world, **changes):
    """The same rules as another revision, with changes in the only lead mode."""
    book = world.config.rulebook
    (mode,) = book.lead_modes
    rule = dataclasses.replace(mode.rule, **changes)
    return dataclasses.replace(
        book, lead_modes=(dataclasses.replace(mode, rule=rule),), revision=book.revision + "+"
    )


def test_what_happened_before_new_rules_and_is_read_after_them_is_no_baseline(world):
    known_for_long(world, "ada")
    known_for_long(world, "bob")
    world.clock.move_to(NOW + DAY)
    world.returns("ada")  # not read yet when the rules change
    world.clock.move_to(NOW + DAY + MINUTE)
    world.reload(rulebook=revised(world))
    world.cycles(3)
    assert world.subjects() == ["Call Ada (D2)"]


def test_the_same_after_a_restart_with_edited_rules(world):
    known_for_long(world, "ada")
    world.stop()
    world.clock.move_to(NOW + DAY)
    world.returns("ada")
    world.clock.move_to(NOW + DAY + HOUR)
    world.config = dataclasses.replace(world.config, rulebook=revised(world))
    world.start()
    world.cycles(3)
    assert world.subjects() == ["Call Ada (D2)"]


def known_in_part(world):
    """Two persons of whom neither did enough, although both together did."""
    known_for_long(world, "ada")
    known_for_long(world, "augusta")
    world.clock.move_to(NOW + DAY)
    world.engaged("ada")
    world.engaged("augusta", Kind.PAGE_VIEWED)
    world.cycles(2)
    world.reload(rulebook=revised(world))


def test_two_who_turn_out_to_be_one_after_new_rules_are_no_baseline(world):
    known_in_part(world)
    world.platform.merge(RecordRef("crm", "Contact", "augusta"), RecordRef("crm", "Contact", "ada"))
    world.cycles(3)
    assert world.subjects() == ["Call Ada (D2)"]


def test_nor_are_two_who_share_an_address_from_then_on(world):
    known_in_part(world)
    ada = world.platform.record(RecordRef("crm", "Contact", "ada"))
    both = ("ada@mill.example", "augusta@mill.example")
    world.platform.put(dataclasses.replace(ada, emails=both))
    world.cycles(3)
    assert len(world.tasks()) == 1


def test_one_more_engagement_does_not_turn_the_baseline_of_new_rules_into_an_alert(world):
    known_for_long(world)
    world.clock.move_to(NOW + DAY)
    world.engaged("ada")  # 30 points: too little by today's rules
    world.cycle()
    world.clock.move_to(NOW + 2 * DAY)
    world.reload(rulebook=revised(world, enter=25, distinct_kinds=1))
    world.engaged("ada")  # read before the tick gets to her
    world.cycles(3)
    assert world.tasks() == []
    assert set(world.holds()) == {Hold.BASELINE}


def test_rules_that_cannot_be_adopted_are_not_worked_by(world, monkeypatch):
    known_for_long(world)
    world.clock.move_to(NOW + DAY)
    world.engaged("ada")  # too little by today's rules
    world.cycle()
    former, easier = world.config, revised(world, enter=25, distinct_kinds=1)

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(world.store.sources, "set_note", full)
    with pytest.raises(sqlite3.OperationalError):
        world.ingest.adopt(dataclasses.replace(former, rulebook=easier))
    monkeypatch.undo()
    world.engaged("ada", asset="again")
    world.cycles(2)
    assert world.tasks() == []
    assert world.decisions() == []


def test_a_rule_that_is_gone_leaves_nobody_in_lead_mode(world):
    known_for_long(world)
    world.returns()
    world.cycles(2)
    book = world.config.rulebook
    (mode,) = book.lead_modes
    renamed = dataclasses.replace(mode, rule=dataclasses.replace(mode.rule, id="other"))
    world.reload(rulebook=dataclasses.replace(book, lead_modes=(renamed,), revision="other"))
    world.cycles(2)
    (person,) = {news.person.id for news in world.news}
    open_ones = [each.rule for each in world.store.episodes.of(person) if each.is_open]
    assert open_ones == ["other"]
    assert len(world.tasks()) == 1
    world.reload(rulebook=book)  # and when it comes back, it goes on and alerts nobody again
    world.cycles(2)
    open_ones = [each.rule for each in world.store.episodes.of(person) if each.is_open]
    assert open_ones == ["returning"]
    assert len(world.tasks()) == 1


def test_editing_the_rules_does_not_undo_the_episode_of_one_who_changed_since(world):
    ref = known_for_long(world)
    world.returns()
    world.cycles(2)
    world.platform.edit(ref, title="Student of life")
    world.cycles(2)
    world.reload(rulebook=revised(world))
    world.cycles(2)
    (person,) = {news.person.id for news in world.news}
    (episode,) = world.store.episodes.of(person)
    assert episode.is_open


def test_a_new_fit_predicate_counts_from_the_beginning(world):
    known_for_long(world, "stu", fields={"title": "Student"})
    world.returns("stu")
    world.cycles(2)
    book = revised(world)
    (mode,) = book.lead_modes
    anybody = dataclasses.replace(mode, fit=mode.applies_to)
    world.reload(rulebook=dataclasses.replace(book, lead_modes=(anybody,)))
    world.cycles(2)
    assert world.tasks() == []
    assert world.holds("stu") == [Hold.BASELINE]
