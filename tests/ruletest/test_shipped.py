"""The rules that come with leadmode pass their own tests, which touch and guard all of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from connector.assess import Assess, Setting
from connector.config.rulebook import Rulebook
from connector.config.rules import load_rulebook
from connector.config.settings import shipped_rules
from connector.engine.rule import Limit, Rule, Signal
from connector.engine.timeline import EndReason
from connector.ruletest import Case, read_cases, run_cases
from connector.ruletest.compare import differences
from connector.ruletest.play import Player
from connector.store import Store

pytestmark = pytest.mark.xdist_group("ruletest/test_shipped")  # one learns from the other
PACK = load_rulebook([shipped_rules()])
CASES = read_cases([shipped_rules() / "tests"], PACK)
Mutant = tuple[str, Rulebook]


def test_every_test_passes_every_branch_is_touched_and_it_is_quick():
    began = time.process_time()
    ran = run_cases(CASES, PACK)
    seconds = time.process_time() - began
    assert [each.name for each in ran.results if not each.passed] == []
    assert [(each.name, each.branch) for each in ran.untouched] == []
    assert len(ran.results) >= 90
    assert seconds < 15  # 0.9 on an idle machine


def with_rule(**changes: object) -> Rulebook:
    (mode,) = PACK.lead_modes
    rule: Rule = replace(mode.rule, **changes)  # type: ignore[arg-type]
    return replace(PACK, lead_modes=(replace(mode, rule=rule),))


def with_signal(index: int, **changes: object) -> Rulebook:
    signals = list(PACK.lead_modes[0].rule.signals)
    signals[index] = replace(signals[index], **changes)  # type: ignore[arg-type]
    return with_rule(signals=tuple(signals))


def changed_signals() -> Iterator[Mutant]:
    for index, signal in enumerate(PACK.lead_modes[0].rule.signals):
        for what, changes in ways(signal):
            yield f"{signal.id} {what}", with_signal(index, **changes)


def ways(signal: Signal) -> Iterator[tuple[str, dict[str, object]]]:
    yield "more points", {"weight": signal.weight + 3}
    yield "raises hands or not", {"hand_raise": not signal.hand_raise, "weight": signal.weight or 1}
    if signal.weight > 0:
        yield "fades slower", {"half_life": signal.half_life * 3 // 2}
    if signal.limit is not None:
        more = Limit(count=signal.limit.count + 1, days=signal.limit.days)
        yield "has a higher limit", {"limit": more}
    for pattern in signal.assets:
        rest = tuple(each for each in signal.assets if each != pattern)
        yield f"without {pattern}", {"assets": rest}


DAY = 86_400_000
RULE = PACK.lead_modes[0].rule
HOLDS, MACHINE, HAND_OFF, GRADES = PACK.holds, PACK.machine, PACK.hand_off, PACK.grades


def changed_lead_mode() -> Iterator[Mutant]:
    for key, value in {
        "enter": 47.0,
        "leave": 10.0,
        "dormant_after": RULE.dormant_after + DAY,
        "burst_max": RULE.burst_max - 2 * DAY,
        "window": RULE.window + 5 * DAY,
        "distinct_kinds": 1,
        "human_min": 0,
        "idle_after": RULE.idle_after + 30 * DAY,
        "cooldown": 0,
        "fresh_start": False,
        "rearm_after": RULE.rearm_after + 5 * DAY,
        "top": 2,
    }.items():
        yield key, with_rule(**{key: value})
    yield "dormant_after less", with_rule(dormant_after=RULE.dormant_after - DAY)
    yield "burst_max more", with_rule(burst_max=RULE.burst_max + 5 * DAY)
    yield "window less", with_rule(window=DAY)
    yield "rearm_after less", with_rule(rearm_after=10 * DAY)
    yield "idle_after less", with_rule(idle_after=RULE.idle_after - 5 * DAY)
    for group, cap in RULE.caps.items():
        yield f"cap of {group}", with_rule(caps={**RULE.caps, group: cap + 3})


def changed_fit() -> Iterator[Mutant]:
    for index, points in enumerate(PACK.fit_points):
        for what, wanted in (("more", points.points + 5), ("none", 0.0)):
            several = list(PACK.fit_points)
            several[index] = replace(points, points=wanted)
            yield f"fit {points.label}: {what}", replace(PACK, fit_points=tuple(several))
    for key in ("letters", "digits"):
        for index in range(3):
            for by in (5, -5)[: 1 if (key, index) == ("letters", 2) else 2]:  # nobody has 15 points
                bounds = list(getattr(GRADES, key))
                bounds[index] += by
                grades = replace(GRADES, **{key: tuple(bounds)})  # type: ignore[arg-type]
                yield f"{key}[{index}] {by:+}", replace(PACK, grades=grades)
    yield "fit cap", replace(PACK, grades=replace(GRADES, cap=120.0))


def changed_hand_off() -> Iterator[Mutant]:
    yield "open_opportunity", replace(PACK, holds=replace(HOLDS, open_opportunity=False))
    yield "consent", replace(PACK, holds=replace(HOLDS, consent=False))
    yield "worked_within", replace(PACK, holds=replace(HOLDS, worked_within=5 * DAY))
    yield "worked_within more", replace(PACK, holds=replace(HOLDS, worked_within=9 * DAY))
    yield "exclusion", replace(PACK, holds=replace(HOLDS, exclusions=()))
    for index, persona in enumerate(PACK.personas):
        others = [each for each in PACK.personas if each is not persona]
        yield f"persona {persona.name} gone", replace(PACK, personas=tuple(others))
        if index:
            first = (persona, *others)
            yield f"persona {persona.name} first", replace(PACK, personas=first)
    yield "click_after_send", replace(PACK, machine=replace(MACHINE, click_after_send=1_000))
    yield "click_after_send more", replace(PACK, machine=replace(MACHINE, click_after_send=120_000))
    yield "scan_links", replace(PACK, machine=replace(MACHINE, scan_links=2))
    yield "scan_links more", replace(PACK, machine=replace(MACHINE, scan_links=4))
    yield "scan_within", replace(PACK, machine=replace(MACHINE, scan_within=1_000))
    yield "scan_within more", replace(PACK, machine=replace(MACHINE, scan_within=4_000))
    for key, value in {
        "subject": "Call",
        "body": "Call",
        "due": DAY * 2,
        "raised_due": DAY,
        "priority": "high",
        "raised_priority": "normal",
    }.items():
        yield f"hand_off {key}", replace(PACK, hand_off=replace(HAND_OFF, **{key: value}))  # type: ignore[arg-type]
    for status, reason in PACK.dispositions.items():
        other = EndReason.REJECTED if reason is not EndReason.REJECTED else EndReason.RECYCLED
        for what, ends in (("ends otherwise", {status: other}), ("ends nothing", {})):
            rest = {key: value for key, value in PACK.dispositions.items() if key != status}
            yield f"{status} {what}", replace(PACK, dispositions=rest | ends)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all: a played test leaves nothing in it."""
    with closing(Store.open(tmp_path_factory.mktemp("played"))) as opened:
        yield opened


def is_noticed(rulebook: Rulebook, store: Store, file: str) -> bool:
    """Whether any test fails, those of one file first; stops at the first that does."""
    setting = Setting(
        instance="test", rulebook=rulebook, authority="crm", zone=ZoneInfo("UTC"), dry_run=False
    )
    player = Player(store, Assess(store, setting))
    for case in likely_first(file):
        if fails(player, case):
            if case.name in NOTICED:
                NOTICED.remove(case.name)
            NOTICED.insert(0, case.name)
            return True
    return False


NOTICED: list[str] = []
"""Names of the tests that noticed something, the last one first."""
RECENT = 4


def likely_first(file: str) -> list[Case]:
    """What noticed the last changes, then the tests of the file, then all others."""

    def unlikely(case: Case) -> tuple[int, bool, int]:
        ago = NOTICED.index(case.name) if case.name in NOTICED else len(NOTICED)
        return min(ago, RECENT), file not in case.place.file, ago

    return sorted(CASES, key=unlikely)


def fails(player: Player, case: Case) -> bool:
    played = player.play(case)
    return any(
        differences(moment, snapshot, player.rulebook.grades)
        for moment, snapshot in zip(case.table.moment, played.snapshots, strict=False)
    )


MUTANTS = [
    *((*mutant, "signals.toml") for mutant in changed_signals()),
    *((*mutant, "lead-mode.toml") for mutant in changed_lead_mode()),
    *((*mutant, "fit.toml") for mutant in changed_fit()),
    *((*mutant, "hand-off.toml") for mutant in changed_hand_off()),
]


@pytest.mark.parametrize(
    ("rulebook", "file"), [m[1:] for m in MUTANTS], ids=[m[0] for m in MUTANTS]
)
def test_a_changed_number_is_noticed(rulebook: Rulebook, file: str, store: Store):
    assert is_noticed(rulebook, store, file)


def test_the_rules_as_they_are_are_not(store: Store):
    assert not is_noticed(PACK, store, "")
