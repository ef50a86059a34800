"""The scripted arcs give what the story promises, under the shipped rules."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.clock import DAY, to_millis
from connector.config.rulebook import Rulebook
from connector.config.rules import load_rulebook
from connector.engine.evaluate import evaluate
from connector.engine.result import Change, Evaluation, Reason, Transition
from connector.engine.rule import MachineTests
from connector.engine.timeline import Ending, EndReason, Engaged, Timeline, Touchpoint
from sandbox.story.days import workday
from sandbox.story.telling import tell
from sandbox.story.world import Act, PersonRecord, World

pytestmark = pytest.mark.xdist_group("sandbox/test_cast")  # its fixtures are made once

UNTIL = to_millis(datetime(2026, 11, 20, tzinfo=UTC))
ROOT = Path(__file__).parent.parent.parent
TRUSTING = MachineTests(click_after_send=0, scan_links=0, scan_within=0)


@pytest.fixture(scope="module")
def world() -> World:
    return tell(7, UNTIL)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook([ROOT / "rules", ROOT / "sandbox" / "story" / "rules"])


class Stage:
    """Evaluates the people of a world, put together by hand, without a database."""

    def __init__(self, world: World, rulebook: Rulebook) -> None:
        self.world, self.rulebook = world, rulebook
        self.records = {p.id: p for p in world.people}
        self.acts: dict[str, list[tuple[int, Act]]] = {}
        for number, act in enumerate(world.acts):
            self.acts.setdefault(act.record or act.email, []).append((number, act))

    def ids(self, key: str) -> set[str]:
        record = next(m for m in self.world.cast if m.key == key).record
        return {record, f"L{record[1:]}T"}

    def timeline(self, ids: set[str], *, seen_before: int = UNTIL) -> Timeline:
        people = [self.records[i] for i in sorted(ids) if i in self.records]
        emails = {p.email for p in people}
        engaged = tuple(
            Engaged(
                act.at, n, act.kind.code, int(act.evidence),
                Touchpoint("crm", act.asset, act.link, act.message),
            )
            for known_as in sorted(ids | emails)
            for n, act in self.acts.get(known_as, ())
            if act.seen_at < seen_before
        )  # fmt: skip
        return Timeline(
            known_at=min(p.created_at for p in people),
            engagements=engaged,
            endings=(*self._dispositions(people), *self._sales(ids)),
        )

    def _dispositions(self, people: list[PersonRecord]) -> list[Ending]:
        return [
            Ending(c.at, self.rulebook.dispositions[str(c.value)])
            for p in people
            for c in p.changes
            if c.field == "status"
        ]

    def _sales(self, ids: set[str]) -> list[Ending]:
        return [
            Ending(s.opened_at, EndReason.CONVERTED)
            for s in self.world.opportunities
            if ids & set(s.people)
        ]

    def evaluate(
        self, key: str, now: int = UNTIL - 1, tests: MachineTests | None = None
    ) -> Evaluation:
        rule = self.rulebook.lead_modes[0].rule
        timeline = self.timeline(self.ids(key), seen_before=now + 1)
        return evaluate(rule, timeline, now, tests or self.rulebook.machine)

    def lately(self, key: str) -> list[Transition]:
        """The transitions of the last ten working days."""
        until = self.world.until
        first = workday(until, 10)
        return [t for t in self.evaluate(key, until - 1).transitions if t.at >= first]

    def changes(self, key: str) -> str:
        """What changed lately, in words."""
        return " ".join(t.change.value for t in self.lately(key))


@pytest.fixture(scope="module")
def stage(world: World, rulebook: Rulebook) -> Stage:
    return Stage(world, rulebook)


def test_the_champion_enters_after_eight_months_and_then_raises_her_hand(stage: Stage):
    entered, raised = stage.lately("champion")
    assert (entered.change, entered.reason) == (Change.ENTERED, Reason.SCORE)
    assert entered.at // DAY == workday(UNTIL, 4) // DAY
    assert (raised.change, raised.reason) == (Change.RAISED, Reason.HAND_RAISE)
    assert raised.at // DAY == workday(UNTIL, 2) // DAY
    clicks = stage.timeline(stage.ids("champion")).engagements
    human = [e.at for e in clicks if e.kind != 0 and e.evidence == 0]
    before = max(at for at in human if at < entered.burst)
    assert 7.5 * 30 * DAY < entered.burst - before < 8.6 * 30 * DAY
    assert stage.evaluate("champion").in_lead_mode


def test_machine_clicks_keep_a_person_out_who_would_enter_with_them(stage: Stage):
    assert stage.lately("machines") == []
    assert stage.evaluate("machines", tests=TRUSTING).in_lead_mode


@pytest.mark.parametrize(
    ("key", "back"),
    [
        ("open_sale", 6),
        ("opted_out", 6),
        ("comes_back", 3),
        ("competitor", 7),
        ("student", 5),
        ("owner_gone", 4),
        ("rep_is_on_it", 4),
    ],
)
def test_who_returns_and_when(stage: Stage, key: str, back: int):
    (entered,) = stage.lately(key)
    assert (entered.change, entered.reason) == (Change.ENTERED, Reason.SCORE)
    assert entered.at // DAY == workday(UNTIL, back) // DAY


def test_a_raised_hand_needs_no_silence(stage: Stage):
    (entered,) = stage.lately("raises_hand")
    assert (entered.change, entered.reason) == (Change.ENTERED, Reason.HAND_RAISE)
    timeline = stage.timeline(stage.ids("raises_hand"))
    human = sorted(e.at for e in timeline.engagements if e.kind != 0 and e.evidence == 0)
    assert max(b - a for a, b in zip(human[-8:], human[-7:], strict=False)) < 90 * DAY


def test_a_new_name_is_busy_and_not_alerted(stage: Stage, rulebook: Rulebook):
    assert stage.lately("newcomer") == []
    standing = stage.evaluate("newcomer").standing
    assert standing.score >= rulebook.lead_modes[0].rule.enter
    assert not standing.armed


def test_put_back_and_here_again_after_the_rearm_time(stage: Stage, rulebook: Rulebook):
    rule = rulebook.lead_modes[0].rule
    first, put_back, again = stage.evaluate("comes_back").transitions[-3:]
    assert [t.change for t in (first, put_back, again)] == [
        Change.ENTERED, Change.LEFT, Change.ENTERED
    ]  # fmt: skip
    assert put_back.reason is Reason.RECYCLED
    assert again.burst - put_back.at >= rule.rearm_after
    engaged = stage.timeline(stage.ids("comes_back")).engagements
    previous = max(e.at for e in engaged if e.at < again.burst and e.kind != 0)
    assert again.burst - previous < rule.dormant_after  # so it is the rearming, not the silence


@pytest.mark.parametrize(
    ("key", "reason"), [("recycled_now", Reason.RECYCLED), ("converts", Reason.CONVERTED)]
)
def test_who_returns_and_leaves_again(stage: Stage, key: str, reason: Reason):
    entered, left = stage.lately(key)
    assert entered.change is Change.ENTERED
    assert (left.change, left.reason) == (Change.LEFT, reason)


def test_a_late_upload_makes_the_difference(stage: Stage):
    attended, uploaded = workday(UNTIL, 6), workday(UNTIL, 3)
    assert not stage.evaluate("late_upload", uploaded).in_lead_mode
    later = stage.evaluate("late_upload", uploaded + DAY)
    assert later.in_lead_mode
    assert later.transitions[-1].at // DAY == attended // DAY


def test_opens_that_nobody_made_lead_nowhere(stage: Stage):
    assert stage.lately("apple_only") == []
    opens = [e for e in stage.timeline(stage.ids("apple_only")).engagements if e.evidence == 2]
    assert len(opens) > 15
    assert stage.evaluate("apple_only").standing.score < 1


def test_the_market_returns_at_a_pace_that_reps_can_follow(stage: Stage, world: World):
    """Besides the cast, a few people a day come back, and most days somebody does."""
    cast = {m.record for m in world.cast}
    by_record: dict[str, set[str]] = {}
    for person in world.people:
        if not person.id.endswith("T"):
            by_record[person.id] = {person.id, _twin(person.id)}
    first = workday(UNTIL, 10)
    recent = {a.record for a in world.acts if a.at >= first and a.kind.value != "email_sent"}
    back = 0
    rule = stage.rulebook.lead_modes[0].rule
    for record, ids in by_record.items():
        if record in cast or not (ids & recent):
            continue
        answer = evaluate(rule, stage.timeline(ids), UNTIL - 1, stage.rulebook.machine)
        back += any(t.at >= first and t.change is Change.ENTERED for t in answer.transitions)
    assert 5 <= back <= 60


def _twin(record: str) -> str:
    return f"{'L' if record[0] == 'C' else 'C'}{record[1:]}T"


@pytest.mark.parametrize("shift", range(1, 7))
def test_the_arcs_hold_on_whatever_day_the_story_ends(rulebook: Rulebook, shift: int):
    until = UNTIL + shift * DAY
    stage = Stage(tell(7, until, companies=40, people=200), rulebook)
    assert {m.key: stage.changes(m.key) for m in stage.world.cast} == {
        "champion": "entered raised",
        "machines": "",
        "open_sale": "entered",
        "opted_out": "entered",
        "raises_hand": "entered",
        "newcomer": "",
        "comes_back": "entered",
        "recycled_now": "entered left",
        "converts": "entered left",
        "competitor": "entered",
        "student": "entered",
        "late_upload": "entered",
        "owner_gone": "entered",
        "rep_is_on_it": "entered",
        "apple_only": "",
    }
