"""Properties that are described and made, the health of a portal, and threads."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from adapters.hubspot.health import _endings
from adapters.hubspot.versions import UNVERSIONED_END
from connector.clock import DAY, MINUTE, from_millis
from connector.errors import Conflict, GrantAccess, Rejected, SignInAgain, TryAgain
from connector.model import Settled, WriteKind
from connector.ports import FieldInfo, FieldSpec
from sandbox.hubspot.founding import TOKEN
from tests.adapters.hubspot.world import KEY, OWN
from tests.adapters.hubspot.writes import asked, calls, instead, settled, tasks
from tests.adapters.world import START
from tests.adapters.writing_laws import WRITTEN, all_types, some_write

SPEC = FieldSpec(object_type="tasks", name="lm_key", type="text", unique=True)
VERSIONS = ("v3", "2026-03", "2026-09")


def properties(world, object_type="tasks"):
    return world.portal.schema[object_type].properties


def drop_key(world, *object_types):
    for object_type in object_types or ("tasks", "notes", "leads"):
        del properties(world, object_type)[KEY]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_made_property_is_what_hubspot_needs(world, version):
    world.adapter(version=version).create_field(SPEC)
    made = properties(world)["lm_key"]
    assert (made.type, made.field_type, made.unique, made.group) == (
        "string",
        "text",
        True,
        "leadmode",
    )
    world.adapter(version=version).create_field(SPEC)
    assert len([call for call in world.front.seen if call.method == "POST"]) == 2


def test_all_types_can_be_made_and_are_described(world):
    adapter = world.adapter()
    for spec in all_types("contacts"):
        adapter.create_field(spec)
    told = {info.name: info for info in adapter.describe("contacts")}
    assert told["lm_choice"] == FieldInfo(name="lm_choice", type="choice", choices=("hot", "not"))
    assert [told[f"lm_{kind}"].type for kind in ("text", "number", "boolean", "instant")] == [
        "text",
        "number",
        "boolean",
        "instant",
    ]
    assert told["createdate"].writable is False
    assert told["hubspot_owner_id"].type == "reference"
    assert "NEW" in told["hs_lead_status"].choices


def test_a_property_of_another_kind_is_a_conflict(world):
    adapter = world.adapter()
    adapter.create_field(SPEC)
    with pytest.raises(Conflict, match=r"tasks\.lm_key exists and is a text, not a number"):
        adapter.create_field(replace(SPEC, type="number", unique=False))
    with pytest.raises(Conflict, match="not unique"):
        adapter.create_field(FieldSpec(object_type="contacts", name=OWN, type="text", unique=True))


def test_an_archived_name_is_a_conflict_with_advice(world):
    adapter = world.adapter()
    adapter.create_field(SPEC)
    known = properties(world)
    known["lm_key"] = replace(known["lm_key"], archived=True, archived_at=START)
    with pytest.raises(Conflict, match="Restore it"):
        world.adapter().create_field(SPEC)


def test_a_portal_without_unique_properties_on_tasks_says_what_to_do(world):
    world.portal.refuses_unique.add("tasks")
    with pytest.raises(Rejected, match="unique_keys = false"):
        world.adapter().create_field(SPEC)
    world.adapter().create_field(replace(SPEC, unique=False))


def test_making_at_the_same_time_is_harmless(world):
    answer = world.platform.answer

    def somebody_else(call):
        if call.method == "POST" and call.path.rstrip("/").endswith("/tasks"):
            world.platform.answer = answer
            answer(call)
        return answer(call)

    world.platform.answer = somebody_else
    world.adapter().create_field(SPEC)
    assert properties(world)["lm_key"].unique


def test_names_and_types_that_hubspot_cannot_have(world):
    for spec in (replace(SPEC, name="Leadmode Key"), replace(SPEC, type="picture")):
        with pytest.raises(Rejected):
            world.adapter().create_field(spec)
    assert world.requests() == 0


def test_an_object_type_that_is_not_there(world):
    with pytest.raises(Rejected, match="gizmos"):
        world.adapter().describe("gizmos")
    with pytest.raises(Rejected):
        world.adapter().create_field(replace(SPEC, object_type="gizmos"))


def test_a_lost_answer_while_making_is_passing_trouble(world):
    world.platform.weather.force("lost", matching="/tasks")
    with pytest.raises(TryAgain):
        world.adapter().create_field(SPEC)
    world.adapter().create_field(SPEC)
    assert properties(world)["lm_key"].unique


def test_making_without_the_scope_names_it(world):
    instead(
        world,
        "/properties/",
        {
            "category": "MISSING_SCOPES",
            "errors": [{"context": {"requiredGranularScopes": ["crm.schemas.contacts.write"]}}],
        },
        403,
    )
    with pytest.raises(GrantAccess, match=r"crm\.schemas\.contacts\.write"):
        world.adapter().create_field(SPEC)


def test_a_new_property_is_seen_at_once_by_who_made_it_and_within_the_hour_by_others(world):
    maker, other = world.adapter(), world.adapter()
    before = len(other.describe("contacts"))
    assert len(maker.describe("contacts")) == before
    maker.create_field(FieldSpec(object_type="contacts", name="lm_new", type="text"))
    assert len(maker.describe("contacts")) == before + 1
    assert len(other.describe("contacts")) == before
    world.clock.move_to(START + 61 * MINUTE)
    assert len(other.describe("contacts")) == before + 1


# health


def test_check_tells_the_portal_and_costs_three_calls(world):
    health = world.adapter().check()
    assert str(world.portal.id) in health.account
    assert "Europe/Berlin" in health.account
    assert (health.missing, health.missing_to_write) == ((), ())
    assert health.quota_left is not None
    assert 249_000 < health.quota_left <= 250_000
    assert abs(health.clock_skew or 0) < 1_000
    assert world.requests() == 3


def test_the_portal_is_identified_by_its_id_in_one_call(world):
    known, before = world.adapter().check(), world.requests()
    assert known.account_id == str(world.portal.id)
    world.portal.id += 1
    other = world.adapter().identify()
    assert world.requests() - before == 1
    assert other.account_id == str(world.portal.id) != known.account_id


def test_a_token_that_may_not_see_the_portal_tells_none(world):
    instead(world, "/details", {"category": "MISSING_SCOPES", "message": "no"}, 403)
    assert world.adapter().identify().account_id is None
    instead(world, "/details", {"category": "MISSING_SCOPES", "message": "no"}, 403)
    assert world.adapter().check().account_id is None


@pytest.mark.fault("F7")
def test_check_tells_how_far_the_clocks_differ(world):
    world.portal.clock.shift(5 * MINUTE)
    assert abs((world.adapter().check().clock_skew or 0) - 5 * MINUTE) <= 1_000


def test_check_names_a_property_that_is_missing(world):
    drop_key(world)
    health = world.adapter().check()
    assert health.missing == ()  # a portal that is only read needs no keys
    missing = health.missing_to_write
    assert ["tasks.leadmode_key" in missing[0], "notes.leadmode_key" in missing[1]] == [True, True]
    assert "unique_keys = false" in missing[0]
    assert world.adapter(unique_keys=False).check().missing_to_write == ()


def test_check_names_what_only_notes_lack(world):
    drop_key(world, "notes")
    [missing] = world.adapter().check().missing_to_write
    assert "notes.leadmode_key" in missing


def lacking(world, **settings):
    return list(world.adapter(**settings).lacking_to_write())


def test_what_only_lead_objects_lack_is_named(world):
    drop_key(world, "leads")
    assert lacking(world) == []
    [missing] = lacking(world, lead_objects=True)
    assert "leads.leadmode_key" in missing


def test_a_fallback_owner_who_can_own_nothing_is_named(world):
    assert lacking(world, fallback_owner=world.owner()) == []
    for owner in ("999", world.made.former, "someone/else"):
        [missing] = lacking(world, fallback_owner=owner)
        assert f'"{owner}"' in missing


def test_the_scope_that_writing_needs_is_named_and_nothing_is_written(world):
    assert lacking(world) == []
    world.platform.access.add("narrow", TOKEN, ["crm.objects.contacts.read"])
    assert lacking(world) == ["crm.objects.contacts.write"]
    assert world.portal.journal.of("tasks", "created") == []


def test_the_scope_that_seeing_owners_needs_is_named(world):
    world.platform.access.add("narrow", TOKEN, ["crm.objects.contacts.write"])
    assert lacking(world, fallback_owner=world.owner()) == ["crm.objects.owners.read"]


def test_check_costs_three_calls_where_no_answer_tells_the_day(world):
    headers = world.platform.quota.headers
    world.platform.quota.headers = lambda app, family: {
        name: text for name, text in headers(app, family).items() if "Daily" not in name
    }
    assert (world.adapter().check().quota_left or 0) > 249_000
    assert world.requests() == 3


def test_check_names_a_refusal_that_names_no_scope(world):
    instead(world, "/details", {"category": "BANNED", "message": "no"}, 403)
    [missing] = world.adapter(unique_keys=False).check().missing
    assert "BANNED" in missing


def test_check_feeds_the_budget(world):
    world.platform.quota.used_elsewhere(245_000)
    adapter = world.adapter()
    assert (adapter.check().quota_left or 0) < 5_000
    with pytest.raises(TryAgain, match="API calls of the day"):
        adapter.write(tasks(world, 1))


@pytest.mark.parametrize("part", ["/details", "/api-usage/", "/properties/"])
def test_check_goes_on_without_a_right(world, part):
    scopes = {"requiredGranularScopes": ["some.scope.read"]}
    body = {"category": "MISSING_SCOPES", "errors": [{"code": "X", "context": scopes}]}
    instead(world, part, body, 403)
    health = world.adapter().check()
    assert health.account
    if part != "/api-usage/":
        missing = (*health.missing, *health.missing_to_write)
        assert "some.scope.read" in " ".join(missing)
    else:
        assert health.quota_left is not None  # by the headers of other answers


def test_check_with_a_wrong_token(world):
    world.platform.access.revoke(TOKEN)
    with pytest.raises(SignInAgain):
        world.adapter().check()


@pytest.mark.fault("F31")
def test_the_end_of_apis_is_told_in_time(world):
    settings = world.settings()
    start = from_millis(START).date()
    assert list(_endings(settings, start)) == []
    told = list(_endings(settings, UNVERSIONED_END))
    assert [("form" in each, "e-mail" in each) for each in told] == [(False, True), (True, False)]
    assert list(_endings(replace(settings, activity=("meetings",)), UNVERSIONED_END)) == []
    world.clock.move_to(START + 365 * DAY)
    warnings = world.adapter(version="v3", activity=()).check().warnings
    assert "v3" in warnings[0]
    assert "2027-03-30" in warnings[0]


# threads


def test_24_eight_threads_on_one_adapter(world):
    adapter = world.adapter(deadline=20.0)
    writes = [
        [some_write(world, kind, world.target(n), 100 * n + at) for at, kind in enumerate(WRITTEN)]
        for n in range(8)
    ]
    outcomes: list[list[Settled]] = [[] for _ in writes]

    def run(number: int) -> None:
        for _ in range(3):
            outcomes[number] += settled(adapter.write(writes[number]))
            adapter.fetch([writes[number][0].target], ["status"])

    threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    done, again = Settled.APPLIED, Settled.ALREADY_APPLIED
    kinds = len(WRITTEN)
    assert outcomes == [[done] * kinds + [again] * kinds * 2] * 8
    assert len(calls(world, "/properties/2026-09/tasks")) <= 8


@pytest.mark.fault("F64")
def test_no_answer_is_trusted_to_have_its_shape(world):
    """Each of these is good JSON of another shape; nothing may come out but errors or unknowns."""
    shapes: list[object] = [[], [1], "x", 7, None, {"results": None}, {"results": [1]}]
    shapes += [
        {"results": {}},
        {"results": [{"id": 7}]},
        {"results": [{"id": "7", "properties": 3}]},
    ]
    adapter = world.adapter()
    for kind in WriteKind:
        for number, shape in enumerate(shapes):
            write = some_write(world, kind, world.target(number), number)
            adapter.check()
            adapter.describe("contacts")
            world.front.planned = [(200, {}, json.dumps(shape))] * 3
            try:
                told = {outcome.settled for outcome in adapter.write([write])}
            except TryAgain:
                told = {Settled.RETRY}
            except Exception as error:
                told = {Settled.UNKNOWN} if type(error).__name__ == "FateUnknown" else set()
            assert told <= {Settled.RETRY, Settled.UNKNOWN}, (kind, shape)
            assert told, (kind, shape)
            world.front.planned = []


def test_the_body_of_a_creation(world):
    write = tasks(world, 1)[0]
    world.adapter().write([write])
    [body] = asked(world, "/batch/create")
    [given] = body["inputs"]
    assert set(given) == {"objectWriteTraceId", "properties", "associations"}
    assert given["properties"][KEY] == write.key
