"""hubspot-api-client 12, which knows nothing of the sandbox, works with it."""

from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm.associations.v4.models import (
    AssociationSpec,
    BatchInputPublicAssociationMultiPost,
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicAssociationMultiPost,
    PublicFetchAssociationsBatchRequest,
)
from hubspot.crm.associations.v4.models import PublicObjectId as End
from hubspot.crm.contacts.exceptions import ApiException
from hubspot.crm.contacts.models import (
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    PublicGdprDeleteInput,
    PublicMergeInput,
    SimplePublicObjectBatchInput,
    SimplePublicObjectBatchInputForCreate,
    SimplePublicObjectBatchInputUpsert,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.properties.models import PropertyCreate, PropertyGroupCreate

from .asking import Asking


@pytest.fixture
def client(api: Asking) -> HubSpot:
    return HubSpot(access_token=api.founded.token, host=api.url)


def new(**values: str) -> Any:
    return SimplePublicObjectInputForCreate(properties=values)


def test_contacts_one_by_one(client: HubSpot):
    contacts = client.crm.contacts.basic_api
    ana = contacts.create(new(email="ana@acme.example", firstname="Ana"))
    assert ana.properties["email"] == "ana@acme.example"
    changed = contacts.update(ana.id, SimplePublicObjectInput(properties={"city": "Graz"}))
    assert changed.properties["city"] == "Graz"
    found = contacts.get_by_id(
        "ana@acme.example",
        id_property="email",
        properties=["city"],
        properties_with_history=["city"],
    )
    assert (found.id, found.properties["city"]) == (ana.id, "Graz")
    assert found.properties_with_history["city"][0].source_type == "INTEGRATION"
    with pytest.raises(ApiException) as raised:
        contacts.create(new(email="ana@acme.example"))
    assert raised.value.status == 409
    assert f"Existing ID: {ana.id}" in raised.value.body
    contacts.archive(ana.id)
    with pytest.raises(ApiException) as raised:
        contacts.get_by_id(ana.id)
    assert raised.value.status == 404
    assert contacts.get_by_id(ana.id, archived=True).archived is True


def test_all_pages_of_a_list(api: Asking, client: HubSpot):
    ids = [str(api.portal.load("contacts", {}).id) for _ in range(120)]
    assert [each.id for each in client.crm.contacts.get_all()] == ids
    with_history = client.crm.contacts.get_all(properties_with_history=["createdate"])
    assert [each.id for each in with_history] == ids
    assert [each.id for each in client.crm.objects.get_all("0-1")] == ids


def test_batches(client: HubSpot):
    batch = client.crm.contacts.batch_api
    emails = [f"p{number}@acme.example" for number in range(3)]
    inputs = [
        SimplePublicObjectBatchInputForCreate(
            properties={"email": email}, associations=[], object_write_trace_id=email
        )
        for email in [*emails, "nobody"]
    ]
    made = batch.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    assert (made.num_errors, made.errors[0].category) == (1, "VALIDATION_ERROR")
    ids = [each.id for each in made.results]
    read = batch.read(
        BatchReadInputSimplePublicObjectId(
            inputs=[SimplePublicObjectId(id=each) for each in [*ids, "5"]],
            properties=["email"],
            properties_with_history=[],
        )
    )
    assert [each.properties["email"] for each in read.results] == emails
    assert read.errors[0].context == {"ids": ["5"]}
    updates = [SimplePublicObjectBatchInput(id=each, properties={"city": "Graz"}) for each in ids]
    updated = batch.update(BatchInputSimplePublicObjectBatchInput(inputs=updates))
    assert {each.properties["city"] for each in updated.results} == {"Graz"}
    upserts = [
        SimplePublicObjectBatchInputUpsert(id=email, id_property="email", properties={"zip": "1"})
        for email in [emails[0], "new@acme.example"]
    ]
    upserted = batch.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=upserts))
    assert [each.new for each in upserted.results] == [False, True]
    gone = [SimplePublicObjectId(id=each) for each in ids]
    assert batch.archive(BatchInputSimplePublicObjectId(inputs=gone)) is None
    assert len(client.crm.contacts.get_all()) == 1


def test_merge_and_erase(client: HubSpot):
    contacts = client.crm.contacts
    ana = contacts.basic_api.create(new(email="ana@acme.example"))
    twin = contacts.basic_api.create(new(email="ana@home.example"))
    merged = contacts.basic_api.merge(
        PublicMergeInput(primary_object_id=ana.id, object_id_to_merge=twin.id)
    )
    assert merged.properties["hs_merged_object_ids"] == twin.id
    assert contacts.basic_api.get_by_id(twin.id).id == ana.id
    contacts.basic_api.purge(
        PublicGdprDeleteInput(object_id="ana@acme.example", id_property="email")
    )
    assert contacts.get_all() == []


def test_properties_and_groups(client: HubSpot):
    properties = client.crm.properties
    properties.groups_api.create("tasks", PropertyGroupCreate(name="leadmode", label="leadmode"))
    made = properties.core_api.create(
        "tasks",
        PropertyCreate(
            name="leadmode_key",
            label="Key",
            type="string",
            field_type="text",
            group_name="leadmode",
            has_unique_value=True,
        ),
    )
    assert made.has_unique_value is True
    names = {each.name for each in properties.core_api.get_all("tasks").results}
    assert {"leadmode_key", "hs_task_subject"} <= names
    assert properties.core_api.get_by_name("tasks", "leadmode_key").group_name == "leadmode"


def test_associations(api: Asking, client: HubSpot):
    contact, company = api.portal.load("contacts", {}), api.portal.load("companies", {})
    v4 = client.crm.associations.v4
    ends = {"_from": End(id=str(contact.id)), "to": End(id=str(company.id))}
    types = [AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)]
    made = v4.batch_api.create(
        "contacts",
        "companies",
        BatchInputPublicAssociationMultiPost(
            inputs=[PublicAssociationMultiPost(types=types, **ends)]
        ),
    )
    assert made.results[0].labels == ["Primary"]
    asked = [PublicFetchAssociationsBatchRequest(id=each) for each in (str(contact.id), "5")]
    read = v4.batch_api.get_page(
        "contacts", "companies", BatchInputPublicFetchAssociationsBatchRequest(inputs=asked)
    )
    assert [each.to_object_id for each in read.results[0].to] == [str(company.id)]
    assert read.errors[0].sub_category == "crm.associations.NO_ASSOCIATIONS_FOUND"
    page = v4.basic_api.get_page("contacts", contact.id, "companies")
    assert {each.type_id for each in page.results[0].association_types} == {1, 279}
    v4.basic_api.archive("contacts", contact.id, "companies", company.id)
    assert v4.basic_api.get_page("contacts", contact.id, "companies").results == []
    made = v4.basic_api.create_default("contacts", contact.id, "companies", company.id)
    assert made.status == "COMPLETE"
    labels = v4.schema.definitions_api.get_all("contacts", "companies").results
    assert {each.type_id for each in labels} == {1, 279}
    inline = client.crm.contacts.basic_api.get_by_id(contact.id, associations=["companies"])
    assert inline.associations["companies"].results[0].id == str(company.id)


def test_owners_and_pipelines(api: Asking, client: HubSpot):
    owners = client.crm.owners.owners_api
    assert [each.id for each in owners.get_page().results] == [
        api.founded.admin,
        api.founded.rep,
    ]
    assert owners.get_by_id(api.founded.rep).email == "rosa.rep@acme.example"
    (pipeline,) = client.crm.pipelines.pipelines_api.get_all("deals").results
    assert pipeline.stages[-2].metadata == {"isClosed": "true", "probability": "1.0"}


def test_activities(client: HubSpot):
    tasks = client.crm.objects.tasks.basic_api
    made = tasks.create(new(hs_timestamp="1795000000000", hs_task_subject="Call Ana"))
    assert made.properties["hs_task_status"] == "NOT_STARTED"
    done = tasks.update(
        made.id, SimplePublicObjectInput(properties={"hs_task_status": "COMPLETED"})
    )
    assert done.properties["hs_task_is_completed"] == "1"
