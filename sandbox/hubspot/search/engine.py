"""A search over the objects of one type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from typing import Final

from sandbox.hubspot.kept import Kept
from sandbox.hubspot.problems import Refused, invalid
from sandbox.hubspot.search.asking import MOST_RESULTS, Asked, Filter
from sandbox.hubspot.search.faults import SearchFaults, loosened
from sandbox.hubspot.search.matching import Test, found_by, groups_test, test_of
from sandbox.hubspot.search.ordering import Hit, ordered
from sandbox.hubspot.search.recent import Recent
from sandbox.hubspot.search.values import MOMENTS, OBJECT_ID, moment
from sandbox.hubspot.table import Table

SEARCHED: Final[dict[str, tuple[str, ...]]] = {
    "contacts": ("email", "firstname", "lastname", "phone", "company", "hs_additional_emails"),
    "companies": ("name", "domain", "website", "phone"),
    "deals": ("dealname", "dealtype", "description"),
    "tasks": ("hs_task_subject", "hs_task_body"),
    "notes": ("hs_note_body",),
    "meetings": ("hs_meeting_title", "hs_meeting_body"),
    "calls": ("hs_call_title", "hs_call_body"),
    "emails": ("hs_email_subject", "hs_email_text"),
    "leads": ("hs_lead_name",),
}
"""What `query` looks at, per type."""
Kinds = Callable[[str], str | None]
"""The type of a property by its name; None: there is no such property."""
_EVER: Final = (float("-inf"), float("inf"))
_REMEMBERED: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page."""

    total: int
    hits: list[Hit]
    after: int | None
    """Where the next page begins; None behind the last one."""


@dataclass(slots=True)
class Engine:
    """Searches, with the indexes that they need."""

    faults: SearchFaults = field(default_factory=SearchFaults)
    _recents: dict[str, Recent] = field(default_factory=dict)
    _found: dict[tuple[object, ...], list[Hit]] = field(default_factory=dict)
    """What the latest searches found, so that their further pages are not searched for again."""

    def search(self, table: Table, stamp: str, kinds: Kinds, asked: Asked, now: int) -> Found:
        """One page of what matches at `now` (UTC ms); Refused for what cannot be searched.

        `stamp` is the property that says when an object was changed last.
        """
        tests = [[self._test(given, kinds) for given in group] for group in asked.groups]
        kind = _known(kinds, asked.sort.name) if asked.sort else ""
        types = tuple(kinds(given.name) for group in asked.groups for given in group)
        faults, same = astuple(self.faults), (stamp, asked.groups, asked.words, asked.sort)
        question = (table, table.changes, now, *same, types, kind, *faults)
        placed = self._found.pop(question, None)
        if placed is None:
            hits = self._hits(table, stamp, asked, tests, now)
            placed = ordered(hits, asked.sort, kind, self.faults, now)
        self._found[question] = placed
        if len(self._found) > _REMEMBERED:
            del self._found[next(iter(self._found))]
        return self._page(placed, asked)

    def _hits(
        self, table: Table, stamp: str, asked: Asked, tests: list[list[Test]], now: int
    ) -> list[Hit]:
        matches = groups_test(tests)
        by_words = found_by(asked.words, SEARCHED.get(table.type, ())) if asked.words else None
        hits: list[Hit] = []
        for kept in self._candidates(table, stamp, asked, now):
            properties = kept.as_searched(now) if kept.is_live else None
            if properties is None or not matches(properties):
                continue
            if by_words is None or by_words(properties):
                hits.append((kept, properties))
        return hits

    def _test(self, given: Filter, kinds: Kinds) -> Test:
        kind = self.faults.kind_of(given.name, _known(kinds, given.name))
        if kind in MOMENTS:
            if moment(given.value) == 0:
                # https://github.com/estuary/connectors: starting at 1970-01-01T00:00:00 fails.
                raise Refused(500, "INTERNAL_ERROR", "internal error")
            if self.faults.loose_window:
                given = loosened(given)
        return test_of(given, kind)

    # which objects are looked at

    def _candidates(self, table: Table, stamp: str, asked: Asked, now: int) -> Iterable[Kept]:
        groups = asked.groups
        if not groups:
            return table.live()
        wanted = [_ids(group) for group in groups]
        if all(ids is not None for ids in wanted):
            numbers = sorted({number for ids in wanted for number in ids or ()})
            return (table.kept[number] for number in numbers if number in table.kept)
        spans = [_span(group, stamp) for group in groups]
        if _EVER in spans:
            return table.live()
        return self._in_spans(table, spans, now)

    def _in_spans(self, table: Table, spans: list[tuple[float, float]], now: int) -> Iterator[Kept]:
        recent = self._recents.get(table.type)
        if recent is None or not recent.serves(table):
            recent = self._recents[table.type] = Recent(table)
        seen: set[int] = set()
        for low, high in spans:
            # One more on both sides, for windows that are a little loose.
            for kept in recent.between(low - 1, high + 1, now):
                if kept.id not in seen:
                    seen.add(kept.id)
                    yield kept

    # pages

    def _page(self, hits: list[Hit], asked: Asked) -> Found:
        if asked.after >= MOST_RESULTS and not self.faults.short_pages:
            raise _too_far(asked.after)
        if not self.faults.short_pages:
            end = min(asked.after + asked.limit, MOST_RESULTS)
            more = end < len(hits)
            return Found(total=len(hits), hits=hits[asked.after : end], after=end if more else None)
        return self._short(hits, asked)

    def _short(self, hits: list[Hit], asked: Asked) -> Found:
        """A page over an index with dead entries, which count as places and are not shown."""
        end, place = asked.after + asked.limit, 0
        page: list[Hit] = []
        for number, hit in enumerate(hits):
            place += self.faults.gap(number, asked.limit)
            if place >= end:
                return Found(total=len(hits), hits=page, after=end)
            if number >= MOST_RESULTS:
                if not page:
                    raise _too_far(asked.after)
                return Found(total=len(hits), hits=page, after=end)
            if place >= asked.after:
                page.append(hit)
            place += 1
        return Found(total=len(hits), hits=page, after=None)


def _too_far(after: int) -> Refused:
    return invalid(
        f"The requested after of {after} is beyond the {MOST_RESULTS} results that a query gives"
    )


def _known(kinds: Kinds, name: str) -> str:
    kind = kinds(name)
    if kind is None:
        raise invalid(f"There was a problem with the request: unknown property {name}")
    return kind


def _ids(group: tuple[Filter, ...]) -> set[int] | None:
    """The ids that a group names; None when it names none."""
    for given in group:
        if given.name == OBJECT_ID and given.operator in ("EQ", "IN"):
            texts = given.values if given.operator == "IN" else (given.value,)
            return {int(text) for text in texts if text.isascii() and text.isdigit()}
    return None


def _span(group: tuple[Filter, ...], name: str) -> tuple[float, float]:
    """The window of time that a group asks for, both ends in it."""
    low, high = _EVER
    for given in group:
        if given.name != name:
            continue
        value, upper = moment(given.value), moment(given.high)
        if given.operator in ("GT", "GTE", "EQ", "BETWEEN") and value is not None:
            low = max(low, value)
        if given.operator in ("LT", "LTE", "EQ") and value is not None:
            high = min(high, value)
        if given.operator == "BETWEEN" and upper is not None:
            high = min(high, upper)
    return low, high


def shown(hit: Hit, faults: SearchFaults) -> Mapping[str, str]:
    """The properties that an answer shows of a hit."""
    return hit[0].properties if faults.fresh_values else hit[1]
