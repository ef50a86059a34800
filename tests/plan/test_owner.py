"""Who gets a task: the first active owner in the order of the rules."""

from __future__ import annotations

import pytest

from connector.config.rulebook import HandOff, Owned
from connector.model import Person, Record, RecordRef, Role
from connector.plan.hand_off import owner_for

ANA, BEN = "ana", "ben"
RECORD, ACCOUNT = Owned.RECORD, Owned.ACCOUNT


def user(name: str, **fields: bool) -> Record:
    return Record(ref=RecordRef("crm", "User", name), role=Role.OWNER, fields=fields)


def gone(name: str) -> Record:
    return Record(ref=RecordRef("crm", "User", name), role=Role.OWNER, deleted=True)


@pytest.mark.parametrize(
    ("record", "account", "owners", "found"),
    [
        (user(ANA, active=True), user(BEN, active=True), (RECORD, ACCOUNT), ANA),
        (user(ANA, active=True), user(BEN, active=True), (ACCOUNT, RECORD), BEN),
        (user(ANA, active=False), user(BEN, active=True), (RECORD, ACCOUNT), BEN),
        (gone(ANA), user(BEN, active=True), (RECORD, ACCOUNT), BEN),
        (None, user(BEN), (RECORD, ACCOUNT), BEN),
        (None, user(BEN), (RECORD,), "desk"),
        (user(ANA), user(BEN, active=False), (ACCOUNT,), "desk"),
        (user(ANA, active=False), None, (RECORD, ACCOUNT), "desk"),
    ],
)
def test_the_first_active_owner_gets_the_task(
    record: Record | None, account: Record | None, owners: tuple[Owned, ...], found: str
):
    person = Person(id=1, owner=record, account_owner=account)
    rules = HandOff(subject="", body="", due=0, raised_due=0, owners=owners, fallback_owner="desk")
    assert owner_for(person, rules, 0) == found
