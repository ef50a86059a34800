"""What the rules must be like together, beyond the bounds of each single value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

from connector.config.durations import duration_text
from connector.config.placeholders import PLACEHOLDERS, loose_braces, used_in
from connector.config.positions import Loc
from connector.config.rule_files import Entry
from connector.config.rule_tables import FitTable, HandOffTable, LeadModeTable, SignalTable
from connector.problems import Problem, did_you_mean

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sound(Generic[T]):
    """A table of which at least a part is usable, and the keys that are not."""

    table: T
    entry: Entry
    bad: frozenset[str]

    def knows(self, *keys: str) -> bool:
        """Whether none of the keys is wrong already, so that one slip makes one problem."""
        return self.bad.isdisjoint(keys)

    def problem(self, loc: Loc, message: str, advice: str = "") -> Problem:
        """A problem with the value at `loc`."""
        return Problem(place=self.entry.value_place(loc), message=message, advice=advice)


Signals = Sequence[Sound[SignalTable]]
LeadModes = Sequence[Sound[LeadModeTable]]


def check_signals(signals: Signals, sources: Collection[str] | None) -> Iterator[Problem]:
    """A raised hand needs points; sources, when they are known, must exist."""
    for one in signals:
        table = one.table
        if table.hand_raise and table.weight == 0 and one.knows("weight", "hand_raise"):
            advice = "Give it a weight, or take hand_raise out."
            message = (
                f"weight = 0 makes {one.entry.name} count for nothing; it cannot raise a hand."
            )
            yield one.problem(("weight",), message, advice)
        if table.hand_raise and table.evidence_class == ["unknown"]:
            message = f'{one.entry.name} asks for evidence_class "unknown" and hand_raise.'
            advice = "Only what is surely a human's raises a hand."
            yield one.problem(("evidence_class",), message, advice)
        if sources is None or not one.knows("source"):
            continue
        for index, name in enumerate(table.source):
            if name not in sources:
                advice = did_you_mean(name, sources)
                yield one.problem(("source", index), f'There is no source "{name}".', advice)


def check_groups(groups: dict[str, Entry], signals: Iterable[Entry]) -> Iterator[Problem]:
    """A cap for a group that no signal is in is a slip."""
    used = {str(entry.values.get("group", "default")) for entry in signals}
    for name, entry in groups.items():
        if name not in used:
            message = f'No signal is in the group "{name}".'
            yield Problem(
                place=entry.place(()), message=message, advice=did_you_mean(name, sorted(used))
            )


def check_lead_mode(one: Sound[LeadModeTable], signals: Signals) -> Iterator[Problem]:
    """Thresholds and times fit together; signals exist and can reach what is asked."""
    table = one.table
    if one.knows("leave", "enter") and table.leave >= table.enter:
        message = f"leave = {table.leave:g} is not below enter = {table.enter:g}."
        key = one.entry.later("leave", "enter")
        bound = f"less than {table.enter:g}" if key == "leave" else f"more than {table.leave:g}"
        advice = f"Make {key} {bound}: somebody who enters must not leave at once."
        yield one.problem((key,), message, advice)
    for key, millis in (("idle_after", table.idle_after), ("window", table.window)):
        if one.knows(key, "dormant_after") and millis > table.dormant_after:
            longest = duration_text(table.dormant_after)
            message = f"{key} = {duration_text(millis)} is longer than dormant_after = {longest}."
            at = one.entry.later(key, "dormant_after")
            yield one.problem((at,), message, f"Make {key} {longest} or less.")
    if one.knows("signals"):
        yield from _check_chosen(one, signals)


def _check_chosen(one: Sound[LeadModeTable], signals: Signals) -> Iterator[Problem]:
    ids = {str(signal.entry.values.get("id")) for signal in signals}
    for index, name in enumerate(one.table.signals):
        if name not in ids:
            advice = did_you_mean(name, ids)
            yield one.problem(("signals", index), f'There is no signal "{name}".', advice)
    chosen = [s for s in signals if not one.table.signals or s.table.id in one.table.signals]
    if not one.knows("distinct_kinds") or not all(s.knows("kind", "weight") for s in chosen):
        return
    kinds = {kind for signal in chosen if signal.table.weight > 0 for kind in signal.table.kind}
    if one.table.distinct_kinds > len(kinds):
        wanted = one.table.distinct_kinds
        message = f"distinct_kinds = {wanted} cannot be reached: the signals name {len(kinds)}."
        advice = f"Make it {len(kinds)} or less, or add signals." if kinds else "Add signals."
        yield one.problem(("distinct_kinds",), message, advice)


def check_grades(one: Sound[FitTable]) -> Iterator[Problem]:
    """Lower bounds stand best first."""
    if not one.knows("grades"):
        return
    for key, bounds in (("letters", one.table.grades.letters), ("digits", one.table.grades.digits)):
        if any(after >= before for before, after in pairwise(bounds)):
            message = f"{key} of [fit.grades] do not fall from one to the next."
            yield one.problem(("grades", key), message, f"Write them like {key} = [80, 50, 30].")


def check_templates(one: Sound[HandOffTable]) -> Iterator[Problem]:
    """Every placeholder is known."""
    templates: list[tuple[Loc, str]] = []
    for key, text in (("subject", one.table.subject), ("body", one.table.body)):
        if one.knows(key):
            templates.append(((key,), text))
    if one.knows("field"):
        for index, field in enumerate(one.table.field):
            templates.append((("field", index, "value"), field.value))
    for loc, text in templates:
        yield from check_template(one.entry, loc, text)


def check_owners(one: Sound[HandOffTable]) -> Iterator[Problem]:
    """Whose owner was asked already has no other one."""
    owners = one.table.owners
    for index, owned in enumerate(owners):
        if one.knows("owners") and owned in owners[:index]:
            message = f'"{owned}" stands in owners twice: the second never counts.'
            yield one.problem(("owners", index), message, "Take one of them out.")


def check_fields(one: Sound[HandOffTable], sources: Collection[str] | None) -> Iterator[Problem]:
    """Sources, when they are known, must exist; no field is set where an earlier one was."""
    if not one.knows("field"):
        return
    earlier: dict[str, list[list[str]]] = {}
    for index, field in enumerate(one.table.field):
        for place, name in enumerate(field.on):
            if sources is not None and name not in sources:
                advice = did_you_mean(name, sources)
                loc = ("field", index, "on", place)
                yield one.problem(loc, f'There is no source "{name}".', advice)
        taken = earlier.setdefault(field.field, [])
        if any(not on for on in taken) or _all_taken(field.on, taken):
            message = f'"{field.field}" is set by an earlier [[hand_off.field]]: this never counts.'
            advice = "Give them different sources with on, those for one source first."
            yield one.problem(("field", index, "field"), message, advice)
        taken.append(field.on)


def _all_taken(on: Sequence[str], taken: Sequence[Sequence[str]]) -> bool:
    return bool(on) and set(on) <= {name for each in taken for name in each}


def check_template(
    entry: Entry, loc: Loc, text: str, known: Collection[str] = PLACEHOLDERS
) -> Iterator[Problem]:
    """Every placeholder is among those that are known."""
    for name, written in used_in(text):
        if name not in known:
            yield Problem(
                place=entry.place_in(loc, written),
                message=f'Unknown placeholder "{name}".',
                advice=did_you_mean(name, known),
            )
    if loose_braces(text):
        yield Problem(
            place=entry.value_place(loc),
            message="A pair of double braces is not complete.",
            advice="Write {{person.name}}.",
        )
