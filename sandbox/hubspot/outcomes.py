"""Many inputs in one call: what each came to, and how the whole is answered.

Follows https://developers.hubspot.com/docs/api-reference/error-handling, "multi-status errors":
when each input carries an `objectWriteTraceId` they stand and fall alone, otherwise together.
Versions before 2026-09 answer 207 when some failed; from then on the status does not tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sandbox.hubspot import instants
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.problems import NOT_FOUND, Json, Refused

if TYPE_CHECKING:
    from sandbox.hubspot.portal import Portal

TRACE: Final = "objectWriteTraceId"


@dataclass(slots=True)
class Outcomes:
    """What became of the inputs of one call."""

    results: list[Json] = field(default_factory=list)
    errors: list[Json] = field(default_factory=list)

    def answer(self, portal: Portal, call: Call, status: int = 200) -> Answer:
        """The answer; `status` is what it would be if all went well."""
        now = instants.shown(portal.clock.now())
        body: Json = {
            "status": "COMPLETE",
            "results": self.results,
            "startedAt": now,
            "completedAt": now,
        }
        if self.errors:
            body |= {"numErrors": len(self.errors), "errors": self.errors}
            status = status if call.since_2026_09 else 207
        return Answer(status=status, body=body)


def all_traced(given: Iterable[Json]) -> bool:
    """Whether the inputs may fail one by one."""
    traces = [each.get(TRACE) for each in given]
    return bool(traces) and all(traces) and len(set(map(str, traces))) == len(traces)


def write_all(
    portal: Portal,
    given: Sequence[Json],
    step: Callable[[Json], Json],
    *,
    alone: bool,
) -> Outcomes:
    """Do each input; when they do not stand alone, the first refusal takes all back."""
    found = Outcomes()
    missing: list[str] = []
    with portal.unit():
        for each in given:
            trace = each.get(TRACE)
            context = {TRACE: [str(trace)]} if trace else {}
            try:
                found.results.append(step(each) | ({TRACE: str(trace)} if trace else {}))
            except Refused as refused:
                if refused.category == NOT_FOUND and not trace:
                    missing.append(str(each.get("id")))
                elif alone:
                    found.errors.append(refused.per_input(context))
                else:
                    raise
    if missing:
        found.errors.append(none_of(missing, "update"))
    return found


def none_of(ids: list[str], verb: str, what: str = "") -> Json:
    """The error that names all ids which no object answers to."""
    text = f"Could not {verb} some {what.upper()} objects, they may be deleted or not exist. "
    refused = Refused(404, NOT_FOUND, f"{text.replace('  ', ' ')}Check that ids are valid.")
    return refused.per_input({"ids": ids})
