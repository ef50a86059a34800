"""The lists and campaigns that nurture programs fill, beside those that the platforms have."""

from __future__ import annotations

from collections.abc import Sequence

from connector.config.nurture import Means
from connector.config.rule_files import RuleFiles
from connector.config.rulebook import Rulebook
from connector.config.wording import toml_text
from connector.errors import AdapterError
from connector.live.findings import Findings
from connector.live.platform import Platform
from connector.plan.offers import offers_of


def compare_lists(
    files: RuleFiles, rulebook: Rulebook, platforms: Sequence[Platform], found: Findings
) -> None:
    """Every list that an active program by list uses, on the platform where it is used."""
    for platform in platforms:
        programs = [
            program
            for program in rulebook.programs
            if program.means is Means.LIST
            and (program.on == platform.name or (not program.on and platform.source.authority))
        ]
        ids = {offer.list for program in programs for offer in offers_of(program, rulebook.offers)}
        if ids and not platform.trouble:
            _compare(files, platform, sorted(ids), found)


def _compare(files: RuleFiles, platform: Platform, ids: Sequence[str], found: Findings) -> None:
    try:
        amiss = platform.lists_amiss(ids)
    except AdapterError as error:
        message = f'The lists of "{platform.name}" cannot be asked for: {error}'
        found.problem(files.nowhere(), message, "Grant it, or wait, and retry.")
        return
    if amiss is None:
        found.note(
            f'"{platform.name}" tells nothing of its lists: those of [[offer]] are not checked.'
        )
        return
    for entry in files.lists["offer"]:
        name = entry.values.get("list")
        if isinstance(name, str) and name in amiss:
            message = f"list = {toml_text(name)}: {amiss[name]}"
            advice = "Look its id up there: a touch by it would be refused."
            found.problem(entry.value_place(("list",)), message, advice)
