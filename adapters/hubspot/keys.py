"""The unique property that carries the keys of what leadmode makes.

A second creation with a key is refused by HubSpot; that refusal is looked up by the key itself,
never by a search, whose index lags.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.hubspot.answers import id_of
from adapters.hubspot.batches import AT_ONCE, Batches
from adapters.hubspot.client import Broken, Client, Json
from adapters.hubspot.properties import Properties
from adapters.hubspot.settings import Settings
from connector.errors import GrantAccess, Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The object that has a key."""

    id: str
    archived: bool = False


class Keys:
    """Knows whether keys are kept unique, and who has one."""

    def __init__(self, settings: Settings, client: Client, properties: Properties) -> None:
        self._settings = settings
        self._client = client
        self._properties = properties
        self._batches = Batches(client, settings.key_property)
        self._lock = threading.Lock()
        self._proved: set[str] = set()

    def require(self, object_type: str) -> None:
        """GrantAccess unless HubSpot keeps the keys of this type unique, or nobody counts on it.

        Asked once per process and type. Without it a repeat would be a second task.
        """
        with self._lock:
            proved = object_type in self._proved
        if proved or not self._settings.unique_keys:
            return
        problem = self.problem(object_type)
        if problem:
            raise GrantAccess(problem)

    def doubt(self, object_type: str) -> None:
        """Look again before the next write."""
        with self._lock:
            self._proved.discard(object_type)

    def problem(self, object_type: str) -> str:
        """What is wrong with the property of the keys, and what to do; empty: nothing.

        The portal is asked anew: somebody may just have mended it.
        """
        with self._client.contract(writing=False):
            known = self._properties.read(object_type).get(self._settings.key_property)
        name = f"{object_type}.{self._settings.key_property}"
        if known is None:
            return (
                f"HubSpot has no property {name}, so nothing is written. Let leadmode make it "
                "(leadmode provision), or set unique_keys = false, which makes HubSpot class C."
            )
        if not known.unique:
            return (
                f"The property {name} is not unique, so nothing is written. That cannot be "
                "changed: name another one in key_property, or set unique_keys = false, which "
                "makes HubSpot class C."
            )
        with self._lock:
            self._proved.add(object_type)
        return ""

    def holders(self, object_type: str, keys: Sequence[str]) -> Mapping[str, Held]:
        """The objects that have these keys, archived ones too, by the key in small letters."""
        found: dict[str, Held] = {}
        open_keys = list(dict.fromkeys(keys))
        for archived in (False, True):
            if not open_keys:
                break
            for row in self._rows(object_type, open_keys, archived=archived):
                key, record_id = self._key_of(row), id_of(row)
                if key and record_id:
                    gone = archived or row.get("archived") is True
                    found.setdefault(key.casefold(), Held(id=record_id, archived=gone))
            open_keys = [key for key in open_keys if key.casefold() not in found]
        return found

    def binned(self, object_type: str, keys: Sequence[str]) -> Mapping[str, Held]:
        """The objects in the recycle bin that have these keys, by the key in small letters.

        Archiving frees a key there, so no refusal tells of them. The bin is read as a list, which
        is sure to tell all: asked for by a key, a portal may find only what is not archived. It
        keeps 90 days, so this takes a call per 100 of what was archived since.
        """
        wanted = {key.casefold() for key in keys}
        found: dict[str, Held] = {}
        after: str | None = ""
        with self._client.contract(writing=False):
            while after is not None and found.keys() < wanted:
                rows, after = self._bin_page(object_type, after)
                for row in rows:
                    key, record_id = self._key_of(row).casefold(), id_of(row)
                    if key in wanted and record_id:
                        found[key] = Held(id=record_id, archived=True)
        return found

    def _bin_page(self, object_type: str, behind: str) -> tuple[Sequence[Json], str | None]:
        params = [("limit", str(AT_ONCE)), ("archived", "true")]
        params += [("properties", self._settings.key_property)]
        params += [("after", behind)] if behind else []
        answer = self._client.get(self._client.paths.objects(object_type), params)
        if answer.after == behind:
            raise Broken
        return answer.rows(), answer.after

    def _rows(self, object_type: str, keys: Sequence[str], *, archived: bool) -> list[Json]:
        name = self._settings.key_property
        try:
            with self._client.contract(writing=False):
                found = self._batches.read(object_type, keys, [name], by=name, archived=archived)
        except Rejected:
            if not archived:
                raise
            return []  # not every portal looks into its recycle bin by anything but an id
        return found.rows

    def _key_of(self, row: Json) -> str:
        properties = row.get("properties")
        told = properties.get(self._settings.key_property) if isinstance(properties, dict) else None
        return str(told or "")
