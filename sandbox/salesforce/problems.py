"""How the org says no.

Follows "Status Codes and Error Responses" (REST API guide, errorcodes) and "sObject Collections".
A refused request carries a list of `{message, errorCode, fields}`; a refused record inside a
collection carries `{statusCode, message, fields}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

Json = dict[str, object]

_STATUS: Final = {
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "INVALID_CROSS_REFERENCE_KEY": 400,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "API_DISABLED_FOR_ORG": 403,
    "API_CURRENTLY_DISABLED": 403,
    "METHOD_NOT_ALLOWED": 405,
    "INVALID_SESSION_ID": 401,
    "SERVER_UNAVAILABLE": 503,
    "UNKNOWN_EXCEPTION": 500,
    "UNSUPPORTED_API_VERSION": 410,
}


class Refused(Exception):
    """A record or a request that the org does not accept."""

    def __init__(
        self,
        code: str,
        message: str,
        fields: Sequence[str] | None = None,
        *,
        status: int | None = None,
        extra: Json | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = fields
        self.status = status or _STATUS.get(code, 400)
        self.extra = extra or {}

    def body(self) -> list[Json]:
        """The answer to a request of its own."""
        entry: Json = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            entry["fields"] = list(self.fields)
        return [entry | self.extra]

    def per_record(self) -> Json:
        """The error of one record in a collection."""
        return {
            "statusCode": self.code,
            "message": self.message,
            "fields": list(self.fields or ()),
        } | self.extra


def not_found(message: str = "The requested resource does not exist") -> Refused:
    """404 NOT_FOUND."""
    return Refused("NOT_FOUND", message)


def no_column(name: str, kind: str) -> Refused:
    """A field that does not exist, or that the user may not see: the answer is the same."""
    return Refused("INVALID_FIELD", f"No such column '{name}' on sobject of type {kind}")
