"""One cycle beside nobody: done, and told."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connector import log
from connector.assess import Alerted, Assessed, Marked, Stepped, Surged, last_words
from connector.cli.page import Page
from connector.clock import Clock, iso
from connector.daemon.cycle import Cycled, cycle
from connector.daemon.lock import FolderLock
from connector.deliver import Deliver
from connector.errors import AdapterError
from connector.ingest import Ingest, Polled
from connector.model import Episode, Hold, OutboxState, Person, Write
from connector.pinned import opened
from connector.plan.facts import facts_of
from connector.ports import Adapter
from connector.registry import load_all
from connector.store import Store
from connector.store.recovery import open_state
from connector.store.requests import take_requests

if TYPE_CHECKING:
    from connector.config.settings import Config

_NOT_TOLD: Final = frozenset({Hold.BASELINE, Hold.OVER})
"""Only counted: the first load finds years of them."""


@dataclass(slots=True)
class Told:
    """What a cycle did, as it is told."""

    config: Config
    dry_run: bool
    new_rules: bool
    cycled: Cycled | None = None
    news: list[Assessed] = field(default_factory=list)
    settled: list[tuple[Write, OutboxState, str]] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    """Keys of the writes that wait for somebody."""

    @property
    def polled(self) -> Mapping[str, Polled]:
        """What each source brought."""
        return self.cycled.polled if self.cycled else {}

    @property
    def failed(self) -> Mapping[str, AdapterError]:
        """The sources that could not be read to their end, and why."""
        return self.cycled.failed if self.cycled else {}

    @property
    def alerts(self) -> list[tuple[Person, Alerted]]:
        """Who entered or raised a hand, and what was decided, without what is only counted."""
        return [(person, a) for person, a in last_words(self.news) if not _is_counted(a)]

    @property
    def surges(self) -> list[Surged]:
        """Accounts that were found to surge, without what is only counted."""
        every = [each for news in self.news for each in news.surges]
        return [each for each in every if each.surge.hold not in _NOT_TOLD]

    @property
    def counted(self) -> Counter[Hold]:
        """What is only counted."""
        every = (a.decision.hold for n in self.news for a in n.alerts if _is_counted(a))
        return Counter(hold for hold in every if hold is not None)

    @property
    def braked(self) -> int:
        """How many writes of this cycle the brake holds."""
        return sum(write.key in self.held for news in self.news for write in news.writes)

    @property
    def left(self) -> list[tuple[Person, Episode]]:
        """Whose episode was found to have ended."""
        return [(n.person, e) for n in self.news for e in n.left]

    @property
    def steps(self) -> list[tuple[Person, Stepped]]:
        """What followed because nobody had worked a hand-off."""
        return [(n.person, step) for n in self.news for step in n.steps]

    def summary(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "dry_run": self.dry_run,
            "new_rules": self.new_rules,
            "read": {name: _polled(each) for name, each in self.polled.items()},
            "failed": {name: str(error) for name, error in self.failed.items()},
            "braked": self.braked,
            "evaluated": self.cycled.evaluated if self.cycled else 0,
            "alerts": [_alert(self, *each) for each in self.alerts],
            "surges": [_surged(each) for each in self.surges],
            "counted": {hold.value: count for hold, count in self.counted.items()},
            "left": [_left(self, *each) for each in self.left],
            "fields": [_marked(self, n.person, m) for n in self.news for m in n.marked],
            "steps": [_step(self, *each) for each in self.steps],
            "settled": [
                {"key": write.key, "state": state.value, "reason": reason}
                for write, state, reason in self.settled
            ],
        }


def one_cycle(path: Path, clock: Clock, page: Page, *, quiet: bool) -> Told:
    """Read, decide and write once. Raises AlreadyRunning beside a daemon."""
    log.configure(level=logging.ERROR)
    config = load_all(path)
    with (
        FolderLock.take(config.state),
        closing(open_state(config.state, clock.now()).store) as store,
        opened(config, clock, store) as adapters,
    ):
        return _cycle(config, store, adapters, clock, page, quiet=quiet)


def _cycle(
    config: Config,
    store: Store,
    adapters: Mapping[str, Adapter],
    clock: Clock,
    page: Page,
    *,
    quiet: bool,
) -> Told:
    ingest = Ingest(store, config, clock)
    told = Told(config, config.dry_run and not store.armed, ingest.adopt(config))
    take_requests(store, clock.now())
    with reading_progress(page, quiet=quiet) as progress:

        def watch(news: Polled | Assessed) -> None:
            if isinstance(news, Assessed):
                told.news.append(news)
            else:
                progress(news)

        told.cycled = cycle(
            ingest,
            Deliver(store, adapters, config, clock),
            adapters,
            watch=watch,
            sent=lambda *settled: told.settled.append(settled),
        )
    told.held = {each.write.key for each in store.outbox.all([OutboxState.HELD])}
    return told


@contextmanager
def reading_progress(page: Page, *, quiet: bool) -> Iterator[Callable[[Polled], None]]:
    """A line on a terminal that says how far the reading is, and goes away at the end."""
    if quiet or not page.for_people:
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415

    rows = 0
    with Console(stderr=True).status("reading ...") as line:

        def show_rows(read: Polled) -> None:
            nonlocal rows
            rows += read.records + read.engagements
            line.update(f"reading {read.source} {read.stream or ''}: {rows:,} rows")

        yield show_rows


def _is_counted(alert: Alerted) -> bool:
    return alert.decision.hold in _NOT_TOLD


def name_of(told: Told, person: Person) -> str:
    """A person with the company, or what else there is."""
    facts = facts_of(person, told.config.authority.name, (), 0)  # only names are asked for
    known = [facts.get("person.name"), facts.get("account.name")]
    return ", ".join(str(each) for each in known if each) or f"#{person.id}"


def _alert(told: Told, person: Person, alert: Alerted) -> dict[str, object]:
    decision = alert.decision
    return {
        "person": person.id,
        "name": name_of(told, person),
        "rule": decision.rule,
        "what": decision.change,
        "at": iso(decision.at),
        "score": round(alert.transition.score, 6),
        "verdict": decision.verdict.value,
        "reason": decision.hold.value if decision.hold else None,
        "writes": [write.key for write in alert.writes],
    }


def _surged(each: Surged) -> dict[str, object]:
    return {
        "account": str(each.account.ref),
        "name": each.account.fields.get("name"),
        "at": iso(each.surge.began_at),
        "people": each.surge.people,
        "verdict": each.surge.verdict.value,
        "reason": each.surge.hold.value if each.surge.hold else None,
        "writes": [each.write.key] if each.write else [],
    }


def _marked(told: Told, person: Person, marked: Marked) -> dict[str, object]:
    return {
        "person": person.id,
        "name": name_of(told, person),
        "rule": marked.rule,
        "what": marked.transition.change.value,
        "at": iso(marked.transition.at),
        "writes": [write.key for write in marked.writes],
    }


def _step(told: Told, person: Person, each: Stepped) -> dict[str, object]:
    return {
        "person": person.id,
        "name": name_of(told, person),
        "rule": each.rule,
        "step": each.step.id,
        "what": each.step.what,
        "to": each.step.receiver,
        "note": each.step.note,
    }


def _left(told: Told, person: Person, episode: Episode) -> dict[str, object]:
    return {
        "person": person.id,
        "name": name_of(told, person),
        "rule": episode.rule,
        "at": iso(episode.left_at) if episode.left_at is not None else None,
        "reason": episode.left_reason,
    }


def _polled(polled: Polled) -> dict[str, int]:
    return {
        "records": polled.records,
        "engagements": polled.engagements,
        "set_aside": polled.set_aside,
    }
