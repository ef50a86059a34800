"""Marketing e-mail events: newest first, in windows of time with both ends in them.

Version 1, without a successor; the offset is opaque and may be refused after a while.
https://developers.hubspot.com/docs/api-reference/legacy/email-analytics-v1/guide
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from adapters.hubspot.client import Broken, Client, Json, Refused
from adapters.hubspot.cursor import MailWalk
from adapters.hubspot.engaged import of_mail
from adapters.hubspot.mapping import instant
from adapters.hubspot.settings import Settings
from adapters.hubspot.versions import EMAIL_EVENTS
from adapters.hubspot.walking import DAWN, LATE, NEWS, PAUSE, Step
from connector.clock import MINUTE
from connector.model import Engagement

_SHARE: Final = 5
"""A page of e-mail events holds so many times what one of a search holds: 1,000."""


class Mail:
    """The e-mail events of one portal."""

    def __init__(self, instance: str, settings: Settings, client: Client) -> None:
        self._instance = instance
        self._client = client
        self._limit = settings.page_size * _SHARE
        self._overlap = settings.overlap * MINUTE
        self._trailing = settings.trailing * MINUTE

    def stages(self, walk: MailWalk, now: int) -> list[str]:
        """What is due."""
        due = bool(self._trailing) and now - self._trailing - walk.trail >= PAUSE
        late = bool(walk.floor) and (walk.late or due)
        return [NEWS, LATE] if late else [NEWS]

    def step(self, walk: MailWalk, stage: str) -> Step:
        """The next page."""
        late = stage == LATE
        if not walk.began or walk.late != late:
            walk = self._begun(walk, late=late)
        try:
            answer = self._client.get(EMAIL_EVENTS, self._params(walk))
        except Refused as refused:
            return self._without_offset(walk, refused)
        rows, body = answer.rows("events"), answer.json()
        now = answer.now if answer.now is not None else self._client.server_now()
        walk = replace(walk, began=walk.began or (walk.end if walk.late else now))
        created = [at for row in rows if (at := instant(row.get("created"))) is not None]
        oldest = min([*created, *([walk.oldest] if walk.oldest else [])], default=0)
        more, offset = body.get("hasMore"), body.get("offset")
        if not isinstance(more, bool):
            raise Broken
        if more:
            if not isinstance(offset, str | int) or str(offset) in ("", walk.offset):
                raise Broken
            walk = replace(walk, offset=str(offset), oldest=oldest)
        else:
            walk = self._ended(walk)
        return Step(walk=walk, ended=not more, now=now, engagements=self._told(rows))

    def _begun(self, walk: MailWalk, *, late: bool) -> MailWalk:
        """At the beginning of a window; one of the other stage that was under way begins anew.

        What is new has no upper end: clocks differ.
        """
        high = max(walk.trail, self._client.server_now() - self._trailing)
        low, end = (walk.trail, high) if late else (walk.floor or DAWN, 0)
        return replace(walk, late=late, low=low, end=end, began=0, offset="", oldest=0)

    def _params(self, walk: MailWalk) -> list[tuple[str, str]]:
        params = [("startTimestamp", str(walk.low)), ("limit", str(self._limit))]
        params += [("endTimestamp", str(walk.end))] if walk.end else []
        return [*params, ("offset", walk.offset)] if walk.offset else params

    def _without_offset(self, walk: MailWalk, refused: Refused) -> Step:
        """Go on at the oldest one that came; ends are inclusive, so its instant is read again."""
        at = walk.oldest
        if refused.status != 400 or not walk.offset or not at or at == walk.end:
            raise refused
        return Step(walk=replace(walk, end=walk.oldest, offset="", oldest=0), ended=False)

    def _ended(self, walk: MailWalk) -> MailWalk:
        if walk.late:
            return replace(_idle(walk), trail=walk.began)
        floor = max(walk.began - self._overlap, DAWN)
        trail = walk.trail if walk.trail and self._trailing else floor
        return replace(_idle(walk), floor=floor, trail=trail)

    def _told(self, rows: Sequence[Json]) -> list[Engagement]:
        found = (of_mail(row, self._instance) for row in rows)
        return [engagement for engagement in found if engagement is not None]


def _idle(walk: MailWalk) -> MailWalk:
    return replace(walk, began=0, low=0, end=0, offset="", oldest=0, late=False)
