"""`leadmode programs`, `leadmode offers`, and nurture in `leadmode explain`."""

import dataclasses
import json

import pytest
from typer.testing import CliRunner

from connector.cli.app import app
from connector.clock import DAY
from connector.config.nurture import Program
from connector.measure import Asked, known_of, measured
from connector.model import Kind, Touch
from connector.report.offers import offers_ledger
from connector.report.programs import programs_told
from connector.store.persons import find_person
from tests.flow.test_nurture import ADA, adopt, days, left_lead_mode, touches
from tests.flow.world import World


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "250")
    made = World(tmp_path)
    adopt(made)
    yield made
    made.close()


def say(world: World, *arguments: str) -> str:
    config = str(world.folder / "config.toml")
    done = CliRunner().invoke(app, [*arguments, "--config", config], obj=world.clock)
    assert done.exit_code == 0, done.output
    return done.output


def one_program(world: World) -> Program:
    (program,) = world.config.rulebook.programs
    return program


def test_programs_tell_who_is_where_and_what_comes_next(world):
    left_lead_mode(world)
    days(world, 12)
    world.person("bob", fields={"title": "Engineer"})
    days(world, 1)
    text = say(world, "programs")
    [ada, bob] = [line for line in text.splitlines() if line.startswith(("Ada", "Bob"))]
    assert "Keep warm" in ada
    assert "1 of 6" in ada
    assert ada.split("waiting")[1].strip().endswith("case")
    assert "waiting" in bob or "1 of 6" in bob
    assert "Keep warm (warm): 2 people are in it." in text
    told = json.loads(say(world, "programs", "--json", "--most", "1"))
    assert (len(told["rows"]), told["more"]) == (1, 1)
    assert told["counts"] == [
        {"program": "warm", "title": "Keep warm", "running": 2, "exhausted": 0, "ended": {}}
    ]
    assert say(world, "programs", "--program", "other").startswith("There is no nurture program")


def test_pauses_and_exits_are_told_with_their_reason(world):
    left_lead_mode(world)
    world.engaged("ada", Kind.CALL_HELD)
    days(world, 1)
    assert "paused: a rep spoke with them a short time ago" in say(world, "programs")
    world.platform.edit(ADA, opted_out=True, do_not_call=True)
    days(world, 1)
    text = say(world, "programs")
    assert "Nobody is in a nurture program now." in text
    assert "left: opted_out 1" in text
    story = say(world, "explain", "ada@mill.example")
    assert "Nurture\n  Keep warm (left_lead_mode), from " in story
    assert "no channel is left that they agreed to" in story


def test_explain_tells_every_touch(world):
    left_lead_mode(world)
    days(world, 24)
    story = say(world, "explain", "ada@mill.example")
    assert "touch 1 of 6" in story
    assert "Buyer's guide" in story
    assert "waiting; next look " in story


def test_what_is_wanting_is_counted_by_persona_and_phase(world):
    guide = [each for each in world.config.rulebook.offers if each.id == "guide"]
    book = dataclasses.replace(world.config.rulebook, offers=tuple(guide), revision="few")
    world.reload(rulebook=book)
    for name in ("ada", "bob"):
        world.person(name)
    days(world, 20)
    told = programs_told(world.store, world.config, world.clock.now())
    assert [(gap.persona, gap.phase, gap.people, gap.offers) for gap in told.gaps] == [
        ("buyer", "awareness", 2, 1)
    ]
    assert told.counts[0].exhausted == 2


def test_a_program_that_the_rules_have_no_more_is_still_told(world):
    left_lead_mode(world)
    world.config = dataclasses.replace(
        world.config, rulebook=dataclasses.replace(world.config.rulebook, programs=())
    )
    told = programs_told(world.store, world.config, world.clock.now())
    assert [(each.run.state, each.run.why) for each in told.rows] == [
        ("exited", "the rules have no such program any more")
    ]


def test_an_answer_comes_from_a_human_after_the_touch_and_in_time(world):
    left_lead_mode(world)
    days(world, 60)
    made = touches(world)
    guide, case, call, webinar = made[:4]
    world.engaged("ada", Kind.CONTENT_DOWNLOADED, guide.at + 2 * DAY, "Buyers guide")
    world.engaged("ada", Kind.PAGE_VIEWED, case.at - DAY, "case before")
    world.engaged("ada", Kind.PAGE_VIEWED, call.at + 31 * DAY, "consultation, too late")
    world.engaged("ada", Kind.EMAIL_SENT, webinar.at + DAY, "webinar mail")
    days(world, 70)
    told = offers_ledger(world.store, world.config, world.clock.now(), fewest=1)
    lines = {line.offer: line for line in told.lines}
    assert [line.offer for line in told.lines][:2] == ["guide", "case"]
    assert (lines["guide"].answered.count, lines["guide"].answered.of) == (1, 1)
    assert lines["guide"].median_days == 2
    assert (lines["guide"].persona, lines["guide"].phase) == ("buyer", "")
    assert all(lines[name].answered.count == 0 for name in ("case", "call", "webinar"))


def test_no_share_is_claimed_for_a_small_sample_and_what_is_open_is_not_judged(world):
    world.person("ada")
    world.cycle()
    (person,) = find_person(world.store.connection, "ada@mill.example")
    now = world.clock.now()
    with world.store.transaction():
        for number in range(25):
            touch = Touch(
                key=f"k{number}",
                program="warm",
                anchor=number,
                number=1,
                offer="guide",
                at=now - (40 if number < 20 else 3) * DAY,
                persona="buyer",
                phase="",
            )
            world.store.enrolments.put_touch(person, touch, revision="r")
            world.store.connection.execute(
                "INSERT INTO outbox (key, kind, instance, object_type, external_id, person, "
                "payload, state, revision, created_at, wanted_at) "
                "VALUES (?, 'create_task', 'crm', 'Contact', 'ada', ?, '{}', ?, 'r', 0, 0)",
                (touch.key, person, "held" if number == 0 else "done"),
            )
    world.engaged("ada", Kind.CONTENT_DOWNLOADED, now - 35 * DAY, "guide")
    world.cycle()
    [line] = offers_ledger(world.store, world.config, now, fewest=19).lines
    assert (line.sent, line.open, line.answered.of, line.answered.count) == (24, 5, 19, 19)
    assert line.answered.low is not None
    assert 0.8 < line.answered.low < 1.0
    [line] = offers_ledger(world.store, world.config, now, fewest=20).lines
    assert line.answered.share is None
    text = say(world, "offers")
    assert "fewer than 20" in text
    assert "Buyer's guide" in text
    told = json.loads(say(world, "offers", "--fewest", "19", "--json"))
    assert told["lines"][0]["answered"]["share"] == 1.0
    assert "83% to 100%" in say(world, "offers", "--fewest", "19")


def test_without_programs_and_offers_it_says_so(tmp_path):
    world = World(tmp_path)
    world.person("ada")
    world.cycle()
    assert "There is no nurture program" in say(world, "programs")
    assert "No offer was delivered yet." in say(world, "offers")
    world.close()


def test_the_report_counts_runs_touches_and_answers_and_knows_their_rows(world):
    left_lead_mode(world)
    days(world, 24)
    guide, case = world.store.enrolments.delivered()[:2]
    world.engaged("ada", Kind.CONTENT_DOWNLOADED, asset="guide", number="late")
    days(world, 120)
    book, now = world.config.rulebook, world.clock.now()
    counting = dataclasses.replace(book.measuring.counting, fewest=1, answer_within=80 * DAY)
    book = dataclasses.replace(
        book, measuring=dataclasses.replace(book.measuring, counting=counting)
    )
    asked = Asked(rulebook=book, authority="crm", start_at=now - 365 * DAY, until_at=now)
    known = known_of(world.store, asked)
    found = {m.figure.name: m for _, some in measured(known) for m in some}
    sent = world.store.enrolments.delivered()
    assert len(sent) > 2
    assert found["nurture.started"].figure.value == 1
    assert found["nurture.touches"].figure.value == len(sent)
    assert [row.what for row in found["nurture.touches"].rows] == [t.offer for _, t in sent]
    (row,) = found["nurture.answered_rate[offer=guide]"].rows
    assert (row.counts, row.at) == (True, guide[1].at)
    assert found["nurture.answer_days[offer=guide]"].rows[0].value > 1
    assert [r.counts for r in found[f"nurture.answered_rate[offer={case[1].offer}]"].rows] == [
        False
    ]
    early = dataclasses.replace(asked, until_at=guide[1].at + DAY)
    before = {
        m.figure.name: m.figure for _, some in measured(known_of(world.store, early)) for m in some
    }
    assert before["nurture.touches"].value == 1
    assert before["nurture.answered_rate"].of == 0, "its time is not over"


def test_why_not_says_where_somebody_stands_with_each_program(world):
    world.person("ada")
    days(world, 1)
    world.returns("ada")
    days(world, 1)
    assert "Keep warm: nothing to come in by: in lead mode" in say(
        world, "why-not", "ada@mill.example"
    )
    left_lead_mode(world)
    days(world, 1)
    told = json.loads(say(world, "why-not", "ada@mill.example", "--json"))
    (program,) = told["programs"]
    assert (program["program"], program["state"]) == ("warm", "waiting")
    assert "in it, until the next touch; next look " in say(world, "why-not", "ada@mill.example")
    world.platform.edit(ADA, opted_out=True, do_not_call=True)
    days(world, 1)
    assert "no channel is left that they agreed to" in say(world, "why-not", "ada@mill.example")
