"""A Lead object for each hand-off, made once and before its task."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.errors import FateUnknown, GrantAccess, TryAgain
from connector.model import Settled, WriteKind
from connector.ports import Stream
from tests.adapters.hubspot.world import KEY, HubspotWorld
from tests.adapters.hubspot.writes import (
    CREATE,
    calls,
    instead,
    keys,
    linked,
    made,
    merge,
    row,
    settled,
    tasks,
)
from tests.adapters.world import START
from tests.adapters.writing_laws import some_write

DONE, AGAIN = Settled.APPLIED, Settled.ALREADY_APPLIED


def leads_world(world: HubspotWorld, **changes):
    return world.adapter(lead_objects=True, **changes)


def test_a_hand_off_makes_a_lead_and_ties_the_task_to_both(world):
    [write] = tasks(world, 1)
    [outcome] = leads_world(world).write([write])
    assert outcome.settled is DONE
    [lead], [task] = made(world, "leads"), made(world)
    assert lead.properties["hs_lead_name"] == "Call back"
    assert lead.properties[KEY] == task.properties[KEY] == write.key
    assert linked(world, lead) == [write.target.id]
    assert linked(world, task, "leads") == [str(lead.id)]
    assert linked(world, task) == [write.target.id]


@pytest.mark.parametrize("where", ["/leads/batch/create", "/tasks/batch/create"])
@pytest.mark.parametrize("fault", ["lost", "504_after", "reset"])
def test_killed_between_lead_and_task_nothing_is_doubled(world, where, fault):
    writes = tasks(world, 2)
    world.platform.weather.force(fault, matching=where)
    with pytest.raises(FateUnknown):
        leads_world(world).write(writes)
    outcomes = leads_world(world).write(writes)
    assert set(settled(outcomes)) <= {DONE, AGAIN}
    assert keys(world) == keys(world, "leads") == [write.key for write in writes]
    for task in made(world):
        assert len(linked(world, task, "leads")) == 1


def test_a_portal_without_leads_gets_tasks_without_them(world):
    world.platform.features.leads = False
    [outcome] = leads_world(world).write(tasks(world, 1))
    assert outcome.settled is DONE
    assert "Without a Lead object" in outcome.reason


@pytest.mark.parametrize("part", ["/properties/2026-09/leads", "/leads/batch/create"])
def test_without_the_right_to_leads_tasks_are_made_alone(world, part):
    context = {"requiredGranularScopes": ["crm.objects.leads.write"]}
    body = {"category": "MISSING_SCOPES", "errors": [{"context": context}]}
    instead(world, part, body, 403)
    [outcome] = leads_world(world).write(tasks(world, 1))
    assert outcome.settled is DONE
    assert "crm.objects.leads.write" in outcome.reason
    assert made(world, "leads") == []


def test_a_refused_lead_does_not_cost_the_task(world):
    [write] = tasks(world, 1)
    no = {"category": "VALIDATION_ERROR", "context": {"objectWriteTraceId": ["write-0"]}}
    instead(world, "/leads/batch/create", {"status": "COMPLETE", "results": [], "errors": [no]})
    [outcome] = leads_world(world).write([write])
    assert outcome.settled is DONE
    assert "Without a Lead object. HubSpot refused: VALIDATION_ERROR" in outcome.reason


def test_trouble_with_leads_stops_everything_before_a_task(world):
    instead(world, "/properties/2026-09/leads", {"category": "INTERNAL_ERROR"}, 500)
    with pytest.raises(TryAgain):
        leads_world(world).write(tasks(world, 1))
    assert not calls(world, CREATE)


def test_a_lead_for_a_merged_contact_is_the_winners(world):
    [write] = tasks(world, 1)
    winner = world.target(9)
    merge(world, winner, write.target)
    [outcome] = leads_world(world).write([write])
    assert outcome.settled is DONE
    assert linked(world, made(world, "leads")[0]) == [winner.id]
    assert linked(world, made(world)[0]) == [winner.id]


def test_a_lead_whose_contact_is_gone_is_not_made(world):
    write, fellow = tasks(world, 2)
    world.remove(write.target)
    outcomes = leads_world(world).write([write, fellow])
    assert settled(outcomes) == [Settled.CANCELLED, DONE]
    assert keys(world, "leads") == [fellow.key]


def test_a_lead_that_a_rep_deleted_is_not_made_again(world):
    [write] = tasks(world, 1)
    world.platform.weather.force("reset", matching="/tasks/batch/create")
    with pytest.raises(FateUnknown):
        leads_world(world).write([write])
    [lead] = made(world, "leads")
    world.remove(world.ref(lead))
    [outcome] = leads_world(world).write([write])
    assert outcome.settled is DONE


def test_a_lead_that_goes_meanwhile_does_not_cost_the_task(world):
    [write] = tasks(world, 1)
    answer = world.platform.answer

    def meanwhile(call):
        if "/tasks/batch/create" in call.path:
            world.platform.answer = answer
            world.remove(world.ref(made(world, "leads")[0]))
        return answer(call)

    world.platform.answer = meanwhile
    [outcome] = leads_world(world).write([write])
    assert outcome.settled is DONE
    assert "Lead object is gone" in outcome.reason
    assert keys(world) == [write.key]


def test_without_knowing_its_lead_no_task_is_made(world):
    writes = tasks(world, 2)
    adapter = leads_world(world)
    rows = [row(77, objectWriteTraceId="write-1")]
    instead(world, "/leads/batch/create", {"status": "COMPLETE", "results": rows})
    outcomes = adapter.write(writes)
    assert outcomes[0].settled is Settled.UNKNOWN
    assert writes[0].key not in keys(world)
    assert settled(adapter.write(writes[:1])) == [DONE]


def test_leads_without_a_unique_key_stop_the_tasks(world):
    del world.portal.schema["leads"].properties[KEY]
    with pytest.raises(GrantAccess, match="leads"):
        leads_world(world).write(tasks(world, 1))
    assert not calls(world, CREATE)


def test_notes_and_companies_have_no_leads(world):
    company = world.put(Stream.ACCOUNTS, 1, START).ref
    writes = [
        some_write(world, WriteKind.CREATE_TASK, company, 1),
        some_write(world, WriteKind.ADD_NOTE, world.target(1), 2),
    ]
    outcomes = leads_world(world).write(writes)
    assert [(o.settled, o.reason) for o in outcomes] == [(DONE, ""), (DONE, "")]
    assert made(world, "leads") == []
    more = [replace(writes[0], key="k-3"), *tasks(world, 1, 4)]
    assert [o.reason for o in leads_world(world).write(more)] == ["", ""]
    assert len(made(world, "leads")) == 1


def test_without_unique_keys_there_are_no_leads(world):
    """A task that is tried again would bring a second one."""
    with pytest.raises(ValueError, match="lead_objects = true needs unique_keys"):
        leads_world(world, unique_keys=False)
