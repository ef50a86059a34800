import dataclasses

import pytest

from connector.clock import DAY
from connector.model import Engagement, Kind, Record, RecordRef, Role
from connector.store import Store
from connector.store.persons import find_person, load_person

NOW = 1_767_225_600_000


@pytest.fixture
def store(tmp_path):
    made = Store.open(tmp_path)
    with made.transaction():
        yield made
    made.close()


def ref(name, kind="Contact"):
    return RecordRef("crm", kind, name)


def person(name, *emails, **more):
    more.setdefault("fields", {"name": name})
    more.setdefault("modified_at", NOW)
    return Record(ref=more.pop("ref", ref(name)), role=Role.PERSON, emails=emails, **more)


def who(store, text):
    (found,) = find_person(store.connection, text)
    return found


@pytest.mark.fault("F50")
def test_records_that_share_an_address_are_one_person(store):
    store.people.put(person("ada", "Ada@mill.example"), now=NOW)
    store.people.put(person("L1", "ada+fair@mill.example", ref=ref("L1", "Lead")), now=NOW)
    assert who(store, "ada@mill.example") == who(store, "crm:Lead:L1") == who(store, "ada")
    known = load_person(store.connection, who(store, "ada"), "crm")
    assert {record.ref for record in known.records} == {ref("ada"), ref("L1", "Lead")}


def test_a_mailbox_of_many_ties_nobody_together(store):
    for name in ("ada", "bob"):
        store.people.put(person(name, "info@mill.example"), now=NOW)
    assert who(store, "ada") != who(store, "bob")


def test_an_address_that_joins_two_persons_merges_their_histories(store):
    for name in ("ada", "augusta"):
        store.people.put(person(name, f"{name}@mill.example"), now=NOW)
        one = Engagement(
            instance="crm", id=name, at=NOW, kind=Kind.PAGE_VIEWED, email=f"{name}@mill.example"
        )
        store.timelines.add([(store.people.who(one), one)])
    both = person("ada", "ada@mill.example", "augusta@mill.example", modified_at=NOW + 1)
    touched = store.people.put(both, now=NOW)
    assert touched == {who(store, "ada")} == {who(store, "augusta")}
    assert len(store.timelines.of(who(store, "ada"))) == 2


def test_an_older_reading_changes_nothing(store):
    store.people.put(person("ada", fields={"title": "VP"}), now=NOW)
    old = person("ada", fields={"title": "Intern"}, modified_at=NOW - DAY)
    assert store.people.put(old, now=NOW) == set()
    (record,) = load_person(store.connection, who(store, "ada"), "crm").records
    assert record.fields == {"title": "VP"}


def test_a_repeated_reading_wakes_nobody_and_a_changed_one_does(store):
    record = person("ada", "ada@mill.example")
    assert store.people.put(record, now=NOW) == {1}
    assert store.people.put(record, now=NOW) == set()
    changed = dataclasses.replace(record, fields={"name": "Ada", "title": "VP"})
    assert store.people.put(changed, now=NOW) == {1}


def test_a_change_of_the_account_or_an_opportunity_wakes_its_people(store):
    mill = ref("mill", "Account")
    store.people.put(person("ada", account=mill), now=NOW)
    store.people.put(person("bob", account=mill), now=NOW)
    account = Record(ref=mill, role=Role.ACCOUNT, fields={"industry": "Steel"})
    assert store.people.put(account, now=NOW) == {1, 2}
    opened = Record(ref=ref("o1", "Opportunity"), role=Role.OPPORTUNITY, people=(ref("bob"),))
    assert store.people.put(opened, now=NOW) == {2}
    elsewhere = dataclasses.replace(opened, people=(ref("ada"),))
    assert store.people.put(elsewhere, now=NOW) == {1, 2}  # who lost it changes as well


def test_opportunities_that_name_nobody_are_everybodys(store):
    mill = ref("mill", "Account")
    store.people.put(person("ada", account=mill), now=NOW)
    named = Record(
        ref=ref("o1", "Opportunity"), role=Role.OPPORTUNITY, account=mill, people=(ref("bob"),)
    )
    unnamed = dataclasses.replace(named, ref=ref("o2", "Opportunity"), people=())
    for each in (named, unnamed):
        store.people.put(each, now=NOW)
    known = load_person(store.connection, who(store, "ada"), "crm")
    assert [each.ref.id for each in known.opportunities] == ["o2"]


def test_the_owner_of_the_company_comes_with_the_person(store):
    mill, ana, ben = ref("mill", "Account"), ref("U1", "User"), ref("U2", "User")
    company = Record(ref=mill, role=Role.ACCOUNT, owner=ben)
    store.people.put(person("ada", account=mill, owner=ana), now=NOW)
    store.people.put(company, now=NOW)
    store.people.put(Record(ref=ben, role=Role.OWNER, fields={"active": True}), now=NOW)
    known = load_person(store.connection, who(store, "ada"), "crm")
    assert known.owner is not None
    assert known.owner.ref == ana
    assert known.account_owner is not None
    assert known.account_owner.ref == ben
    assert known.account_owner.fields == {"active": True}


def test_status_changes_are_kept_with_their_moment(store):
    for at, status in ((NOW - 2 * DAY, "Open"), (NOW - DAY, "Working"), (NOW, "Working")):
        changed = person("ada", fields={"status": status}, modified_at=at)
        store.people.put(changed, now=NOW)
    known = load_person(store.connection, who(store, "ada"), "crm")
    assert known.status_changes == ((NOW - 2 * DAY, "Open"), (NOW - DAY, "Working"))


def test_a_record_merged_into_one_that_is_not_read_yet_stays_with_it(store):
    store.people.put(person("L1", "ada@mill.example", merged_into=ref("ada")), now=NOW)
    store.people.put(person("ada", "ada@work.example"), now=NOW)
    assert who(store, "ada@mill.example") == who(store, "ada@work.example")


def test_records_that_claim_to_be_merged_into_each_other_end_nowhere(store):
    store.people.put(person("ada", merged_into=ref("bob")), now=NOW)
    store.people.put(person("bob", merged_into=ref("ada")), now=NOW)
    clicked = Engagement(instance="crm", id="1", at=NOW, kind=Kind.EMAIL_CLICKED, person=ref("ada"))
    assert store.people.who(clicked) == who(store, "bob")


def test_engagement_of_a_record_that_is_not_read_yet_waits_with_it(store):
    clicked = Engagement(instance="crm", id="1", at=NOW, kind=Kind.EMAIL_CLICKED, person=ref("ada"))
    early = store.people.who(clicked)
    store.timelines.add([(early, clicked)])
    assert load_person(store.connection, early, "crm").records == ()
    store.people.put(person("ada", "ada@mill.example"), now=NOW)
    assert len(store.timelines.of(who(store, "ada@mill.example"))) == 1


def test_an_engagement_that_names_nobody_belongs_to_nobody(store):
    nobody = Engagement(instance="crm", id="1", at=NOW, kind=Kind.PAGE_VIEWED, email="not one")
    assert store.people.who(nobody) is None


def test_a_name_that_two_people_share_finds_both(store):
    store.people.put(person("ada", fields={"name": "Ada B"}), now=NOW)
    store.people.put(person("eve", fields={"name": "ada b"}), now=NOW)
    assert find_person(store.connection, "ADA B") == [1, 2]


def test_a_mailbox_of_many_ties_nobody_together_before_their_records_are_read_either(store):
    for name in ("ada", "bob"):
        clicked = Engagement(
            instance="crm",
            id=name,
            at=NOW,
            kind=Kind.EMAIL_CLICKED,
            person=ref(name),
            email="info@mill.example",
        )
        store.timelines.add([(store.people.who(clicked), clicked)])
    for name in ("ada", "bob"):
        store.people.put(person(name, "info@mill.example"), now=NOW)
    assert who(store, "ada") != who(store, "bob")
    assert len(store.timelines.of(who(store, "ada"))) == 1


@pytest.mark.parametrize("stand_in", ["none", "noemail", "unknown", "n.a", "test"])
def test_an_address_that_stands_for_none_ties_nobody_together(store, stand_in):
    for name in ("ada", "bob"):
        store.people.put(person(name, f"{stand_in}@mill.example"), now=NOW)
    assert who(store, "ada") != who(store, "bob")


def call_of(name):
    return Engagement(instance="crm", id="c1", at=NOW, kind=Kind.CALL_HELD, person=ref(name))


def test_what_two_people_did_together_is_of_each_and_counts_once_when_they_are_one(store):
    for name in ("ada", "bob"):
        store.people.put(person(name, f"{name}@mill.example"), now=NOW)
    told = [(store.people.who(call_of(name)), call_of(name)) for name in ("ada", "bob")]
    store.timelines.add(told)
    assert [len(store.timelines.of(each)) for each, _ in told] == [1, 1]
    store.people.put(person("bob", merged_into=ref("ada")), now=NOW)
    store.timelines.add([(store.people.who(call_of("ada")), call_of("ada"))])
    assert [each.at for each in store.timelines.of(who(store, "ada"))] == [NOW]
    assert store.timelines.count() == 1
