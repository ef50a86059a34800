"""Who is one human in a history, and how a broken promise is told."""

from __future__ import annotations

from dataclasses import dataclass

from connector.model import Kind
from sandbox.prove.play import NEVER, Gone, Played, Told
from sandbox.prove.steps import PEOPLE
from sandbox.prove.truth import DORMANT, Act, Due


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A promise that was not kept."""

    promise: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """One human, with all the names that were merged into one."""

    names: tuple[str, ...]
    acts: tuple[Act, ...]
    one_at: int = 0
    """When a reader can see that the names are one human, UTC ms."""
    gone: tuple[Gone, ...] = ()
    """When one of the records was deleted."""

    @property
    def is_gone(self) -> bool:
        """Whether a record is deleted at the end."""
        return any(time.until == NEVER for time in self.gone)

    def could_be_seen(self, due: Due) -> tuple[int, int]:
        """From when until when a reader could see an alert about somebody who is there, UTC ms."""
        begin = max(act.readable_at for act in self.acts if act.at <= due.at)
        begin = max(begin, self.one_at)
        for time in sorted(self.gone):
            begin = time.until if time.since <= begin < time.until else begin
        end = min((time.since for time in self.gone if time.since > begin), default=due.until)
        return begin, min(end, due.until)

    @property
    def plain(self) -> bool:
        """Whether the anchors cannot have looked different at any moment: one record, in order.

        A record that is deleted ends an episode. What comes late, or is merged, may be anchored
        elsewhere before it is known; so may a hand that is raised in the very millisecond of
        something else, on another page.
        """
        raised = [act.at for act in self.acts if act.kind is Kind.FORM_SUBMITTED]
        beside = any(sum(act.at == at for act in self.acts) > 1 for at in raised)
        ordered = sorted(self.acts)
        late = any(
            earlier.readable_at > later.readable_at
            for number, earlier in enumerate(ordered)
            for later in ordered[number + 1 :]
            if later.at > earlier.at
        )
        return len(self.names) == 1 and not late and not beside and not self.gone


def people_of(played: Played) -> list[Someone]:
    """Everybody, merged as they are at the end."""
    into = {loser: winner for loser, winner, _ in played.merged}
    seen = {loser: readable_at for loser, _, readable_at in played.merged}

    def last(name: str) -> str:
        while name in into:
            name = into[name]
        return name

    groups: dict[str, list[str]] = {}
    for name in PEOPLE:
        groups.setdefault(last(name), []).append(name)
    return [
        Someone(
            names=tuple(names),
            acts=tuple(act for name in names for act in played.acts[name]),
            one_at=max(seen.get(name, 0) for name in names),
            gone=tuple(time for name in names for time in played.gone.get(name, ())),
        )
        for names in groups.values()
    ]


def about(told: Told, due: Due) -> bool:
    """Whether what leadmode shows is about an alert that is owed."""
    return abs(told.burst - due.anchor[0]) < DORMANT and abs(told.at - due.at) < DORMANT
