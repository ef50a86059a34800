"""From when until when properties of contacts stand in for a source that is not there.

A source and its stand-in tell the same act by different ids, so each begins where the other ended;
only what lies within the overlap may come twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from adapters.hubspot.cursor import AnyWalk, Cursor, FormWalk, MailWalk, OwnerWalk, Walk
from adapters.hubspot.tables import CONVERTED, FORMS, MAIL, OPENED, WEB, WEB_MAIL
from adapters.hubspot.walking import Step
from connector.model import Engagement, Kind

_STAND_INS: Final[Mapping[str, tuple[str, str]]] = {
    MAIL: (WEB_MAIL.name, OPENED),
    FORMS: (WEB.name, CONVERTED),
}
"""The walk that stands in for a source, and a property that it reads then.

Meetings and mail of reps are not here: properties tell only some of them, so all come again.
"""
_OF_MAIL: Final = (Kind.EMAIL_OPENED, Kind.EMAIL_CLICKED)
"""What properties tell of marketing mail; all else only the log does."""


def ends_of(cursor: Cursor) -> Mapping[str, int]:
    """Up to when each walk told everything, UTC ms."""
    return {
        name: walk.floor
        for name, walk in cursor.walks.items()
        if not isinstance(walk, OwnerWalk) and walk.floor
    }


def stood_in(name: str, cursor: Cursor) -> Cursor:
    """The cursor; a source whose stand-in is read knows until when that told everything."""
    if name not in _STAND_INS:
        return cursor
    other, stamp = _STAND_INS[name]
    instead = cursor.walk(other, Walk)
    if stamp not in instead.stamps:
        return cursor
    walk: MailWalk | FormWalk = (
        cursor.walk(MAIL, MailWalk) if name == MAIL else cursor.walk(FORMS, FormWalk)
    )
    return cursor.with_walk(name, replace(walk, told=max(walk.told, instead.floor)))


def not_told(name: str, step: Step) -> Sequence[Engagement]:
    """The engagements of a page, less those that were told instead of it."""
    walk = step.walk
    if not isinstance(walk, MailWalk | FormWalk):
        return step.engagements
    return [
        each
        for each in step.engagements
        if each.at >= walk.told or (name == MAIL and each.kind not in _OF_MAIL)
    ]


def answered(walk: AnyWalk) -> AnyWalk:
    """A walk that was not refused this time."""
    return walk if isinstance(walk, OwnerWalk) else replace(walk, refused=0)
