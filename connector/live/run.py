"""One look: every source is asked, then everything that was written down is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.config.rule_files import read_rule_files
from connector.config.settings import Config
from connector.config.wording import in_order
from connector.live.findings import Findings
from connector.live.hand_off import compare_hand_off, compare_lifecycle
from connector.live.lists import compare_lists
from connector.live.platform import Platform
from connector.live.rules import compare_conditions, compare_dispositions
from connector.live.settings import compare_settings
from connector.live.sharing import compare_sharing
from connector.ports import Adapter
from connector.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was asked of one source."""

    source: str
    adapter: str
    account: str
    calls: int
    """Requests sent."""
    described: tuple[str, ...]
    """Object types whose fields were looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What the look found."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    notes: tuple[str, ...]
    """What was not compared, and why."""
    sources: tuple[Seen, ...]


def look(config: Config, adapters: Mapping[str, Adapter]) -> Live:
    """Compare a sound configuration with the platforms; nothing is written.

    A source that cannot be asked is a problem, and the others are compared all the same.
    """
    found = Findings()
    platforms = [Platform(config.sources[name], one) for name, one in adapters.items()]
    for platform in platforms:
        if platform.trouble:
            message = f'"{platform.name}" cannot be asked: {platform.trouble}'
            advice = "Nothing of it was compared. `leadmode doctor` asks again."
            found.problem(config.source_place(platform.name), message, advice)
        else:
            compare_settings(config, platform, found)
    _compare_rules(config, platforms, found)
    for platform in platforms:
        _tell_gaps(config, platform, found)
    return Live(
        problems=tuple(in_order(found.problems)),
        warnings=tuple(in_order(found.warnings)),
        notes=tuple(found.notes),
        sources=tuple(_seen(platform) for platform in platforms),
    )


def _compare_rules(config: Config, platforms: list[Platform], found: Findings) -> None:
    files = read_rule_files(config.rules)
    authority = next(one for one in platforms if one.source.authority)
    entry = files.singles.get("hand_off")
    if entry is not None and not authority.trouble:
        compare_hand_off(entry, config.rulebook.hand_off, authority, found)
    if not authority.trouble:
        entries = {str(each.values["id"]): each for each in files.lists["lifecycle"]}
        for one in config.rulebook.lifecycles:
            compare_lifecycle(entries[one.id], one, authority, found)
        compare_sharing(files, authority, found)
    compare_lists(files, config.rulebook, platforms, found)
    compare_dispositions(files, platforms, found)
    compare_conditions(files, platforms, found)


def _tell_gaps(config: Config, platform: Platform, found: Findings) -> None:
    """What of one source was not compared."""
    for kind, reason in platform.refused.items():
        message = f'The fields of {kind} of "{platform.name}" cannot be asked for: {reason}'
        found.problem(config.source_place(platform.name), message, "Grant it, or wait, and retry.")
    if platform.trouble:
        return
    if not platform.describes:
        found.note(
            f'"{platform.name}" ({platform.source.adapter}) tells neither fields nor values.'
        )
    for kind, reason in platform.kinds_refused.items():
        found.note(f"The values of the record types of {kind} of {platform.name}: {reason}")


def _seen(platform: Platform) -> Seen:
    return Seen(
        source=platform.name,
        adapter=platform.source.adapter,
        account=platform.health.account,
        calls=platform.calls,
        described=tuple(platform.described),
    )
