"""What the rules saw and what was decided about it. Nothing here is ever deleted by a rule."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from connector.engine.result import Contribution, Transition
from connector.engine.timeline import FitChange
from connector.model import Decision, Episode, Hold, Kind, Verdict


class Episodes:
    """Episodes, transitions, decisions, and the fit and eligibility they rested on."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def of(self, person: int, rule: str | None = None) -> list[Episode]:
        """The recorded episodes of a person, oldest first; of one rule or of all."""
        rows = self._db.execute(
            "SELECT rule, burst, entered_at, reason, score, left_at, left_reason, superseded, "
            "revision FROM episode WHERE person = ? AND rule = coalesce(?, rule) "
            "ORDER BY entered_at, id",
            (person, rule),
        )
        return [episode_of(row) for row in rows]

    def put(self, person: int, episode: Episode) -> None:
        """Record an episode, or what is new about it; its first score and revision stay."""
        self._db.execute(
            "INSERT INTO episode (person, rule, burst, entered_at, reason, score, left_at, "
            "left_reason, superseded, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (person, rule, burst) DO UPDATE SET entered_at = excluded.entered_at, "
            "left_at = excluded.left_at, left_reason = excluded.left_reason, "
            "superseded = excluded.superseded",
            (
                person,
                episode.rule,
                episode.burst,
                episode.entered_at,
                episode.reason,
                episode.score,
                episode.left_at,
                episode.left_reason,
                int(episode.superseded),
                episode.revision,
            ),
        )

    def put_transition(
        self, person: int, rule: str, transition: Transition, *, revision: str, now: int
    ) -> None:
        """Record one transition of a recorded episode; recording it twice is harmless."""
        self._db.execute(
            "INSERT OR IGNORE INTO transition SELECT id, ?, ?, ?, ?, ?, ?, ? FROM episode "
            "WHERE person = ? AND rule = ? AND burst = ?",
            (
                transition.at,
                transition.change.value,
                transition.reason.value,
                transition.score,
                json.dumps([_as_json(each) for each in transition.evidence]),
                revision,
                now,
                person,
                rule,
                transition.burst,
            ),
        )

    def decisions(self, person: int) -> list[Decision]:
        """What was decided about the person's alerts, oldest alert first."""
        rows = self._db.execute(
            "SELECT rule, burst, at, change, verdict, hold, detail FROM decision "
            "WHERE person = ? ORDER BY at, id",
            (person,),
        )
        return [decision_of(row) for row in rows]

    def decide(
        self, person: int, decision: Decision, *, revision: str, now: int, receiver: str = ""
    ) -> bool:
        """Record a decision; False when one stands already, which then stays.

        Only that there was no record to write to, and that it waits for a place, is no last word.
        `receiver` is the platform id of who gets, or would get, the task.
        """
        added = self._db.execute(
            "INSERT INTO decision (person, rule, burst, at, change, verdict, hold, "
            "detail, revision, decided_at, receiver, ripe) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) "
            "ON CONFLICT (person, rule, burst, at, change) DO UPDATE SET "
            "verdict = excluded.verdict, hold = excluded.hold, detail = excluded.detail, "
            "revision = excluded.revision, decided_at = excluded.decided_at, "
            "receiver = excluded.receiver, ripe = 1 "
            "WHERE (hold = 'no_record' AND excluded.hold IS NOT 'no_record') "
            "OR (verdict = 'waiting' AND excluded.verdict <> 'waiting')",
            (
                person,
                decision.rule,
                decision.burst,
                decision.at,
                decision.change,
                decision.verdict.value,
                decision.hold.value if decision.hold else None,
                decision.detail,
                revision,
                now,
                receiver,
            ),
        )
        return added.rowcount > 0

    def fit(self, person: int, rule: str) -> tuple[FitChange, ...]:
        """How the fit predicate changed over time."""
        rows = self._db.execute(
            "SELECT at, fits FROM fit_change WHERE person = ? AND rule = ? ORDER BY at",
            (person, rule),
        )
        return tuple(FitChange(at, bool(fits)) for at, fits in rows)

    def put_fit(self, person: int, rule: str, change: FitChange) -> None:
        """Note that the fit predicate changed."""
        self._db.execute(
            "INSERT OR REPLACE INTO fit_change VALUES (?, ?, ?, ?)",
            (person, rule, change.at, int(change.fits)),
        )

    def forget_fit(self, person: int, rule: str) -> None:
        """The rules changed, and what fitted the old ones says nothing about the new."""
        self._db.execute("DELETE FROM fit_change WHERE person = ? AND rule = ?", (person, rule))

    def ineligible(self, person: int, rule: str) -> list[int]:
        """When the person stopped being one the rule is for, UTC ms."""
        rows = self._db.execute(
            "SELECT at FROM ineligible WHERE person = ? AND rule = ? ORDER BY at", (person, rule)
        )
        return [at for (at,) in rows]

    def put_ineligible(self, person: int, rules: Iterable[str], at: int) -> None:
        """Note that the person is not one these rules are for any more."""
        self._db.executemany(
            "INSERT OR IGNORE INTO ineligible VALUES (?, ?, ?)",
            [(person, rule, at) for rule in rules],
        )


def episode_of(row: tuple[object, ...]) -> Episode:
    """A row of table `episode`, from `rule` to `revision`."""
    rule, burst, entered, reason, score, left, left_reason, superseded, revision = row
    return Episode(
        rule=str(rule),
        burst=int(str(burst)),
        entered_at=int(str(entered)),
        reason=str(reason),
        score=float(str(score)),
        left_at=left if isinstance(left, int) else None,
        left_reason=left_reason if isinstance(left_reason, str) else None,
        superseded=bool(superseded),
        revision=str(revision),
    )


def decision_of(row: tuple[object, ...]) -> Decision:
    """A row of table `decision`, from `rule` to `detail`."""
    rule, burst, at, change, verdict, hold, detail = row
    return Decision(
        rule=str(rule),
        burst=int(str(burst)),
        at=int(str(at)),
        change=str(change),
        verdict=Verdict(str(verdict)),
        hold=Hold(str(hold)) if hold is not None else None,
        detail=str(detail),
    )


def _as_json(contribution: Contribution) -> dict[str, object]:
    engaged = contribution.engaged
    return {
        "at": engaged.at,
        "kind": Kind.of_code(engaged.kind).value,
        "about": engaged.touchpoint.asset or engaged.touchpoint.message or engaged.touchpoint.link,
        "signal": contribution.signal,
        "points": round(contribution.points, 6),
    }
