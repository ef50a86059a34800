"""Readings across all persons, for reports; and all that was recorded about one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector.model import Decision, Episode, Fields, Hold
from connector.store.episodes import decision_of, episode_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision with its circumstances."""

    person: int
    decision: Decision
    decided_at: int
    """UTC ms; long after the decision's own moment when it was found late."""
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One engagement as it was kept with a transition."""

    at: int
    kind: str
    about: str
    signal: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A transition as it was recorded."""

    rule: str
    burst: int
    at: int
    change: str
    reason: str
    score: float
    evidence: tuple[Proof, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How much there is of everything."""

    persons: int
    """Who have a record somewhere."""
    mail_only: int
    """Known by an e-mail address or a mention alone: no record was read."""
    not_in: int
    """With records, but none on the platform that receives the tasks."""
    new: int
    """Whose oldest record is younger than the moment asked about."""
    engagements: int
    open_episodes: int
    episodes: int
    waiting: int
    """Persons whose due moment has come and who were not looked at yet."""
    set_aside: int
    """Persons who could not be evaluated."""


def open_episodes(connection: sqlite3.Connection, at: int | None) -> list[tuple[int, Episode]]:
    """(person, episode) of everybody in lead mode: as recorded last, or at a past moment."""
    where = "left_at IS NULL"
    if at is not None:
        where = "entered_at <= :at AND (left_at IS NULL OR left_at > :at)"
    rows = connection.execute(
        "SELECT person, rule, burst, entered_at, reason, score, left_at, left_reason, superseded, "
        f"revision FROM episode WHERE superseded = 0 AND {where} ORDER BY entered_at, person, rule",
        {"at": at},
    )
    return [(person, episode_of(tuple(rest))) for person, *rest in rows]


def transitions(connection: sqlite3.Connection, person: int) -> list[Told]:
    """Every recorded transition of a person, oldest first."""
    rows = connection.execute(
        "SELECT e.rule, e.burst, t.at, t.change, t.reason, t.score, t.evidence FROM transition t "
        "JOIN episode e ON e.id = t.episode WHERE e.person = ? ORDER BY t.at, t.change",
        (person,),
    )
    return [
        Told(
            rule=rule,
            burst=burst,
            at=at,
            change=change,
            reason=reason,
            score=score,
            evidence=tuple(Proof(**each) for each in json.loads(evidence)),
        )
        for rule, burst, at, change, reason, score, evidence in rows
    ]


def decided(connection: sqlite3.Connection, person: int) -> list[Decided]:
    """What was decided about a person's alerts, oldest alert first."""
    return list(decisions_where(connection, "person = ? ORDER BY at, id", (person,)))


def held(
    connection: sqlite3.Connection,
    *,
    reasons: Collection[Hold] = (),
    without: Collection[Hold] = (),
    since: int | None = None,
    most: int = -1,
) -> list[Decided]:
    """Hand-offs that were not made, newest alert first."""
    marks, others = ", ".join("?" * len(reasons)), ", ".join("?" * len(without))
    where = "verdict = 'held' AND at >= ?"
    where += f" AND hold IN ({marks})" if reasons else ""
    where += f" AND hold NOT IN ({others})" if without else ""
    values = (
        since if since is not None else -(2**62),
        *[hold.value for hold in reasons],
        *[hold.value for hold in without],
        most,
    )
    return list(decisions_where(connection, f"{where} ORDER BY at DESC, id DESC LIMIT ?", values))


def deferred(
    connection: sqlite3.Connection, *, since: int | None = None, most: int = -1
) -> list[Decided]:
    """What waits for a free place, and what was given up for want of one, newest alert first."""
    where = (
        "(verdict = 'waiting' OR hold = 'capacity') AND at >= ? ORDER BY at DESC, id DESC LIMIT ?"
    )
    return list(
        decisions_where(connection, where, (since if since is not None else -(2**62), most))
    )


def holds(connection: sqlite3.Connection, since: int | None = None) -> dict[Hold, int]:
    """How many hand-offs were held, by reason."""
    rows = connection.execute(
        "SELECT hold, count(*) FROM decision WHERE verdict = 'held' AND at >= ? GROUP BY hold",
        (since if since is not None else -(2**62),),
    )
    return {Hold(hold): count for hold, count in rows}


def queued_for(connection: sqlite3.Connection, person: int) -> list[str]:
    """The keys of all writes about a person, oldest first."""
    rows = connection.execute("SELECT key FROM outbox WHERE person = ? ORDER BY rowid", (person,))
    return [key for (key,) in rows]


def keys_like(connection: sqlite3.Connection, beginning: str, most: int = 3) -> list[str]:
    """Some keys of writes that begin so."""
    rows = connection.execute(
        "SELECT key FROM outbox WHERE key >= ? AND substr(key, 1, ?) = ? ORDER BY key LIMIT ?",
        (beginning, len(beginning), beginning, most),
    )
    return [key for (key,) in rows]


def is_person(connection: sqlite3.Connection, person: int) -> bool:
    """Whether there is a person with this number who stands for themselves."""
    row = connection.execute(
        "SELECT 1 FROM person WHERE id = ? AND merged_into IS NULL", (person,)
    ).fetchone()
    return row is not None


def names_like(connection: sqlite3.Connection, text: str, most: int) -> list[int]:
    """Some persons whose name or address has the text in it."""
    part = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = connection.execute(
        f"SELECT DISTINCT person FROM record r WHERE {_LIVING} "
        "AND json_extract(fields, '$.name') LIKE :part ESCAPE '\\' "
        "UNION SELECT person FROM identity_key WHERE address LIKE :part ESCAPE '\\' LIMIT :most",
        {"part": part, "most": most},
    )
    return [person for (person,) in rows]


def user_name(connection: sqlite3.Connection, instance: str, user: str) -> str:
    """The name of a user of a platform; empty when nobody knows."""
    row = connection.execute(
        "SELECT json_extract(fields, '$.name') FROM record "
        "WHERE instance = ? AND role = 'owner' AND external_id = ?",
        (instance, user),
    ).fetchone()
    return str(row[0] or "") if row else ""


def user_fields(connection: sqlite3.Connection, instance: str, user: str) -> Fields:
    """What is known of a user of a platform; nothing of a stranger."""
    row = connection.execute(
        "SELECT fields FROM record WHERE instance = ? AND role = 'owner' AND external_id = ? "
        "AND deleted = 0",
        (instance, user),
    ).fetchone()
    return dict(json.loads(row[0])) if row else {}


def set_aside(connection: sqlite3.Connection, most: int = -1) -> list[tuple[int, str]]:
    """Persons who could not be evaluated, each with what went wrong."""
    rows = connection.execute(
        "SELECT id, problem FROM person WHERE problem IS NOT NULL ORDER BY id LIMIT ?", (most,)
    )
    return [(person, problem) for person, problem in rows]


def figures(connection: sqlite3.Connection, authority: str, *, new_since: int, now: int) -> Figures:
    """How much there is of everything."""

    def number(statement: str) -> int:
        values = {"authority": authority, "new_since": new_since, "now": now}
        return int(connection.execute(statement, values).fetchone()[0])

    return Figures(
        persons=number(f"SELECT count(DISTINCT person) FROM record r WHERE {_LIVING}"),
        mail_only=number(
            "SELECT count(*) FROM person p WHERE merged_into IS NULL AND NOT EXISTS "
            f"(SELECT 1 FROM record r WHERE r.person = p.id AND {_LIVING})"
        ),
        not_in=number(
            "SELECT count(*) FROM (SELECT person FROM record r WHERE "
            f"{_LIVING} GROUP BY person HAVING sum(instance = :authority) = 0)"
        ),
        new=number(
            "SELECT count(*) FROM (SELECT person FROM record r WHERE "
            f"{_LIVING} GROUP BY person HAVING min(created_at) >= :new_since)"
        ),
        engagements=number("SELECT count(*) FROM engagement"),
        open_episodes=number(
            "SELECT count(*) FROM episode WHERE left_at IS NULL AND superseded = 0"
        ),
        episodes=number("SELECT count(*) FROM episode WHERE superseded = 0"),
        waiting=number("SELECT count(*) FROM person WHERE due_at <= :now AND problem IS NULL"),
        set_aside=number("SELECT count(*) FROM person WHERE problem IS NOT NULL"),
    )


_LIVING = "r.person IS NOT NULL AND r.role = 'person' AND r.deleted = 0 AND r.known = 1"


def decisions_where(
    connection: sqlite3.Connection, where: str, values: Sequence[object] | Mapping[str, object]
) -> Iterator[Decided]:
    """Decisions for which a condition on table `decision` holds."""
    rows = connection.execute(
        "SELECT person, decided_at, revision, rule, burst, at, change, verdict, hold, detail "
        f"FROM decision WHERE {where}",
        values,
    )
    for person, decided_at, revision, *rest in rows:
        yield Decided(
            person=person,
            decision=decision_of(tuple(rest)),
            decided_at=decided_at,
            revision=revision,
        )
