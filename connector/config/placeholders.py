"""The closed sets of names that a template may hold in double braces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

PLACEHOLDERS: Final = frozenset(
    {
        "person.name",
        "person.title",
        "person.company",
        "account.name",
        "account.industry",
        "owner.name",
        "rule.title",
        "score",
        "grade",
        "reason",
        "evidence",
        "quiet",
        "before",
        "entered_on",
        "burst_days",
        "consent",
        "persona",
        "phase",
        "rank",
        "stars",
        "flames",
        "value",
        "episodes",
        "first_entered_on",
        "last_entered_on",
        "left_on",
        "who",
        "why_now",
        "learned",
        "not_to_repeat",
        "missing",
        "history",
        "next_step",
        "brief",
    }
)
RANKED: Final = frozenset({"rank", "stars", "flames", "value"})
"""Those that need to know everybody else of the rep."""
DIGEST_PLACEHOLDERS: Final = frozenset({"owner", "week", "count", "worth", "deferred"})
"""What the templates of the weekly digest may hold."""
BRIEFED: Final = frozenset(
    {"who", "why_now", "learned", "not_to_repeat", "missing", "history", "next_step", "brief"}
)
"""Those that need to know everything about the person; parts of the brief."""
OF_EPISODES: Final = PLACEHOLDERS - RANKED - BRIEFED
"""What a [[lifecycle]] may ask for."""
ONLY_AT_END: Final = "left_on"
"""Known when an episode has ended, so only a [[lifecycle]] of endings may ask for it."""

OF_TOUCHES: Final = frozenset(
    {
        "person.name",
        "person.title",
        "person.company",
        "account.name",
        "account.industry",
        "owner.name",
        "persona",
        "phase",
        "consent",
        "program.title",
        "offer.title",
        "offer.text",
        "touch",
    }
)
"""The names that a template of a nurture program may hold."""
OF_ACCOUNTS: Final = frozenset(
    {
        "account.name",
        "account.industry",
        "owner.name",
        "people",
        "since",
        "who",
        "missing",
        "phase",
        "engagement",
        "propensity",
        "quadrant",
        "standing",
    }
)
"""What the templates of the task about a company may hold."""

OF_STEPS: Final = frozenset(
    {
        "person.name",
        "person.title",
        "account.name",
        "owner.name",
        "rule.title",
        "what",
        "why",
        "handed_on",
        "waited",
        "leaves_on",
    }
)
"""The names that a template of an [[sla_step]] may hold, and those of the warning in [sla]."""

_BRACED: Final = re.compile(r"\{\{([^{}]*)\}\}")


def used_in(template: str) -> Iterator[tuple[str, str]]:
    """Every placeholder of a template: its name, and how it is written there with its braces."""
    for found in _BRACED.finditer(template):
        yield found.group(1).strip(), found.group(0)


def loose_braces(template: str) -> bool:
    """Whether double braces are left that open or close nothing."""
    rest = _BRACED.sub("", template)
    return "{{" in rest or "}}" in rest
