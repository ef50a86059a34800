"""Which fields of people a set of rules looks at of which only present values are stored."""

from __future__ import annotations

from connector.config.ages import OF_HISTORY
from connector.config.conditions import PERSONA
from connector.config.rulebook import Rulebook
from connector.engine.asked import paths_of
from connector.engine.condition import Condition


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
    return tuple(sorted(found - OF_HISTORY))
