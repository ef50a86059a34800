"""Whatever people do with tasks in whatever order: what the clocks must never do."""

import itertools
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adapters.memory.client import Fault
from connector.clock import HOUR, MINUTE, from_millis
from connector.errors import AdapterError
from connector.model import Kind, RecordRef, WriteKind
from tests.flow.test_capacity import user
from tests.flow.test_follow_up import MONDAY, ON
from tests.flow.test_hand_off import known_for_long
from tests.flow.world import World

ORDER = ["first", "second", "third", "fourth"]
ADA = RecordRef("crm", "Contact", "ada")


class FollowedUp(RuleBasedStateMachine):
    """Ada comes back, and ann and others do something about it, or nothing."""

    @initialize()
    def begin(self):
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        (folder / "rules").mkdir()
        (folder / "rules" / "sla.toml").write_text(ON)
        self.world = World(folder)
        for name in ("ann", "boss"):
            user(self.world, name)
        known_for_long(self.world, "ada", owner=RecordRef("crm", "User", "ann"))
        self.world.cycle()
        self.world.clock.move_to(MONDAY)
        self.world.returns("ada")
        self.look()
        self.look()

    def look(self):
        self.world.clock.move_to(self.world.clock.now() + MINUTE)
        before = {(one.clock, one.id) for one in self.world.store.followed.steps(1)}
        done = self.done()
        try:
            self.world.cycle()
        except AdapterError:
            self.world.cycle()
        for one in self.world.store.followed.steps(1):
            if (one.clock, one.id) not in before:
                assert done.get(one.clock, one.at) >= one.at - HOUR, "a step after it was done"

    def done(self) -> dict[str, int]:
        """Since when a task of each clock is done, as the platform has it."""
        found: dict[str, int] = {}
        for one in self.world.store.followed.of(1):
            queued = self.world.store.outbox.get(one.key)
            task = self.world.platform.tasks.get(str(queued.remote_id if queued else ""), {})
            if task.get("is_closed"):
                found[one.clock] = min(int(str(task["closed_at"])), found.get(one.clock, 2**62))
        return found

    @rule(hours=st.integers(8, 72), late=st.booleans())
    def some_time(self, hours, late):
        self.time_passes(hours, late)

    def time_passes(self, hours, late):
        """With `late` nothing runs meanwhile."""
        until = self.world.clock.now() + hours * HOUR
        while not late:
            due = self.world.ingest.next_due()
            if due is None or due > until:
                break
            self.world.clock.move_to(max(due, self.world.clock.now()))
            self.look()
        self.world.clock.move_to(max(until, self.world.clock.now()))
        self.look()

    @precondition(lambda self: self.world.platform.tasks)
    @rule(
        which=st.integers(0, 5),
        status=st.sampled_from(["Working on it", "Open", "Not now"]),
    )
    def somebody_edits_a_task(self, which, status):
        names = sorted(self.world.platform.tasks)
        closed = status == "Not now"
        name = names[which % len(names)]
        self.world.platform.edit_task(name, status=status, is_closed=closed)
        self.look_later()

    @precondition(lambda self: self.world.platform.tasks)
    @rule(which=st.integers(0, 5), hours=st.integers(24, 120))
    def somebody_is_done(self, which, hours):
        """And for a while nothing else happens."""
        names = sorted(self.world.platform.tasks)
        name = names[which % len(names)]
        self.world.platform.edit_task(name, status="Completed", is_closed=True)
        self.look_later()
        self.time_passes(hours, late=False)

    @precondition(lambda self: self.world.platform.tasks)
    @rule(which=st.integers(0, 5))
    def somebody_throws_a_task_away(self, which):
        names = sorted(self.world.platform.tasks)
        self.world.platform.delete_task(names[which % len(names)])
        self.look_later()

    def look_later(self):
        """After as long as it may take until the task is read again."""
        self.world.clock.move_to(self.world.clock.now() + 2 * HOUR)
        self.look()

    @rule()
    def raises_a_hand(self):
        self.world.engaged("ada", Kind.FORM_SUBMITTED, asset="demo")
        self.look()

    @rule()
    def somebody_calls(self):
        self.world.engaged("ada", Kind.CALL_HELD)
        self.look()

    @rule(fault=st.sampled_from([Fault.ANSWER_LOST, Fault.REQUEST_LOST, Fault.TRY_AGAIN]))
    def a_write_fails(self, fault):
        self.world.platform.fail_next(fault, call="write")

    @rule(again=st.booleans())
    def restarts(self, again):
        """With `again` everybody is evaluated anew."""
        self.world.restart()
        if again:
            self.world.store.people.wake([1], 0)
            self.look()

    @invariant()
    def never(self):
        steps = self.world.store.followed.steps(1)
        for _, some in itertools.groupby(
            sorted(steps, key=lambda one: one.clock), key=lambda one: one.clock
        ):
            made = sorted(some, key=lambda one: (one.at, one.id))
            names = [one.id for one in made if one.id != "cooling"]
            assert names == [one for one in ORDER if one in names], "out of order"
            assert len(set(names)) == len(names), "twice"
        for one in steps:
            local = from_millis(one.at)
            assert 9 <= local.hour < 17 or (local.hour, local.minute) == (17, 0), "at night"
            assert local.weekday() < 5, "at the weekend"
        tasks = Counter(
            effect.key
            for effect in self.world.platform.journal
            if effect.kind is WriteKind.CREATE_TASK
        )
        assert set(tasks.values()) <= {1}, "a task twice"

    def teardown(self):
        if hasattr(self, "world"):
            self.world.close()
            self._folder.cleanup()


TestFollowedUp = FollowedUp.TestCase
TestFollowedUp.settings = settings(max_examples=8, stateful_step_count=7, deadline=None)
