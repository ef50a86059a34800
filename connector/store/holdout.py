"""The two sides of a holdout: who was not handed off on purpose, and who was."""

from __future__ import annotations

import sqlite3

from connector.store.overview import Decided, decisions_where

_RAISED = (
    "EXISTS (SELECT 1 FROM decision o WHERE o.person = decision.person AND o.rule = decision.rule "
    "AND o.burst = decision.burst AND o.verdict = 'handed_off' AND o.change = 'raised')"
)


def arms(
    connection: sqlite3.Connection, *, since: int, until: int, revision: str | None = None
) -> tuple[list[Decided], list[Decided]]:
    """Entries that were held out, and those that were handed off, decided in a stretch (UTC ms).

    Both are what the draw was among: entries by score whose turn had come. Who raised a hand within
    the episode afterwards is on neither side. With `revision`, only what those rules decided.
    """
    where = (
        "change = 'entered' AND decided_at >= :since AND decided_at < :until "
        "AND revision = coalesce(:revision, revision) "
        "AND EXISTS (SELECT 1 FROM episode e WHERE e.person = decision.person "
        "AND e.rule = decision.rule AND e.burst = decision.burst AND e.reason = 'score') "
        f"AND NOT {_RAISED}"
    )
    values = {"since": since, "until": until, "revision": revision}
    held = decisions_where(connection, f"hold = 'holdout' AND {where} ORDER BY at, id", values)
    handed = decisions_where(
        connection, f"verdict = 'handed_off' AND {where} ORDER BY at, id", values
    )
    return list(held), list(handed)
