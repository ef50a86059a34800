"""The proposal as a rule file: every number with where it comes from and how sure it is."""

from __future__ import annotations

import json
from collections.abc import Iterator

from connector.backtest import words
from connector.clock import iso
from connector.config.durations import duration_text
from connector.figures.share import share_said
from connector.tune.model import said
from connector.tune.proposal import Weight
from connector.tune.told import Tuned


def overlay(tuned: Tuned) -> str:
    """TOML to lay over the present rules, by hand; only what changes is set."""
    return "\n".join([*_head(tuned), *_signals(tuned), *_caps(tuned), *_mode(tuned)]) + "\n"


def counted(tuned: Tuned) -> str:
    """What was learned from."""
    return "opportunities that were won" if tuned.won else "opportunities that were opened"


def _head(tuned: Tuned) -> Iterator[str]:
    yield "## Proposed by `leadmode tune`; nothing was applied. docs/tuning.md explains it."
    yield "##"
    yield (
        f"## Learned from {_day(tuned.start_at)} to {_day(tuned.cut_at)}: {tuned.sales:,} "
        f"{counted(tuned)}, {tuned.cases:,} cases of {tuned.persons:,} people."
    )
    yield f"## Against telling everybody the same: {said(tuned.beats.chance)}."
    yield f"## Against the present weights: {said(tuned.beats.now)}."
    yield f"## Held out, {_day(tuned.cut_at)} to {_day(tuned.until_at)}:"
    for label, *texts in _beside(tuned):
        yield f"##   {label:<28}  " + "  ".join(f"{text:<34}" for text in texts).rstrip()
    for doubt in tuned.doubts:
        yield f"## But: {doubt}"
    for signal in tuned.kept:
        yield f"## Kept as it is: {signal}"


def _beside(tuned: Tuned) -> Iterator[tuple[str, ...]]:
    """The figures of the rule in the held-out time, now and proposed."""
    yield ("", "now", "proposed")
    rules = [
        next(each for each in side.rules if each.rule == tuned.rule)
        for side in tuned.held_out.sides
    ]
    yield ("episodes", *(f"{rule.episodes:,}" for rule in rules))
    for label, found in (
        ("opportunity followed", [rule.opportunity for rule in rules]),
        ("won", [rule.win for rule in rules]),
    ):
        yield (label, *(share_said(each.episodes) for each in found))
        yield ("  lift over the same people", *(words.lift(each.same) for each in found))
        yield ("  lift over everybody", *(words.lift(each.everybody) for each in found))


def _signals(tuned: Tuned) -> Iterator[str]:
    for one in tuned.weights:
        yield ""
        yield f"## {_why(one)}"
        if one.weight == one.before and one.half_life == one.half_life_before:
            yield f"## {one.signal}: stays at {one.weight:g}."
            continue
        yield "[[signal]]"
        yield f"id = {json.dumps(one.signal)}"
        if one.weight != one.before:
            yield f"weight = {one.weight:g}"
        if one.half_life != one.half_life_before:
            yield f'half_life = "{duration_text(one.half_life)}"'


def _why(one: Weight) -> str:
    """Where a weight comes from."""
    said = (
        f"{one.weight:g} points, 95 % interval {one.low:.1f} to {one.high:.1f}; now "
        f"{one.before:g}. {one.people:,} people gave it; it counted in {one.cases:,} cases, and an "
        f"opportunity followed {one.followed:,} of them."
    )
    if not one.is_sure:
        said += " Not told apart from 0."
    if one.half_life != one.half_life_before:
        said += f" Half-life {duration_text(one.half_life_before)} before."
    return said


def _caps(tuned: Tuned) -> Iterator[str]:
    for one in tuned.caps:
        if one.cap != one.before:
            yield ""
            yield f"## {one.before:g} in the old proportion to the strongest signal of the group."
            yield f"[group.{json.dumps(one.group)}]"
            yield f"cap = {one.cap:g}"


def _mode(tuned: Tuned) -> Iterator[str]:
    found = tuned.threshold
    yield ""
    yield (
        f"## As many episodes as now: {found.episodes:,}, and {found.episodes_before:,} under the "
        f"present rules. Of the values tried, those from "
        f"{found.low:g} to {found.high:g} differ by no more than chance."
    )
    if found.enter == found.enter_before:
        yield f"## enter stays at {found.enter:g}."
        return
    yield "[[lead_mode]]"
    yield f"id = {json.dumps(tuned.rule)}"
    yield f"enter = {found.enter:g}"
    if found.leave != found.leave_before:
        yield f"## In the old proportion to enter; now {found.leave_before:g}."
        yield f"leave = {found.leave:g}"


def _day(at: int) -> str:
    return iso(at)[:10]
