"""Storing one page, so that one bad row never stops the others."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from connector import log
from connector.model import Engagement, Record, Role
from connector.ports import Page
from connector.store import Store

BAD_DATA: Final = (
    ValueError,
    TypeError,
    OverflowError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
)
"""What a value raises that SQLite or JSON cannot hold."""

_LOG = log.get("ingest")


@dataclass(slots=True)
class Stored:
    """What storing a page did."""

    touched: set[int] = field(default_factory=set)
    """Persons whose evaluation may change."""
    unusable: int = 0
    """Rows that name nobody or cannot be stored."""


def store_page(store: Store, page: Page, now: int, *, careful: bool, first: bool = False) -> Stored:
    """Store records and engagements inside the caller's transaction; `first`: of a first load.

    Quick by default: one of `BAD_DATA` is raised and the caller rolls back. Careful: each row has
    its own savepoint, and a row that cannot be stored is left out and counted.
    """
    done = Stored()
    arrived_at = None if first else now
    if careful:
        for record in page.records:
            _carefully(store, partial(_put, store, record, now, done), done)
        for engagement in page.engagements:
            _carefully(store, partial(_add, store, (engagement,), arrived_at, done), done)
    else:
        for record in page.records:
            _put(store, record, now, done)
        _add(store, page.engagements, arrived_at, done)
    return done


def _put(store: Store, record: Record, now: int, done: Stored) -> None:
    gone = record.deleted and record.merged_into is None and record.role is Role.PERSON
    touched = store.people.put(bare(record) if gone else record, now=now)
    if gone:
        store.people.forget_addresses(touched)
    done.touched |= touched


def bare(record: Record) -> Record:
    """A deleted record without a person's data; when it became known stays.

    It may come back out of a recycle bin: then it is read again with everything.
    """
    fields = {} if record.role is Role.PERSON else record.fields
    return replace(record, fields=fields, emails=(), deleted=True)


def _add(
    store: Store, engagements: tuple[Engagement, ...], arrived_at: int | None, done: Stored
) -> None:
    people = store.people
    known = [
        (people.known_to(each) if each.withdrawn else people.who(each), each)
        for each in engagements
    ]
    usable = [(who, each) for who, each in known if who is not None]
    done.unusable += sum(who is None and not each.withdrawn for who, each in known)
    done.touched |= store.timelines.add(usable, arrived_at=arrived_at)


def _carefully(store: Store, action: Callable[[], None], done: Stored) -> None:
    try:
        with store.savepoint():
            action()
    except BAD_DATA as error:
        done.unusable += 1
        _LOG.warning("row_set_aside", error=type(error).__name__)
