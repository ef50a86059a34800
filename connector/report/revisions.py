"""Which rules leadmode worked by, when, and what they made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store import Store
from connector.store.revisions import STARTED, Reload, Spell

if TYPE_CHECKING:
    from connector.config.settings import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One revision, and when it ran."""

    revision: str
    running: bool
    """Whether leadmode works by it now."""
    first_at: int
    last_at: int
    """When it was seen at work last, to within an hour. UTC ms."""
    worked_ms: int
    """How long it was worked by, all spells together."""
    spells: tuple[Spell, ...]
    transitions: int
    writes: int
    kept: bool
    """Whether its text is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesLog:
    """The revisions, newest first, and the files that were refused."""

    zone: str
    revisions: tuple[Ran, ...]
    refused: tuple[Reload, ...]
    """Newest first."""


def rules_log(store: Store, config: Config) -> RulesLog:
    """Everything about revisions that was recorded."""
    spells, made = store.revisions.spells(), store.revisions.made()
    adopted, kept = store.sources.note("revision"), set(store.revisions.like(""))
    names = list(dict.fromkeys(spell.revision for spell in reversed(spells)))
    refused = [one for one in reversed(store.revisions.reloads()) if _is_refusal(one)]
    rows = []
    for name in names:
        own = tuple(spell for spell in spells if spell.revision == name)
        transitions, writes = made.get(name, (0, 0))
        rows.append(
            Ran(
                revision=name,
                running=name == adopted,
                first_at=own[0].from_at,
                last_at=own[-1].seen_at,
                worked_ms=sum(spell.seen_at - spell.from_at for spell in own),
                spells=own,
                transitions=transitions,
                writes=writes,
                kept=name in kept,
            )
        )
    return RulesLog(zone=config.time_zone, revisions=tuple(rows), refused=tuple(refused))


def _is_refusal(reload: Reload) -> bool:
    return reload.asked != STARTED and bool(reload.problem)
