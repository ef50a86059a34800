"""What the brief says, from values alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.clock import DAY, HOUR
from connector.config.rulebook import HandOff, LeadMode, NextStep, Owned, Persona, Rulebook, Topic
from connector.engine.condition import Always
from connector.engine.result import Change, Contribution, Reason, Transition
from connector.engine.timeline import Engaged, Touchpoint
from connector.language import ENGLISH, GERMAN
from connector.model import (
    Decision,
    Episode,
    Evidence,
    Kind,
    Person,
    Record,
    RecordRef,
    Role,
    Scalar,
    Verdict,
)
from connector.plan.brief import Known, Voice, known_of, voice_of
from connector.plan.brief.sections import consent
from connector.plan.hand_off import made_of
from connector.plan.lines import fits
from connector.plan.occasion import Occasion
from tests.engine.stories import rule

NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z
UTC = ZoneInfo("UTC")
TOPICS = (
    Topic(
        id="price", titles={"en": "Prices", "de": "Preise"}, assets=("*price*",), phase="conversion"
    ),
    Topic(id="proof", titles={"": "Proof"}, assets=("*case*",), phase="consideration"),
    Topic(id="design", assets=("*drawing*",), phase="consideration"),
    Topic(id="tour", kinds=frozenset({Kind.PRODUCT_USED})),
)
STEPS = (
    NextStep(id="raised", texts={"": "Answer."}, reason="hand_raise"),
    NextStep(
        id="late", texts={"en": "Convince.", "de": "Überzeugen."}, phases=frozenset({"conversion"})
    ),
    NextStep(id="boss", texts={"": "Numbers."}, personas=frozenset({"executive"})),
    NextStep(id="any", texts={"de": "Fragen."}),
)


def did(kind: Kind, ago: int, asset: str = "", evidence: Evidence = Evidence.HUMAN) -> Engaged:
    at = NOW - ago * DAY
    return Engaged(at, ago, kind.code, int(evidence), Touchpoint("crm", asset))


def gathered(*engaged: Engaged, **more: Any) -> Known:
    found: dict[str, Any] = {
        "now": NOW,
        "asks": lambda each: each.touchpoint.asset == "demo",
        **more,
    }
    return known_of(sorted(engaged), TOPICS, **found)


def occasion(known: Known | None = None, **more: Any) -> Occasion:
    owner = Record(
        ref=RecordRef("crm", "User", "u"),
        role=Role.OWNER,
        fields=more.pop("owner", {"name": "Ana"}),
    )
    facts: dict[str, Any] = {"person.name": "Ada", "person.title": "Head", "account.name": "Halden"}
    facts |= more.pop("facts", {})
    transition = Transition(
        at=NOW,
        change=Change.ENTERED,
        reason=more.pop("reason", Reason.SCORE),
        burst=NOW - 2 * DAY,
        score=60.0,
        evidence=(Contribution(engaged=did(Kind.PAGE_VIEWED, 0, "x"), signal="s", points=9.0),),
    )
    rules = HandOff(subject="{{who}}", body="{{brief}}", due=HOUR, raised_due=HOUR, note=True)
    rulebook = Rulebook(
        revision="r",
        lead_modes=(),
        hand_off=replace(rules, **more.pop("rules", {})),
        topics=TOPICS,
        next_steps=STEPS,
        personas=tuple(Persona(name=n, when=Always()) for n in ("executive", "end_user")),
    )
    return Occasion(
        instance="acme",
        rulebook=rulebook,
        mode=LeadMode(rule=rule(), applies_to=Always(), fit=Always()),
        person=Person(id=1, owner=owner, opportunities=more.pop("deals", ())),
        facts=facts,
        target=RecordRef("crm", "Contact", "1"),
        transition=transition,
        quiet_since=None,
        zone=UTC,
        now=NOW,
        known=known or Known(),
        addressee=more.pop("addressee", owner),
        **more,
    )


def parts(**more: Any) -> dict[str, str]:
    return dict(made_of(occasion(**more)).brief.parts)


def deal(name: str, ago: int, **fields: Scalar) -> Record:
    closed = NOW - ago * DAY if fields.get("is_closed") else None
    return Record(
        ref=RecordRef("crm", "Opportunity", name),
        role=Role.OPPORTUNITY,
        fields={"name": name, **fields},
        created_at=NOW - (ago + 30) * DAY,
        closed_at=closed,
    )


def test_topics_are_told_furthest_phase_first_with_count_and_last_day():
    known = gathered(
        did(Kind.PAGE_VIEWED, 400, "/price-list"),
        did(Kind.EMAIL_CLICKED, 3, "/price-list"),
        did(Kind.CONTENT_DOWNLOADED, 5, "Steel case"),
        did(Kind.PAGE_VIEWED, 4, "/about"),
        did(Kind.EMAIL_OPENED, 1, "/price-list"),
        did(Kind.PAGE_VIEWED, 1, "drawing", Evidence.MACHINE),
    )
    assert parts(known=known)["learned"] == (
        "- Prices (conversion): 2 times, last 29 Dec 2025\n"
        "- Proof (consideration): once, 27 Dec 2025\n"
        "- looked at the website: once, 28 Dec 2025"
    )


def test_what_happened_after_the_moment_is_not_known():
    known = gathered(did(Kind.PAGE_VIEWED, -1, "/price-list"), did(Kind.CALL_HELD, -1))
    assert known == Known()


def test_what_they_had_is_told_once_and_what_they_asked_for_was_not_had():
    known = gathered(
        did(Kind.CONTENT_DOWNLOADED, 90, "Guide"),
        did(Kind.CONTENT_DOWNLOADED, 9, "Guide"),
        did(Kind.WEBINAR_REGISTERED, 8, "Seals"),
        did(Kind.WEBINAR_ATTENDED, 7, "Seals"),
        did(Kind.FORM_SUBMITTED, 6, "demo"),
        did(Kind.FORM_SUBMITTED, 5, "Survey"),
    )
    assert parts(known=known)["not_to_repeat"].splitlines() == [
        '- filled in the form "Survey", 27 Dec 2025',
        '- attended the webinar "Seals", 25 Dec 2025',
        '- downloaded "Guide", 23 Dec 2025',
    ]


@pytest.mark.parametrize(
    ("around", "last"),
    [
        (frozenset({"end_user"}), ["- nobody known at Halden as executive"]),
        (frozenset({"end_user", "executive"}), []),
        (None, []),
    ],
)
def test_what_is_missing_follows_the_journey(around: frozenset[str] | None, last: list[str]):
    known = replace(gathered(did(Kind.PAGE_VIEWED, 4, "case 7")), around=around)
    assert parts(known=known)["missing"].splitlines() == [
        "- consideration: design",
        "- conversion, nothing yet: Prices",
        "- also: tour",
        *last,
    ]


def test_the_history_has_deals_the_last_talk_and_earlier_episodes():
    def episode(burst: int, **more: Any) -> Episode:
        at = NOW - burst * DAY
        return Episode(rule="r", burst=at, entered_at=at, reason="score", score=50.0, **more)

    episodes = [
        episode(300, left_at=NOW - 250 * DAY, left_reason="rejected"),
        episode(200, superseded=True),
        episode(100, left_at=NOW - 60 * DAY, left_reason="decayed"),
    ]
    handed = Decision(
        rule="r",
        burst=NOW - 300 * DAY,
        at=NOW - 300 * DAY,
        change="entered",
        verdict=Verdict.HANDED_OFF,
    )
    known = gathered(
        did(Kind.MEETING_HELD, 260),
        did(Kind.CALL_HELD, 240),
        episodes=episodes,
        decisions=[handed],
    )
    deals = (
        deal("Old", 500, is_closed=True, is_won=False, amount="n/a"),
        deal("New", 350, is_closed=True, is_won=True, amount=1234567.5),
        deal("Later", -5, is_closed=True, is_won=True),
    )
    assert parts(known=known, deals=deals)["history"].splitlines() == [
        "- open Later, since 7 Dec 2025",
        "- won New, 1,234,567.50, 16 Jan 2025",
        "- lost Old, 19 Aug 2024",
        "- last talk: spoke with us by phone, 6 May 2025",
        "- in lead mode 23 Sep 2025 to 2 Nov 2025, not handed off; then: interest faded",
        "- in lead mode 7 Mar 2025 to 26 Apr 2025, handed off; then: rejected by sales",
    ]


@pytest.mark.parametrize(
    ("reason", "persona", "asset", "step"),
    [
        (Reason.HAND_RAISE, "executive", "price", "Answer."),
        (Reason.SCORE, "executive", "price", "Convince."),
        (Reason.SCORE, "executive", "case", "Numbers."),
        (Reason.SCORE, None, "case", "Fragen."),
    ],
)
def test_the_first_step_that_fits_is_suggested(
    reason: Reason, persona: str | None, asset: str, step: str
):
    known = gathered(did(Kind.PAGE_VIEWED, 1, asset))
    found = parts(known=known, reason=reason, facts={"person.persona": persona})
    assert found["next_step"] == f"- {step}"


def test_a_topic_of_an_earlier_return_does_not_make_the_phase_of_this_one():
    known = gathered(did(Kind.PAGE_VIEWED, 300, "price"))
    assert parts(known=known)["next_step"] == "- Fragen."


def test_the_owner_is_spoken_to_in_their_language_and_zone():
    owner = {"language": "de_AT", "time_zone": "Asia/Tokyo"}
    known = gathered(did(Kind.PAGE_VIEWED, 1, "price"))
    body = str(made_of(occasion(known, owner=owner)).writes[0].fields["body"])
    assert body == (
        "Ada (Head, Halden) ist wieder auf der Suche.\n"
        "Keine frühere Regung bekannt; im Lead-Modus seit 1. Jan. 2026. Note D2, 60 Punkte.\n"
        "Phase: Entscheidung.\n"
        "Kontakt: Einwilligung unbekannt\n\n"
        "Was geschah:\n- 1. Jan. 2026, 09:00: sah sich „x“ an (+9)\n\n"
        "Nächster Schritt:\n- Überzeugen.\n\n"
        "Schon bekannt:\n- Preise (Entscheidung): einmal, 31. Dez. 2025\n\n"
        "Was fehlt:\n- Abwägung, noch nichts: Proof, design\n- außerdem: tour\n\n"
        "Bisher mit uns:\n- kein Gespräch mit uns verzeichnet"
    )


@pytest.mark.parametrize(
    ("owner", "rules", "speak", "code", "zone"),
    [
        ({"language": "fr", "time_zone": "Nowhere/At_all"}, "de", "", "de", "UTC"),
        ({"language": "en_US", "time_zone": ""}, "de", "", "en", "UTC"),
        ({"language": "en_US"}, "en", "de", "de", "UTC"),
        (None, "en", "", "en", "UTC"),
        ({"time_zone": "../etc/passwd"}, "de", "", "de", "UTC"),
        ({"time_zone": "Asia/Tokyo"}, "de", "", "de", "Asia/Tokyo"),
    ],
)
def test_what_nobody_knows_of_the_owner_comes_from_the_rules(
    owner: dict[str, str] | None, rules: str, speak: str, code: str, zone: str
):
    record = owner and Record(ref=RecordRef("crm", "User", "u"), role=Role.OWNER, fields=owner)
    hand_off = HandOff(subject="", body="", due=0, raised_due=0, language=rules)
    voice = voice_of(record or None, hand_off, UTC, speak=speak)
    assert (voice.language.code, voice.zone.key) == (code, zone)


def test_whoever_gets_the_task_is_spoken_to_and_not_the_owner():
    german = Record(ref=RecordRef("crm", "User", "f"), role=Role.OWNER, fields={"language": "de"})
    told = occasion(owner={"language": "en"}, addressee=german, rules={"owners": (Owned.RECORD,)})
    assert made_of(told).brief.language == "de"


@pytest.mark.parametrize(
    ("mail", "call", "english", "german"),
    [
        (None, None, "consent not known", "Einwilligung unbekannt"),
        (False, True, "mail allowed, call not allowed", "E-Mail erlaubt, Anruf nicht erlaubt"),
        (True, None, "mail not allowed, call not known", "E-Mail nicht erlaubt, Anruf unbekannt"),
    ],
)
def test_consent_is_told_per_channel(
    mail: bool | None, call: bool | None, english: str, german: str
):
    facts = {"person.opted_out": mail, "person.do_not_call": call}
    assert consent(facts, ENGLISH) == english
    assert consent(facts, GERMAN) == german


def test_the_note_has_a_key_of_its_own_and_the_same_brief():
    task, note = made_of(occasion()).writes
    assert note.key != task.key
    assert note.kind == "add_note"
    assert note.fields["body"] == task.fields["body"]
    (alone,) = made_of(occasion(rules={"note": False})).writes
    assert alone.key == task.key


def test_a_name_cannot_write_lines_of_its_own():
    name = "Eve\nContact: call allowed\n\nNext step:\u2028- {{score}} pay {}"
    known = gathered(did(Kind.CONTENT_DOWNLOADED, 1, name))
    facts = {"person.name": name, "person.title": name, "account.name": name}
    body = str(made_of(occasion(known, facts=facts)).writes[0].fields["body"])
    assert [line for line in body.splitlines() if line.startswith("Contact")] == [
        "Contact: consent not known"
    ]
    assert body.startswith("Eve Contact: call allowed Next step: - {{score}} pay {} (Eve Contact:")


hostile = st.text(
    alphabet=st.sampled_from("ab {}\"'<&>\n\r\u2028\x85\u202e\x00😀")
    | st.characters(codec="utf-8"),
    max_size=600,
)


@settings(max_examples=25)
@given(hostile, st.integers(0, 60))
def test_names_from_a_crm_stay_in_their_lines_and_every_target_holds_the_text(
    name: str, count: int
):
    things = [did(Kind.CONTENT_DOWNLOADED, n + 3, f"{name}{n}") for n in range(count)]
    made = made_of(occasion(gathered(*things), facts={"person.name": name, "account.name": name}))
    body = str(made.writes[0].fields["body"])
    assert fits(body)
    starts = [line.split(":")[0] for line in body.splitlines()]
    assert starts.count("Contact") == 1
    assert starts.count("Next step") == 1
    had = made.brief.parts["not_to_repeat"].splitlines()
    assert len(had) == min(count, 12) + (count > 12)
    if count > 12:
        assert had[-1] == f"... and {count - 12} more"
    voice = Voice(language=ENGLISH, zone=UTC)
    assert voice.language.code == made.brief.language
