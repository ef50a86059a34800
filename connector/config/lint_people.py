"""Doubts about who is who and who is left out: personas, exclusions, holds that hold everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.config.durations import duration_text
from connector.config.positions import Loc
from connector.config.possible import implied, never_false, possible
from connector.config.reach import kinds_that_count
from connector.config.rule_files import Entry, RuleFiles
from connector.config.rulebook import Rulebook
from connector.engine.condition import Condition
from connector.model import Kind
from connector.problems import Problem

WORK: Final = frozenset({Kind.CALL_HELD, Kind.MEETING_HELD})
"""What a rep does with somebody: `worked_within` looks for it."""
_LOOSEN: Final = "Loosen one of its parts."


def doubts_about_people(files: RuleFiles, book: Rulebook) -> Iterator[Problem]:
    """What of personas, exclusions and holds never applies, or applies to everybody."""
    yield from _personas(files, book)
    yield from _excluded(files, book)
    for entry in files.lists["exclusion"]:
        one = next((e for e in book.holds.exclusions if e.id == entry.values["id"]), None)
        if one is not None:
            yield from _exclusion(entry, ("when",), "when", one.when, book)
    yield from _worked(files, book)


def _personas(files: RuleFiles, book: Rulebook) -> Iterator[Problem]:
    """Kinds of buyers that nobody is: the condition is impossible, or the earlier ones take all."""
    entries = {entry.key: entry for entry in files.personas}
    for index, one in enumerate(book.personas):
        entry = entries[one.name]
        before = book.personas[:index]
        if possible(one.when).never:
            yield _doubt(entry, ("when",), f"{entry.name} holds for nobody.", _LOOSEN)
        elif implied(one.when, [each.when for each in before]):
            names = " and ".join(f'"{each.name}"' for each in before)
            message = f"{entry.name} is nobody's: {names} before it take all whom it could be."
            advice = "Put it before them, or take it out."
            yield Problem(place=entry.place(()), message=message, advice=advice)


def _excluded(files: RuleFiles, book: Rulebook) -> Iterator[Problem]:
    entry = files.singles.get("hold")
    if entry is not None and book.holds.excluded is not None:
        yield from _exclusion(entry, ("excluded",), "excluded", book.holds.excluded, book)


def _exclusion(
    entry: Entry, loc: Loc, key: str, when: Condition, book: Rulebook
) -> Iterator[Problem]:
    """One condition of those who are never handed off."""
    name = key if key == "excluded" else f"{key} of {entry.name}"
    if possible(when).never:
        message = f"{name} holds for nobody: its parts contradict each other."
        yield _doubt(entry, loc, message, "Loosen one of them.")
    elif never_false(when):
        message = f"{name} holds for everybody whose fields are known: no hand-off is made."
        yield _doubt(entry, loc, message, "Name those who are not to be handed off.")
    else:
        for mode in book.lead_modes:
            if implied(mode.applies_to, [when]):
                message = f'{name} holds for all whom "{mode.rule.id}" looks at: it hands off none.'
                yield _doubt(entry, loc, message, "Loosen its applies_to, or narrow this.")


def _worked(files: RuleFiles, book: Rulebook) -> Iterator[Problem]:
    """Rules that are entered by calls and meetings only, each of which holds the hand-off."""
    entry, within = files.singles.get("hold"), book.holds.worked_within
    if entry is None or within <= 0:
        return
    for mode in book.lead_modes:
        kinds = kinds_that_count(mode.rule)
        if kinds and kinds <= WORK:
            message = (
                f"worked_within = {duration_text(within)} holds every hand-off of "
                f'"{mode.rule.id}": it counts only {" and ".join(sorted(kinds))}, and each of '
                "these holds."
            )
            advice = 'Write worked_within = "0d", or let it count what people do by themselves.'
            yield _doubt(entry, ("worked_within",), message, advice)


def _doubt(entry: Entry, loc: Loc, message: str, advice: str) -> Problem:
    return Problem(place=entry.value_place(loc), message=message, advice=advice)
