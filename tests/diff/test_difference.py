"""Whole diffs of small histories, and that they say what the daemon does after a real switch."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connector.clock import DAY, HOUR
from connector.config.references import References, RuleSet
from connector.diff import Asked, Difference, difference
from connector.diff.told import Now, Past
from connector.model import Evidence, Hold, Kind, RecordRef
from connector.store import Store
from tests.depth import depth
from tests.flow.world import NOW, RULES, World

TEXT = "".join(path.read_text() for path in sorted(RULES.glob("*.toml")))
VARIANTS = {
    "same": TEXT,
    "comment": "# Nothing new.\n" + TEXT,
    "easier": TEXT.replace("enter = 50", "enter = 25").replace(
        "distinct_kinds = 2", "distinct_kinds = 1"
    ),
    "harder": TEXT.replace("enter = 50", "enter = 80"),
    "patient": TEXT.replace('dormant_after = "60d"', 'dormant_after = "120d"'),
    "hasty": TEXT.replace('dormant_after = "60d"', 'dormant_after = "20d"').replace(
        'idle_after = "45d"', 'idle_after = "10d"'
    ),
    "anybody": TEXT.replace('contains = "student"', 'contains = "astronaut"'),
    "nobody": TEXT.replace('contains = "student"', 'contains = "e"'),
    "renamed": TEXT.replace('id = "returning"', 'id = "other"'),
    "not for buyers": TEXT.replace(
        'title = "Shopping again"',
        'title = "Shopping again"\napplies_to = { not = { "person.title" = ["Buyer"] } }',
    ),
    "no hand": TEXT.replace("hand_raise = true", ""),
    "held": TEXT.replace("rival.example", "mill.example"),
}
TITLES = ("Buyer", "Student", "Head")
KINDS = (Kind.EMAIL_CLICKED, Kind.PAGE_VIEWED, Kind.FORM_SUBMITTED)
RENAMED = len(KINDS)
"""The act of getting another title: somebody fits, or not, from then on."""
Act = tuple[int, int, int]
"""Who, hours from the beginning, what."""


def rule_set(folder: Path, text: str, label: str = "") -> RuleSet:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.toml").write_text(text)
    found = References(configured=[folder], sources=["crm"], room=str(folder)).find(str(folder))
    return dataclasses.replace(found, label=label or folder.name)


def diffed(world: World, old: RuleSet, new: RuleSet, days: int = 400, **more: int) -> Difference:
    asked = Asked(old=old, new=new, wished_at=world.clock.now() - days * DAY, examples=3, **more)
    store = Store.read(world.config.state)
    try:
        return difference(store, world.config, asked, world.clock.now())
    finally:
        store.close()


def live(world: World, acts: Sequence[Act], days: int) -> None:
    """People with long known names, and a cycle whenever something happened."""
    for number, title in enumerate(TITLES):
        world.person(f"p{number}", fields={"title": title}, created_at=NOW - 900 * DAY)
    world.cycles(2, apart=0)
    for who, hours, kind in sorted(acts, key=lambda act: act[1]):
        world.clock.move_to(max(world.clock.now(), NOW + hours * HOUR))
        if kind == RENAMED:
            title = TITLES[hours % len(TITLES)]
            world.platform.edit(RecordRef("crm", "Contact", f"p{who}"), title=title)
            world.cycle(1)
            continue
        asset = "demo" if KINDS[kind] is Kind.FORM_SUBMITTED else "pricing"
        world.engaged(f"p{who}", KINDS[kind], asset=asset, evidence=Evidence.HUMAN)
        world.cycle(1)
    world.clock.move_to(max(world.clock.now(), NOW + days * DAY))
    world.cycles(2, apart=0)


def open_ones(world: World) -> dict[tuple[int, str], int]:
    rows = world.store.connection.execute(
        "SELECT person, rule, entered_at FROM episode WHERE left_at IS NULL AND superseded = 0"
    )
    return {(person, rule): at for person, rule, at in rows}


def stays(world: World) -> set[tuple[int, str, int, int | None]]:
    rows = world.store.connection.execute(
        "SELECT person, rule, entered_at, left_at FROM episode WHERE superseded = 0"
    )
    return set(rows)


acts = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 150 * 24), st.integers(0, RENAMED)), max_size=14
)
SLOW = settings(
    max_examples=depth(10, 25),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@SLOW
@given(acts=acts, old=st.sampled_from(list(VARIANTS)), new=st.sampled_from(list(VARIANTS)))
@example(  # did not fit when they came back, and fit since: that stays known
    acts=[(1, 120 * 24, 0), (1, 120 * 24 + 1, 1), (1, 130 * 24, RENAMED)],
    old="same",
    new="comment",
)
@example(  # the rule is not for them any more, whatever they do
    acts=[(2, 2880, 0), (2, 2881, 1), (2, 130 * 24, RENAMED), (2, 140 * 24, 2)],
    old="not for buyers",
    new="same",
)
@example(acts=[(0, 3600, 0), (0, 3600, 1)], old="held", new="same")  # they enter at the last moment
def test_now_is_what_the_daemon_has_after_really_switching(acts: list[Act], old: str, new: str):
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        (where / "rules").mkdir()
        sides = rule_set(where / "old", VARIANTS[old]), rule_set(where / "new", VARIANTS[new])
        world = World(where)
        world.reload(rulebook=sides[0].rulebook)
        live(world, acts, 150)
        told = diffed(world, *sides)
        assert told.old.running
        before = open_ones(world)
        leaves = {(o.who.person, o.rule) for o in told.now if o.what is Now.LEAVES}
        enters = {
            (o.who.person, o.rule): o.new.entered_at
            for o in told.now
            if o.what is Now.ENTERS and o.new
        }
        assert leaves <= before.keys()
        assert told.old.in_lead_mode == len({number for number, _ in before})
        tasks = len(world.tasks())
        world.reload(rulebook=sides[1].rulebook)
        world.cycles(3, apart=0)
        after = open_ones(world)
        assert {k: at for k, at in before.items() if k not in leaves}.keys() | enters.keys() == (
            after.keys()
        )
        assert all(after[key] == at for key, at in enters.items())
        assert told.new.in_lead_mode == len({number for number, _ in after})
        assert len(world.tasks()) == tasks  # what is so already is the baseline
        again = diffed(world, *sides)
        assert again.new.running
        world.close()


@SLOW
@given(acts=acts, old=st.sampled_from(list(VARIANTS)), new=st.sampled_from(list(VARIANTS)))
def test_a_diff_read_from_the_other_side_says_the_same(acts: list[Act], old: str, new: str):
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        (where / "rules").mkdir()
        sides = rule_set(where / "old", VARIANTS[old]), rule_set(where / "new", VARIANTS[new])
        world = World(where)
        live(world, acts, 150)
        forth, back = diffed(world, *sides), diffed(world, sides[1], sides[0])
        assert _now(forth) == {(k, _FLIPPED.get(w, w), n, o) for k, w, o, n in _now(back)}
        assert _past(forth) == {(k, _TURNED.get(w, w), n, o) for k, w, o, n in _past(back)}
        assert {(c.name, c.handed_off_old, c.handed_off_new) for c in forth.by_owner} == {
            (c.name, c.handed_off_new, c.handed_off_old) for c in back.by_owner
        }
        assert {(each.key, each.old, each.new) for each in forth.rules} == {
            (each.key, each.new, each.old) for each in back.rules
        }
        for side in sides:
            own = diffed(world, side, side)
            assert own.is_empty, own
        world.close()


_FLIPPED: dict[object, Now] = {Now.ENTERS: Now.LEAVES, Now.LEAVES: Now.ENTERS}
_TURNED: dict[object, Past] = {Past.ONLY_OLD: Past.ONLY_NEW, Past.ONLY_NEW: Past.ONLY_OLD}


def _now(told: Difference) -> set[tuple[object, ...]]:
    return {((o.who.person, o.rule), o.what, o.old, o.new) for o in told.now}


def _past(told: Difference) -> set[tuple[object, ...]]:
    return {((o.who.person, o.rule), o.what, o.old, o.new) for o in told.past}


@pytest.fixture
def world(tmp_path: Path):
    """Two came back: p0 with 60 points of two kinds, p1, a student, with the same."""
    made = World(tmp_path)
    click, page = 0, 1
    back = [
        (who, 100 * 24 + hour, kind) for who in (0, 1) for hour, kind in ((0, click), (1, page))
    ]
    live(made, back, 110)
    yield made
    made.close()


def sides_of(tmp_path: Path, new: str, old: str = "same") -> tuple[RuleSet, RuleSet]:
    return rule_set(tmp_path / "old", VARIANTS[old]), rule_set(tmp_path / "new", VARIANTS[new])


def test_who_leaves_is_told_with_the_points_that_are_missing(world: World, tmp_path: Path):
    told = diffed(world, *sides_of(tmp_path, "harder"))
    (one,) = told.now
    assert (one.who.name, one.what, one.new) == ("P0", Now.LEAVES, None)
    (past,) = told.past
    assert (past.what, past.new) == (Past.ONLY_OLD, None)
    example = told.examples[0]
    assert example.old.startswith("entered on ")
    assert "with 60 of 50 points because of: looked at" in example.old
    assert example.new.endswith(": 60 of 80 points")
    (rule,) = told.by_rule
    assert (rule.name, rule.now["leaves"], rule.past["only_old"]) == ("returning", 1, 1)
    assert (rule.handed_off_old, rule.handed_off_new) == (1, 0)


def test_who_enters_is_told_with_what_was_missing_before(world: World, tmp_path: Path):
    told = diffed(world, *sides_of(tmp_path, "anybody"))
    (one,) = told.now
    assert (one.who.name, one.what, one.old) == ("P1", Now.ENTERS, None)
    assert "missing" in told.examples[0].old
    assert "student" in told.examples[0].old
    assert any("alerts nobody about what is so already" in note for note in told.notes)


def test_who_is_held_otherwise_is_told_with_the_reason(world: World, tmp_path: Path):
    told = diffed(world, *sides_of(tmp_path, "held"))
    (one,) = told.now
    assert one.what is Now.HELD
    assert one.old is not None
    assert one.new is not None
    assert (one.old.hold, one.new.hold) == (None, Hold.EXCLUDED)
    assert [each.what for each in told.past] == [Past.HELD]


def test_a_rule_of_another_name_is_another_rule_of_the_same_people(world: World, tmp_path: Path):
    told = diffed(world, *sides_of(tmp_path, "renamed"))
    assert [(one.rule, one.what, one.also) for one in told.now] == [
        ("other", Now.ENTERS, ("returning",)),
        ("returning", Now.LEAVES, ("other",)),
    ]
    assert {each.old for each in told.examples} >= {"there is no such rule"}


def test_a_comment_is_no_difference(world: World, tmp_path: Path):
    told = diffed(world, *sides_of(tmp_path, "comment"))
    assert told.old.revision != told.new.revision
    assert told.is_empty


def test_the_ranking_moves_only_where_the_order_does(world: World, tmp_path: Path):
    world.engaged("p2")
    world.engaged("p2", Kind.PAGE_VIEWED)
    world.cycles(2)
    pages = TEXT.replace('kind = "page_viewed"\nweight = 30', 'kind = "page_viewed"\nweight = 300')
    old = rule_set(tmp_path / "a", TEXT)
    assert (
        diffed(world, old, rule_set(tmp_path / "b", TEXT.replace("weight = 30", "weight = 31"))).now
        == ()
    )
    told = diffed(world, old, rule_set(tmp_path / "c", pages))
    assert {one.what for one in told.now} == {Now.MOVES}
    assert all(one.old and one.new and one.old.grade != one.new.grade for one in told.now)


def test_portions_make_no_difference(world: World, tmp_path: Path):
    sides = sides_of(tmp_path, "easier")
    assert diffed(world, *sides, portion=2) == diffed(world, *sides)


def test_the_period_bounds_the_past_and_not_the_present(world: World, tmp_path: Path):
    told = diffed(world, *sides_of(tmp_path, "harder"), days=5)
    assert (len(told.now), told.past) == (1, ())


def test_nothing_is_written_and_the_progress_reaches_its_end(world: World, tmp_path: Path):
    before = list(world.store.connection.iterdump())
    old, new = sides_of(tmp_path, "easier")
    heard: list[tuple[int, int]] = []
    store = Store.read(world.config.state)
    asked = Asked(old=old, new=new, wished_at=NOW, examples=3)
    difference(store, world.config, asked, world.clock.now(), lambda *now: heard.append(now))
    store.close()
    assert heard[-1] == (7, 7)
    assert list(world.store.connection.iterdump()) == before
