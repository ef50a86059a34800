"""The objects of one type: by id, in the order of ids, and by unique values."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from sandbox.hubspot.kept import Kept


class Table:
    """All objects of one type, those in the recycle bin and the gone ones too."""

    def __init__(self, object_type: str, first_id: int) -> None:
        self.type = object_type
        self.kept: dict[int, Kept] = {}
        self._next_id = first_id
        self._live: list[int] = []
        self._archived: list[int] = []
        self._by_value: dict[str, dict[str, int]] = {}
        self.touched: set[int] = set()
        """Ids of what was changed since the search index looked last."""
        self.changes = 0
        """How often anything was changed; what was found at the same number is still so."""

    def next_id(self) -> int:
        """A fresh id; ids grow."""
        self._next_id += 1
        return self._next_id

    def touch(self, object_id: int) -> None:
        """An object is new or other than it was; whoever changes one says so."""
        self.touched.add(object_id)
        self.changes += 1

    def put(self, kept: Kept) -> None:
        """Take an object in."""
        self.kept[kept.id] = kept
        self._next_id = max(self._next_id, kept.id)
        self.touch(kept.id)
        if kept.is_live:
            _add(self._live, kept.id)
        else:
            self.placed(kept)

    def drop(self, kept: Kept) -> None:
        """Forget an object as if it had never been."""
        self.kept.pop(kept.id, None)
        self.changes += 1
        for ids in (self._live, self._archived):
            _remove(ids, kept.id)

    def placed(self, kept: Kept) -> None:
        """Put an id where it belongs, after the object was archived, restored or is gone."""
        self.touch(kept.id)
        live = kept.is_live
        archived = not live and not kept.gone
        for ids, belongs in ((self._live, live), (self._archived, archived)):
            if belongs:
                _add(ids, kept.id)
            else:
                _remove(ids, kept.id)

    # reading

    def live(self) -> Iterator[Kept]:
        """Objects that ordinary lists show, by ascending id."""
        kept = self.kept
        return (kept[number] for number in self._live)

    def archived(self) -> Iterator[Kept]:
        """Objects in the recycle bin, by ascending id."""
        kept = self.kept
        return (kept[number] for number in self._archived)

    def __len__(self) -> int:
        """How many objects are live."""
        return len(self._live)

    def page(self, after: int, limit: int, *, archived: bool = False) -> list[Kept]:
        """Up to `limit` objects whose id is `after` or greater."""
        ids = self._archived if archived else self._live
        start = bisect_left(ids, after)
        return [self.kept[number] for number in ids[start : start + limit]]

    def find(self, object_id: int | str) -> Kept | None:
        """The object that answers to an id, the old id of a merged one too; None if it is gone."""
        kept = self.exactly(object_id)
        while kept is not None and kept.merged_into is not None:
            kept = self.kept.get(kept.merged_into)
        return None if kept is None or kept.gone else kept

    def exactly(self, object_id: int | str) -> Kept | None:
        """The object of an id, whatever became of it."""
        text = str(object_id)
        return self.kept.get(int(text)) if text.isascii() and text.isdigit() else None

    # unique values

    def watch(self, name: str) -> None:
        """Keep an index of a property's values; values that are there already are taken in."""
        if name in self._by_value:
            return
        index = self._by_value[name] = {}
        for kept in self.live():
            value = kept.properties.get(name)
            if value:
                index.setdefault(value.lower(), kept.id)

    def unwatch(self, name: str) -> None:
        """End an index."""
        self._by_value.pop(name, None)

    @property
    def watched(self) -> Iterable[str]:
        """The properties with an index."""
        return self._by_value.keys()

    def holder(self, name: str, value: str) -> int | None:
        """The id of the live object with this value, in any case of its letters."""
        return self._by_value.get(name, {}).get(value.lower())

    def note_value(self, name: str, value: str, object_id: int) -> None:
        """An object has a value of a watched property now."""
        index = self._by_value.get(name)
        if index is not None and value:
            index[value.lower()] = object_id

    def forget_value(self, name: str, value: str, object_id: int) -> None:
        """An object has that value no more."""
        index = self._by_value.get(name)
        if index is not None and index.get(value.lower()) == object_id:
            del index[value.lower()]


def _add(ids: list[int], number: int) -> None:
    if not ids or ids[-1] < number:
        ids.append(number)
        return
    at = bisect_left(ids, number)
    if at == len(ids) or ids[at] != number:
        insort(ids, number)


def _remove(ids: list[int], number: int) -> None:
    at = bisect_left(ids, number)
    if at < len(ids) and ids[at] == number:
        del ids[at]
