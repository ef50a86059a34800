"""Rule revisions: their text, when leadmode worked by them, and why one was refused."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.clock import HOUR
from connector.config.rulebook import Rulebook, RuleText

SEEN_EVERY: Final = HOUR
"""How exactly it is known when a revision was worked by last, ms."""
STARTED: Final = "start"
"""Who asked for a reload that is no reload: the daemon has just started."""
_KEPT_RELOADS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One time during which leadmode worked by a revision. UTC ms."""

    revision: str
    from_at: int
    seen_at: int
    """When it was known last that it worked by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """One wish to take the files up anew, and the answer."""

    at: int
    asked: str
    """By whom it was asked for; empty: by a signal."""
    revision: str
    """What was taken up; empty: it was refused."""
    problem: str = ""
    """The first thing that was in the way, with its place."""
    problems: int = 0
    """How many there were."""


class Revisions:
    """What is kept of the rules themselves."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._spell: tuple[int, int] | None = None
        """The row of the spell that goes on, and when it was seen last."""

    def begin(self, rulebook: Rulebook, now: int, *, goes_on: bool) -> None:
        """From now on it is worked by this rulebook; `goes_on`: as it did before."""
        self._db.executemany(
            "INSERT OR IGNORE INTO rule_text VALUES (?, ?, ?, ?)",
            [
                (rulebook.revision, text.folder, text.name, zlib.compress(text.source))
                for text in rulebook.texts
            ],
        )
        row = self._db.execute(
            "SELECT id, revision FROM rule_spell ORDER BY id DESC LIMIT 1"
        ).fetchone()
        if row is not None and goes_on and row[1] == rulebook.revision:
            self._spell = (row[0], now)
            self._db.execute("UPDATE rule_spell SET seen_at = ? WHERE id = ?", (now, row[0]))
            return
        if self._spell is not None:  # the one that ends here was at work until now
            self._db.execute(
                "UPDATE rule_spell SET seen_at = ? WHERE id = ?", (now, self._spell[0])
            )
        made = self._db.execute(
            "INSERT INTO rule_spell (revision, from_at, seen_at) VALUES (?, ?, ?)",
            (rulebook.revision, now, now),
        )
        self._spell = (int(made.lastrowid or 0), now)

    def seen(self, now: int) -> None:
        """The revision it began with is still worked by; noted now and then."""
        if self._spell is not None and now - self._spell[1] >= SEEN_EVERY:
            self._spell = (self._spell[0], now)
            self._db.execute(
                "UPDATE rule_spell SET seen_at = ? WHERE id = ?", (now, self._spell[0])
            )

    def spells(self) -> list[Spell]:
        """When which revision was worked by, oldest first."""
        rows = self._db.execute("SELECT revision, from_at, seen_at FROM rule_spell ORDER BY id")
        return [Spell(revision=one, from_at=begun, seen_at=seen) for one, begun, seen in rows]

    def made(self) -> dict[str, tuple[int, int]]:
        """Per revision the transitions it recorded, and the writes it queued."""
        rows = self._db.execute(
            "SELECT revision, sum(transitions), sum(writes) FROM ("
            "SELECT revision, 1 AS transitions, 0 AS writes FROM transition UNION ALL "
            "SELECT revision, 0, 1 FROM outbox) GROUP BY revision"
        )
        return {revision: (transitions, writes) for revision, transitions, writes in rows}

    def note_reload(self, reload: Reload) -> None:
        """Keep the answer to a wish to reload."""
        self._db.execute(
            "INSERT INTO reload (at, asked, revision, problem, problems) VALUES (?, ?, ?, ?, ?)",
            (reload.at, reload.asked, reload.revision, reload.problem, reload.problems),
        )
        self._db.execute(
            "DELETE FROM reload WHERE id <= (SELECT max(id) FROM reload) - ?", (_KEPT_RELOADS,)
        )

    def reloads(self) -> list[Reload]:
        """The answers, oldest first."""
        rows = self._db.execute(
            "SELECT at, asked, revision, problem, problems FROM reload ORDER BY id"
        )
        return [
            Reload(at=at, asked=asked, revision=revision, problem=problem, problems=problems)
            for at, asked, revision, problem, problems in rows
        ]

    def last_reload(self) -> Reload | None:
        """The last answer."""
        return next(reversed(self.reloads()), None)

    def like(self, beginning: str) -> list[str]:
        """The revisions whose text is kept that begin so."""
        rows = self._db.execute(
            "SELECT DISTINCT revision FROM rule_text WHERE substr(revision, 1, ?) = ? "
            "ORDER BY revision",
            (len(beginning), beginning),
        )
        return [revision for (revision,) in rows]

    def texts(self, revision: str) -> tuple[RuleText, ...]:
        """The rule files of a revision, in the order in which they are read; empty: not kept."""
        rows = self._db.execute(
            "SELECT folder, name, packed FROM rule_text WHERE revision = ? ORDER BY folder, name",
            (revision,),
        )
        return tuple(
            RuleText(folder=folder, name=name, source=zlib.decompress(packed))
            for folder, name, packed in rows
        )


def write_folders(texts: Sequence[RuleText], target: Path) -> tuple[Path, ...]:
    """Write rule files into folders of `target`; these, in their order, are the same revision."""
    made: dict[int, Path] = {}
    for text in texts:
        folder = made.setdefault(text.folder, target / f"{text.folder}")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / text.name).write_bytes(text.source)
    return tuple(folder for _, folder in sorted(made.items()))
