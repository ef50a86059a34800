"""Doubts about rules that are well formed: what never fires, is never reached or never holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from connector.config.lint_episodes import doubts_about_episodes
from connector.config.lint_people import doubts_about_people
from connector.config.positions import Loc
from connector.config.possible import possible
from connector.config.reach import (
    firing,
    group_points,
    kinds_that_count,
    least_when_idle,
    most_points,
    shadows,
)
from connector.config.rule_files import Entry, RuleFiles, read_rule_files
from connector.config.rulebook import LeadMode, Rulebook
from connector.config.wording import in_order, toml_text
from connector.engine.rule import Signal
from connector.problems import Problem

_SURELY = 1 - 1e-9
"""Bounds are sums; this much of a doubt about their rounding speaks for the rule."""


def find_doubts(folders: Sequence[Path], rulebook: Rulebook) -> list[Problem]:
    """Warnings about the rules that were loaded from the folders, in the order of the files.

    Each is proven from the rules alone: what is said never to happen cannot happen. Nothing is
    said where that is open, so no warning does not mean that all is wise.
    """
    look = _Look(read_rule_files(folders), rulebook)
    return in_order([
        *look.signals(),
        *look.groups(),
        *look.lead_modes(),
        *look.overlaps(),
        *look.fit(),
        *look.hand_off(),
        *doubts_about_people(look.files, rulebook),
        *doubts_about_episodes(look.files, rulebook),
    ])  # fmt: skip


class _Look:
    """One look at a rulebook and the files that it came from."""

    def __init__(self, files: RuleFiles, book: Rulebook) -> None:
        self.files = files
        self._book = book
        self._signals: Mapping[str, Entry] = {str(e.values["id"]): e for e in files.signals}
        self._modes: Mapping[str, Entry] = {str(e.values["id"]): e for e in files.lead_modes}

    def signals(self) -> Iterator[Problem]:
        """Those that no lead mode counts, and those that others take everything from."""
        for name, entry in self._signals.items():
            if entry.values.get("weight") == 0:
                continue  # Switched off, and on purpose.
            chances = [_chance(mode, name) for mode in self._book.lead_modes]
            in_some = [one for one in chances if one is not None]
            if not in_some:
                yield _doubt(entry, ("id",), f"No lead mode counts {entry.name}.",
                             "Name it in the `signals` of one, or take it out.")  # fmt: skip
            elif all(in_some):
                others = " and ".join(f'"{one.id}"' for one in in_some[0])
                message = f"{entry.name} never fires: {others} above it takes all that it matches."
                yield _doubt(entry, ("kind",), message, "Put it before that, or take it out.")

    def groups(self) -> Iterator[Problem]:
        """Caps that no points reach, and caps that leave none."""
        signals = {one.id: one for mode in self._book.lead_modes for one in mode.rule.signals}
        for name, entry in self.files.groups.items():
            cap = float(str(entry.values["cap"]))
            most = group_points(signals.values(), name)
            if cap == 0:
                message = f"cap = 0 lets {entry.name} give no points at all."
                yield _doubt(entry, ("cap",), message, "Raise it, or give its signals weight = 0.")
            elif 0 < most < cap * _SURELY:
                message = f"cap = {cap:g} never limits: the signals of the group give {most:.1f}"
                advice = "Lower it, or take the group out."
                yield _doubt(entry, ("cap",), f"{message} points at most.", advice)

    def lead_modes(self) -> Iterator[Problem]:
        """Rules that cannot be entered, or look at nobody."""
        for mode in self._book.lead_modes:
            entry = self._modes[mode.rule.id]
            yield from _reach(mode, entry)
            if possible(mode.applies_to).never:
                message = "applies_to holds for nobody: its parts contradict each other."
                yield _doubt(entry, ("applies_to",), message, "Loosen one of them.")
            elif possible(mode.applies_to, mode.fit).never and not possible(mode.fit).never:
                message = "Nobody can have both applies_to and the `requires` of [fit]."
                yield _doubt(entry, ("applies_to",), message, "Loosen one of them.")

    def overlaps(self) -> Iterator[Problem]:
        """Two rules that count the same for one person: one return makes two episodes."""
        for one, other in combinations(self._book.lead_modes, 2):
            if {s.id for s in firing(one.rule)}.isdisjoint(s.id for s in firing(other.rule)):
                continue
            if possible(one.applies_to, other.applies_to).example is None:
                continue
            entry = self._modes[other.rule.id]
            message = (
                f'{entry.name} can look at the same person as "{one.rule.id}": one return begins '
                "an episode by each."
            )
            advice = "Give one an applies_to that leaves the other's people out."
            yield _doubt(entry, ("applies_to",), message, advice)

    def fit(self) -> Iterator[Problem]:
        """Conditions that hold for nobody, and grades that nobody gets."""
        entry = self.files.singles.get("fit")
        if entry is None:
            return
        if any(possible(mode.fit).never for mode in self._book.lead_modes):
            message = "requires holds for nobody: only a raised hand would enter lead mode."
            yield _doubt(entry, ("requires",), message, "Loosen one of its parts.")
        for index, points in enumerate(self._book.fit_points):
            if possible(points.when).never:
                message = f"points[{index + 1}].when holds for nobody."
                yield _doubt(entry, ("points", index, "when"), message, "Loosen one of its parts.")
        if "grades" in entry.values:
            yield from self._grades(entry)

    def _grades(self, entry: Entry) -> Iterator[Problem]:
        grades = self._book.grades
        most = min(grades.cap, sum(max(0.0, one.points) for one in self._book.fit_points))
        score = max((most_points(mode.rule) for mode in self._book.lead_modes), default=math.inf)
        for key, bounds, best, what in (
            ("letters", grades.letters, most, "the fit points are"),
            ("digits", grades.digits, score, "the score is"),
        ):
            for index, bound in enumerate(bounds):
                if best < bound * _SURELY and (key == "digits" or self._book.fit_points):
                    message = f"{key}[{index + 1}] = {bound:g} is never reached:"
                    loc = ("grades", key, index)
                    yield _doubt(entry, loc, f"{message} {what} {best:.10g} at most.", "Lower it.")

    def hand_off(self) -> Iterator[Problem]:
        """Fields that would be set to what they have."""
        entry = self.files.singles.get("hand_off")
        for index, one in enumerate(self._book.hand_off.fields):
            if entry is not None and one.expected is not None and one.value in one.expected:
                message = f"expected of {one.field} has the new value {toml_text(one.value)} in it."
                advice = "Take it out: it would be set to what it is."
                yield _doubt(entry, ("field", index, "expected"), message, advice)


def _chance(mode: LeadMode, name: str) -> tuple[Signal, ...] | None:
    """What takes everything from a signal in one rule: () nothing; None: the rule lacks it."""
    signals = mode.rule.signals
    index = next((at for at, one in enumerate(signals) if one.id == name), None)
    return None if index is None else shadows(signals, index)


def _reach(mode: LeadMode, entry: Entry) -> Iterator[Problem]:
    rule, most = mode.rule, most_points(mode.rule)
    hands = any(one.hand_raise for one in firing(rule))
    else_ = " Only a raised hand enters." if hands else ""
    if most < rule.enter * _SURELY:
        message = f"enter = {rule.enter:g} is never reached: with caps and limits the signals give"
        advice = f"Make it less than {most:.10g}, or raise weights, caps or limits."
        yield _doubt(entry, ("enter",), f"{message} {most:.10g} points at most.{else_}", advice)
    least = least_when_idle(rule)
    if "leave" in entry.values and 0 < rule.leave < least * _SURELY:
        message = f"leave = {rule.leave:g} is never reached: when idle_after ends an episode, one"
        advice = "Shorten half-lives, raise it, or write 0: only silence ends episodes then."
        yield _doubt(
            entry, ("leave",), f"{message} engagement is still {least:.3g} points.", advice
        )
    kinds = len(kinds_that_count(rule))
    if kinds < rule.distinct_kinds:
        message = f"distinct_kinds = {rule.distinct_kinds} is never reached: signals that fire name"
        advice = f"Make it {kinds} or less, or mend the signals." if kinds else "Mend the signals."
        yield _doubt(entry, ("distinct_kinds",), f"{message} {kinds}.{else_}", advice)


def _doubt(entry: Entry, loc: Loc, message: str, advice: str) -> Problem:
    return Problem(place=entry.value_place(loc), message=message, advice=advice)
