"""Rules on what was bought and lost before: lived through by the daemon, and replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.backtest.play import Player
from connector.backtest.reading import portions
from connector.clock import DAY, HOUR
from connector.config.rules import load_rulebook
from connector.engine.result import Reason
from connector.model import Hold, Record, RecordRef, Role
from connector.report.explain import explain
from connector.store.persons import find_person
from tests.flow.world import NOW, RULES, World

CUSTOMERS = '{ "account_history.last_won_ago" = { at_most = "100d" } }'
MORE = f"""
[[lead_mode]]
id = "returning"
applies_to = {{ unless = {CUSTOMERS} }}

[[lead_mode]]
id = "customers"
applies_to = {CUSTOMERS}
enter = 55
leave = 25
dormant_after = "60d"
idle_after = "45d"
burst_max = "30d"
window = "14d"
distinct_kinds = 2
human_min = 1
cooldown = "20d"
rearm_after = "10d"
"""
MILL = RecordRef("crm", "Account", "mill")


def make(folder: Path, more: str = MORE, cls: type[World] = World) -> World:
    """Ada of the mill, under rules on history, known for long and quiet."""
    (folder / "rules").mkdir(parents=True)
    (folder / "own").mkdir()
    (folder / "own" / "more.toml").write_text(more)
    world = cls(folder)
    world.reload(rulebook=load_rulebook([RULES, folder / "own"]))
    world.platform.put(Record(ref=MILL, role=Role.ACCOUNT, fields={"name": "Mill"}))
    world.person("ada", account=MILL)
    world.person("bob", account=MILL)
    world.engaged("ada", at=NOW - 300 * DAY)
    world.cycles(3)
    return world


def sale(
    world: World, number: int, *, of: str | None = "ada", won: bool | None = None, since: int = 0
) -> None:
    """An opportunity of a person, or of the mill alone, that was opened, or closed just now."""
    now = world.clock.now()
    named = () if of is None else (RecordRef("crm", "Contact", of),)
    record = Record(
        ref=RecordRef("crm", "Opportunity", f"O{number}"),
        role=Role.OPPORTUNITY,
        fields={"name": f"Sale {number}", "is_closed": won is not None, "is_won": won is True},
        account=MILL,
        people=named,
        created_at=since or now,
        closed_at=None if won is None else now,
        modified_at=now,
    )
    world.platform.put(record)


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[World]:
    with closing(make(tmp_path / "mill")) as made:
        yield made


def live_to(world: World, moment: int) -> None:
    """Look whenever something is due on the way, and at the moment."""
    while (due := world.store.people.next_due()) is not None and due < moment:
        world.clock.move_to(max(due, world.clock.now()))
        world.cycle()
    world.clock.move_to(moment)
    world.cycle()


def test_a_colleagues_purchase_makes_a_customer_for_a_while(mill: World):
    opened = NOW + 10 * DAY
    live_to(mill, opened)
    sale(mill, 1, of="bob")
    live_to(mill, opened + DAY)
    sale(mill, 1, of="bob", won=True, since=opened)
    live_to(mill, opened + 80 * DAY)
    mill.returns("ada")
    mill.cycle()
    (entered,) = mill.decisions("ada")
    assert (entered.rule, entered.hold) == ("customers", None)
    (person,) = find_person(mill.store.connection, "ada@mill.example")
    assert mill.store.people.next_due() == opened + DAY + 100 * DAY, "not before"
    live_to(mill, opened + 102 * DAY)
    (episode,) = mill.store.episodes.of(person, "customers")
    assert episode.left_reason == Reason.INELIGIBLE
    assert episode.left_at == opened + 101 * DAY + 1
    second = mill.decisions("ada")[-1]
    assert (second.rule, second.hold) == ("returning", Hold.COOLDOWN), "told once for both rules"
    assert len(mill.tasks()) == 1


def test_what_is_explained_of_a_moment_knows_the_history_of_that_moment(mill: World):
    live_to(mill, NOW + DAY)
    sale(mill, 1, won=True)
    live_to(mill, NOW + 40 * DAY)
    (person,) = find_person(mill.store.connection, "ada@mill.example")

    def asked(at: int | None) -> dict[str, str]:
        told = explain(mill.store, mill.config, person, at, mill.clock.now())
        return {
            one.rule: need.lacks
            for one in told.standings
            for need in one.needs
            if need.name == "for them"
        }

    assert asked(None)["customers"] == ""
    assert "account_history.last_won_ago at most 100d" in asked(NOW)["customers"]
    assert asked(NOW)["returning"] == ""
    live_to(mill, NOW + 200 * DAY)
    assert asked(None)["customers"].endswith("(it is 7 months)")


def test_ownership_counts_from_when_an_owner_is_seen_or_from_what_the_crm_says(tmp_path: Path):
    more = 'owners = ["record", "account"]\nkeep_owner_for = "120d"\n'
    with closing(make(tmp_path / "mill", f"[hand_off]\n{more}")) as world:
        users = [RecordRef("crm", "User", name) for name in ("ann", "ben", "cy")]
        for user in users:
            world.platform.put(Record(ref=user, role=Role.OWNER, fields={"active": True}))
        ann, ben, cy = users
        world.platform.put(Record(ref=MILL, role=Role.ACCOUNT, fields={"name": "Mill"}, owner=cy))
        late = {"account": MILL, "owner": ann}
        world.person("ada", **late, modified_at=NOW - 90 * DAY)
        world.person("eve", **late, owned_since=NOW - 200 * DAY)
        for name in ("ada", "eve"):
            world.engaged(name, at=NOW - 300 * DAY)
        world.cycles(2)
        live_to(world, NOW + 100 * DAY)
        assert owner_of_next_task(world, "ada") == "ann", "seen for 100 days"
        assert owner_of_next_task(world, "eve") == "cy", "owned for 300 days; the company's is new"
        world.person("ada", account=MILL, owner=ben, modified_at=world.clock.now())
        live_to(world, NOW + 170 * DAY)
        assert owner_of_next_task(world, "ada") == "ben", "had her for 70 days"
        live_to(world, NOW + 240 * DAY)
        assert owner_of_next_task(world, "ada") == "manager", "nobody is new enough"


def owner_of_next_task(world: World, name: str) -> object:
    before = len(world.tasks())
    world.returns(name)
    world.cycles(2)
    (task,) = world.tasks()[before:]
    return task.fields["owner"]


# the backtest says what the daemon said

Sale = tuple[int, int, bool, str | None]
"""Day it is opened, days it lasts, whether it is won, and whom it names."""
days = st.integers(1, 420)
sales = st.lists(
    st.tuples(days, st.integers(1, 60), st.booleans(), st.sampled_from(["ada", "bob", None])),
    max_size=3,
)
bursts = st.lists(days, min_size=1, max_size=6, unique=True)


@settings(max_examples=8, deadline=None)
@given(sales, bursts)
@example([(1, 1, True, "bob")], [90])
@example([(1, 1, True, None), (150, 30, False, "ada")], [50, 101, 140, 260])
@example([(60, 60, True, "bob")], [30, 125])
@example([(10, 5, True, "bob")], [100, 130])
def test_the_backtest_says_what_the_daemon_said(opportunities: list[Sale], shopping: list[int]):
    with TemporaryDirectory() as folder, closing(make(Path(folder) / "w")) as world:
        for at, act in sorted(_acts(world, opportunities, shopping), key=lambda each: each[0]):
            live_to(world, at)
            act()
            world.cycle()
        end = NOW + 600 * DAY
        live_to(world, end)
        (person,) = find_person(world.store.connection, "ada@mill.example")
        said = {(d.rule, d.at, d.change, d.hold) for d in world.decisions("ada")}
        player = Player(world.store, _as_other_rules(world), "crm", end)
        replayed = {
            (one.rule, one.happened_at, "entered" if one.entered else "raised", one.hold)
            for portion in portions(world.store, "crm", end, 10_000)
            for one in player.play(portion).played
            if one.person == person and one.happened_at > NOW
        }
        assert replayed == said


def _acts(
    world: World, opportunities: Sequence[Sale], shopping: Sequence[int]
) -> Iterator[tuple[int, Callable[[], object]]]:
    for number, (day, lasting, won, of) in enumerate(opportunities):
        opened = NOW + day * DAY + number * HOUR
        ended = opened + lasting * DAY
        yield opened, partial(sale, world, number, of=of)
        yield ended, partial(sale, world, number, of=of, won=won, since=opened)
    for day in shopping:
        yield NOW + day * DAY + 12 * HOUR, world.returns


def _as_other_rules(world: World):
    """The same, without what the daemon noted while it worked by them."""
    return replace(world.config.rulebook, revision="another")
