"""What the beginnings and ends of one person's episodes set in the CRM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector.assess.hand_offs import STORM, Alerted, Setting, View
from connector.assess.timeline import quiet_since
from connector.config.rulebook import LeadMode
from connector.engine.match import Matcher
from connector.engine.result import Change, Transition
from connector.model import Decision, Episode, Write
from connector.plan.lifecycle import begins_quietly, ends_quietly, lifecycle_writes
from connector.plan.occasion import Occasion
from connector.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A transition that sets fields of the person's record."""

    rule: str
    transition: Transition
    by: Mapping[str, Write]
    """The writes by the ids of the [[lifecycle]] tables that ask for them."""

    @property
    def writes(self) -> tuple[Write, ...]:
        """Those that were queued."""
        return tuple(self.by.values())


class Lifecycles:
    """Sets fields for one person, by one rule after the other, once the hand-offs are decided."""

    def __init__(self, store: Store, setting: Setting, view: View) -> None:
        self._store = store
        self._setting = setting
        self._view = view
        self._target = view.person.record_in(setting.authority)

    def make(
        self,
        mode: LeadMode,
        matcher: Matcher,
        alerts: Sequence[Alerted],
        ended: Sequence[tuple[Episode, Transition]],
    ) -> list[Marked]:
        """Queue what new entries and ends of a rule's episodes set.

        `ended` are the ends that were not known before, superseded episodes left out.
        """
        if not self._setting.rulebook.lifecycles or self._setting.dry_run or self._target is None:
            return []
        if not ended and all(each.transition.change is not Change.ENTERED for each in alerts):
            return []
        recorded = self._store.episodes.of(self._view.person.id)
        steps = [*self._begun(mode, alerts, recorded), *self._ended(mode, ended)]
        marked = (self._one(mode, matcher, *step, recorded) for step in steps)
        return [each for each in marked if each.by]

    def _begun(
        self, mode: LeadMode, alerts: Sequence[Alerted], recorded: Sequence[Episode]
    ) -> Iterator[tuple[Episode, Transition]]:
        by_burst = {each.burst: each for each in recorded if each.rule == mode.rule.id}
        for alert in alerts:
            entered = alert.transition.change is Change.ENTERED
            if entered and not begins_quietly(alert.decision):
                yield by_burst[alert.transition.burst], alert.transition

    def _ended(
        self, mode: LeadMode, ended: Sequence[tuple[Episode, Transition]]
    ) -> Iterator[tuple[Episode, Transition]]:
        if not ended:
            return
        entries: dict[int, Decision] = {
            each.burst: each
            for each in self._store.episodes.decisions(self._view.person.id)
            if each.rule == mode.rule.id and each.change == Change.ENTERED
        }
        for episode, transition in ended:
            entry = entries.get(episode.burst)
            if not ends_quietly(episode, entry, self._view.baseline_before):
                yield episode, transition

    def _one(
        self,
        mode: LeadMode,
        matcher: Matcher,
        episode: Episode,
        transition: Transition,
        recorded: Sequence[Episode],
    ) -> Marked:
        view, setting = self._view, self._setting
        assert self._target is not None  # noqa: S101 - asked before
        occasion = Occasion(
            instance=setting.instance,
            rulebook=setting.rulebook,
            mode=mode,
            person=view.person,
            facts=view.facts,
            target=self._target.ref,
            transition=transition,
            quiet_since=quiet_since(view.engagements, matcher, transition.burst),
            episodes=recorded,
            zone=setting.zone,
            now=view.now,
        )
        asked = {
            name: setting.agreed.get(write.key, write)
            for name, write in lifecycle_writes(occasion, episode).items()
        }
        fresh = {name: write for name, write in asked.items() if self._queue(write)}
        return Marked(rule=mode.rule.id, transition=transition, by=fresh)

    def _queue(self, write: Write) -> bool:
        """Queue it; False when it was queued before."""
        view = self._view
        stormy = any(left is not None and left <= 0 for left in (view.room, view.marks))
        return self._store.outbox.add(
            write,
            person=view.person.id,
            revision=self._setting.rulebook.revision,
            now=view.now,
            held=STORM if stormy else "",
        )
