"""How leadmode is: sources, people, writes, and what needs somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from connector.clock import DAY, HOUR
from connector.model import OutboxState
from connector.plan.words import span
from connector.report import words
from connector.report.dossier import Who, who_is
from connector.store import Store
from connector.store.overview import Figures, figures, set_aside
from connector.store.recovery import reconciling_since
from connector.store.requests import waiting
from connector.store.sources import SourceState

if TYPE_CHECKING:
    from connector.config.settings import Config

NEW: Final = 30 * DAY
"""A person is a new name for so long after the oldest record was made."""
_NAMED: Final = 20
"""Most persons that could not be evaluated who are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How everything is at a moment."""

    at: int
    zone: str
    instance: str
    daemon: bool
    """Whether a daemon, or another command that writes, holds the state folder."""
    armed: bool
    revision: str
    """Of the rules leadmode last worked by."""
    rules_changed: bool
    """Whether the files say something else by now, and could be taken up."""
    refused: str
    """Why the daemon did not take the files up when it was asked last; empty: it did."""
    problems: tuple[str, ...]
    """What is wrong with the files now."""
    sources: tuple[SourceState, ...]
    unread: tuple[str, ...]
    """Sources that are configured and were never read."""
    figures: Figures
    writes: Mapping[OutboxState, int]
    reconciling_since: int | None
    """Since when leadmode finds out what the database forgot, UTC ms; None: it forgot nothing."""
    deferred: int
    """Alerts that wait for a free place in the week of a rep."""
    requests: int
    set_aside: tuple[tuple[Who, str], ...]
    bytes: int
    """Size of the database."""
    attention: tuple[str, ...]
    """What needs somebody, in words; empty when all is well."""


def status(
    store: Store, config: Config, now: int, *, daemon: bool, problems: Sequence[str] = ()
) -> Status:
    """How everything is now.

    `daemon` tells whether the state folder is held, `problems` what is wrong with the files.
    """
    known = {state.name: state for state in store.sources.states()}
    authority = config.authority.name
    adopted = store.sources.note("revision") or ""
    found = Status(
        at=now,
        zone=config.time_zone,
        instance=config.instance,
        daemon=daemon,
        armed=not config.dry_run or store.armed,
        revision=adopted,
        rules_changed=not problems and adopted != config.rulebook.revision,
        refused=_refused(store) if daemon else "",
        problems=tuple(problems),
        sources=tuple(known[name] for name in config.sources if name in known),
        unread=tuple(name for name in config.sources if name not in known),
        figures=figures(store.connection, authority, new_since=now - NEW, now=now),
        writes=store.outbox.counts(),
        reconciling_since=reconciling_since(store),
        deferred=store.waiting.count(),
        requests=waiting(store.path.parent),
        set_aside=tuple(
            (who_is(store, config, person), problem)
            for person, problem in set_aside(store.connection, _NAMED)
        ),
        bytes=_size(store),
        attention=(),
    )
    polls = {name: source.poll for name, source in config.sources.items()}
    return replace(found, attention=tuple(_attention(found, polls)))


def _refused(store: Store) -> str:
    last = store.revisions.last_reload()
    if last is None or not last.problem:
        return ""
    more = f" and {last.problems - 1} more" if last.problems > 1 else ""
    return f"{last.problem}{more}"


def _of_rules(found: Status) -> Iterator[str]:
    """Files that are not what is worked by, because something is wrong with them."""
    goes_on = f"it goes on with revision {found.revision[:12]}"
    if found.refused:
        yield f"the daemon did not take the files up, {goes_on}: {found.refused}"
    if found.problems:
        more = f" and {len(found.problems) - 1} more" if len(found.problems) > 1 else ""
        yield f"the files cannot be taken up (see `leadmode check`): {found.problems[0]}{more}"


def _stale(found: Status, name: str, read_at: int, poll: int) -> Iterator[str]:
    """A source that nobody asks any more."""
    silence = found.at - read_at
    if silence > (max(HOUR, 10 * poll) if found.daemon else max(DAY, 10 * poll)):
        who = "the daemon does not read it" if found.daemon else "no daemon is running"
        yield f"source {name} was last read {span(silence)} ago: {who}"


def _attention(found: Status, polls: Mapping[str, int]) -> Iterator[str]:
    yield from _of_rules(found)
    if found.reconciling_since is not None:
        yield (
            "the database was restored, lost or damaged: nothing is sent before every source was "
            f"read to its end once more (since {span(found.at - found.reconciling_since)})"
        )
    for source in found.sources:
        if source.failing_since is None and source.read_at is not None:
            yield from _stale(found, source.name, source.read_at, polls[source.name])
        if source.failing_since is not None:
            since = span(found.at - source.failing_since)
            yield f"source {source.name} has been failing for {since}: {source.failure}"
    for name in found.unread:
        yield f"source {name} was never read: run `leadmode sync`, or the daemon"
    dead = found.writes.get(OutboxState.DEAD, 0)
    if dead:
        yield f"{words.counted(dead, 'write')} refused for good: `leadmode outbox --state dead`"
    held = found.writes.get(OutboxState.HELD, 0)
    if held:
        yield f"{words.counted(held, 'write')} held for you: `leadmode outbox --state held`"
    aside = found.figures.set_aside
    if aside:
        people = words.counted(aside, "person", "persons")
        yield f"{people} could not be evaluated; the log says why. They are tried again hourly"


def _size(store: Store) -> int:
    wal = store.path.with_name(store.path.name + "-wal")
    return sum(path.stat().st_size for path in (store.path, wal) if path.exists())
