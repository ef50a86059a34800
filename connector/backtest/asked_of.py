"""Which fields of people a set of rules looks at: only their present values are stored."""

from __future__ import annotations

from collections.abc import Iterator

from connector.config.conditions import PERSONA
from connector.config.rulebook import Rulebook
from connector.engine.condition import AllOf, AnyOf, Condition, Not, Unless


def fields_asked(rulebook: Rulebook) -> tuple[str, ...]:
    """The fields that decide about entries and hand-offs, in alphabetical order."""
    conditions: list[Condition | None] = [rulebook.holds.excluded]
    conditions += [each.when for each in rulebook.holds.exclusions]
    conditions += [each.when for each in rulebook.holds.silences]
    for mode in rulebook.lead_modes:
        conditions += [mode.applies_to, mode.fit]
    found = {path for each in conditions if each is not None for path in paths_of(each)}
    if PERSONA in found and rulebook.personas:
        found.remove(PERSONA)
        found.update(path for each in rulebook.personas for path in paths_of(each.when))
    if rulebook.holds.consent:
        found |= {"person.opted_out", "person.do_not_call"}
    return tuple(sorted(found))


def paths_of(condition: Condition) -> Iterator[str]:
    """The fields that a condition looks at, each as often as it does."""
    match condition:
        case AllOf() | AnyOf():
            for part in condition.parts:
                yield from paths_of(part)
        case Not() | Unless():
            yield from paths_of(condition.part)
        case _:
            path = getattr(condition, "path", None)
            if isinstance(path, str):
                yield path
