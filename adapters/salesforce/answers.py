"""What Salesforce says about the records of one collection, one by one."""

from __future__ import annotations

from typing import Any, Final

from adapters.salesforce.faults import LOCKED_PAUSE, Meaning, Saved, faults_of
from adapters.salesforce.ids import is_id, to_18
from adapters.salesforce.replies import Broken
from connector.model import Outcome, Settled

_SETTLED: Final = {
    Meaning.RETRY: Settled.RETRY,
    Meaning.LIMIT: Settled.RETRY,
    Meaning.LOCKED: Settled.RETRY,
    Meaning.MOVED_ON: Settled.RETRY,  # compared anew the next time
    Meaning.UNKNOWN: Settled.UNKNOWN,
}


def saved_of(body: Any, count: int) -> list[Saved]:
    """The answers in order; Broken when there are not as many as records."""
    if not isinstance(body, list) or len(body) != count:
        raise Broken
    return [_saved(each) for each in body]


def _saved(told: Any) -> Saved:
    if not isinstance(told, dict) or not isinstance(told.get("success"), bool):
        return Saved()
    if not told["success"]:
        return Saved(faults=tuple(faults_of(told.get("errors") or [])))
    record_id = told.get("id")
    proved = isinstance(record_id, str) and is_id(record_id)
    return Saved(id=to_18(record_id) if proved and isinstance(record_id, str) else None)


def outcome_of(key: str, saved: Saved) -> Outcome:
    """What became of a write whose record was answered so, if nothing can be mended."""
    if saved.id:
        return Outcome(key=key, settled=Settled.APPLIED, remote_id=saved.id)
    fault = saved.first
    if fault is None:
        return unknown(key, "Salesforce gave no id and no error.")
    wait = LOCKED_PAUSE if fault.meaning is Meaning.LOCKED else None
    settled = _SETTLED.get(fault.meaning, Settled.REJECTED)
    return Outcome(key=key, settled=settled, reason=str(fault), retry_after=wait)


def unknown(key: str, reason: str) -> Outcome:
    """Sent, and nobody knows."""
    return Outcome(key=key, settled=Settled.UNKNOWN, reason=reason)


def cancelled(key: str, reason: str) -> Outcome:
    """Not wanted any more."""
    return Outcome(key=key, settled=Settled.CANCELLED, reason=reason)
