"""Under which condition a field of a plan is set: while it is as the plan showed it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from connector.model import RecordRef, Scalar, Write, WriteKind
from connector.planned.rehearse import narrowed

REF = RecordRef("crm", "Contact", "1")


@pytest.mark.parametrize(
    ("expected", "was", "then"),
    [
        ({}, {"status": "Open"}, {"status": ("Open",)}),
        ({"status": ("Open", None)}, {"status": None}, {"status": (None,)}),
        ({"status": ("Open",)}, {"status": "Won"}, {"status": ("Open",)}),
        ({"status": ("Open",)}, {}, {"status": ("Open",)}),
        ({"status": ("Open",)}, None, {"status": ("Open",)}),
        ({}, {}, {}),
    ],
    ids=["any", "one of several", "not by the rules", "hidden", "gone", "hidden and any"],
)
def test_it_is_what_was_seen_unless_the_rules_would_not_have_it(
    expected: Mapping[str, tuple[Scalar, ...]],
    was: Mapping[str, Scalar] | None,
    then: Mapping[str, tuple[Scalar, ...]],
):
    write = Write(
        key="k",
        kind=WriteKind.SET_FIELDS,
        target=REF,
        fields={"status": "Shopping"},
        expected=expected,
    )
    assert narrowed(write, was).expected == then


def test_a_task_has_no_condition():
    task = Write(key="k", kind=WriteKind.CREATE_TASK, target=REF, fields={"subject": "Call"})
    assert narrowed(task, {}) is task
