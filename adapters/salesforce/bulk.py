"""First loads by Bulk API 2.0: a query is left with Salesforce, its result fetched as CSV.

The library's own readers lose line ends and a last record, so the CSV is read here: streamed to a
file, with quoted line ends, U+2028 and NUL as they are.
https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_job_results.htm
"""

from __future__ import annotations

import csv
import io
import tempfile
import threading
from collections.abc import Iterator
from typing import IO, Any, Final

from adapters.salesforce.client import Client
from adapters.salesforce.cursor import Load
from adapters.salesforce.replies import Broken, Refused
from connector.errors import TryAgain

DONE: Final = "JobComplete"
FAILED: Final = ("Failed", "Aborted")
LAST: Final = "null"
"""The locator behind the last page."""
_FIRST_WAIT: Final = 1.0
_MOST_WAIT: Final = 30.0
_NUL: Final = "\x00"


class Gone(Exception):
    """The load failed or is not there any more; begin again in another way."""


class Spool:
    """One page of results on disk, read forward, and again from its beginning when needed."""

    def __init__(self, file: IO[bytes], *, expected: int | None, following: str) -> None:
        self._file = file
        self._expected = expected
        self.following = following
        """The locator of the next page."""
        self._rows: Iterator[list[str]] = iter(())
        self._header: list[str] = []
        self.row = 0
        self._rewind()

    def _rewind(self) -> None:
        self._file.seek(0)
        text = io.TextIOWrapper(
            io.BufferedReader(_Kept(self._file)), encoding="utf-8-sig", newline=""
        )
        self._rows = csv.reader((line.replace(_NUL, "") for line in text), strict=True)
        self._header = next(self._rows, [])
        self.row = 0

    def take(self, start: int, count: int) -> tuple[list[dict[str, str]], bool]:
        """Rows from number `start`, at most `count`; and whether the page ends with them."""
        if start < self.row:
            self._rewind()
        found: list[dict[str, str]] = []
        while len(found) < count:
            values = next(self._rows, None)
            if values is None:
                self._check()
                return found, True
            if len(values) != len(self._header):
                raise Broken
            if self.row >= start:
                found.append(dict(zip(self._header, values, strict=True)))
            self.row += 1
        return found, self._expected is not None and self.row >= self._expected

    def _check(self) -> None:
        if self._expected is not None and self.row != self._expected:
            raise Broken

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


class _Kept(io.RawIOBase):
    """Reads a file without ever closing it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._inner = file

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        piece = self._inner.read(len(into))
        into[: len(piece)] = piece
        return len(piece)


class Bulk:
    """Loads of one organisation. The page that is being read is kept on disk, others are not."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._spools: dict[str, tuple[str, Spool]] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def begin(self, query: str, now: int) -> Load:
        """Leave a query with Salesforce; Refused when Bulk cannot do it."""
        body = {"operation": "queryAll", "query": query}
        answer = self._client.ask("POST", "jobs/query", json=body)
        found = answer.json().get("id")
        if not isinstance(found, str) or not found:
            raise Broken
        return Load(id=found, began=answer.now or now)

    def look(self, load: Load) -> bool:
        """Whether the result is there; waits a moment before it looks again. Raises Gone."""
        if load.looks:
            wait = min(_MOST_WAIT, _FIRST_WAIT * 2 ** min(load.looks, 8))
            self._stop.wait(wait)
        try:
            state = self._client.get(f"jobs/query/{load.id}").json().get("state")
        except Refused as refused:
            if refused.status == 404:
                raise Gone from None
            raise
        if state in FAILED:
            raise Gone
        return bool(state == DONE)

    def rows(self, load: Load, count: int) -> tuple[list[dict[str, str]], str | None]:
        """The next rows of the result; and the locator of the next page when this one ends.

        The locator is None while the page goes on, and "null" behind the last one.
        """
        spool = self._spool(load)
        try:
            rows, ended = spool.take(load.row, count)
        except (csv.Error, UnicodeDecodeError):
            self.drop(load)
            raise TryAgain("Salesforce's CSV was damaged on the way.") from None
        except Broken:
            self.drop(load)
            raise
        if not ended:
            return rows, None
        following = spool.following
        self.drop(load)
        return rows, following

    def _spool(self, load: Load) -> Spool:
        with self._lock:
            known = self._spools.get(load.id)
        if known is not None and known[0] == load.locator:
            return known[1]
        self.drop(load)
        spool = self._fetched(load)
        with self._lock:
            self._spools[load.id] = (load.locator, spool)
        return spool

    def _fetched(self, load: Load) -> Spool:
        file = tempfile.TemporaryFile(prefix="leadmode-")  # noqa: SIM115 - it outlives this call
        try:
            params = {"locator": load.locator} if load.locator else {}
            answer = self._client.download(f"jobs/query/{load.id}/results", params, file)
            count = answer.headers.get("Sforce-NumberOfRecords", "")
            return Spool(
                file,
                expected=int(count) if count.isdigit() else None,
                following=answer.headers.get("Sforce-Locator", LAST) or LAST,
            )
        except Refused as refused:
            file.close()
            if refused.status == 404:
                raise Gone from None
            raise
        except BaseException:
            file.close()
            raise

    def drop(self, load: Load) -> None:
        """Forget the page on disk."""
        with self._lock:
            known = self._spools.pop(load.id, None)
        if known is not None:
            known[1].close()

    def close(self) -> None:
        """Forget all pages on disk, and wait no longer."""
        self._stop.set()
        with self._lock:
            spools, self._spools = list(self._spools.values()), {}
        for _, spool in spools:
            spool.close()
        self._stop = threading.Event()
