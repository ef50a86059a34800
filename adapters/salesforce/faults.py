"""What Salesforce's codes mean: one table from its error codes to what the caller should do.

The codes are those of StatusCode and ApiFault in the SOAP and REST API guides; restforce keeps
the longest public list. Their messages may quote data, so ours hold the code and the field names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
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

EXPIRED: Final = frozenset(
    {"INVALID_SESSION_ID", "INVALID_JWT_FORMAT", "INVALID_AUTH_HEADER", "INVALIDSESSIONID"}
)
"""A new token helps, once. Bulk answers 400 InvalidSessionId."""
PASSING: Final = frozenset({406, 408, 420, 425})
"""Statuses below 500 that pass: load balancers say 406 with nothing in it, and 420."""
DAILY_PAUSE: Final = 15 * MINUTE
CONCURRENT_PAUSE: Final = 10 * SECOND
LOCKED_PAUSE: Final = HOUR


class Meaning(Enum):
    """What a code says about one record or one request."""

    RETRY = auto()
    """Not applied; passing."""
    LOCKED = auto()
    """Not applied; an approval holds the record, for hours."""
    GONE = auto()
    """What it is about was deleted, merged or converted."""
    OWNER = auto()
    """The owner cannot own it."""
    DUPLICATE = auto()
    """A unique field holds the value already."""
    MOVED_ON = auto()
    """The record was changed meanwhile."""
    LIMIT = auto()
    """A limit of the whole organisation."""
    ACCESS = auto()
    """A permission is missing."""
    SIGN_IN = auto()
    FIELD = auto()
    """A field is gone or hidden."""
    UNKNOWN = auto()
    """Salesforce failed at it, and nobody knows how far it came."""
    REFUSED = auto()
    """For good, until the data or the settings change."""


_CODES: Final[Mapping[Meaning, str]] = {
    Meaning.RETRY: "UNABLE_TO_LOCK_ROW SERVER_UNAVAILABLE QUERY_TIMEOUT PROCESSING_HALTED "
    "ALL_OR_NONE_OPERATION_ROLLED_BACK ROW_LOCK_TIMEOUT DATABASE_TIMEOUT "
    "INVALID_QUERY_LOCATOR INVALID_REPLICATION_DATE OPERATION_TOO_LARGE EXCEEDED_ID_LIMIT "
    "CONCURRENT_UPDATE_ERROR TOO_MANY_LOCKS INVALIDJOBSTATE",
    Meaning.LOCKED: "ENTITY_IS_LOCKED",
    Meaning.GONE: "ENTITY_IS_DELETED CANNOT_UPDATE_CONVERTED_LEAD NOT_FOUND "
    "DELETED_ENTITY INVALID_CROSS_REFERENCE_KEY ENTITY_IS_ARCHIVED",
    Meaning.OWNER: "INACTIVE_OWNER_OR_USER TRANSFER_REQUIRES_READ",
    Meaning.DUPLICATE: "DUPLICATE_VALUE DUPLICATE_EXTERNAL_ID",
    Meaning.MOVED_ON: "PRECONDITION_FAILED ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE",
    Meaning.LIMIT: "REQUEST_LIMIT_EXCEEDED REQUEST_RUNNING_TOO_LONG SERVER_TOO_BUSY "
    "TOO_MANY_REQUESTS STORAGE_LIMIT_EXCEEDED LIMIT_EXCEEDED EXCEEDED_QUOTA",
    Meaning.ACCESS: "INSUFFICIENT_ACCESS INSUFFICIENT_ACCESS_OR_READONLY API_DISABLED_FOR_ORG "
    "API_CURRENTLY_DISABLED TXN_SECURITY_METERING_ERROR TXN_SECURITY_NO_ACCESS "
    "FUNCTIONALITY_NOT_ENABLED FUNCTIONALITY_TEMPORARILY_UNAVAILABLE "
    "CLIENT_NOT_ACCESSIBLE_FOR_USER "
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY INVALID_ACCESS_LEVEL "
    "CANNOT_DELETE_ENTITY NO_ACCESS LICENSE_LIMIT_EXCEEDED",
    Meaning.SIGN_IN: "INVALID_LOGIN INACTIVE_ORG ORG_LOCKED LOGIN_DURING_RESTRICTED_DOMAIN "
    "LOGIN_DURING_RESTRICTED_TIME PASSWORD_LOCKOUT MISSING_OAUTH_TOKEN "
    "INVALID_OPERATION_WITH_EXPIRED_PASSWORD INVALID_AUTH_HEADER "
    "INVALID_JWT_FORMAT INVALID_SESSION_ID",
    Meaning.FIELD: "INVALID_FIELD INVALID_FIELD_FOR_INSERT_UPDATE INVALID_TYPE "
    "INVALID_FIELD_WHEN_USING_TEMPLATE",
    Meaning.UNKNOWN: "UNKNOWN_EXCEPTION UNKNOWN_ERROR APEX_ERROR INTERNAL_ERROR",
}
CODES: Final = {code: meaning for meaning, text in _CODES.items() for code in text.split()}
"""Every code that is more than a refusal."""
_SHOWN: Final = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
"""The one code whose message is shown: the company's administrator wrote it."""
_ADDRESS: Final = re.compile(r"\S+@\S+")
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One error as Salesforce tells it."""

    code: str
    message: str = ""
    """Its own words; they may hold data, so they are looked at and not shown."""
    fields: tuple[str, ...] = ()

    @property
    def meaning(self) -> Meaning:
        """What to do about it."""
        return CODES.get(self.code, Meaning.REFUSED)

    def __str__(self) -> str:
        """Code, fields, and what the administrator's own rule says."""
        about = f" ({', '.join(self.fields)})" if self.fields else ""
        says = f": {_ADDRESS.sub('…', self.message)[:_LONGEST]}" if self.code == _SHOWN else ""
        return f"{self.code}{about}{says}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One record's answer."""

    id: str | None = None
    """Its id, when it was written."""
    faults: tuple[Fault, ...] = ()

    @property
    def first(self) -> Fault | None:
        """The error, if there is one."""
        return self.faults[0] if self.faults else None


def faults_of(content: Any) -> list[Fault]:
    """The errors in a body: a list of errors, or one; none in anything else."""
    found = content if isinstance(content, list) else [content]
    return [fault for each in found if isinstance(each, dict) and (fault := fault_of(each))]


def fault_of(told: Mapping[str, Any]) -> Fault | None:
    """One error: `errorCode` of a request, `statusCode` of a record, `error` of a login."""
    code = told.get("errorCode") or told.get("statusCode") or told.get("error")
    if not isinstance(code, str) or not re.fullmatch(r"[A-Za-z_]{3,80}", code):
        return None
    words = told.get("message") or told.get("error_description") or ""
    names = told.get("fields")
    fields = tuple(str(name) for name in names) if isinstance(names, list) else ()
    return Fault(code=code.upper(), message=str(words), fields=fields)


def is_expired(status: int, faults: Sequence[Fault]) -> bool:
    """Whether the answer says that the token is over."""
    return status in (400, 401) and any(fault.code in EXPIRED for fault in faults)


def error_of(
    status: int,
    faults: Sequence[Fault],
    *,
    writing: bool,
    retry_after: int | None = None,
) -> AdapterError:
    """The error of the contract for a request that failed as a whole."""
    first = faults[0] if faults else None
    shown = str(first) if first else f"HTTP {status}"
    meaning = first.meaning if first else None
    if meaning is Meaning.LIMIT:
        daily = "concurrent" not in (first.message.lower() if first else "")
        pause = DAILY_PAUSE if daily else CONCURRENT_PAUSE
        return SlowDown(f"Salesforce's limit is reached: {shown}.", retry_after=pause)
    if status < 500 and meaning is not None and status != 401:
        known = _by_meaning(meaning, shown)
        if known is not None:
            return known
    return _by_status(status, shown, writing=writing, retry_after=retry_after)


def _by_meaning(meaning: Meaning, shown: str) -> AdapterError | None:
    match meaning:
        case Meaning.RETRY | Meaning.LOCKED:
            return TryAgain(f"Salesforce could not do this now: {shown}.")
        case Meaning.ACCESS:
            return GrantAccess(
                f"Salesforce does not allow this: {shown}. Look at the permission set of the "
                "integration user."
            )
        case Meaning.SIGN_IN:
            return SignInAgain(f"Salesforce refused the session: {shown}.")
    return None


def _by_status(status: int, shown: str, *, writing: bool, retry_after: int | None) -> AdapterError:
    if status >= 500 and writing:
        return FateUnknown(f"Salesforce failed: {shown}.")
    match status:
        case 401:
            return SignInAgain(f"Salesforce refused the session: {shown}.")
        case 403:
            return GrantAccess(f"Salesforce does not allow this: {shown}.")
        case 429:
            return SlowDown(f"Salesforce's limit is reached: {shown}.", retry_after=retry_after)
    if status >= 500 or status in PASSING:
        return TryAgain(f"Salesforce could not do this now: {shown}.", retry_after=retry_after)
    return Rejected(f"Salesforce refused: {shown}.")
