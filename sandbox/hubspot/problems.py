"""How the portal says no.

Follows https://developers.hubspot.com/docs/api-reference/error-handling: a body of `{status,
message, correlationId, category}` and, where there is more to say, `subCategory`, `errors`,
`context` and `links`. Inside a batch an error stands alone, with `context` naming the input.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import md5
from itertools import count
from typing import Final
from uuid import UUID

from sandbox.loopback.calls import Answer

Json = dict[str, object]
VALIDATION: Final = "VALIDATION_ERROR"
NOT_FOUND: Final = "OBJECT_NOT_FOUND"
CONFLICT: Final = "CONFLICT"
_NUMBERS: Final = count(1)


def correlation() -> str:
    """The id of one answer, as support asks for it."""
    text = f"sandbox {next(_NUMBERS)}"
    return str(UUID(bytes=md5(text.encode(), usedforsecurity=False).digest(), version=4))


class Refused(Exception):
    """A request, or one input of a batch, that the portal does not accept."""

    def __init__(
        self,
        status: int,
        category: str,
        message: str,
        *,
        errors: Sequence[Json] = (),
        sub_category: str = "",
        context: Mapping[str, object] | None = None,
        policy: str = "",
    ) -> None:
        super().__init__(f"{status} {category}: {message}")
        self.status = status
        self.category = category
        self.message = message
        self.errors = list(errors)
        self.sub_category = sub_category
        self.context = {
            name: value if isinstance(value, list) else [str(value)]
            for name, value in (context or {}).items()
        }
        self.policy = policy
        """The limit that was reached; then the body is that of a 429."""

    def body(self) -> Json:
        """The answer to a request of its own."""
        body: Json = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation(),
        }
        if self.policy:
            return body | {"errorType": "RATE_LIMIT", "policyName": self.policy} | self._category()
        if self.errors:
            body["errors"] = self.errors
        if self.context:
            body["context"] = self.context
        return body | self._category()

    def _category(self) -> Json:
        told: Json = {"category": self.category}
        return told | ({"subCategory": self.sub_category} if self.sub_category else {})

    def per_input(self, context: Mapping[str, object] | None = None) -> Json:
        """The error of one input, in the list of a batch's answer."""
        named = {
            name: value if isinstance(value, list) else [str(value)]
            for name, value in (context or {}).items()
        }
        told: Json = {"status": "error", "category": self.category}
        if self.sub_category:
            told["subCategory"] = self.sub_category
        told |= {"message": self.message, "context": self.context | named}
        if self.errors:
            told["errors"] = self.errors
        return told | {"links": {}}

    def answer(self) -> Answer:
        """The whole answer."""
        return Answer(status=self.status, body=self.body())


def invalid(message: str, **more: object) -> Refused:
    """400 VALIDATION_ERROR; `more` is context."""
    return Refused(400, VALIDATION, message, context=more)


def bad_values(faults: Sequence[Json]) -> Refused:
    """400 for property values: the message holds the faults as JSON, as HubSpot writes it.

    A fault is `{isValid, message, error, name}`.
    """
    told = json.dumps(faults, ensure_ascii=False, separators=(",", ":"))
    errors: list[Json] = [
        {
            "message": fault["message"],
            "code": fault["error"],
            "context": {"propertyName": [fault["name"]]},
        }
        for fault in faults
    ]
    return Refused(400, VALIDATION, f"Property values were not valid: {told}", errors=errors)


def gone(object_id: object = "") -> Refused:
    """404: no such object, or not any more."""
    if not object_id:
        return Refused(404, NOT_FOUND, "resource not found")
    return Refused(
        404,
        NOT_FOUND,
        f"Object not found.  objectId: {object_id} could not be found",
        context={"ids": [str(object_id)]},
    )


def web_page(status: int) -> Answer:
    """What unknown paths and methods get: a page for people, no JSON."""
    title = {404: "404 Not Found", 405: "405 Method Not Allowed"}.get(status, f"{status} Error")
    text = f"<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n"
    return Answer(status=status, body=text.encode(), content_type="text/html;charset=utf-8")
