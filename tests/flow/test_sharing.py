"""Teams, absences, what is measured, the holdout, the digest, and what a task says of the order."""

from __future__ import annotations

from collections import Counter

from connector.clock import DAY, HOUR
from connector.model import Engagement, Hold, Kind, Record, RecordRef, Role, Verdict
from connector.store.holdout import arms
from tests.flow.test_capacity import MONDAY, Made, keen, made, names, rules, user
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import NOW, World

__all__ = ["made"]

TEAM = (
    '[[team]]\nid = "north"\nmembers = ["ann", "bob", "cy"]\nwhen = { "person.title" = "Buyer" }\n'
)


def all_of_the_team(world: World) -> None:
    for name in ("bob", "cy"):
        user(world, name)
    world.cycle()


def owners(world: World) -> dict[str, str]:
    return {task.target.id: str(task.fields["owner"]) for task in world.tasks()}


def test_who_is_away_gets_no_task_and_keeps_those_of_before(made: Made):
    world = made("", people=2)
    world.returns("p0")
    world.cycle()
    rules(world, '[[absence]]\nowner = "ann"\nsince = "2026-01-05"\nuntil = "2026-01-06"\n')
    world.cycle(HOUR)
    world.returns("p1")
    world.cycle()
    assert owners(world) == {"p0": "ann", "p1": "manager"}


def test_a_turn_in_a_team_is_taken_by_all_and_stays(made: Made):
    world = made(TEAM + 'share = "round_robin"\n', people=9)
    all_of_the_team(world)
    for number in range(9):
        world.returns(f"p{number}")
    world.cycle()
    first = owners(world)
    assert len(first) == 9
    assert set(first.values()) == {"bob", "cy"}, "by a hash of the keys; nine are few"
    rules(world, "")
    world.cycles(2)
    assert owners(world) == first


def test_least_load_levels_the_week(made: Made):
    world = made(TEAM + 'share = "least_load"\n', people=9)
    all_of_the_team(world)
    for number in range(9):
        world.returns(f"p{number}")
    world.cycle()
    assert Counter(owners(world).values()) == {"ann": 3, "bob": 3, "cy": 3}


def test_who_has_no_place_left_passes_it_on(made: Made):
    text = "[capacity]\ndefault = 10\n[capacity.owner]\nann = 0\nbob = 0\n"
    world = made(text + TEAM + 'share = "round_robin"\n', people=2)
    all_of_the_team(world)
    world.returns("p0")
    world.returns("p1")
    world.cycle()
    assert set(owners(world).values()) == {"cy"}


def test_a_team_waits_together(made: Made):
    world = made("[capacity]\n" + TEAM + "capacity = 5\n", people=4)
    for number in range(4):
        world.returns(f"p{number}")
    world.cycle()
    assert len(names(world)) == 1
    world.cycle(DAY)
    assert len(names(world)) == 2


def test_what_a_rep_was_seen_to_do_is_what_a_rep_can(made: Made):
    world = made('[capacity]\ndefault = 0\nmeasured = "2w"\ntouches = 2\n', people=3)
    for number in range(20):  # ten a week: five hand-offs
        world.platform.put(
            Engagement(
                instance="crm",
                id=f"call-{number}",
                at=MONDAY - DAY - number * HOUR,
                kind=Kind.CALL_HELD,
                email="p2@mill.example",
            )
        )
    known_for_long(world, "zoe", owner=RecordRef("crm", "User", "zoe"))
    for name in ("p0", "p1", "zoe"):
        world.returns(name)
    world.cycle()
    world.cycle()
    assert len(names(world)) == 1, "a fifth of five; nobody has seen zoe do anything"
    world.cycle(DAY)
    assert sorted(names(world)) == ["p0", "p1"]
    assert [d.verdict for d in world.decisions("zoe")] == [Verdict.WAITING]


def test_a_held_out_episode_is_silent_and_a_raised_hand_never_is(made: Made):
    world = made("[holdout]\nshare = 0.5\n", people=12)
    for number in range(12):
        world.returns(f"p{number}")
    world.cycle()
    out = {f"p{n}" for n in range(12) if world.holds(f"p{n}") == [Hold.HOLDOUT]}
    assert 2 <= len(out) <= 10
    assert set(names(world)) == {f"p{n}" for n in range(12)} - out
    some = min(out)
    world.engaged(some, Kind.FORM_SUBMITTED, at=world.clock.now() + HOUR, asset="demo")
    world.cycle(HOUR)
    assert some in names(world)
    held, handed = arms(world.store.connection, since=MONDAY, until=MONDAY + 2 * DAY)
    assert len(held) == len(out) - 1, "who raised a hand since is on neither side"
    assert len(handed) == 12 - len(out)


def test_with_capacity_the_draw_is_among_those_whose_turn_it_is(made: Made):
    world = made("[capacity]\ndefault = 5\n[holdout]\nshare = 0.5\n", people=8)
    for number in range(8):
        world.returns(f"p{number}")
    world.cycle()
    holds = [world.holds(f"p{n}")[0] for n in range(8)]
    assert holds.count(Hold.HOLDOUT) >= 1
    assert len(names(world)) == 1
    assert holds.count(None) >= 1, "the others wait, or have their task"


DIGEST = """
[capacity]
default = 5
[capacity.digest]
subject = "Not called: {{count}}"
body = \"\"\"
{{owner}}, {{week}}: {{worth}}
{{deferred}}\"\"\"
"""
FRIDAY = MONDAY + 4 * DAY + 15 * HOUR


def digests(world: World) -> list[str]:
    tasks = [each for each in world.tasks() if str(each.fields["subject"]).startswith("Not")]
    return [f"{t.target.id}|{t.fields['owner']}|{t.fields['body']}" for t in tasks]


def won(world: World, name: str, amount: float) -> None:
    world.platform.put(
        Record(
            ref=RecordRef("crm", "Deal", f"d-{name}"),
            role=Role.OPPORTUNITY,
            fields={"is_closed": True, "is_won": True, "amount": amount},
            people=(RecordRef("crm", "Contact", name),),
            created_at=NOW - 500 * DAY,
            closed_at=NOW - 400 * DAY,
        )
    )


def busy_week(made: Made, text: str) -> World:
    """Seven come on Friday morning, five places are free; one of the others was a customer."""
    world = made(text, people=7)
    won(world, "p1", 48_000)
    world.clock.move_to(MONDAY + 4 * DAY)
    for number in range(7):
        world.returns(f"p{number}")
    keen(world, "p1", 1)
    world.engaged("p6", Kind.FORM_SUBMITTED, asset="demo")
    world.cycle()
    return world


def test_the_digest_says_once_what_was_deferred_and_what_it_was_worth(made: Made):
    world = busy_week(made, DIGEST.replace("default = 5", "default = 1"))
    assert names(world) == ["p6"], "the raised hand took the only place"
    world.clock.move_to(FRIDAY - 1)
    world.cycle()
    assert digests(world) == []
    world.cycle(1)
    (told,) = digests(world)
    assert told.startswith("p1|ann|Ann, 5 Jan 2026: won 48,000 before\n- P1, won 48,000 before: ")
    assert told.count("still waits") == 6
    world.restart()
    world.cycles(3, DAY)
    assert len(digests(world)) == 1
    assert world.ingest.next_due() is not None


def test_all_digests_may_go_to_one(made: Made):
    world = busy_week(made, DIGEST.replace("default = 5", "default = 1") + 'to = "manager"\n')
    world.clock.move_to(FRIDAY)
    world.cycle()
    assert [told.split("|")[1] for told in digests(world)] == ["manager"]


def test_a_week_without_anything_deferred_has_no_digest(made: Made):
    world = busy_week(made, DIGEST.replace("default = 5", "default = 50"))
    world.cycle(7 * DAY)
    assert len(names(world)) == 7
    assert digests(world) == []


def test_what_is_given_up_after_the_digest_is_in_the_next(made: Made):
    text = DIGEST.replace("default = 5", 'default = 0\nwait = "2d"')
    world = made(text, people=1)
    world.clock.move_to(FRIDAY + HOUR)
    world.returns("p0")
    world.cycle()
    world.cycles(4, DAY)
    assert digests(world) == []
    world.clock.move_to(FRIDAY + 7 * DAY)
    world.cycle()
    (told,) = digests(world)
    assert told.endswith("- P0: given up")
    assert "12 Jan 2026" in told


def test_a_digest_that_nobody_wants_any_more_is_not_written(made: Made):
    world = busy_week(made, DIGEST.replace("default = 5", "default = 1"))
    rules(world, "[capacity]\ndefault = 1\n")
    world.clock.move_to(FRIDAY)
    world.cycle()
    assert digests(world) == []
    assert world.store.waiting.next_digest() is None


def test_the_brake_holds_a_digest_too(made: Made):
    world = made(DIGEST.replace("default = 5", "default = 2"), people=4, more="storm = 1")
    world.clock.move_to(MONDAY + 4 * DAY)
    for number in range(4):
        world.returns(f"p{number}")
    world.cycle()
    rules(world, DIGEST.replace("default = 5", "default = 3"))
    world.clock.move_to(FRIDAY)
    world.cycle()
    assert digests(world) == []
    held = [each for each in world.store.outbox.all() if each.reason == "storm"]
    assert any(str(each.write.fields.get("subject")).startswith("Not") for each in held)


def test_a_full_week_of_one_is_not_looked_at_for_another(made: Made):
    world = made("[capacity]\ndefault = 5\n", people=2)
    user(world, "bob")
    known_for_long(world, "zoe", owner=RecordRef("crm", "User", "bob"))
    world.clock.move_to(MONDAY + 9 * HOUR)
    for name in ("p0", "p1"):
        world.returns(name)
    keen(world, "p0", 1)
    world.cycle()
    world.returns("zoe")
    world.cycle(HOUR)
    assert names(world) == ["p0", "zoe"]
    assert [d.verdict for d in world.decisions("p1")] == [Verdict.WAITING]


def test_of_whom_no_record_is_left_no_digest_is_written(made: Made):
    world = made(DIGEST.replace("default = 5", "default = 0"), people=1)
    world.returns("p0")
    world.cycle()
    ref = RecordRef("crm", "Contact", "p0")
    world.platform.put(Record(ref=ref, role=Role.PERSON, deleted=True))
    world.cycle(HOUR)
    world.clock.move_to(FRIDAY)
    world.cycle()
    assert digests(world) == []
    assert world.store.waiting.next_digest() is None
