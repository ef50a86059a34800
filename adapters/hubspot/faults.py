"""What HubSpot's refusals mean: status, category and codes, to what the caller should do.

Bodies are `{status, message, correlationId, category, errors: [{code, message, context}]}` with
everything optional, or HTML. Messages may quote data, so ours hold category, codes and the names
of properties and scopes. https://developers.hubspot.com/docs/api-reference/error-handling
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from connector.clock import HOUR, MINUTE, SECOND
from connector.errors import (
    AdapterError,
    FateUnknown,
    GrantAccess,
    Rejected,
    SignInAgain,
    SlowDown,
    TryAgain,
)

LOCKED: Final = 423
MIGRATING: Final = 477
PASSING: Final = frozenset({408, 425, LOCKED, MIGRATING})
"""Statuses below 500 that pass."""
DAILY_PAUSE: Final = 15 * MINUTE
BURST_PAUSE: Final = 10 * SECOND
SEARCH_PAUSE: Final = 1 * SECOND
LOCKED_PAUSE: Final = 2 * SECOND
MOVED_PAUSE: Final = HOUR
_PASSING: Final = (
    *("RATE_LIMIT", "LOCK", "TIMEOUT", "CONCURREN", "INTERNAL", "UNAVAILABLE", "MIGRATION"),
    "SERVER_ERROR",
)
"""Parts of categories and codes."""
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One error as HubSpot tells it."""

    category: str = ""
    code: str = ""
    message: str = ""
    """Its own words; they may hold data, so they are looked at and not shown."""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    policy: str = ""
    """The limit that was reached: TEN_SECONDLY_ROLLING, SECONDLY or DAILY."""

    @property
    def words(self) -> frozenset[str]:
        """Category and code, upper case."""
        return frozenset({self.category.upper(), self.code.upper()} - {""})

    def named(self, *keys: str) -> tuple[str, ...]:
        """What the context says under the first of these names that it has."""
        return next((self.context[key] for key in keys if self.context.get(key)), ())

    def __str__(self) -> str:
        """Category, code, and the names of properties and scopes."""
        told = [word for word in (self.category, self.code) if word]
        names = [*self.named("propertyName", "properties"), *self.named(*SCOPES)]
        shown = [name for name in names if _WORD.fullmatch(name)]
        return " ".join(dict.fromkeys(told)) + (f" ({', '.join(shown)})" if shown else "")


SCOPES: Final = ("requiredGranularScopes", "requiredScopes")


def faults_of(body: Any) -> list[Fault]:
    """The errors in a body: those it lists, or else itself; none in anything else."""
    if not isinstance(body, Mapping):
        return []
    listed = body.get("errors")
    inner = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    if not _text(body, "category") and not _text(body, "errorType") and not inner:
        message = _text(body, "message")
        return [Fault(message=message)] if message else []
    return [_fault(one, body) for one in inner] or [_fault(body, body)]


def _fault(told: Mapping[str, Any], whole: Mapping[str, Any]) -> Fault:
    """One error; what it does not say itself is said by what lies in it, or by the whole."""
    parts = [told, *_inside(told)]
    category = _word(told, "category") or _word(whole, "category") or _word(whole, "errorType")
    codes = [_word(part, name) for part in parts for name in ("code", "error", "subCategory")]
    context: dict[str, tuple[str, ...]] = {}
    for name, values in (pair for part in parts for pair in _context(part)):
        context[name] = tuple(dict.fromkeys((*context.get(name, ()), *values)))
    return Fault(
        category=category,
        code=next((code for code in codes if code), "") or _word(whole, "subCategory"),
        message=_text(told, "message") or _text(whole, "message"),
        context=context or dict(_context(whole)),
        policy=_word(whole, "policyName"),
    )


def _inside(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Errors inside an error: a list of its own, or JSON in the middle of its message."""
    found = told.get("errors")
    if not found:
        message = _text(told, "message")
        _, bracket, rest = message.partition("[{")
        try:
            found = json.JSONDecoder().raw_decode(bracket + rest)[0] if bracket else []
        except ValueError:
            found = []
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _word(told: Mapping[str, Any], name: str) -> str:
    """A category or code; a text that is no single word might hold data."""
    value = _text(told, name)
    return value if _WORD.fullmatch(value) else ""


def _context(told: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    context = told.get("context")
    if isinstance(context, Mapping):
        for name, values in context.items():
            listed = values if isinstance(values, list) else [values]
            yield str(name), tuple(str(value) for value in listed if value is not None)
    for name in ("name", "in"):
        if _word(told, name):
            yield "propertyName", (_word(told, name),)
            return


def is_passing(fault: Fault) -> bool:
    """Whether one of several things failed that may go well the next time."""
    return any(part in word for part in _PASSING for word in fault.words)


def error_of(
    status: int, faults: Sequence[Fault], *, writing: bool, retry_after: int | None = None
) -> AdapterError:
    """The error of the contract for a request that failed as a whole.

    Only HubSpot's own word refuses a write for good; a page of something in between does not.
    """
    first = faults[0] if faults else None
    shown = (str(first) if first else "") or f"HTTP {status}"
    if status == 401:
        return SignInAgain(
            f"HubSpot refused the token: {shown}. Look at the service key or the private app."
        )
    if status == 403:
        return GrantAccess(_access(faults, shown))
    if status == 429:
        wait = retry_after if retry_after is not None else _pause(first)
        return SlowDown(f"HubSpot's limit is reached: {shown}.", retry_after=wait)
    if status >= 500 and writing:
        return FateUnknown(f"HubSpot failed: {shown}; nobody knows whether it was applied.")
    if status >= 500 or status in PASSING or (writing and not faults):
        pause = {LOCKED: LOCKED_PAUSE, MIGRATING: MOVED_PAUSE}.get(status)
        wait = retry_after if retry_after is not None else pause
        return TryAgain(f"HubSpot could not do this now: {shown}.", retry_after=wait)
    return Rejected(f"HubSpot refused: {shown}.")


def _access(faults: Sequence[Fault], shown: str) -> str:
    scopes = [name for fault in faults for name in fault.named(*SCOPES) if _WORD.fullmatch(name)]
    if scopes:
        listed = ", ".join(dict.fromkeys(scopes))
        return f"HubSpot does not allow this; the token lacks the scopes: {listed}."
    return f"HubSpot does not allow this: {shown}. Look at the scopes of the token."


def _pause(fault: Fault | None) -> int | None:
    """How long to wait for which limit. Retry-After is not dependable here."""
    if fault is None:
        return None
    told = f"{fault.policy} {fault.message}".upper()
    if "DAILY" in told:
        return DAILY_PAUSE
    if "TEN_SECONDLY" in told or "TEN SECONDLY" in told:
        return BURST_PAUSE
    return SEARCH_PAUSE if "SECONDLY" in told else BURST_PAUSE
