"""What comes back from Salesforce, before anybody knows what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.salesforce.faults import Fault, faults_of
from connector.clock import date_of
from connector.errors import TryAgain

Json = dict[str, Any]


class Broken(Exception):
    """An answer that cannot be understood."""


class TooMuch(TryAgain):
    """An answer was too long or took too long; less may be asked for."""


class Refused(Exception):
    """An answer with a failing status, before anybody judged it."""

    def __init__(self, status: int, faults: list[Fault]) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A good answer."""

    body: Any
    headers: Mapping[str, str]

    @property
    def now(self) -> int | None:
        """The server's clock, UTC ms, whole seconds."""
        return date_of(self.headers.get("Date"))

    def json(self) -> Json:
        """The body as an object; Broken when it is none."""
        if not isinstance(self.body, dict):
            raise Broken
        return self.body

    def rows(self, name: str) -> list[Json]:
        """A list of objects in the body; Broken when it is none."""
        found = self.json().get(name)
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise Broken
        if name == "records" and not all(isinstance(row.get("Id"), str) for row in found):
            raise Broken
        return found


def part_of(told: Json, headers: Mapping[str, str]) -> Answer | Refused:
    """The answer of one part of a composite request."""
    status, body = told.get("httpStatusCode"), told.get("body")
    if not isinstance(status, int):
        raise Broken
    if status >= 300:
        return Refused(status, faults_of(body))
    return Answer(body=body, headers=headers)
