"""One difference in words: what each side says about the person, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connector.diff.here import SideNow
from connector.diff.told import AlertChange, Example, Here, NowChange, Stay
from connector.engine.result import Change, Transition
from connector.plan.words import day, did, moment
from connector.report import words
from connector.report.as_of import AsOf
from connector.report.dossier import Dossier, open_dossier
from connector.report.standing import is_for, needs, not_for
from connector.store import Store

if TYPE_CHECKING:
    from connector.config.settings import Config

_EVIDENCE = 3
"""Pieces of evidence that are named."""


class Explains:
    """Tells differences in words."""

    def __init__(self, store: Store, config: Config, sides: Sequence[SideNow], now: int) -> None:
        self._store, self._config, self._sides, self._now = store, config, sides, now
        self._zone = ZoneInfo(config.time_zone)

    def one(self, change: NowChange | AlertChange) -> Example:
        """What both sides say about one person and rule."""
        dossier = open_dossier(self._store, self._config, change.who.person, self._now)
        old, new = (self._said(change, dossier, which) for which in (0, 1))
        return Example(who=change.who, rule=change.rule, what=change.what, old=old, new=new)

    def _said(self, change: NowChange | AlertChange, dossier: Dossier, which: int) -> str:
        """One side: its own episode, or what was missing when the other's began."""
        side = self._sides[which]
        mine, other = (change.old, change.new) if which == 0 else (change.new, change.old)
        if side.mode(change.rule) is None:
            return "there is no such rule"
        if mine is not None:
            return self._has(side, change, dossier, mine)
        assert other is not None  # noqa: S101 - one side has it
        at = other.entered_at if isinstance(other, Here) else other.at
        return self._has_not(side, change.rule, dossier, at)

    def _has(
        self, side: SideNow, change: NowChange | AlertChange, dossier: Dossier, mine: Here | Stay
    ) -> str:
        at = mine.entered_at if isinstance(mine, Here) else mine.at
        asked = side.as_of(dossier.person, change.rule, at)
        found = [t for t in asked.evaluation.transitions if t.at == at]
        entry = next((t for t in reversed(found) if t.change is not Change.LEFT), None)
        parts = [self._entry(asked, entry) if entry else f"entered on {day(at, self._zone)}"]
        if isinstance(mine, Here):
            place = f", place {mine.rank}" if mine.rank is not None else ""
            parts.append(f"now {words.points(mine.score)} points, {mine.grade}{place}")
        parts.append(f"held: {words.hold_reason(mine.hold)}" if mine.hold else "handed off")
        if isinstance(mine, Stay) and mine.left_at is not None:
            parts.append(f"left on {day(mine.left_at, self._zone)}: {mine.left_because}")
        return "; ".join(parts)

    def _entry(self, asked: AsOf, entry: Transition) -> str:
        done = "entered" if entry.change is Change.ENTERED else "asked to be contacted again"
        why = ", ".join(
            f"{did(proof.engaged)} +{words.points(proof.points)}"
            for proof in entry.evidence[:_EVIDENCE]
        )
        enough = f"{words.points(entry.score)} of {words.points(asked.mode.rule.enter)} points"
        because = f" because of: {why}" if why else ""
        return f"{done} on {moment(entry.at, self._zone)} with {enough}{because}"

    def _has_not(self, side: SideNow, rule: str, dossier: Dossier, at: int) -> str:
        now = side.as_of(dossier.person, rule, self._now)
        if not is_for(now, dossier):
            return f"the rule is not for them; missing: {not_for(now, dossier)}"
        ended = self._ended_since(now, at)
        if ended:
            return ended
        then = side.as_of(dossier.person, rule, at)
        if then.evaluation.in_lead_mode:
            entered = [t for t in then.evaluation.transitions if t.change is Change.ENTERED]
            return f"in lead mode since {moment(entered[-1].at, self._zone)} already"
        lacks = ", ".join(self._lacks(then, dossier)) or "nothing it could enter with"
        return f"not in lead mode on {moment(at, self._zone)}: {lacks}"

    def _ended_since(self, now: AsOf, at: int) -> str:
        """An episode that lay around the moment, or began after it, and is over."""
        changes = now.evaluation.transitions
        left = next((t for t in changes if t.change is Change.LEFT and t.at >= at), None)
        entry = next(
            (t for t in changes if left and t.burst == left.burst and t.change is Change.ENTERED),
            None,
        )
        if left is None or entry is None or entry.at > at:
            return ""
        return (
            f"{self._entry(now, entry)}; "
            f"left on {moment(left.at, self._zone)}: {words.left(left.reason)}"
        )

    def _lacks(self, then: AsOf, dossier: Dossier) -> Iterator[str]:
        for need in needs(then, dossier, self._zone):
            if need.name == "score":
                yield f"{need.have} of {need.needed} points"
            elif not need.met:
                yield f"missing: {need.lacks or need.needed}"
