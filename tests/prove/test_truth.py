"""The plain reading of the rules, beside the slow transcription of the semantics."""

from random import Random

import pytest

from connector.clock import DAY, HOUR
from connector.engine.account import surges
from connector.engine.result import Change
from connector.engine.timeline import Engaged, Timeline, Touchpoint
from connector.model import Evidence, Kind
from connector.plan.key import write_key
from sandbox.prove import setup, truth
from sandbox.prove.extras import CROWD, ENGAGED_FOR
from sandbox.prove.play import BEGIN, KNOWN_AT, ref
from tests.engine.reference import reference
from tests.engine.strategies import NO_TESTS

KINDS = (Kind.EMAIL_CLICKED, Kind.PAGE_VIEWED, Kind.FORM_SUBMITTED)
FAR = BEGIN + 2_000 * DAY


def some_acts(chance: Random) -> list[truth.Act]:
    at, acts = BEGIN, []
    for _ in range(chance.randint(0, 9)):
        spans = (0, HOUR, 20 * DAY, 45 * DAY, 100 * DAY)
        at += chance.randint(0, chance.choice(spans))
        acts.append(truth.Act(at, chance.choices(KINDS, (4, 4, 1))[0], at))
    return acts


@pytest.mark.parametrize("part", range(4))
def test_it_owes_what_the_definition_says(part: int):
    (mode,) = setup.config(0).rulebook.lead_modes
    nowhere = Touchpoint(source="crm", asset="", link="", message="")
    for seed in range(part, 2_000, 4):
        acts = some_acts(Random(seed))
        engaged = tuple(
            Engaged(
                at=act.at, id=n, kind=act.kind.code, evidence=Evidence.HUMAN, touchpoint=nowhere
            )
            for n, act in enumerate(acts)
        )
        timeline = Timeline(known_at=KNOWN_AT, engagements=engaged, endings=(), fit=())
        transitions = reference(mode.rule, timeline, FAR, NO_TESTS)
        alerts = [t for t in transitions if t.change is not Change.LEFT]
        wanted = [
            ((t.burst, t.at) if t.change is Change.RAISED else (t.burst,), t.at) for t in alerts
        ]
        found = truth.owed(acts, KNOWN_AT)
        assert [(due.anchor, due.at) for due in found] == wanted, f"seed {seed}"
        ends = {t.burst: t.at for t in transitions if t.change is Change.LEFT}
        assert all(abs(due.until - ends[due.anchor[0]]) <= 1 for due in found), f"seed {seed}"


@pytest.mark.parametrize("anchor", [(BEGIN,), (BEGIN, BEGIN + 1)])
def test_keys_are_what_the_design_says(anchor):
    found = write_key(
        instance=truth.INSTANCE,
        rule=truth.RULE,
        epoch=1,
        target=ref("ada"),
        anchor=anchor,
        action="task",
    )
    assert found == truth.key("ada", anchor, "task")


def test_a_company_surges_when_the_definition_says():
    for seed in range(300):
        chance = Random(seed)
        people = [some_acts(chance) for _ in range(4)]
        touches = [(act.at, n, 1.0) for n, acts in enumerate(people) for act in acts]
        changes, due = surges(touches, CROWD, ENGAGED_FOR, FAR)
        assert due is None
        moments = [each.at for each in changes]
        wanted = list(zip(moments[::2], moments[1::2], strict=True))
        assert truth.surges_of(people) == wanted, f"seed {seed}"
