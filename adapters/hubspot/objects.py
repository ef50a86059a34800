"""Pages of objects: by list, by search, by id, and what is associated with them.

https://developers.hubspot.com/docs/api-reference/2026-03/crm/using-object-apis
https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm
https://developers.hubspot.com/docs/api-reference/2026-03/crm/associations/associate-records
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from adapters.hubspot.client import Answer, Broken, Client, Json, Refused
from adapters.hubspot.faults import is_passing
from adapters.hubspot.mapping import id_text, instant, properties_in
from adapters.hubspot.settings import Settings
from adapters.hubspot.tables import Table, properties_of
from adapters.hubspot.windows import Found, Hit, Pass, Window

OBJECT_ID: Final = "hs_object_id"
LONGEST_BODY: Final = 2_900
"""Characters of a search; HubSpot refuses 3,000."""
LONGEST_ADDRESS: Final = 7_000
"""Characters of an address; longer ones meet a 414 on the way."""
READ_AT_ONCE: Final = 100
HISTORIES_AT_ONCE: Final = 50
LINKS_AT_ONCE: Final = 1_000
MOST_LINK_PAGES: Final = 20
"""Pages of associations of one object: far more people than a deal has."""
PRIMARY: Final = 5
"""Type of the association from a deal to its primary company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page of a list."""

    rows: Sequence[Json]
    after: str | None
    now: int
    """The server's clock, UTC ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A page of a search."""

    found: Found
    rows: Sequence[Json]
    """As they came."""
    now: int
    """The server's clock, UTC ms."""
    whole: bool
    """Whether the rows hold all that is read of them."""


class Objects:
    """The objects of one portal."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._settings = settings
        self._client = client

    # by list

    def page(self, table: Table, after: str) -> Listed:
        """A page of all objects, by ascending id, with all that is read of them."""
        names = properties_of(table, self._settings)
        size = self._settings.page_size
        limit = max(1, size // 4 if table.history else size // 2)
        params = [("limit", str(limit)), *([("after", after)] if after else [])]
        wanted = [("properties", ",".join(names))]
        if table.history:
            wanted += [("propertiesWithHistory", ",".join([*table.stamps, *table.needed]))]
        if table.associated:
            params += [("associations", ",".join(table.associated))]
        path = self._client.paths.objects(table.object)
        whole = len(path) + len(urlencode([*params, *wanted])) <= LONGEST_ADDRESS
        answer = self._client.get(path, [*params, *(wanted if whole else [])])
        rows = answer.rows()
        if not whole:
            rows = _with_links_of(rows, self.read(table, ids_of(rows)))
        return self._listed(answer, self._with_further_links(table, rows))

    def archived(self, table: Table, after: str) -> Listed:
        """A page of what was archived: ids and moments alone."""
        limit = max(1, self._settings.page_size // 2)
        params = [("limit", str(limit)), ("archived", "true")]
        params += [("after", after)] if after else []
        answer = self._client.get(self._client.paths.objects(table.object), params)
        return self._listed(answer, answer.rows())

    def _listed(self, answer: Answer, rows: Sequence[Json]) -> Listed:
        return Listed(rows=rows, after=answer.after, now=self._now(answer))

    def _now(self, answer: Answer) -> int:
        return answer.now if answer.now is not None else self._client.server_now()

    # by search

    def search(self, table: Table, going: Pass) -> Searched:
        """A page of a window; long lists of properties are left for `completed`."""
        names = properties_of(table, self._settings)
        body = search_body(table, going, names, self._settings.page_size)
        whole = not table.history and len(json.dumps(body)) <= LONGEST_BODY
        if not whole:
            body = search_body(table, going, table.stamps, self._settings.page_size)
        answer = self._client.search(table.object, body)
        rows, total = answer.rows(), answer.json().get("total")
        if not isinstance(total, int) or isinstance(total, bool):
            raise Broken
        hits = [_hit(table, row, going.window) for row in rows]
        found = Found(hits, total, answer.after)
        return Searched(found=found, rows=rows, now=self._now(answer), whole=whole)

    def completed(self, table: Table, searched: Searched) -> Sequence[Json]:
        """Rows of a search with all that is read of them."""
        rows = searched.rows
        return self._with_links(table, rows if searched.whole else self.read(table, ids_of(rows)))

    # by id

    def read(self, table: Table, ids: Sequence[str]) -> list[Json]:
        """Objects by id; those that are archived or gone by now are left out."""
        body: Json = {"properties": properties_of(table, self._settings)}
        if table.history:
            body["propertiesWithHistory"] = [*table.stamps, *table.needed]
        rows: list[Json] = []
        for some in pieces(ids, HISTORIES_AT_ONCE if table.history else READ_AT_ONCE):
            rows += self._some(table, body, some)
        return rows

    def _some(self, table: Table, body: Json, ids: Sequence[str]) -> list[Json]:
        """One request. When HubSpot does not find some and refuses all, it is asked for halves."""
        path = f"{self._client.paths.objects(table.object)}/batch/read"
        try:
            answer = self._client.post(path, {**body, "inputs": [{"id": one} for one in ids]})
        except Refused as refused:
            if refused.status != 404 or not refused.faults:
                raise
            half = len(ids) // 2
            parts = (ids[:half], ids[half:]) if half else ()
            return [row for part in parts for row in self._some(table, body, part)]
        if any(is_passing(fault) for fault in answer.faults):
            raise Broken  # a row that failed to come is not one that is gone
        return answer.rows()

    # associations

    def _with_links(self, table: Table, rows: Sequence[Json]) -> Sequence[Json]:
        """Rows with the ids of associated objects, which no search tells."""
        for target in table.associated:
            wanted = [row for row in rows if not _is_known(row, target)]
            rows = _linked(rows, target, self.links(table.object, target, ids_of(wanted)))
        return rows

    def _with_further_links(self, table: Table, rows: Sequence[Json]) -> Sequence[Json]:
        """Rows of a list; where one has more associated objects than a list shows, with all."""
        for target in table.associated:
            partial = [row for row in rows if _has_more(row, target)]
            if partial:
                rows = _linked(rows, target, self.links(table.object, target, ids_of(partial)))
        return rows

    def links(self, origin: str, target: str, ids: Sequence[str]) -> dict[str, list[Json]]:
        """Per id the associated objects, as a list of objects tells them."""
        path = f"{self._client.paths.associations(origin, target)}/batch/read"
        found: dict[str, list[Json]] = {one: [] for one in ids}
        inputs: list[Json] = [{"id": one} for one in ids]
        for _ in range(MOST_LINK_PAGES):
            further: list[Json] = []
            for some in pieces(inputs, LINKS_AT_ONCE):
                for told in self._client.post(path, {"inputs": list(some)}).rows():
                    further += _take(told, found)
            if not further:
                break
            inputs = further
        return found


def search_body(table: Table, going: Pass, properties: Sequence[str], limit: int) -> Json:
    """The body of the search for the next page of a pass.

    Newest first and open above: a row that changes meanwhile moves to the front, so that nothing
    behind it is missed, and is read in its new state the next time.
    """
    low, high = going.window
    groups = []
    for stamp in table.stamps:
        filters = [{"propertyName": stamp, "operator": "GTE", "value": str(low)}]
        if high is not None:
            filters.append({"propertyName": stamp, "operator": "LT", "value": str(high)})
        if going.by_id and going.behind:
            filters.append({"propertyName": OBJECT_ID, "operator": "GT", "value": going.behind})
        groups.append({"filters": filters})
    order = (OBJECT_ID, "ASCENDING") if going.by_id else (table.stamps[0], "DESCENDING")
    body: Json = {
        "filterGroups": groups,
        "sorts": [{"propertyName": order[0], "direction": order[1]}],
        "properties": list(properties),
        "limit": limit,
    }
    return {**body, "after": going.after} if going.after else body


def pieces(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The items in lists of at most `size`."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


def ids_of(rows: Sequence[Json]) -> list[str]:
    """The ids of rows; Broken where one has none."""
    found = [id_text(row.get("id")) for row in rows]
    if not all(found):
        raise Broken
    return found


def _hit(table: Table, row: Json, window: Window) -> Hit:
    """A result by the stamp for which it was found."""
    told = row.get("id")
    if not isinstance(told, str | int) or not id_text(told):
        raise Broken
    stamps = [at for stamp in table.stamps if (at := instant(properties_in(row).get(stamp)))]
    low, high = window
    inside = [at for at in stamps if low <= at and (high is None or at < high)]
    return Hit(str(told), max(inside or stamps, default=None))


def _take(told: Json, found: dict[str, list[Json]]) -> list[Json]:
    """Take in the links of one object; what is to be asked for to get the rest of them."""
    origin = told.get("from")
    name = id_text(origin.get("id")) if isinstance(origin, dict) else ""
    listed = told.get("to")
    if name not in found or not isinstance(listed, list):
        raise Broken
    found[name] += [_link(one) for one in listed if isinstance(one, dict)]
    paging = told.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    after = following.get("after") if isinstance(following, dict) else None
    return [{"id": name, "after": str(after)}] if after else []


def _link(one: Json) -> Json:
    """An associated object as inline lists tell it."""
    kinds = [kind for kind in one.get("associationTypes") or [] if isinstance(kind, dict)]
    ranked = {kind.get("typeId") for kind in kinds}
    primary = PRIMARY in ranked
    return {"id": one.get("toObjectId"), "type": "primary" if primary else "_unlabeled"}


def _linked(
    rows: Sequence[Json], target: str, links: Mapping[str, Sequence[Json]]
) -> Sequence[Json]:
    """The rows with these links."""
    changed = []
    for row in rows:
        name = id_text(row.get("id"))
        known = row.get("associations")
        others = known if isinstance(known, dict) else {}
        if name in links:
            row = {**row, "associations": {**others, target: {"results": links[name]}}}  # noqa: PLW2901
        changed.append(row)
    return changed


def _is_known(row: Json, target: str) -> bool:
    """Whether a property tells the associated object already."""
    primary = properties_in(row).get("hs_primary_associated_company")
    return target == "companies" and bool(id_text(primary))


def _has_more(row: Json, target: str) -> bool:
    known = row.get("associations")
    found = known.get(target) if isinstance(known, dict) else None
    return bool(isinstance(found, dict) and found.get("paging"))


def _with_links_of(listed: Sequence[Json], rows: Sequence[Json]) -> list[Json]:
    """Rows that were read by id, with the associations that the list told."""
    told = {id_text(row.get("id")): row.get("associations") for row in listed}
    return [{**row, "associations": told.get(id_text(row.get("id")))} for row in rows]
