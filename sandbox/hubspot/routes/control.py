"""The back door: other processes look at the portal and move it. It follows no public document.

Paths begin with /__sandbox__/. There is no login: the server listens on loopback only. Weather and
limits do not apply. Instants are UTC ms, durations ms. What people do is in `happening`.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Final

from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.problems import invalid
from sandbox.hubspot.routes import happening
from sandbox.hubspot.routes.given import Json, mapping, number, text
from sandbox.hubspot.routing import route
from sandbox.hubspot.weather import Weather

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform


# looking


def state(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET state: counts of everything."""
    portal, marketing = platform.portal, platform.marketing
    body: Json = {
        "now": portal.clock.now(),
        "records": {name: len(table) for name, table in portal.tables.items()},
        "email_events": len(marketing.email_events),
        "submissions": sum(len(log) for log in marketing.submissions.values()),
        "forms": {form.name: form.id for form in marketing.forms.values()},
        "effects": len(portal.journal.effects),
        "calls": dict(platform.counts),
        "quota": {
            "used": platform.quota.used,
            "daily": platform.quota.daily,
            "total": platform.quota.total,
            "refused": dict(platform.quota.refused),
        },
        "features": {
            each.name: getattr(platform.features, each.name) for each in fields(platform.features)
        },
        "faults": dict(platform.weather.counts),
        "broken": platform.broken,
    }
    return Answer(body=body)


def rows(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET rows/{type}: all objects as they are kept, archived and gone ones too."""
    portal = platform.portal
    if names["type"] == "owners":
        return Answer(
            body=[
                {"id": str(o.id), "email": o.email, "archived": o.archived} for o in portal.owners
            ]
        )
    return Answer(body=[_row(platform, kept) for kept in portal.table(names["type"]).kept.values()])


def _row(platform: Platform, kept: Kept) -> Json:
    links: dict[str, list[str]] = {}
    for other, other_id, _ in platform.portal.associations.around(kept.type, kept.id):
        links.setdefault(other, []).append(str(other_id))
    return {
        "id": str(kept.id),
        "properties": kept.properties,
        "createdAt": kept.created_at,
        "updatedAt": kept.updated_at,
        "archivedAt": kept.archived_at,
        "gone": kept.gone,
        "mergedInto": str(kept.merged_into) if kept.merged_into is not None else None,
        "associations": links,
    }


def journal(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET journal?object=tasks&action=created&since=N: effects, oldest first."""
    wanted, action = call.query.get("object"), call.query.get("action")
    since = call.number("since", 0, 2**62, 0)
    found = [
        effect.as_json()
        for effect in platform.portal.journal.effects[since:]
        if wanted in (None, effect.object_type) and action in (None, effect.action)
    ]
    return Answer(body=found)


# moving


def clock(platform: Platform, body: Json) -> object:
    """POST clock: {"shift": ms} | {"stand_at": ms} | {"run_from": ms}."""
    moved = platform.portal.clock
    if "shift" in body:
        moved.shift(number(body, "shift"))
    elif "stand_at" in body:
        moved.stand_at(number(body, "stand_at"))
    else:
        moved.run_from(number(body, "run_from"))
    platform.portal.settle()
    return {"now": moved.now()}


def weather(platform: Platform, body: Json) -> object:
    """POST weather: {"profile": "calm" | "hostile", "seed", "rates", "searches", "slowest_index"}.

    `searches` switches single faults of searches: {"unordered": true, "short_pages": true, ...}.
    """
    seed = number(body, "seed", 0)
    made = Weather.hostile(seed) if body.get("profile") == "hostile" else Weather(seed=seed)
    made.counts = platform.weather.counts
    made.rates |= {name: float(str(rate)) for name, rate in mapping(body, "rates").items()}
    for name, value in mapping(body, "searches").items():
        if not hasattr(made.searches, name):
            raise invalid(f"searches have no fault {name}")
        setattr(made.searches, name, value)
    made.slowest_index = number(body, "slowest_index", made.slowest_index)
    platform.weather = made
    return {"rates": made.rates}


def fault(platform: Platform, body: Json) -> object:
    """POST fault: {"kind", "times"?, "matching"?: "POST /crm/objects/..."}."""
    try:
        platform.weather.force(
            text(body, "kind"), times=number(body, "times", 1), matching=text(body, "matching", "")
        )
    except ValueError as error:
        raise invalid(str(error)) from None
    return {}


def settings(platform: Platform, body: Json) -> object:
    """POST settings: those that are given.

    {"strict", "burst", "searches", "associations", "daily", "tells_when", "used_elsewhere",
    "searches_elsewhere", "conflict_status"}: whole numbers; 0 and 1 for switches.
    """
    quota, portal = platform.quota, platform.portal
    known: dict[str, Callable[[int], object]] = {
        "strict": lambda n: setattr(quota, "strict", bool(n)),
        "burst": lambda n: setattr(quota, "burst", n),
        "searches": lambda n: setattr(quota, "searches", n),
        "associations": lambda n: setattr(quota, "associations", n),
        "daily": lambda n: setattr(quota, "daily", n),
        "tells_when": lambda n: setattr(quota, "tells_when", bool(n)),
        "used_elsewhere": quota.used_elsewhere,
        "searches_elsewhere": lambda n: quota.used_elsewhere(0, searches=n),
        "conflict_status": lambda n: setattr(portal, "conflict_status", n),
    }
    for name in body:
        if name not in known:
            raise invalid(f"{name} is none of {', '.join(known)}")
        known[name](number(body, name))
    return {}


def features(platform: Platform, body: Json) -> object:
    """POST features: {"email_events": bool, "forms", "leads", "enterprise", "version_1"}."""
    known = [each.name for each in fields(platform.features)]
    for name, value in body.items():
        if name not in known or not isinstance(value, bool):
            raise invalid(f"{name} is none of {', '.join(known)}, or no true or false")
        setattr(platform.features, name, value)
    return {}


def apps(platform: Platform, body: Json) -> object:
    """POST apps: {"name", "token", "scopes": [...]} adds or changes one; {"revoke": token}."""
    if "revoke" in body:
        platform.access.revoke(text(body, "revoke"))
        return {}
    scopes = body.get("scopes", ["*"])
    if not isinstance(scopes, list):
        raise invalid("scopes must be a list")
    platform.access.add(text(body, "name"), text(body, "token"), [str(each) for each in scopes])
    return {}


def _posted(act: Callable[[Platform, Json], object]) -> Callable[..., Answer]:
    def respond(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
        return Answer(body=act(platform, call.json_object()))

    return respond


ACTS: Final[dict[str, Callable[[Platform, Json], object]]] = {
    "clock": clock,
    "weather": weather,
    "fault": fault,
    "settings": settings,
    "features": features,
    "apps": apps,
}
ROUTES: Final = (
    route("/__sandbox__/state", get=state),
    route("/__sandbox__/rows/{type}", get=rows),
    route("/__sandbox__/journal", get=journal),
    *(
        route(f"/__sandbox__/{name}", post=_posted(act))
        for name, act in (ACTS | happening.ACTS).items()
    ),
)
