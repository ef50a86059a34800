"""What HubSpot says about the inputs of one batch, one by one.

Success is an id per input, in a row that names the input: by its trace id, its key, or its own id.
Status codes differ between versions, rows have no promised order, and some may be missing.
https://developers.hubspot.com/docs/api-reference/error-handling#multi-status-errors
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.hubspot.client import Json
from adapters.hubspot.faults import LOCKED_PAUSE, Fault
from connector.errors import AdapterError
from connector.model import Outcome, Settled
from connector.ports import outcomes_after

TRACE: Final = "objectWriteTraceId"
NOT_FOUND: Final = "OBJECT_NOT_FOUND"
_PASSING: Final = (
    "RATE_LIMIT",
    "LOCK",
    "TIMEOUT",
    "CONCURREN",
    "INTERNAL",
    "UNAVAILABLE",
    "MIGRATION",
    "SCOPES",
    "AUTHENTICATION",
)
"""Parts of categories and codes that say: not applied, and passing."""
_LOST: Final = ("INTERNAL", "UNKNOWN_ERROR", "SERVER_ERROR", "TIMEOUT")
"""HubSpot failed at it, and nobody knows how far it came."""
_MARKS: Final = ("hs_task_subject", "hs_note_body", "hs_lead_name")
_TAKEN: Final = ("UNIQUE", "CONFLICT", "ALREADY_EXISTS", "DUPLICATE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of a batch."""

    name: str
    """How answers can name it: the trace id of a creation, the record's id of a change."""
    body: Json
    key: str = ""
    """The write's key, where it is among the properties."""

    @property
    def is_new(self) -> bool:
        """Whether it makes an object, whose id nobody knows yet."""
        return "id" not in self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What was said about one input; with none of these, nothing is known."""

    id: str | None = None
    """Its id, when it was written."""
    row: Mapping[str, Any] = field(default_factory=dict)
    """The object as it is in the answer."""
    fault: Fault | None = None
    error: AdapterError | None = None
    """The request as a whole failed so."""


def saved_of(
    rows: Sequence[Json], faults: Sequence[Fault], inputs: Sequence[Input], key_property: str
) -> list[Saved]:
    """The answers in the order of the inputs."""
    named = _by_name(rows, inputs, key_property)
    refused: dict[str, Fault] = {}
    loose: list[Fault] = []
    for fault in faults:
        about = fault.named(TRACE, "ids", "id")
        loose += [] if about else [fault]
        refused |= {name: fault for name in about if name not in named and name not in refused}
    open_names = [one.name for one in inputs if one.name not in named and one.name not in refused]
    if len(open_names) == 1 and loose:
        refused[open_names[0]] = loose[0]
    return [_saved(named.get(one.name), refused.get(one.name)) for one in inputs]


def _by_name(rows: Sequence[Json], inputs: Sequence[Input], key_property: str) -> dict[str, Json]:
    """Rows by the input that they name; a row that names two, or none, is no proof."""
    names = _Names(inputs, key_property)
    found: dict[str, Json] = {}
    twice: set[str] = set()
    for row in rows:
        name = names.of(row)
        if name is not None:
            twice |= {name} & found.keys()
            found[name] = row
    return {name: row for name, row in found.items() if name not in twice}


class _Names:
    """What names the inputs of one batch."""

    def __init__(self, inputs: Sequence[Input], key_property: str) -> None:
        self._key_property = key_property
        self._traces = {one.name for one in inputs}
        self._ids = {one.name for one in inputs if not one.is_new}
        self._keys = {one.key.casefold(): one.name for one in inputs if one.key}
        marks = [(_mark(one.body), one.name) for one in inputs if one.is_new]
        count = Counter(mark for mark, _ in marks)
        self._marks = {mark: name for mark, name in marks if mark and count[mark] == 1}

    def of(self, row: Json) -> str | None:
        """The input of a row.

        Older versions tell no trace ids. Without a key as well, which is class C, the text that was
        sent tells inputs apart, if it is the only one of its kind.
        """
        trace, key = str(row.get(TRACE) or ""), _property(row, self._key_property)
        by_key = self._keys.get(key.casefold()) if key else None
        by_trace = trace if trace in self._traces else None
        if by_trace and by_key and by_trace != by_key:
            return None
        record_id = str(row.get("id") or "")
        by_id = record_id if record_id in self._ids else None
        by_mark = None if trace or key else self._marks.get(_mark(row))
        return by_key or by_trace or by_id or by_mark


def _mark(told: Mapping[str, Any]) -> str:
    """The text that tells one object from another for people."""
    return next((text for name in _MARKS if (text := _property(told, name).strip())), "")


def _property(row: Mapping[str, Any], name: str) -> str:
    properties = row.get("properties")
    return str(properties.get(name) or "") if isinstance(properties, dict) else ""


def _saved(row: Json | None, fault: Fault | None) -> Saved:
    if row is None:
        return Saved(fault=fault)
    return Saved(id=id_of(row), row=row)


def id_of(row: Mapping[str, Any]) -> str | None:
    """The id of an object: decimal text."""
    found = row.get("id")
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    return text if text.isascii() and text.isdigit() else None


# what a refusal is about


def is_taken(fault: Fault) -> bool:
    """Whether a unique value is held by another object already."""
    words = " ".join(fault.words)
    if "DOESNT_EXIST" in words or "NOT_EXIST" in words:
        return False
    return any(part in words for part in _TAKEN) or "already" in fault.message.lower()


def names_property(fault: Fault, name: str) -> bool:
    """Whether a property is named, in the context or in the words."""
    return name in fault.named("propertyName", "properties") or name in fault.message


def lacks(fault: Fault, name: str) -> bool:
    """Whether HubSpot says that there is no property of this name."""
    told = any("DOESNT_EXIST" in word or "NOT_EXIST" in word for word in fault.words)
    return told and names_property(fault, name)


def is_missing(fault: Fault) -> bool:
    """Whether HubSpot says itself that there is no such object."""
    return NOT_FOUND in fault.words or fault.message.lower().startswith("resource not found")


# outcomes


def outcome_of(key: str, saved: Saved) -> Outcome:
    """What became of a write whose input was answered so, if nothing can be mended."""
    if saved.error is not None:
        return outcomes_after([key], saved.error)[0]
    if saved.id:
        return Outcome(key=key, settled=Settled.APPLIED, remote_id=saved.id)
    if saved.fault is None:
        return unknown(key, "HubSpot gave no id and no error.")
    return _of_fault(key, saved.fault)


def _of_fault(key: str, fault: Fault) -> Outcome:
    words = " ".join(fault.words)
    nameless = not (words or is_taken(fault) or is_missing(fault))
    if nameless or _any(_LOST, words):
        return unknown(key, f"HubSpot failed: {shown(fault)}.")
    if _any(_PASSING, words):
        wait = LOCKED_PAUSE if "LOCK" in words else None
        return _outcome(key, Settled.RETRY, shown(fault), wait)
    return _outcome(key, Settled.REJECTED, f"HubSpot refused: {shown(fault)}.")


def _any(parts: Sequence[str], words: str) -> bool:
    return any(part in words for part in parts)


def _outcome(key: str, settled: Settled, reason: str, wait: int | None = None) -> Outcome:
    return Outcome(key=key, settled=settled, reason=reason, retry_after=wait)


def shown(fault: Fault) -> str:
    """The words of a refusal that hold no data."""
    return str(fault) or "without a word about why"


def unknown(key: str, reason: str) -> Outcome:
    """Sent, and nobody knows."""
    return _outcome(key, Settled.UNKNOWN, reason)


def cancelled(key: str, reason: str) -> Outcome:
    """Not wanted any more."""
    return _outcome(key, Settled.CANCELLED, reason)


def rejected(key: str, reason: str) -> Outcome:
    """Refused for good."""
    return _outcome(key, Settled.REJECTED, reason)
