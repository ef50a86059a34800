"""Every key of the rule files arrives in the rulebook."""

from __future__ import annotations

from connector.clock import DAY, HOUR
from connector.config.rulebook import (
    Exclusion,
    FieldChange,
    FitPoints,
    Grades,
    HandOff,
    Holds,
    LeadMode,
    Owned,
    Persona,
)
from connector.engine.condition import AllOf, Always, AnyOf, Equals, Not, Range, Text, TextOperator
from connector.engine.rule import Limit, MachineTests, Rule, Signal
from connector.engine.timeline import EndReason
from connector.model import Evidence, Kind
from tests.config.folder import (
    ENOUGH,
    FULL,
    rulebook_of,
)


def test_every_key_arrives_in_the_rulebook(tmp_path):
    rulebook = rulebook_of(tmp_path, FULL)
    demo = Signal(
        id="demo",
        kinds=frozenset({Kind.FORM_SUBMITTED, Kind.MEETING_BOOKED}),
        weight=40.0,
        half_life=14 * DAY,
        assets=("*demo*",),
        sources=frozenset({"web"}),
        group="forms",
        limit=Limit(count=1, days=30),
        hand_raise=True,
        classes=frozenset({Evidence.HUMAN, Evidence.UNKNOWN}),
        phase="conversion",
    )
    page = Signal(id="page", kinds=frozenset({Kind.PAGE_VIEWED}), weight=0.5, half_life=30 * DAY)
    fit = AllOf(
        (
            Range(path="account.employees", at_least=10, at_most=500),
            AnyOf(
                (
                    Text("person.title", TextOperator.HAS_WORD, ("cto",)),
                    Equals("account.industry", ("Steel", "Ships")),
                )
            ),
        )
    )
    assert rulebook.lead_modes == (
        LeadMode(
            rule=Rule(
                id="returning",
                signals=(demo, page),
                enter=40.0,
                leave=10.0,
                dormant_after=60 * DAY,
                burst_max=20 * DAY,
                window=7 * DAY,
                distinct_kinds=3,
                human_min=2,
                idle_after=30 * DAY,
                cooldown=10 * DAY,
                fresh_start=False,
                rearm_after=5 * DAY,
                caps={"forms": 60.0},
                top=3,
            ),
            applies_to=Not(Equals("person.status", ("Customer",))),
            fit=fit,
            epoch=2,
            title="Shopping again",
        ),
        LeadMode(
            rule=Rule(
                id="pages",
                signals=(page,),
                enter=50.0,
                leave=20.0,
                dormant_after=90 * DAY,
                burst_max=30 * DAY,
                window=14 * DAY,
                distinct_kinds=1,
                human_min=1,
                idle_after=45 * DAY,
                cooldown=30 * DAY,
                rearm_after=30 * DAY,
                caps={"forms": 60.0},
            ),
            applies_to=Always(),
            fit=fit,
            title="pages",
        ),
    )
    assert rulebook.personas == (
        Persona(name="boss", when=Text("person.title", TextOperator.HAS_WORD, ("chief",))),
        Persona(name="user", when=Always()),
    )
    assert rulebook.fit_points == (
        FitPoints(when=Equals("account.country", ("DE",)), points=-5.0, label="far away"),
    )
    assert rulebook.grades == Grades(letters=(9.0,), digits=(8.0, 7.0), cap=10.0)
    assert rulebook.machine == MachineTests(click_after_send=1_000, scan_links=4, scan_within=0)
    assert rulebook.holds == Holds(
        open_opportunity=False,
        consent=False,
        worked_within=3 * DAY,
        excluded=Text("person.domain", TextOperator.ENDS_WITH, ("rival.example",)),
        exclusions=(
            Exclusion(
                id="rival",
                label="competitor",
                when=Text("person.domain", TextOperator.IN_DOMAIN, ("rival.example",)),
            ),
            Exclusion(id="user", label="user", when=Equals("person.persona", ("User",))),
        ),
    )
    assert rulebook.hand_off == HandOff(
        subject="{{ rule.title }}",
        body="{{evidence}}",
        due=2 * DAY,
        raised_due=HOUR,
        priority="high",
        raised_priority="normal",
        owners=(Owned.ACCOUNT, Owned.RECORD),
        fallback_owner="005",
        fields=(
            FieldChange(field="Status", value="Hot {{grade}}", expected=("Cold", "")),
            FieldChange(field="Since", value="{{entered_on}}", on=frozenset({"crm"})),
        ),
    )
    assert rulebook.dispositions == {"Not now": EndReason.RECYCLED}


def test_of_several_values_for_a_field_the_first_for_the_instance_counts(tmp_path):
    text = "".join(
        f'[[hand_off.field]]\nfield = "S"\nvalue = "{value}"\non = {on}\n'
        for value, on in (("a", ["crm"]), ("b", ["web", "crm"]))
    )
    rest = '[[hand_off.field]]\nfield = "S"\nvalue = "c"\n'
    hand_off = rulebook_of(tmp_path, ENOUGH + text + rest).hand_off
    found = {name: [f.value for f in hand_off.fields_on(name)] for name in ("crm", "web", "x")}
    assert found == {"crm": ["a"], "web": ["b"], "x": ["c"]}


def test_defaults_of_the_tables_are_those_of_the_values(tmp_path):
    rulebook = rulebook_of(tmp_path, ENOUGH)
    assert rulebook.grades == Grades()
    assert rulebook.holds == Holds()
    assert rulebook.machine == MachineTests()
    assert rulebook.lead_modes[0].title == "returning"


def test_a_status_ends_an_episode_however_its_case_is_spelt(tmp_path):
    rulebook = rulebook_of(tmp_path, ENOUGH + '\n[dispositions]\n"Unqualified" = "disqualified"\n')
    assert rulebook.ending(" UNQUALIFIED") == EndReason.DISQUALIFIED
    assert rulebook.ending("Unqualifie") is None


def test_another_spelling_of_a_status_replaces_the_one_below(tmp_path):
    ours = '[dispositions]\n"UNQUALIFIED" = "recycled"\n'
    theirs = ENOUGH + '\n[dispositions]\n"Unqualified" = "disqualified"\n'
    rulebook = rulebook_of(tmp_path, theirs, ours)
    assert rulebook.dispositions == {"UNQUALIFIED": EndReason.RECYCLED}
