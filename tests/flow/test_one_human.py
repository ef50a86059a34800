"""Records that come late, are converted, merged or deleted; consent that one of them withdraws."""

import pytest

from connector.clock import DAY
from connector.model import Hold, Kind, Record, RecordRef, Role
from tests.flow.test_hand_off import known_for_long
from tests.flow.test_late_data import episodes
from tests.flow.world import NOW


def lead(name="L1", **more):
    return Record(
        ref=RecordRef("crm", "Lead", name),
        role=Role.PERSON,
        fields={"name": "Ada", "title": "Buyer", "status": "Open"},
        emails=("ada@mill.example",),
        **({"created_at": NOW - 1_000 * DAY} | more),
    )


@pytest.mark.fault("F44")
def test_a_lead_that_is_converted_stays_as_long_known_as_it_was(world):
    world.platform.put(lead())
    world.cycle()
    world.clock.move_to(NOW + DAY)
    world.returns()  # the first that was ever heard of her
    world.cycles(2)
    assert len(world.tasks()) == 1
    world.clock.move_to(NOW + 3 * DAY)
    contact = world.person(created_at=world.clock.now())
    world.platform.merge(lead().ref, contact)
    world.cycles(3)
    (episode,) = episodes(world)
    assert episode.is_open
    assert len(world.tasks()) == 1


def test_deletion_ends_even_a_first_episode_and_forgets_no_disposition(world):
    ref = world.person()
    world.cycle()
    world.clock.move_to(NOW + DAY)
    world.returns()
    world.cycles(2)
    world.clock.move_to(NOW + 5 * DAY)
    world.platform.edit(ref, status="Recycled")
    world.cycle()
    world.clock.move_to(NOW + 16 * DAY)
    world.returns()
    world.cycles(2)
    world.platform.delete(ref)
    world.cycles(2)
    first, second = episodes(world)
    assert (first.left_reason, first.superseded) == ("recycled", False)
    assert (second.left_reason, second.superseded) == ("ineligible", False)


def test_a_person_the_crm_gets_to_know_later_is_handed_off_then(world):
    world.cycle()
    world.platform.instance = "mail"  # the same platform speaks for another one as well
    world.platform.put(
        Record(
            ref=RecordRef("mail", "Contact", "m1"),
            role=Role.PERSON,
            fields={"name": "Ada", "title": "Buyer"},
            emails=("ada@mill.example",),
            created_at=NOW - 1_000 * DAY,
        )
    )
    world.platform.instance = "crm"
    world.engaged("ada", at=NOW - 200 * DAY)
    world.cycle()
    world.clock.move_to(NOW + DAY)
    world.returns()
    world.cycles(2)
    assert world.holds() == [Hold.NO_RECORD]
    world.person()
    world.cycles(2)
    assert world.holds() == [None]
    assert world.subjects() == ["Call Ada (D2)"]


def test_two_histories_with_the_same_burst_leave_one_open_episode(world):
    known_for_long(world, "ada")
    known_for_long(world, "augusta")
    world.clock.move_to(NOW + DAY)
    world.returns("ada")
    world.returns("augusta")
    world.cycles(2)
    assert len(world.tasks()) == 2
    world.person("augusta", emails=("augusta@mill.example", "ada@mill.example"))
    world.cycles(2)
    found = world.store.connection.execute(
        "SELECT count(*) FROM episode WHERE left_at IS NULL AND superseded = 0"
    ).fetchone()
    assert found == (1,)
    assert len(world.tasks()) == 2


def test_consent_withdrawn_on_one_record_is_withdrawn(world):
    known_for_long(world, fields={"opted_out": False, "do_not_call": True})
    world.platform.put(lead(modified_at=NOW - 9 * DAY), lead("L2"))
    world.platform.edit(RecordRef("crm", "Lead", "L2"), opted_out=True)
    world.cycle()
    world.clock.move_to(NOW + DAY)
    world.returns()
    world.cycles(2)
    assert world.tasks() == []
    assert world.holds() == [Hold.CONSENT]


def test_a_call_after_the_entry_that_is_found_late_holds(world):
    known_for_long(world)
    world.clock.move_to(NOW + 2 * DAY)
    world.engaged("ada", Kind.CALL_HELD, at=NOW + DAY + 2)
    world.engaged("ada", at=NOW + DAY)
    world.engaged("ada", Kind.PAGE_VIEWED, at=NOW + DAY)
    world.cycles(2)
    assert world.holds() == [Hold.WORKED]
