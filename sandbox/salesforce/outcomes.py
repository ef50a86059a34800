"""Several records at once: what became of each.

Follows "sObject Collections" (REST API guide, resources_composite_sobjects_collections) and
SaveResult, UpsertResult of the SOAP API guide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from sandbox.salesforce.problems import Refused

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

Json = dict[str, object]
Step = Callable[[], Json]
"""Does one record; its outcome, or Refused."""

ROLLED_BACK: Final = Refused(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone "
    "header",
    [],
)


class _RollBack(Exception):
    """Takes everything back."""


def success(record_id: str, *, created: bool | None = None) -> Json:
    """The outcome of a record that was written."""
    outcome: Json = {"id": record_id, "success": True, "errors": []}
    return outcome if created is None else outcome | {"created": created}


def failure(refused: Refused, record_id: str | None = None) -> Json:
    """The outcome of a record that was refused."""
    outcome: Json = {"id": record_id} if record_id else {}
    return outcome | {"success": False, "errors": [refused.per_record()]}


def write_all(org: Org, steps: Sequence[Step], *, all_or_none: bool) -> list[Json]:
    """Do each step in its own savepoint; with all_or_none one failure takes all back."""
    outcomes: list[Json] = []
    try:
        with org.unit():
            outcomes += [_one(org, step) for step in steps]
            if all_or_none:
                _check_all(outcomes)
    except _RollBack:
        return [_innocent(outcome) for outcome in outcomes]
    return outcomes


def _one(org: Org, step: Step) -> Json:
    try:
        with org.unit():
            return step()
    except Refused as refused:
        return failure(refused)


def _check_all(outcomes: list[Json]) -> None:
    if not all(outcome["success"] for outcome in outcomes):
        raise _RollBack


def _innocent(outcome: Json) -> Json:
    if not outcome["success"]:
        return outcome
    return failure(ROLLED_BACK)
