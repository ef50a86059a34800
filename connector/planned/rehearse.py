"""The next cycle without its consequences: on a copy of the database, with the real sources."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.assess import Alerted, Assessed, Stepped, Surged, Touched, last_words
from connector.clock import Clock, ManualClock
from connector.config.settings import Config
from connector.errors import AdapterError
from connector.ingest import Ingest, Polled
from connector.model import Person, Scalar, Write, WriteKind
from connector.ports import Adapter
from connector.retry import reading
from connector.store import Store


@dataclass(slots=True)
class Rehearsed:
    """What one cycle brought."""

    now: int
    """The moment it was gone through, UTC ms."""
    new_rules: bool = False
    news: list[Assessed] = field(default_factory=list)
    failed: dict[str, AdapterError] = field(default_factory=dict)

    @property
    def alerts(self) -> list[tuple[Person, Alerted]]:
        """The last decision about every alert, with the person it is about."""
        return last_words(self.news)

    @property
    def touches(self) -> list[tuple[Person, Touched]]:
        """Every nurture touch and request for content, with the person it is about."""
        return [(news.person, touched) for news in self.news for touched in news.touches]

    @property
    def surges(self) -> list[tuple[Person, Surged, Write]]:
        """Every task about an account, with the person it is filed under."""
        return [
            (news.person, each, each.write)
            for news in self.news
            for each in news.surges
            if each.write is not None
        ]

    @property
    def steps(self) -> list[tuple[Person, Stepped, Write]]:
        """Every step of a clock that writes something, with the person it is about."""
        return [
            (news.person, each, each.write)
            for news in self.news
            for each in news.steps
            if each.write is not None
        ]

    @property
    def writes(self) -> dict[str, Write]:
        """The writes by their keys."""
        return {write.key: write for news in self.news for write in news.writes}


def go_through(
    store: Store,
    config: Config,
    adapters: Mapping[str, Adapter],
    clock: Clock,
    *,
    agreed: Mapping[str, Write] | None = None,
    progress: Callable[[Polled], None] | None = None,
) -> Rehearsed:
    """Read each source once and decide, all at one moment; nothing is sent.

    Whoever gives a copy of the database gets a rehearsal. `agreed` are writes that are queued as
    they are; `progress` is told of every page.
    """
    standing = ManualClock(clock.now())
    done, stop = Rehearsed(now=standing.now()), threading.Event()

    def watch(news: Polled | Assessed) -> None:
        if isinstance(news, Assessed):
            done.news.append(news)
        elif progress:
            progress(news)

    ingest = Ingest(store, config, standing, agreed=agreed)
    done.new_rules = ingest.adopt(config)
    for name, adapter in adapters.items():
        try:
            ingest.poll(name, adapter, stop, watch)
        except AdapterError as error:
            done.failed[name] = error
    ingest.tick(stop, watch)
    return done


def what_is_there(
    writes: Sequence[Write], adapters: Mapping[str, Adapter]
) -> dict[str, dict[str, Scalar] | None]:
    """Per write what the CRM has in the fields it sets; None: its record is gone, or merged.

    A field that the platform does not show is left out.
    Raises what the adapters raise.
    """
    found: dict[str, dict[str, Scalar] | None] = {}
    groups: dict[tuple[str, str, tuple[str, ...]], list[Write]] = {}
    for write in writes:
        names = tuple(sorted(write.fields)) if write.kind is WriteKind.SET_FIELDS else ()
        groups.setdefault((write.target.instance, write.target.object_type, names), []).append(
            write
        )
    for (instance, _, names), some in groups.items():
        adapter = adapters[instance]
        refs = list(dict.fromkeys(write.target for write in some))
        there = reading(lambda a=adapter, r=refs, n=names: a.fetch(r, n), threading.Event())  # type: ignore[misc]
        for write in some:
            values = there.get(write.target)
            found[write.key] = (
                None if values is None else {n: values[n] for n in names if n in values}
            )
    return found


def narrowed(write: Write, was: Mapping[str, Scalar] | None) -> Write:
    """The write under the condition that its fields still have the values they have now.

    Where the rules would not have it done now either, their own condition stays; so it does for a
    field that the platform does not show.
    """
    if write.kind is not WriteKind.SET_FIELDS or was is None:
        return write
    expected = dict(write.expected)
    for name in was:
        if name not in expected or was[name] in expected[name]:
            expected[name] = (was[name],)
    return Write(
        key=write.key, kind=write.kind, target=write.target, fields=write.fields, expected=expected
    )
