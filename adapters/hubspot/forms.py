"""Submissions of forms: newest first in each form, without a contact's id.

https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v1 for submissions, which
have no successor; https://developers.hubspot.com/docs/api-reference/marketing-forms-v3/guide for
definitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from adapters.hubspot.client import Answer, Broken, Client, Json, Refused
from adapters.hubspot.cursor import FormWalk
from adapters.hubspot.engaged import of_submission
from adapters.hubspot.mapping import id_text, instant, properties_in, text
from adapters.hubspot.settings import Settings
from adapters.hubspot.tables import CONVERTED
from adapters.hubspot.versions import FORM_SUBMISSIONS
from adapters.hubspot.walking import DAWN, Step
from connector.clock import MINUTE
from connector.model import Engagement

TYPES: Final = ("hubspot", "captured", "flow")
"""Types of forms that are read; by itself HubSpot lists the first one only."""
_DEFINITIONS: Final = 500
_SHARE: Final = 4
"""A page of submissions holds a quarter of what one of a search holds: 50."""
MOST_KNOWN: Final = 200
"""Conversions that are remembered; where there are more, forms are read anyway."""


class Forms:
    """The forms of one portal."""

    def __init__(self, instance: str, settings: Settings, client: Client) -> None:
        self._instance = instance
        self._settings = settings
        self._client = client
        self._names: dict[str, str] = {}

    def step(self, walk: FormWalk) -> Step:
        """The next page; the first one of a reading tells which forms there are."""
        if not walk.began:
            return self._begun(walk)
        if not walk.left:
            return Step(walk=self._ended(walk), ended=True)
        return self._submissions(walk)

    # whether, and which

    def _begun(self, walk: FormWalk) -> Step:
        known = walk.known
        if walk.floor and self._client.server_now() < walk.due:
            conversions = self._conversions(walk.floor)
            if conversions is not None and set(conversions) <= set(known):
                return Step(walk=walk, ended=True)
            known = tuple(sorted(conversions or ()))
        answer = self._defined()
        now = answer.now if answer.now is not None else self._client.server_now()
        began = replace(walk, began=now, left=tuple(sorted(self._names)), after="", known=known)
        if not began.left:
            return Step(walk=self._ended(began), ended=True, now=now)
        return Step(walk=began, ended=False, now=now)

    def _conversions(self, floor: int) -> list[str] | None:
        """Who filled in what lately, by one search of contacts; None when there are many."""
        condition = {"propertyName": CONVERTED, "operator": "GTE", "value": str(floor)}
        body: Json = {
            "filterGroups": [{"filters": [condition]}],
            "sorts": [{"propertyName": CONVERTED, "direction": "DESCENDING"}],
            "properties": [CONVERTED],
            "limit": self._settings.page_size,
        }
        answer = self._client.search("contacts", body)
        rows = answer.rows()
        if answer.after is not None or len(rows) > MOST_KNOWN:
            return None
        return [f"{id_text(row.get('id'))}:{_converted(row)}" for row in rows]

    def _defined(self) -> Answer:
        """Learn which forms there are, and their names."""
        names: dict[str, str] = {}
        params = [("limit", str(_DEFINITIONS)), *(("formTypes", each) for each in TYPES)]
        answer = first = self._client.get(self._client.paths.forms, params)
        names |= _named(first)
        while (after := answer.after) is not None:
            answer = self._client.get(self._client.paths.forms, [*params, ("after", after)])
            if answer.after == after:
                raise Broken
            names |= _named(answer)
        self._names = names
        return first

    def _ended(self, walk: FormWalk) -> FormWalk:
        return replace(
            walk,
            floor=max(walk.began - self._settings.overlap * MINUTE, DAWN),
            due=walk.began + self._settings.forms_every * MINUTE,
            began=0,
            left=(),
            after="",
        )

    # submissions

    def _submissions(self, walk: FormWalk) -> Step:
        form, rest = walk.left[0], walk.left[1:]
        if form not in self._names:
            self._defined()
        params = [("limit", str(max(1, self._settings.page_size // _SHARE)))]
        params += [("after", walk.after)] if walk.after else []
        try:
            answer = self._client.get(f"{FORM_SUBMISSIONS}/{form}", params)
        except Refused as refused:
            if refused.status != 400 and not (refused.status == 404 and refused.faults):
                raise
            # A form of a kind that has no submissions, or one that is gone.
            return self._onward(replace(walk, left=rest, after=""), ())
        rows = answer.rows()
        after = None if self._reached(rows, walk.floor) else answer.after
        if after is not None and after == walk.after:
            raise Broken
        onward = replace(walk, after=after) if after else replace(walk, left=rest, after="")
        name, kinds = self._names.get(form, ""), self._settings.form_kinds
        found = (of_submission(row, form, name, self._instance, kinds) for row in rows)
        return self._onward(onward, [each for each in found if each is not None])

    def _onward(self, walk: FormWalk, engagements: Sequence[Engagement]) -> Step:
        ended = not walk.left
        return Step(walk=self._ended(walk) if ended else walk, ended=ended, engagements=engagements)

    def _reached(self, rows: Sequence[Json], floor: int) -> bool:
        """Whether what follows was read before."""
        last = instant(rows[-1].get("submittedAt")) if rows else None
        return last is not None and last < floor


def _named(answer: Answer) -> dict[str, str]:
    """The names of forms by their ids."""
    named = {text(row.get("id")): text(row.get("name")) or "" for row in answer.rows()}
    if None in named:
        raise Broken
    return {form: name for form, name in named.items() if form is not None}


def _converted(row: Json) -> int | None:
    return instant(properties_in(row).get(CONVERTED))
