"""Which accounts surge, what was decided about it, and when to look again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from connector.model import AccountSurge, Hold, Record, Verdict
from connector.store.rows import RECORD_COLUMNS, SELECT_RECORD, decode

_COLUMNS = (
    "anchor, began_at, ended_at, superseded, people, weight, verdict, hold, detail, receiver, "
    "key, revision, decided_at"
)
_OWNER = RECORD_COLUMNS.index("owner")


class Accounts:
    """Surges and due moments of accounts, by the number of the account's record."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def of(self, account: int) -> list[AccountSurge]:
        """The recorded surges of an account, oldest first."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM account_surge WHERE account = ? ORDER BY anchor", (account,)
        )
        return [_surge(row) for row in rows]

    def put(self, account: int, surge: AccountSurge) -> None:
        """Record a surge, or what is new about it."""
        self._db.execute(
            f"INSERT OR REPLACE INTO account_surge (account, {_COLUMNS}) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                account,
                surge.anchor,
                surge.began_at,
                surge.ended_at,
                int(surge.superseded),
                surge.people,
                surge.weight,
                surge.verdict.value,
                surge.hold.value if surge.hold else None,
                surge.detail,
                surge.receiver,
                surge.key,
                surge.revision,
                surge.decided_at,
            ),
        )

    def take_back(self, account: int, anchor: int) -> None:
        """Forget that a surge was seen: its task could not be made, and is to be made later."""
        self._db.execute(
            "DELETE FROM account_surge WHERE account = ? AND anchor = ? AND key = ''",
            (account, anchor),
        )

    def move(self, loser: int, winner: int) -> None:
        """Two accounts are one: of two surges with one anchor the winner's stands."""
        self._db.execute(
            "UPDATE OR IGNORE account_surge SET account = ? WHERE account = ?", (winner, loser)
        )
        for table in ("account_surge", "account_look"):
            self._db.execute(f"DELETE FROM {table} WHERE account = ?", (loser,))

    def running(self) -> list[tuple[int, AccountSurge]]:
        """Every surge that runs, with its account, oldest first."""
        rows = self._db.execute(
            f"SELECT account, {_COLUMNS} FROM account_surge "
            "WHERE ended_at IS NULL AND superseded = 0 ORDER BY anchor, account"
        )
        return [(row[0], _surge(row[1:])) for row in rows]

    def all(self) -> list[tuple[int, AccountSurge]]:
        """Every surge that was recorded, with its account, oldest first."""
        rows = self._db.execute(
            f"SELECT account, {_COLUMNS} FROM account_surge ORDER BY anchor, account"
        )
        return [(row[0], _surge(row[1:])) for row in rows]

    def due(self, now: int, most: int) -> list[int]:
        """Accounts to be looked at now, longest overdue first."""
        rows = self._db.execute(
            "SELECT account FROM account_look WHERE due_at <= ? ORDER BY due_at, account LIMIT ?",
            (now, most),
        )
        return [account for (account,) in rows]

    def next_due(self) -> int | None:
        """The first moment at which an account must be looked at, UTC ms."""
        row = self._db.execute("SELECT min(due_at) FROM account_look WHERE due_at IS NOT NULL")
        found = row.fetchone()[0]
        return None if found is None else int(found)

    def looked_at(self, account: int, due: int | None, *, problem: str | None = None) -> None:
        """The account is up to date until `due` (UTC ms), or could not be looked at."""
        self._db.execute(
            "INSERT INTO account_look VALUES (?, ?, ?) ON CONFLICT (account) DO UPDATE SET "
            "due_at = excluded.due_at, problem = excluded.problem",
            (account, due, problem),
        )

    def sleep(self, now: int) -> None:
        """No rule asks for accounts any more: nothing of them is due."""
        self._db.execute("UPDATE account_look SET due_at = NULL WHERE due_at <= ?", (now,))

    def around(self, persons: Iterable[int], instance: str) -> list[int]:
        """The accounts on a platform instance that records of these persons name."""
        rows = self._db.execute(
            "SELECT DISTINCT r.account FROM record r JOIN record a ON a.id = r.account "
            "WHERE r.person IN (SELECT value FROM json_each(?)) AND r.role = 'person' "
            "AND r.deleted = 0 AND a.instance = ? ORDER BY r.account",
            (json.dumps(list(persons)), instance),
        )
        return [account for (account,) in rows]

    def people(self, account: int) -> list[int]:
        """The persons who have a record that names the account."""
        rows = self._db.execute(
            "SELECT DISTINCT person FROM record WHERE account = ? AND role = 'person' "
            "AND deleted = 0 AND known = 1 AND person IS NOT NULL ORDER BY person",
            (account,),
        )
        return [person for (person,) in rows]

    def baseline(self, persons: Iterable[int]) -> int | None:
        """The latest moment up to which what is found of these persons was always so, UTC ms."""
        row = self._db.execute(
            "SELECT max(baseline_before) FROM person WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(persons)),),
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def record(self, account: int) -> tuple[Record, Record | None] | None:
        """The account as last read, and its owner; None when it is not known or gone."""
        row = self._db.execute(
            SELECT_RECORD + "WHERE r.id = ? AND r.known = 1 AND r.deleted = 0", (account,)
        ).fetchone()
        if row is None:
            return None
        owner = None
        if row[_OWNER] is not None:
            found = self._db.execute(SELECT_RECORD + "WHERE r.id = ?", (row[_OWNER],)).fetchone()
            owner = decode(found)
        return decode(row), owner

    def opportunities(self, account: int) -> list[Record]:
        """Those of the account, whoever they name, oldest first."""
        rows = self._db.execute(
            SELECT_RECORD + "WHERE r.account = ? AND r.role = 'opportunity' AND r.deleted = 0 "
            "AND r.known = 1 ORDER BY r.created_at, r.id",
            (account,),
        )
        return [decode(row) for row in rows]

    def every(self, instance: str) -> list[int]:
        """The accounts on a platform instance that people work at."""
        rows = self._db.execute(
            "SELECT a.id FROM record a WHERE a.instance = ? AND a.role = 'account' "
            "AND a.known = 1 AND a.deleted = 0 AND EXISTS (SELECT 1 FROM record p "
            "WHERE p.account = a.id AND p.role = 'person' AND p.deleted = 0) ORDER BY a.id",
            (instance,),
        )
        return [account for (account,) in rows]

    def number(self, account: Record) -> int | None:
        """The number of an account's record."""
        ref = account.ref
        row = self._db.execute(
            "SELECT id FROM record WHERE instance = ? AND object_type = ? AND external_id = ?",
            (ref.instance, ref.object_type, ref.id),
        ).fetchone()
        return None if row is None else int(row[0])


def _surge(row: tuple[object, ...]) -> AccountSurge:
    value = dict(zip(_COLUMNS.split(", "), row, strict=True))
    hold = value.pop("hold")
    return AccountSurge(  # as the STRICT table has them
        verdict=Verdict(str(value.pop("verdict"))),
        hold=Hold(str(hold)) if hold is not None else None,
        superseded=bool(value.pop("superseded")),
        **value,  # type: ignore[arg-type]
    )
