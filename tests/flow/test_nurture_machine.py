"""Whatever people and leadmode do in whatever order: what a nurture program must never do."""

import itertools
import tempfile
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connector.clock import DAY, HOUR, from_millis
from connector.model import Kind, RecordRef, WriteKind
from tests.flow.test_nurture import ADA, adopt, opportunity
from tests.flow.world import NOW, World

CALLS = {"call", "visit"}
SPACING = 10 * DAY


class Nurtured(RuleBasedStateMachine):
    """Ada and her records in one company."""

    @initialize(known=st.sampled_from([70, 119, 400]))
    def begin(self, known):
        self._folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self._folder.name))
        adopt(self.world)
        self.world.person("ada")
        self.world.engaged("ada", at=NOW - known * DAY)
        self.world.cycle()
        self.told: list[tuple[str, int, set[str]]] = []
        """Of every touch its key, its moment, and what was closed then."""

    @rule(hours=st.integers(1, 40 * 24), late=st.booleans())
    def time_passes(self, hours, late):
        """With `late` nothing runs meanwhile."""
        until = self.world.clock.now() + hours * HOUR
        while not late:
            due = self.world.ingest.next_due()
            if due is None or due > until:
                break
            self.world.clock.move_to(max(due, self.world.clock.now() + 1))
            self.look()
        self.world.clock.move_to(until)
        self.look()

    def look(self):
        before = len(self.touches())
        self.world.cycle()
        fields = self.world.platform.record(ADA).fields
        closed = {name for name in ("opted_out", "do_not_call") if fields.get(name)}
        self.told += [(each.key, each.at, closed) for each in self.touches()[before:]]

    @rule()
    def returns(self):
        self.world.returns("ada")
        self.look()

    @rule(
        kind=st.sampled_from([Kind.EMAIL_REPLIED, Kind.CALL_HELD, Kind.CONTENT_DOWNLOADED]),
        asset=st.sampled_from(["", "guide", "case study", "pricing"]),
    )
    def does_something(self, kind, asset):
        self.world.engaged("ada", kind, asset=asset)
        self.look()

    @rule(mail=st.booleans(), call=st.booleans())
    def consents(self, mail, call):
        self.world.platform.edit(ADA, opted_out=not mail, do_not_call=not call)
        self.look()

    @rule()
    def an_opportunity_opens(self):
        opportunity(self.world)
        self.look()

    @rule()
    def an_opportunity_is_lost(self):
        ref = RecordRef("crm", "Deal", "d1")
        if self.world.platform.living(ref):
            self.world.platform.edit(ref, is_closed=True)
            self.look()

    @rule(times=st.integers(1, 3))
    def evaluated_again(self, times):
        for _ in range(times):
            self.world.store.people.wake([1], 0)
            self.look()

    @rule()
    def restarts(self):
        self.world.restart()

    def touches(self):
        return self.world.store.enrolments.touches(1)

    @invariant()
    def never(self):
        made, runs = self.touches(), self.world.store.enrolments.of(1)
        numbers = Counter((each.program, each.anchor, each.number) for each in made)
        assert set(numbers.values()) <= {1}, "two touches of one number"
        assert set(Counter(each.offer for each in made).values()) <= {1}, "an offer twice"
        assert all(b.at - a.at >= SPACING for a, b in itertools.pairwise(made)), "too close"
        for each in made:
            local = from_millis(each.at).astimezone(ZoneInfo(self.world.config.time_zone))
            assert 9 <= local.hour < 17, "a touch in quiet hours"
            assert local.weekday() < 5, "a touch at the weekend"
            (run,) = [run for run in runs if run.anchor == each.anchor]
            assert run.starts_at <= each.at <= (run.ended_at or each.at), "not within its run"
        for each, (key, _, closed) in zip(made, self.told, strict=True):
            assert each.key == key
            channel = "do_not_call" if each.offer in CALLS else "opted_out"
            assert channel not in closed, "a touch without consent"
        assert sum(run.ended_at is None for run in runs) <= 1, "two runs at a time"
        tasks = Counter(
            effect.key
            for effect in self.world.platform.journal
            if effect.kind is WriteKind.CREATE_TASK
        )
        assert all(tasks[each.key] == 1 for each in made), "not exactly one task"

    def teardown(self):
        if hasattr(self, "world"):
            self.world.close()
            self._folder.cleanup()


TestNurtured = Nurtured.TestCase
TestNurtured.settings = settings(max_examples=5, stateful_step_count=12, deadline=None)
