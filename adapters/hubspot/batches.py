"""Batches of up to 100: sent, cut in halves around a bad input, and read by id or unique value.

https://developers.hubspot.com/docs/guides/api/crm/using-object-apis
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from adapters.hubspot.answers import Input, Saved, id_of, is_missing, saved_of
from adapters.hubspot.client import Broken, Client, Json, Refused
from adapters.hubspot.faults import Fault
from connector.errors import AdapterError, TryAgain

AT_ONCE: Final = 100
"""Inputs of one batch."""
MOST_CALLS: Final = 60
"""Of one batch that is halved: enough for the bad ones of a usual batch."""
_ABOUT_INPUTS: Final = frozenset({400, 404, 409, 413, 414, 422})
"""Statuses of a request that was refused for what is in it."""
EMAIL: Final = "email"
"""The property by which contacts are told apart."""
_TOO_LONG: Final = frozenset({413, 414})
_ALL: Final = "HubSpot refused too many writes of one batch; the others are tried later."

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class _Sending:
    """One batch on its way."""

    object_type: str
    path: str
    key_property: str
    calls: int = 0
    stopped: AdapterError | None = None
    """A failure after which nothing more is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """How objects are asked for."""

    object_type: str
    path: str
    body: Json
    params: tuple[tuple[str, str], ...]

    def is_about_one(self, refused: Refused) -> bool:
        """Whether one of the inputs may be to blame: it is not there, or it is no address.

        Only HubSpot's own word for it counts: a 404 of a proxy says nothing about a record.
        """
        if refused.status == 404:
            return any(is_missing(fault) for fault in refused.faults)
        by_email = self.body.get("idProperty") == EMAIL
        return by_email and refused.status == 400 and bool(refused.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a batch read gave."""

    rows: list[Json] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    """What HubSpot itself says it does not find."""


class Batches:
    """Sends batches."""

    def __init__(self, client: Client, key_property: str) -> None:
        self._client = client
        self._key_property = key_property

    def create(self, object_type: str, inputs: Sequence[Input]) -> list[Saved]:
        """Make objects; one answer per input, in order.

        An error is raised only when it holds for all: any other one is inside the answers.
        """
        return self._write(object_type, "create", inputs)

    def update(self, object_type: str, inputs: Sequence[Input]) -> list[Saved]:
        """Change objects, like `create`."""
        return self._write(object_type, "update", inputs)

    def _write(self, object_type: str, what: str, inputs: Sequence[Input]) -> list[Saved]:
        path = f"{self._client.paths.objects(object_type)}/batch/{what}"
        sending = _Sending(object_type=object_type, path=path, key_property=self._key_property)
        answers: list[Saved] = []
        for some in chunks(inputs, AT_ONCE):
            sending.calls = 0
            answers += self._part(sending, some)
        errors = [saved.error for saved in answers]
        first = errors[0] if errors else None
        if first is not None and all(error is first for error in errors):
            raise first
        return answers

    def _part(self, sending: _Sending, inputs: Sequence[Input]) -> list[Saved]:
        """One request; the refused whole is cut in halves until the bad input stands alone."""
        if sending.stopped is not None:
            later = TryAgain("Not sent: HubSpot failed at other writes of the batch.")
            return [Saved(error=later)] * len(inputs)
        if sending.calls >= MOST_CALLS:
            return [Saved(error=TryAgain(_ALL))] * len(inputs)
        sending.calls += 1
        try:
            return self._sent(sending, inputs)
        except AdapterError as error:
            sending.stopped = error
            return [Saved(error=error)] * len(inputs)
        except Refused as refused:
            if len(inputs) == 1:
                return [Saved(fault=_blamed(refused))]
        middle = len(inputs) // 2
        return self._part(sending, inputs[:middle]) + self._part(sending, inputs[middle:])

    def _sent(self, sending: _Sending, inputs: Sequence[Input]) -> list[Saved]:
        """The answers; Refused when the inputs are to blame."""
        body = {"inputs": [one.body for one in inputs]}
        with self._client.contract(writing=True):
            try:
                answer = self._client.post(sending.path, body, writing=True)
            except Refused as refused:
                if refused.status not in _ABOUT_INPUTS:
                    raise
                if not refused.faults and (len(inputs) == 1 or refused.status not in _TOO_LONG):
                    raise
                blamed = refused
            else:
                return saved_of(answer.rows(), answer.faults, inputs, sending.key_property)
        if blamed.status == 404:
            with self._client.contract(writing=False):
                require_type(self._client, sending.object_type)
        raise blamed

    # reading

    def read(
        self,
        object_type: str,
        ids: Sequence[str],
        properties: Sequence[str],
        *,
        by: str = "",
        archived: bool = False,
    ) -> Found:
        """Objects by id, or by the unique property `by`, from the primary store: without lag."""
        found = Found()
        reading = _Reading(
            object_type=object_type,
            path=f"{self._client.paths.objects(object_type)}/batch/read",
            body={"properties": list(properties)} | ({"idProperty": by} if by else {}),
            params=(("archived", "true"),) if archived else (),
        )
        for some in chunks(list(dict.fromkeys(ids)), AT_ONCE):
            self._read(reading, some, found)
        return found

    def _read(self, reading: _Reading, ids: Sequence[str], found: Found) -> None:
        """One request; one that is refused for many is cut in halves until it is said of each."""
        body = reading.body | {"inputs": [{"id": each} for each in ids]}
        try:
            answer = self._client.ask("POST", reading.path, params=reading.params, body=body)
        except Refused as refused:
            if not reading.is_about_one(refused):
                raise
            if refused.status == 404:
                require_type(self._client, reading.object_type)
            if len(ids) == 1:
                found.missing.update(ids)
                return
        else:
            found.rows.extend(answer.rows())
            for fault in answer.faults:
                if is_missing(fault):
                    found.missing.update(set(fault.named("ids", "id")) & set(ids))
            return
        middle = len(ids) // 2
        self._read(reading, ids[:middle], found)
        self._read(reading, ids[middle:], found)


def require_type(client: Client, object_type: str) -> None:
    """TryAgain unless HubSpot answers for the type as a whole.

    "Resource not found" is said of a record, of a type or feature that a portal has not, and of a
    path that something in between does not know: only where the type is there is it the record.
    """
    try:
        client.get(client.paths.objects(object_type), [("limit", "1")])
    except Refused as refused:
        raise TryAgain(
            f"HubSpot finds no {object_type} at all (HTTP {refused.status}), so nothing is known "
            "of single ones. Look whether the portal has them and whether the token may see them."
        ) from None


def _blamed(refused: Refused) -> Fault:
    """What a lone input was refused for; where HubSpot has no word for it, the status is one."""
    fault = refused.faults[0] if refused.faults else Fault()
    return fault if fault.words else replace(fault, category=f"HTTP_{refused.status}")


def chunks(items: Sequence[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    for first in range(0, len(items), size):
        yield list(items[first : first + size])


def by_id(rows: Sequence[Json]) -> Mapping[str, Json]:
    """Objects by their id; Broken when one has none."""
    found: dict[str, Json] = {}
    for row in rows:
        record_id = id_of(row)
        if record_id is None:
            raise Broken
        found[record_id] = row
    return found
