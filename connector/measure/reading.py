"""Everything that figures are made of, read from the store. Nothing is changed."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connector.config.rulebook import Rulebook
from connector.engine.condition import folded
from connector.engine.result import Change
from connector.measure.followed import FollowedReading
from connector.measure.known import NOBODY, Held, Known, Sale, Stay
from connector.measure.people import TALKS, everybody
from connector.measure.sent import sent, started
from connector.model import Hold, Kind, Verdict
from connector.store import Store
from connector.store.overview import user_name

_EPISODES = (
    "SELECT id, person, rule, burst, entered_at, reason, score, revision, left_at, left_reason "
    "FROM episode WHERE superseded = 0 AND entered_at <= ? ORDER BY entered_at, id"
)


def read(store: Store, rulebook: Rulebook, authority: str, start: int, until: int) -> Known:
    """What happened from `start` to `until` (UTC ms), as far as it is stored today."""
    people = everybody(store, rulebook, authority, until)
    sales = list(_sales(store.connection, until))
    known = Known(
        start_at=start,
        until_at=until,
        rulebook=rulebook,
        people=people,
        stays=[],
        sales=sales,
        held=list(_held(store.connection, start, until)),
        started=list(started(store, start, until)),
        sent=list(sent(store, rulebook, start, until)),
        unnamed=_opened(store.connection, start, until)
        - sum(start <= sale.opened_at <= until for sale in sales),
    )
    return _Stays(store, known, authority).into()


class _Stays:
    """The episodes of the period with what became of each."""

    def __init__(self, store: Store, known: Known, authority: str) -> None:
        self._db, self._known, self._authority = store.connection, known, authority
        self._by_person: defaultdict[int, list[Sale]] = defaultdict(list)
        for sale in known.sales:
            for person in sale.people:
                self._by_person[person].append(sale)
        self._users: dict[tuple[str, str], str] = {}
        self._followed = FollowedReading(store.connection, known.rulebook, known.until_at)
        self._own_words = {folded(each.value) for each in known.rulebook.hand_off.fields}

    def into(self) -> Known:
        """The known things with the episodes in their places."""
        known, numbers = self._known, {}
        every: list[Stay] = []
        open_stays, ended = {}, {}
        for number, *row in self._db.execute(_EPISODES, (known.until_at,)):
            stay = _stay(row, known.until_at)
            if stay.left_at is None:
                open_stays[stay.person] = stay
            elif stay.left_reason:
                ended[stay.person] = stay.left_reason
            every.append(stay)
            if stay.entered_at >= known.start_at:
                numbers[number] = stay
        self._decided(every)
        self._evidence(numbers)
        for stay in every:
            self._outcome(stay)
        within = [stay for stay in every if stay.entered_at >= known.start_at]
        baseline = Hold.BASELINE.value
        known.stays = [stay for stay in within if stay.hold != baseline or stay.handed_at]
        known.before = [stay for stay in within if stay.hold == baseline and not stay.handed_at]
        known.earlier = [stay for stay in every if stay.entered_at < known.start_at]
        known.open_stays, known.ended = open_stays, ended
        return known

    def _decided(self, stays: Sequence[Stay]) -> None:
        by_key = {(stay.person, stay.rule, stay.burst): stay for stay in stays}
        rows = self._db.execute(
            "SELECT person, rule, burst, change, verdict, hold, decided_at, revision FROM decision "
            "WHERE decided_at <= ? ORDER BY at, id",
            (self._known.until_at,),
        )
        for person, rule, burst, change, verdict, hold, decided_at, revision in rows:
            stay = by_key.get((person, rule, burst))
            if stay is None:
                continue
            if change == Change.ENTERED:
                stay.decided_by = revision
            if verdict == Verdict.WAITING:
                stay.waits = True
            elif verdict == Verdict.HANDED_OFF and stay.handed_at is None:
                stay.handed_at = decided_at
                stay.raised = change == Change.RAISED or stay.reason == "hand_raise"
            elif change == Change.ENTERED and hold is not None:
                stay.hold = hold

    def _evidence(self, numbers: dict[int, Stay]) -> None:
        """What reopened each episode, and what its evidence was about."""
        for number, stay in numbers.items():
            row = self._db.execute(
                "SELECT g.kind, t.source, t.asset, t.link, t.message FROM engagement g "
                "LEFT JOIN touchpoint t ON t.id = g.touchpoint "
                "WHERE g.person = ? AND g.at = ? ORDER BY g.id LIMIT 1",
                (stay.person, stay.burst),
            ).fetchone()
            if row is not None:
                stay.kind, stay.source = Kind.of_code(row[0]).value, row[1] or stay.source
                stay.asset = next((text for text in row[2:] if text), "")
            evidence = self._db.execute(
                "SELECT evidence FROM transition WHERE episode = ? AND change = 'entered' "
                "ORDER BY at LIMIT 1",
                (number,),
            ).fetchone()
            told = json.loads(evidence[0]) if evidence else []
            stay.offers = tuple(dict.fromkeys(one["about"] for one in told if one["about"]))

    def _outcome(self, stay: Stay) -> None:
        people, horizon = self._known.people, self._known.counting.horizon
        someone = people.get(stay.person)
        stay.rep = someone.owner if someone else NOBODY
        after = self._by_person.get(stay.person, [])
        first = bisect_right([sale.opened_at for sale in after], stay.entered_at)
        stay.sales = tuple(
            sale for sale in after[first:] if sale.opened_at <= stay.entered_at + horizon
        )
        matters = stay.entered_at >= self._known.start_at or stay.left_at is None
        if stay.handed_at is not None and matters:
            self._worked(stay, stay.handed_at)

    def _worked(self, stay: Stay, handed: int) -> None:
        task = self._db.execute(
            "SELECT instance, json_extract(payload, '$.fields.owner') FROM outbox "
            "WHERE person = ? AND kind = 'create_task' AND created_at = ? "
            "AND key NOT IN (SELECT key FROM account_surge) LIMIT 1",
            (stay.person, handed),
        ).fetchone()
        if task is not None and task[1]:
            stay.rep = self._user(task[0], task[1])
        end = min(handed + self._known.counting.horizon, self._known.until_at)
        talk = self._db.execute(
            f"SELECT min(at) FROM engagement WHERE person = ? AND at > ? AND at <= ? "
            f"AND kind IN ({TALKS})",
            (stay.person, handed, end),
        ).fetchone()
        stay.talked_at = talk[0]
        moments = [stay.talked_at, self._status(stay.person, handed, end)]
        moments.append(self._followed.done_at(stay, handed, end))
        moments += [sale.opened_at for sale in stay.sales if sale.opened_at > handed]
        stay.worked_at = min((at for at in moments if at is not None), default=None)
        self._followed.say(stay, handed)

    def _user(self, instance: str, user: str) -> str:
        if (instance, user) not in self._users:
            self._users[instance, user] = user_name(self._db, instance, user) or f"user {user}"
        return self._users[instance, user]

    def _status(self, person: int, after: int, end: int) -> int | None:
        """When somebody first set a status that says neither an ending nor what we write."""
        rows = self._db.execute(
            "SELECT s.at, s.status FROM status_change s JOIN record p ON p.id = s.record "
            "WHERE p.person = ? AND s.at > ? AND s.at <= ? ORDER BY s.at",
            (person, after, end),
        )
        for at, status in rows:
            ours = folded(status) in self._own_words | self._known.rulebook.accepted
            if not ours and self._known.rulebook.ending(status) is None:
                return int(at)
        return None


def _stay(row: Sequence[object], until: int) -> Stay:
    person, rule, burst, entered, reason, score, revision, left, left_reason = row
    over = isinstance(left, int) and left <= until
    return Stay(
        person=int(str(person)),
        rule=str(rule),
        burst=int(str(burst)),
        entered_at=int(str(entered)),
        reason=str(reason),
        score=float(str(score)),
        revision=str(revision),
        left_at=left if over and isinstance(left, int) else None,
        left_reason=str(left_reason) if over and left_reason else None,
    )


def _sales(connection: sqlite3.Connection, until: int) -> Iterator[Sale]:
    rows = connection.execute(
        "SELECT r.id, r.instance || ':' || r.object_type || ':' || r.external_id, r.created_at, "
        "r.closed_at, r.modified_at, r.fields, p.person FROM record r "
        "JOIN opportunity_person o ON o.opportunity = r.id "
        "JOIN record p ON p.id = o.person_record AND p.person IS NOT NULL "
        "WHERE r.role = 'opportunity' AND r.deleted = 0 AND r.created_at <= ? "
        "ORDER BY r.created_at, r.id, p.person",
        (until,),
    ).fetchall()
    for group in _grouped(rows):
        _, ref, opened, closed, modified, fields, _ = group[0]
        told = json.loads(fields)
        is_won = told.get("is_won") is True
        if closed is None and (is_won or told.get("is_closed") is True):
            closed = modified or opened
        over = closed is not None and closed <= until
        amount = told.get("amount")
        yield Sale(
            ref=ref,
            name=str(told.get("name") or ref),
            people=tuple(dict.fromkeys(row[-1] for row in group)),
            opened_at=opened,
            closed_at=closed if over else None,
            won=is_won and over,
            amount=float(amount) if isinstance(amount, int | float) else None,
        )


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    kept: list[tuple[Any, ...]] = []
    for row in rows:
        if kept and kept[0][0] != row[0]:
            yield kept
            kept = []
        kept.append(row)
    if kept:
        yield kept


def _held(connection: sqlite3.Connection, start: int, until: int) -> Iterator[Held]:
    rows = connection.execute(
        "SELECT person, rule, burst, at, hold, detail, revision FROM decision "
        "WHERE verdict = 'held' AND at BETWEEN ? AND ? AND decided_at <= ? ORDER BY at, id",
        (start, until, until),
    )
    for person, rule, burst, at, hold, detail, revision in rows:
        yield Held(
            person=person, rule=rule, burst=burst, at=at, hold=hold, detail=detail,
            revision=revision,
        )  # fmt: skip


def _opened(connection: sqlite3.Connection, start: int, until: int) -> int:
    row = connection.execute(
        "SELECT count(*) FROM record WHERE role = 'opportunity' AND deleted = 0 "
        "AND created_at BETWEEN ? AND ?",
        (start, until),
    ).fetchone()
    return int(row[0])
