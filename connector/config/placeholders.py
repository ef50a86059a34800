"""The closed set of names that a hand-off template may hold in double braces."""

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
        "entered_on",
        "burst_days",
        "consent",
        "persona",
        "phase",
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

_BRACED: Final = re.compile(r"\{\{([^{}]*)\}\}")


def used_in(template: str) -> Iterator[tuple[str, str]]:
    """Every placeholder of a template: its name, and how it is written there with its braces."""
    for found in _BRACED.finditer(template):
        yield found.group(1).strip(), found.group(0)


def loose_braces(template: str) -> bool:
    """Whether double braces are left that open or close nothing."""
    rest = _BRACED.sub("", template)
    return "{{" in rest or "}}" in rest
