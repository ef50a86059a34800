"""Two persons turn out to be one human."""

from __future__ import annotations

import sqlite3
from typing import Final

from connector.store.timelines import Timelines

_OWNED: Final = (
    "UPDATE record SET person = :winner WHERE person = :loser",
    "UPDATE identity_key SET person = :winner WHERE person = :loser",
    "UPDATE outbox SET person = :winner WHERE person = :loser",
    # The same burst of both: the winner's history stands, the loser's stays with the loser, over.
    "UPDATE OR IGNORE episode SET person = :winner WHERE person = :loser",
    "UPDATE episode SET superseded = 1 WHERE person = :loser",
    "UPDATE OR IGNORE decision SET person = :winner WHERE person = :loser",
    "UPDATE OR IGNORE ineligible SET person = :winner WHERE person = :loser",
    "DELETE FROM ineligible WHERE person = :loser",
    "DELETE FROM ranked WHERE person = :loser",
    # Every touch counts; of two runs with one anchor the winner's stands.
    "UPDATE OR IGNORE enrolment SET person = :winner WHERE person = :loser",
    "DELETE FROM enrolment WHERE person = :loser",
    "UPDATE touch SET person = :winner WHERE person = :loser",
    "UPDATE followed SET person = :winner WHERE person = :loser",
    "UPDATE sla_step SET person = :winner WHERE person = :loser",
    # The winner's fit stands; the loser's says nothing about the winner.
    "DELETE FROM fit_change WHERE person = :loser",
    """UPDATE person SET due_at = 0, baseline_before = (
        SELECT max(baseline_before) FROM person WHERE id IN (:winner, :loser))
        WHERE id = :winner""",
    """UPDATE person SET merged_into = :winner, due_at = NULL, baseline_before = NULL
        WHERE id = :loser""",
    "UPDATE person SET merged_into = :winner WHERE merged_into = :loser",
)


def merge(connection: sqlite3.Connection, *, loser: int, winner: int) -> None:
    """Give everything of the loser to the winner, and have the winner evaluated again."""
    for statement in _OWNED:
        connection.execute(statement, {"winner": winner, "loser": loser})
    Timelines(connection).move(loser, winner)
