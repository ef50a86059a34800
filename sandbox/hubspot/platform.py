"""The portal with everything around it that answers calls: apps, limits, versions, routes, faults.

Follows https://developers.hubspot.com/docs/api-reference/error-handling: a path that does not exist
is answered by a web page, everything else by JSON.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from sandbox.hubspot import access, versions
from sandbox.hubspot.access import Access, missing
from sandbox.hubspot.activity import Activity
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.marketing import Marketing
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.problems import Refused, web_page
from sandbox.hubspot.quota import Quota
from sandbox.hubspot.routes import ALL, control
from sandbox.hubspot.routing import NoRoute, Respond, Router
from sandbox.hubspot.search.engine import Engine
from sandbox.hubspot.weather import AFTERWARDS, INSTEAD, LATE, Weather, afterwards, page

PRIVATE: Final = "/__sandbox__/"
"""Where other processes look at the portal and move it; no weather, no limits."""
LONGEST: Final = 15_000
"""Characters of an address; more is 414. https://github.com/airbytehq/airbyte/issues/33976"""


@dataclass(slots=True, kw_only=True)
class Features:
    """What the portal's subscriptions include."""

    email_events: bool = True
    """The log of marketing mail."""
    forms: bool = True
    leads: bool = True
    """The Lead object (Sales Hub Professional)."""
    enterprise: bool = False
    """Event occurrences (any Enterprise hub)."""
    version_1: bool = True
    """False: what is at version 1 is no more, as HubSpot announces for September 2027."""


class Platform:
    """One portal that answers calls. `answer` may be called by several threads."""

    name = "cloudflare"
    call_type = Call

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.access = Access()
        self.quota = Quota(portal.clock, portal.time_zone)
        self.marketing = Marketing()
        self.activity = Activity(portal, self.marketing)
        self.features = Features()
        self.searches = Engine()
        self.counts: Counter[str] = Counter()
        """Calls by method and route, such as `POST /crm/objects/{type}/search`."""
        self.broken: list[str] = []
        """Tracebacks of defects in the sandbox itself; each was answered with 500."""
        self._routes = Router["Platform", Call](ALL)
        self._private = Router["Platform", Call](control.ROUTES)
        self.weather = Weather()

    @property
    def weather(self) -> Weather:
        """What goes wrong."""
        return self._weather

    @weather.setter
    def weather(self, weather: Weather) -> None:
        self._weather = weather
        self.portal.search_lag = weather.index_lag

    def http_date(self) -> str:
        """The Date header."""
        return self.portal.clock.http_date()

    def answer(self, call: Call) -> Answer:
        """What the platform says to one request from outside."""
        with self.portal.lock:
            self.portal.settle()
            if call.path.startswith(PRIVATE):
                return self._guarded(call, self._privately)
            fault = self.weather.draw(call.method, call.path)
            if fault in INSTEAD:
                return INSTEAD[fault]()
            if fault == LATE:
                when = self.portal.clock.now() + self.weather.late_by
                self.portal.later(when, lambda: self._guarded(call, self._dispatch))
                return Answer(delivery="reset")
            answer = self._guarded(call, self._dispatch)
            return afterwards(fault, answer) if fault in AFTERWARDS else answer

    def _guarded(self, call: Call, respond: Callable[[Call], Answer]) -> Answer:
        try:
            return respond(call)
        except Refused as refused:
            return refused.answer()
        except NoRoute as none:
            return web_page(405 if none.allowed else 404)
        except Exception as error:
            self.broken.append("".join(traceback.format_exception(error)))
            return Refused(500, "INTERNAL_ERROR", "internal error").answer()

    def _privately(self, call: Call) -> Answer:
        _, respond, names = self._private.find(call.method, call.path)
        return respond(self, call, names)

    def _dispatch(self, call: Call) -> Answer:
        if len(call.path) + sum(len(name) + len(text) + 2 for name, text in call.pairs) > LONGEST:
            return page(414)
        found = versions.split(call.path)
        if found is None or (found[0] == "v1" and not self.features.version_1):
            return web_page(404)
        version, path = found
        known, respond, names = self._routes.find(call.method, path)
        app = self.access.admit(call.header("Authorization"))
        family = _family(path)
        refused = self.quota.take(app.name, family)
        if refused is not None:
            refused.headers |= self.quota.headers(app.name, family)
            return refused
        self.counts[f"{call.method} {known.path}"] += 1
        prepared = replace(call, version=version, caller=app.caller)
        answer = self._guarded(prepared, _Checked(self, path, respond, names))
        answer.headers |= self.quota.headers(app.name, family)
        return answer


@dataclass(frozen=True, slots=True)
class _Checked:
    """The answer of one resource to a caller that has the scopes for it."""

    platform: Platform
    path: str
    respond: Respond
    names: dict[str, str]

    def __call__(self, call: Call) -> Answer:
        self._offered()
        access.check(call.caller, call.method, self.path)
        return self.respond(self.platform, call, self.names)

    def _offered(self) -> None:
        """Refused 403 for what the portal's subscriptions do not include: no app can have it."""
        features = self.platform.features
        for offered, part, scope in (
            (features.email_events, "/email/public/", "content"),
            (features.forms, "/marketing/forms", "forms"),
            (features.forms, "/form-integrations/", "forms"),
            (features.enterprise, "/events/", "business-intelligence"),
            (features.leads, "/crm/objects/leads", "crm.objects.leads.read"),
            (features.leads, "/crm/objects/lead/", "crm.objects.leads.read"),
        ):
            if not offered and self.path.startswith(part):
                raise missing((scope,))


def _family(path: str) -> str:
    """Which limit a path counts for."""
    if path.startswith("/crm/objects/") and path.rstrip("/").endswith("/search"):
        return "search"
    return "associations" if path.startswith("/crm/associations/") else ""
