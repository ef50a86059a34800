"""The org with everything around it that answers calls: sessions, quota, routes.

Follows "REST API Headers" and "Status Codes and Error Responses" (REST API guide).
"""

from __future__ import annotations

import re
import traceback
from collections import Counter
from dataclasses import replace
from typing import Final

from sandbox.salesforce.auth import Auth
from sandbox.salesforce.bulk import Bulk
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.locators import LARGEST_PAGE, Locators
from sandbox.salesforce.org import Org
from sandbox.salesforce.problems import Refused, not_found
from sandbox.salesforce.quota import Quota
from sandbox.salesforce.routes import ALL, OPEN
from sandbox.salesforce.routes.services import NEWEST, OLDEST, versions
from sandbox.salesforce.routing import Router
from sandbox.salesforce.weather import AFTERWARDS, INSTEAD, LATE, Weather

_VERSIONED: Final = re.compile(r"/services/data/v(\d+)\.(\d)(/.*)?")
PRIVATE: Final = "/__sandbox__/"
"""Where other processes look at the org and move it; no weather, no quota."""


class Platform:
    """One org that answers calls. `answer` may be called by several threads."""

    name = "sfdcedge"
    call_type = Call

    def __init__(self, org: Org, *, daily: int = 100_000) -> None:
        self.org = org
        self.auth = Auth(org)
        self.quota = Quota(org.clock, daily)
        self.locators = Locators()
        self.weather = Weather()
        org.held_by_chance = self._locks
        self.bulk = Bulk()
        self.page_size = LARGEST_PAGE
        """The most records that a page holds, whatever the caller hints at."""
        self.counts: Counter[str] = Counter()
        """Calls by method and route, such as `GET /query`."""
        self.broken: list[str] = []
        """Tracebacks of defects in the sandbox itself; each was answered with 500."""
        self._open = Router(OPEN)
        self._versioned = Router(ALL)

    def http_date(self) -> str:
        """The Date header."""
        return self.org.clock.http_date()

    def answer(self, call: Call) -> Answer:
        """What the platform says to one request from outside."""
        if call.path.startswith(PRIVATE):
            return self._calm(call)
        with self.org.lock:
            fault = self.weather.draw(call.method, call.path)
            if fault in INSTEAD:
                return replace(INSTEAD[fault], headers=dict(INSTEAD[fault].headers))
            if fault == LATE:
                when = self.org.clock.now() + self.weather.late_by
                self.org.transaction(lambda: self._calm(call), when)
                return Answer(delivery="reset")
            if fault == "expired":
                self.auth.end_sessions()
            if fault == "locator":
                self.locators.forget_all()
            answer = self._calm(call)
            if fault in AFTERWARDS:
                answer = self._spoiled(answer, fault)
            return answer

    def _spoiled(self, answer: Answer, fault: str) -> Answer:
        if fault == "503_after":
            return replace(INSTEAD["503"], headers={})
        return replace(answer, delivery=fault)

    def _calm(self, call: Call) -> Answer:
        with self.org.lock:
            self.org.settle()
            try:
                answer = self._dispatch(call)
            except Refused as refused:
                answer = Answer(status=refused.status, body=refused.body())
            except Exception as error:
                self.broken.append("".join(traceback.format_exception(error)))
                text = "An unexpected error occurred. Please include this ErrorId: 1 (-1)"
                answer = Answer(status=500, body=Refused("UNKNOWN_EXCEPTION", text).body())
            if call.path.startswith("/services/data/"):
                answer.headers.setdefault("Sforce-Limit-Info", self.quota.header)
            return answer

    def _dispatch(self, call: Call) -> Answer:
        if call.path.rstrip("/") == "/services/data":
            self.counts["GET /services/data"] += 1
            return Answer(body=versions())
        versioned = _VERSIONED.fullmatch(call.path)
        if versioned is None:
            known, respond, names = self._open.find(call.method, call.path)
            self.counts[f"{call.method} {known.path}"] += 1
            return respond(self, call, names)
        self._check_version(versioned)
        session = self.auth.session_of(call.header("Authorization"))
        if session is None:
            raise Refused("INVALID_SESSION_ID", "Session expired or invalid")
        self.quota.take()
        caller = self._caller(call, session.user)
        version = f"{versioned.group(1)}.{versioned.group(2)}"
        prepared = replace(call, version=version, caller=caller, token=session.value)
        return self.perform(prepared, versioned.group(3) or "")

    def _check_version(self, found: re.Match[str]) -> None:
        number = int(found.group(1))
        if number < OLDEST:
            raise Refused(
                "UNSUPPORTED_API_VERSION", f"GONE: API version {number}.0 is retired", status=410
            )
        if number > NEWEST or found.group(2) != "0":
            raise not_found()

    def _caller(self, call: Call, user: str) -> Caller:
        assign = (call.header("Sforce-Auto-Assign") or "TRUE").strip().upper() != "FALSE"
        rule = (call.header("Sforce-Duplicate-Rule-Header") or "").replace(" ", "").lower()
        return Caller(user=user, auto_assign=assign, allow_duplicates="allowsave=true" in rule)

    def perform(self, call: Call, path: str) -> Answer:
        """The answer of one resource; `path` is below the version. Raises Refused."""
        known, respond, names = self._versioned.find(call.method, path)
        self.counts[f"{call.method} {known.path}"] += 1
        return respond(self, call, names)

    def _locks(self) -> bool:
        return self.weather.locks()

    def inner(self, call: Call) -> Answer:
        """A call inside another one: same user, no quota, refusals as answers."""
        try:
            versioned = _VERSIONED.fullmatch(call.path)
            if versioned is None:
                raise not_found()
            return self.perform(call, versioned.group(3) or "")
        except Refused as refused:
            return Answer(status=refused.status, body=refused.body())
