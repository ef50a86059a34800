"""What conditions and dispositions compare with: values that the platforms have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connector.config.mentioned import mentioned
from connector.config.rule_files import RuleFiles
from connector.config.wording import toml_text
from connector.engine.condition import folded
from connector.live.findings import Findings, value_advice
from connector.live.given import OWN, ROLES
from connector.live.platform import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The values that a field of ours can have, wherever it comes from."""

    where: str
    """For example "Lead.Status of crm"."""
    now: tuple[str, ...]
    """Those that people can choose."""
    ever: frozenset[str]
    """Those, and those that old records may have."""


def compare_conditions(files: RuleFiles, platforms: Sequence[Platform], found: Findings) -> None:
    """Every text that a condition compares a field with, where the field has a list of values."""
    for mention in mentioned(files):
        if mention.path in OWN:
            continue
        choices = choices_of(mention.path, platforms)
        if choices is None:
            continue
        for loc, value, test in mention.tests:
            if not any(test.holds({mention.path: one}) for one in choices.ever):
                found.warn(
                    mention.entry.value_place(loc),
                    f"{mention.path} {toml_text(value)} is never met: {choices.where} has no such "
                    "value.",
                    value_advice(str(value), choices.now),
                )


def compare_dispositions(files: RuleFiles, platforms: Sequence[Platform], found: Findings) -> None:
    """The status values by which a rep ends an episode."""
    entry = files.singles.get("dispositions")
    choices = choices_of("person.status", platforms) if entry is not None else None
    if entry is None or choices is None:
        return
    ever = {folded(value) for value in choices.ever}
    for value in entry.values:
        if folded(value) not in ever:
            found.warn(
                entry.place((value,)),
                f"[dispositions] {toml_text(value)} never ends an episode: {choices.where} has no "
                "such value.",
                value_advice(value, choices.now),
            )


def choices_of(path: str, platforms: Iterable[Platform]) -> Choices | None:
    """The values of a field together; None when a source leaves open what it may hold."""
    subject, _, name = path.partition(".")
    where: list[str] = []
    now: dict[str, None] = {}
    ever: set[str] = set()
    for platform in platforms:
        if platform.words is None:
            return None
        for names in platform.objects(ROLES[subject]):
            if name not in names.fields:
                continue
            info = platform.field(names.object_type, names.fields[name])
            if info is None or info.type != "choice" or not info.choices:
                return None
            where.append(f"{names.object_type}.{names.fields[name]} of {platform.name}")
            now |= dict.fromkeys(info.choices)
            ever |= {*info.choices, *info.retired}
    if not where:
        return None
    return Choices(where=" or ".join(where), now=tuple(now), ever=frozenset(ever))
