"""Writes as inputs, refusals and answers as outcomes: all pure."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.hubspot.answers import Input, Saved, is_missing, is_taken, outcome_of, saved_of
from adapters.hubspot.faults import Fault, faults_of
from adapters.hubspot.outgoing import (
    BODY,
    about,
    cut,
    html,
    note,
    note_html,
    outgoing,
    same,
    task,
)
from adapters.hubspot.properties import Property, described
from adapters.hubspot.settings import Settings
from connector.clock import DAY
from connector.model import RecordRef, Settled, Write, WriteKind
from connector.ports import Secret
from tests.adapters.world import START

CONTACT = RecordRef("crm", "contacts", "51")
SETTINGS = Settings(token=Secret("pat-eu1-secret"))
CHOICES = {
    "hs_task_priority": ("NONE", "LOW", "MEDIUM", "HIGH"),
    "hs_task_status": ("NOT_STARTED", "COMPLETED"),
    "hs_task_type": ("CALL", "EMAIL", "TODO"),
}
FIELDS = {
    name: Property(name=name, type="enumeration", field_type="select", options=options)
    for name, options in CHOICES.items()
}
WRITE = Write(
    key="k-1",
    kind=WriteKind.CREATE_TASK,
    target=CONTACT,
    fields={
        "subject": "Call <Ann>",
        "body": "Line one\nA & B <br>",
        "due_at": START + DAY,
        "priority": "high",
        "owner": "72001",
    },
)


def test_a_task_has_what_hubspot_needs():
    assert task(WRITE, SETTINGS, FIELDS, now=START) == {
        "hs_timestamp": str(START + DAY),
        "hs_task_subject": "Call <Ann>",
        "hs_task_body": "Line one<br>A &amp; B &lt;br&gt;",
        "hs_task_status": "NOT_STARTED",
        "hs_task_type": "TODO",
        "hs_task_priority": "HIGH",
        "hubspot_owner_id": "72001",
        "hs_task_reminders": str(START + DAY),
        "leadmode_key": "k-1",
    }


def test_a_task_without_a_due_moment_is_due_now_and_reminds_of_nothing():
    write = replace(WRITE, fields={"subject": "Call"})
    told = task(write, SETTINGS, FIELDS, now=START)
    assert told["hs_timestamp"] == str(START)
    assert "hs_task_reminders" not in told
    assert "hubspot_owner_id" not in told


def test_a_task_that_is_late_reminds_of_nothing():
    told = task(WRITE, SETTINGS, FIELDS, now=START + 2 * DAY)
    assert told["hs_timestamp"] == str(START + DAY)
    assert "hs_task_reminders" not in told


def test_options_that_the_portal_lacks_are_left_out():
    fields = {**FIELDS, "hs_task_priority": replace(FIELDS["hs_task_priority"], options=("LOW",))}
    assert "hs_task_priority" not in task(WRITE, SETTINGS, fields, now=START)


def test_a_note_has_its_subject_in_bold():
    write = replace(WRITE, kind=WriteKind.ADD_NOTE)
    told = note(write, SETTINGS, {}, now=START)
    assert told["hs_note_body"] == (
        "<strong>Call &lt;Ann&gt;</strong><br>Line one<br>A &amp; B &lt;br&gt;"
    )
    assert told["hs_timestamp"] == str(START)
    assert note_html("", "only") == "only"
    assert note_html("only", "") == "<strong>only</strong>"


def test_the_key_goes_with_it_unless_there_is_no_place_for_it():
    without = replace(SETTINGS, unique_keys=False)
    key = {"leadmode_key": Property(name="leadmode_key", type="string")}
    assert "leadmode_key" in task(WRITE, SETTINGS, {}, now=START)
    assert "leadmode_key" not in task(WRITE, without, {}, now=START)
    assert "leadmode_key" in task(WRITE, without, key, now=START)


@pytest.mark.parametrize(
    ("made", "target", "known"),
    [
        ("tasks", "contacts", 204),
        ("tasks", "companies", 192),
        ("tasks", "deals", 216),
        ("tasks", "leads", 647),
        ("notes", "contacts", 202),
        ("notes", "companies", 190),
        ("notes", "deals", 214),
        ("leads", "contacts", 578),
    ],
)
def test_what_can_be_about_what(made, target, known):
    [tied] = about(made, RecordRef("crm", target, "7"))
    assert tied["to"] == {"id": "7"}
    assert [each["associationTypeId"] for each in tied["types"]] == [known]
    assert about("notes", RecordRef("crm", "leads", "7")) == []
    assert about(made, RecordRef("crm", "owners", "7")) == []


@given(text=st.text(max_size=60), limit=st.integers(1, 80))
def test_html_is_never_longer_and_never_cuts_an_entity(text, limit):
    told = html(text, limit)
    assert len(told.encode("utf-16-le")) // 2 <= limit
    shown = unescape(told.replace("<br>", "\n"))
    kept = html(text, 10_000)
    if told != kept:
        assert shown.endswith("…")
        shown = shown[:-1]
    assert unescape(kept.replace("<br>", "\n")).startswith(shown)
    assert "<" not in told.replace("<br>", "")


def test_a_long_note_stays_within_the_limit_with_its_subject():
    told = note_html("&" * 400, '"' * 90_000)
    assert BODY - 6 <= len(told) <= BODY
    assert told.endswith("&quot;…")


def test_a_cut_does_not_split_a_character():
    assert cut("👩‍🔬" * 200, 255).endswith("…")
    assert cut("\x00a\ud800b", 255) == "ab"


VALUES = [
    ("string", "text", True, "true"),
    ("bool", "booleancheckbox", False, "false"),
    ("datetime", "date", START, str(START)),
    ("date", "date", START, "2026-03-02"),
    ("number", "number", 3.0, "3"),
    ("number", "number", 2.5, "2.5"),
    ("string", "text", None, ""),
    ("string", "text", "a\x00b", "ab"),
]


@pytest.mark.parametrize(("kind", "field_type", "value", "told"), VALUES)
def test_values_go_out_as_texts(kind, field_type, value, told):
    assert outgoing(Property(name="x", type=kind, field_type=field_type), value) == told


@pytest.mark.parametrize(
    ("kind", "one", "other", "alike"),
    [
        ("datetime", "2026-03-02T09:00:00.000Z", str(START), True),
        ("datetime", "2026-03-02T09:00:00.001Z", str(START), False),
        ("date", "2026-03-02", "1772409600000", True),
        ("number", "5.0", "5", True),
        ("number", "N/A", "5", False),
        ("number", "N/A", "", False),
        ("bool", "TRUE", "true", True),
        ("string", "a\r\nb ", "a\nb", True),
        ("string", " ", "", True),
        ("string", None, "", True),
        ("string", "a", "A", False),
    ],
)
def test_values_are_compared_by_what_they_mean(kind, one, other, alike):
    field_type = "booleancheckbox" if kind == "bool" else ""
    assert same(Property(name="x", type=kind, field_type=field_type), one, other) is alike


def test_a_definition_is_understood():
    told = described(
        {
            "name": "tier",
            "type": "enumeration",
            "fieldType": "select",
            "hasUniqueValue": False,
            "options": [
                {"value": "b", "displayOrder": 1},
                {"value": "a", "displayOrder": 0},
                {"value": "old", "displayOrder": 2, "hidden": True},
            ],
            "modificationMetadata": {"readOnlyValue": True},
        }
    )
    assert (told.kind, told.shown, told.options) == ("choice", ("a", "b"), ("b", "a", "old"))
    assert (told.writable, told.unique) == (False, False)


# answers


def inputs(*keys: str) -> list[Input]:
    return [Input(name=str(n), key=key, body={}) for n, key in enumerate(keys)]


def row(number: int, *, trace: str = "", key: str = "") -> dict[str, object]:
    told: dict[str, object] = {"id": str(number), "properties": {"leadmode_key": key}}
    return told | ({"objectWriteTraceId": trace} if trace else {})


def ids(answers: list[Saved]) -> list[str | None]:
    return [saved.id for saved in answers]


@pytest.mark.fault("F22")
def test_rows_are_matched_by_trace_or_key_and_never_by_place():
    rows = [row(12, trace="2"), row(10, key="A"), row(11, trace="1", key="b")]
    assert ids(saved_of(rows, [], inputs("a", "b", "c"), "leadmode_key")) == ["10", "11", "12"]


@pytest.mark.parametrize(
    "rows",
    [
        [row(10), row(11)],
        [row(10, trace="7"), row(11, key="z")],
        [row(10, trace="0", key="b")],
        [row(10, trace="0"), row(11, trace="0")],
        [{"id": "no number", "properties": {}, "objectWriteTraceId": "0"}],
        [{"properties": {}, "objectWriteTraceId": "0"}],
    ],
)
def test_a_row_that_fits_nothing_proves_nothing(rows):
    answers = saved_of(rows, [], inputs("a", "b"), "leadmode_key")
    assert ids(answers) == [None, None]
    assert {outcome_of("a", saved).settled for saved in answers} == {Settled.UNKNOWN}


def test_without_a_trace_and_a_key_the_text_tells_tasks_apart_if_it_can():
    texts = ["one", "two", "two", ""]
    given = [
        Input(name=str(n), body={"properties": {"hs_task_subject": text}})
        for n, text in enumerate(texts)
    ]
    rows: list[dict[str, object]] = [
        {"id": str(10 + n), "properties": {"hs_task_subject": text}} for n, text in enumerate(texts)
    ]
    assert ids(saved_of(rows, [], given, "leadmode_key")) == ["10", None, None, None]
    assert ids(saved_of([rows[1]], [], given[:1], "leadmode_key")) == [None]
    assert ids(saved_of([rows[1]], [], given, "leadmode_key")) == [None] * 4
    assert ids(saved_of([{"id": "7"}], [], given[:1], "leadmode_key")) == [None]


def test_a_change_is_proved_by_the_id_of_its_record():
    given = [Input(name="51", body={"id": "51"}), Input(name="52", body={"id": "52"})]
    assert ids(saved_of([{"id": "52"}, {"id": "9"}], [], given, "k")) == [None, "52"]


def test_errors_are_matched_and_a_loose_one_goes_to_the_only_open_input():
    named = Fault(category="VALIDATION_ERROR", context={"objectWriteTraceId": ("1",)})
    loose = Fault(category="CONFLICT")
    one, two, three = saved_of([row(10, trace="0")], [named, loose], inputs(*"abc"), "k")
    assert (one.id, two.fault, three.fault) == ("10", named, loose)
    answers = saved_of([], [loose], inputs("a", "b"), "k")
    assert [saved.fault for saved in answers] == [None, None]


UNIQUE = {
    "category": "VALIDATION_ERROR",
    "message": 'Property values were not valid: [{"isValid":false,"message":"77 already has that '
    'value.","error":"CONFLICTING_UNIQUE_VALUE","name":"leadmode_key"}]',
}


def test_a_fault_is_read_out_of_the_json_in_its_message():
    [fault] = faults_of({"status": "error", **UNIQUE})
    assert str(fault) == "VALIDATION_ERROR CONFLICTING_UNIQUE_VALUE (leadmode_key)"
    assert is_taken(fault)


def test_a_fault_is_read_out_of_what_lies_in_it():
    inner = {"message": "m", "code": "INVALID_OPTION", "context": {"propertyName": ["tier"]}}
    told: dict[str, object] = {"category": "VALIDATION_ERROR", "errors": [inner]}
    told |= {"context": {"objectWriteTraceId": ["3"]}, "message": "ann@acme.example is bad"}
    [fault] = faults_of({"status": "COMPLETE", "results": [], "errors": [told]})
    assert fault.named("objectWriteTraceId") == ("3",)
    assert str(fault) == "VALIDATION_ERROR INVALID_OPTION (tier)"


def test_a_property_that_does_not_exist_is_no_key_that_is_taken():
    assert not is_taken(Fault(code="PROPERTY_DOESNT_EXIST", context={"propertyName": ("k",)}))
    assert is_taken(Fault(category="CONFLICT"))


@pytest.mark.parametrize(
    ("words", "settled"),
    [
        ("VALIDATION_ERROR", Settled.REJECTED),
        ("RATE_LIMITS", Settled.RETRY),
        ("OBJECT_LOCKED", Settled.RETRY),
        ("INTERNAL_ERROR", Settled.UNKNOWN),
        ("OBJECT_NOT_FOUND", Settled.REJECTED),
    ],
)
def test_what_an_error_of_one_input_means(words, settled):
    outcome = outcome_of("k", Saved(fault=Fault(category=words, message="ann@acme.example")))
    assert outcome.settled is settled
    assert words in outcome.reason
    assert "ann" not in outcome.reason


def test_only_hubspots_own_word_says_that_a_record_is_missing():
    assert is_missing(Fault(category="OBJECT_NOT_FOUND"))
    assert is_missing(Fault(message="resource not found"))
    assert not is_missing(Fault(message="no route matched; page not found"))
