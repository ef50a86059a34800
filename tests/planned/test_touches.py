"""Nurture in plans: shown with its reason, applied as it was shown, or refused."""

import dataclasses

import pytest

from connector.cli.page import Page
from connector.cli.planned import show
from connector.clock import HOUR
from connector.config.nurture import Means
from connector.model import WriteKind
from connector.planned.apply import Consent, PlanRefused, apply
from connector.planned.make import make
from connector.report.outbox import what_it_does
from connector.store import Store
from tests.flow.test_nurture import ADA, adopt, days, left_lead_mode, touches
from tests.flow.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    adopt(made)
    left_lead_mode(made)
    yield made
    made.close()


def until_due(world: World) -> None:
    """Go to the moment of the first touch without looking."""
    due = world.ingest.next_due()
    assert due is not None
    world.clock.move_to(due)


def plan_of(world: World):
    copy = Store.copy(world.config.state)
    try:
        return make(copy, world.config, {"crm": world.adapter}, world.clock)
    finally:
        copy.close()


def test_a_touch_is_planned_shown_and_applied(world, capsys):
    until_due(world)
    plan = plan_of(world)
    [write] = plan.writes
    assert (write.rule, write.what, write.kind) == ("warm", "touch-1", WriteKind.CREATE_TASK)
    assert touches(world) == []
    show(Page(), plan)
    text = capsys.readouterr().out
    assert 'task "Nurture 1 of 6: Buyer\'s guide for Ada"' in text
    assert "because: Keep warm, touch-1" in text
    consent = Consent(number=None, max_age=HOUR)
    apply(plan, world.store, world.config, {"crm": world.adapter}, world.clock, consent=consent)
    assert [each.key for each in touches(world)] == [write.key]
    assert world.subjects()[-1].startswith("Nurture 1 of 6")


def test_a_touch_that_a_plan_does_not_have_is_not_made(world):
    plan = plan_of(world)
    assert plan.writes == ()
    until_due(world)
    consent = Consent(number=None, max_age=100 * 24 * HOUR)
    with pytest.raises(PlanRefused, match="not in it, and would be written too: Nurture 1 of 6"):
        apply(plan, world.store, world.config, {"crm": world.adapter}, world.clock, consent=consent)
    assert touches(world) == []


def test_a_membership_is_told_as_one(world, capsys):
    world.platform.lists["L1"] = set()
    book = world.config.rulebook
    offers = tuple(dataclasses.replace(each, list="L1") for each in book.offers)
    (one,) = book.programs
    lists = dataclasses.replace(one, means=Means.LIST)
    world.reload(
        rulebook=dataclasses.replace(book, offers=offers, programs=(lists,), revision="lists")
    )
    world.cycle()
    until_due(world)
    plan = plan_of(world)
    show(Page(), plan)
    text = capsys.readouterr().out
    assert "1 membership" in text
    assert "joins the list L1" in text
    assert what_it_does(plan.writes[0].write) == "join the list L1"
    days(world, 1)
    assert world.platform.lists["L1"] == {ADA}
