"""Weekly digests: what was deferred for want of capacity, and what it was worth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from connector.assess.hand_offs import STORM, Setting
from connector.config.capacity import Digest
from connector.model import Record, Write
from connector.plan.digest import Deferred, digest_of
from connector.plan.facts import facts_of
from connector.plan.rank import order
from connector.plan.week import moment_in_week, monday_of, start_of
from connector.store import Store
from connector.store.overview import user_name
from connector.store.persons import load_person
from connector.store.waiting import Waiter

_LONGEST: Final = 20
"""Most people who are named in a digest."""


class Digests:
    """One digest per receiver and week in which something was deferred, never two."""

    def __init__(self, store: Store, setting: Setting) -> None:
        self._store = store
        self._setting = setting

    def want(self, now: int) -> None:
        """Whoever has something deferred now gets a digest at the next moment for it."""
        digest = self._digest()
        if digest is None:
            return
        week, due_at = self._coming(digest, now)
        deferred = self._store.waiting.deferred(self._before(digest, week), due_at)
        for receiver in sorted({digest.to or each.receiver for each in deferred}):
            self._store.waiting.want_digest(receiver, week, due_at)

    def write(self, now: int, *, held: bool) -> None:
        """Queue the digests that are due; `held`: for somebody to release."""
        digest = self._digest()
        for receiver, week in self._store.waiting.due_digests(now):
            if digest is not None and not self._setting.dry_run:
                self._write(digest, receiver, week, now, held=held)
            self._store.waiting.digested(receiver, week)

    def _write(self, digest: Digest, receiver: str, week: int, now: int, *, held: bool) -> None:
        _, due_at = self._coming(digest, week)
        every = self._store.waiting.deferred(self._before(digest, week), due_at)
        about = [each for each in every if digest.to is not None or each.receiver == receiver]
        about.sort(key=lambda w: order(w.points, w.score, w.decision.at, w.record))
        known = [(each, self._record(each.person)) for each in about]
        best = next(((each, record) for each, record in known if record is not None), None)
        if best is None:
            return
        write = digest_of(
            digest,
            instance=self._setting.instance,
            zone=self._setting.zone,
            target=best[1].ref,
            receiver=receiver,
            name=user_name(self._store.connection, self._setting.authority, receiver),
            week=week,
            now=now,
            deferred=self._lines(about),
        )
        self._queue(write, best[0].person, now, held=held)

    def _queue(self, write: Write, person: int, now: int, *, held: bool) -> None:
        self._store.outbox.add(
            write,
            person=person,
            revision=self._setting.rulebook.revision,
            now=now,
            held=STORM if held else "",
        )

    def _lines(self, about: Sequence[Waiter]) -> list[Deferred]:
        """All of them; only the first few with their names."""
        return [
            Deferred(
                name=self._name(each.person) if number < _LONGEST else "",
                amount=each.amount,
                waits=each.decision.hold is None,
            )
            for number, each in enumerate(about)
        ]

    def _name(self, person: int) -> str:
        authority = self._setting.authority
        found = load_person(self._store.connection, person, authority)
        facts = facts_of(found, authority, (), 0)  # only names are asked for
        named = (facts.get("person.name"), facts.get("account.name"))
        return ", ".join(str(each) for each in named if each) or "somebody without a name"

    def _record(self, person: int) -> Record | None:
        authority = self._setting.authority
        return load_person(self._store.connection, person, authority).record_in(authority)

    def _digest(self) -> Digest | None:
        capacity = self._setting.rulebook.capacity
        return capacity.digest if capacity else None

    def _coming(self, digest: Digest, now: int) -> tuple[int, int]:
        """The week whose digest comes next, by its start, and when that is due; UTC ms."""
        zone, monday = self._setting.zone, monday_of(now, self._setting.zone)
        due_at = moment_in_week(now, zone, digest.on, digest.at)
        if due_at > now:
            return start_of(monday, zone), due_at
        coming = start_of(monday + timedelta(days=7), zone)
        return coming, moment_in_week(coming, zone, digest.on, digest.at)

    def _before(self, digest: Digest, week: int) -> int:
        """When the digest of the week before was due, UTC ms."""
        zone = self._setting.zone
        last = start_of(monday_of(week, zone) - timedelta(days=7), zone)
        return moment_in_week(last, zone, digest.on, digest.at)
