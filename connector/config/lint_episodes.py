"""Doubts about what is said of beginnings and ends of episodes that never come."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from connector.config.positions import Loc
from connector.config.rule_files import Entry, RuleFiles
from connector.config.rulebook import LeadMode, Rulebook
from connector.engine.timeline import EndReason
from connector.problems import Problem

_DISPOSITIONS: Final = frozenset(reason.value for reason in EndReason if reason.is_disposition)
_MAP: Final = "Map a status to it in [dispositions], or take it out."


def doubts_about_episodes(files: RuleFiles, book: Rulebook) -> Iterator[Problem]:
    """Reasons of lifecycles and programs that no episode has, and `machine_only` without a case."""
    modes = {mode.rule.id: mode for mode in book.lead_modes}
    entries = {str(entry.values["id"]): entry for entry in files.lists["lifecycle"]}
    for one in book.lifecycles:
        chosen = [modes[name] for name in one.rules or modes if name in modes]
        yield from _reasons(entries[one.id], one.reasons, chosen, book)
    programs = {str(entry.values["id"]): entry for entry in files.lists["program"]}
    for program in book.programs:
        yield from _reasons(programs[program.id], program.reasons, book.lead_modes, book)
    yield from _machine_only(files, book)


def _reasons(
    entry: Entry, reasons: Collection[str], modes: Sequence[LeadMode], book: Rulebook
) -> Iterator[Problem]:
    said = entry.values.get("reasons")
    if said is None:
        return  # the defaults are meant for every company
    never = _never(modes, book)
    for reason in sorted(reasons & never.keys()):
        message, advice = never[reason]
        place = entry.value_place(_loc(said, reason))
        text = f'{entry.name} is never asked for "{reason}": {message}'
        yield Problem(place=place, message=text, advice=advice)


def _loc(said: object, reason: str) -> Loc:
    if isinstance(said, list) and reason in said:
        return ("reasons", said.index(reason))
    return ("reasons",)


def _never(modes: Sequence[LeadMode], book: Rulebook) -> Mapping[str, tuple[str, str]]:
    """The reasons that no episode of these lead modes has, with why, and what to do."""
    told = {reason.value for reason in book.dispositions.values()}
    unmapped = ("no status of [dispositions] ends an episode so.", _MAP)
    found = dict.fromkeys(_DISPOSITIONS - told, unmapped)
    if not any(signal.hand_raise for mode in modes for signal in mode.rule.signals):
        advice = "Give one of their signals hand_raise = true, or take it out."
        found["hand_raise"] = ("no signal of its lead modes raises a hand.", advice)
    return found


def _machine_only(files: RuleFiles, book: Rulebook) -> Iterator[Problem]:
    entry = files.singles.get("hold")
    if entry is None or not book.holds.machine_only or "machine_only" not in entry.values:
        return
    if all(mode.rule.human_min > 0 for mode in book.lead_modes):
        message = "machine_only never holds: every lead mode asks for human_min = 1 or more."
        advice = "Take it out, or write human_min = 0 where machines alone may lead into lead mode."
        yield Problem(place=entry.value_place(("machine_only",)), message=message, advice=advice)
