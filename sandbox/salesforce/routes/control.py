"""The back door: other processes look at the org and move it. It follows no public document.

Paths begin with /__sandbox__/. There is no login: the server listens on loopback only. Weather and
quota do not apply. Instants are UTC ms, durations ms. Writes here are those of a person at the
screen: they meet no validation, and field-level security does not apply.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from sandbox.salesforce import conversion, merge, writing
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.routing import route
from sandbox.salesforce.rules import DuplicateRule, ValidationRule, equals
from sandbox.salesforce.weather import Weather

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

Json = dict[str, object]


def person(platform: Platform) -> Caller:
    """Somebody at the screen: the first user of the org."""
    return Caller(user=next(iter(platform.org.tables["User"].rows)), system=True)


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise Refused("MISSING_ARGUMENT", f"{name} must be text")
    return value


def _number(body: Json, name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused("MISSING_ARGUMENT", f"{name} must be a whole number")
    return value


def _texts(body: Json, name: str) -> list[str]:
    value = body.get(name)
    if not isinstance(value, list):
        raise Refused("MISSING_ARGUMENT", f"{name} must be a list")
    return [str(each) for each in value]


def _map(body: Json, name: str) -> Json:
    value = body.get(name, {})
    if not isinstance(value, dict):
        raise Refused("MISSING_ARGUMENT", f"{name} must be an object")
    return value


# looking


def state(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET state: counts of everything."""
    org = platform.org
    body = {
        "now": org.clock.now(),
        "records": {name: len(table.rows) for name, table in org.tables.items() if table.rows},
        "effects": len(org.journal.effects),
        "calls": dict(platform.counts),
        "quota": {"used": platform.quota.used, "daily": platform.quota.daily},
        "logins": [asdict(each) for each in platform.auth.logins],
        "faults": dict(platform.weather.counts),
        "broken": platform.broken,
    }
    return Answer(body=body)


def records(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET rows/{object}: all committed rows as they are kept, deleted ones too."""
    table = platform.org.tables.get(names["object"])
    if table is None:
        raise Refused("NOT_FOUND", f"no object {names['object']}")
    return Answer(body=list(table.rows.values()))


def journal(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET journal?object=Task&action=created&since=N: effects, oldest first."""
    wanted, action = call.query.get("object"), call.query.get("action")
    since = int(call.query.get("since", "0"))
    found = [
        effect.as_json()
        for effect in platform.org.journal.effects[since:]
        if wanted in (None, effect.object) and action in (None, effect.action)
    ]
    return Answer(body=found)


# moving


def clock(platform: Platform, body: Json) -> object:
    """POST clock: {"shift": ms} | {"stand_at": ms} | {"run_from": ms}."""
    moved = platform.org.clock
    if "shift" in body:
        moved.shift(_number(body, "shift"))
    elif "stand_at" in body:
        moved.stand_at(_number(body, "stand_at"))
    else:
        moved.run_from(_number(body, "run_from"))
    platform.org.settle()
    return {"now": moved.now()}


def weather(platform: Platform, body: Json) -> object:
    """POST weather: {"profile": "calm" | "hostile", "seed": n, "rates": {...}, ...}."""
    seed = _number(body, "seed") if "seed" in body else 0
    made = Weather.hostile(seed) if body.get("profile") == "hostile" else Weather(seed=seed)
    made.counts = platform.weather.counts
    made.rates |= {name: float(str(rate)) for name, rate in _map(body, "rates").items()}
    if "lock_rate" in body:
        made.lock_rate = float(str(body["lock_rate"]))
    platform.weather = made
    return {"rates": made.rates}


def fault(platform: Platform, body: Json) -> object:
    """POST fault: {"kind": ..., "times": n, "matching": "POST /services/data/..."}."""
    times = _number(body, "times") if "times" in body else 1
    try:
        platform.weather.force(
            _text(body, "kind"), times=times, matching=str(body.get("matching", ""))
        )
    except ValueError as error:
        raise Refused("INVALID_ARGUMENT", str(error)) from None
    return {}


def write(platform: Platform, body: Json) -> object:
    """POST write: {"object", "values"} creates; with "id" it updates. As a person would."""
    org, caller = platform.org, person(platform)
    kind = writing.kind_of(org, caller, _text(body, "object"))
    if "id" in body:
        writing.update(org, caller, kind, _text(body, "id"), _map(body, "values"))
        return {"id": body["id"]}
    return {"id": writing.create(org, caller, kind, _map(body, "values"))}


def later(platform: Platform, body: Json) -> object:
    """POST later: as `write`, with "commits_in" (ms): a transaction that is open until then."""
    locks = [_text(body, "id")] if "id" in body else []
    when = platform.org.clock.now() + _number(body, "commits_in")
    platform.org.transaction(lambda: write(platform, body), when, locks)
    return {"commits": when}


def delete(platform: Platform, body: Json) -> object:
    """POST delete: {"object", "id"}."""
    org, caller = platform.org, person(platform)
    kind = writing.kind_of(org, caller, _text(body, "object"))
    writing.delete(org, caller, kind, _text(body, "id"))
    return {}


def undelete(platform: Platform, body: Json) -> object:
    """POST undelete: {"id"}."""
    writing.undelete(platform.org, person(platform), _text(body, "id"))
    return {}


def merging(platform: Platform, body: Json) -> object:
    """POST merge: {"winner", "losers": [...]}."""
    merge.merge(platform.org, person(platform), _text(body, "winner"), _texts(body, "losers"))
    return {}


def converting(platform: Platform, body: Json) -> object:
    """POST convert: {"id", "account"?, "contact"?, "opportunity"?: name}."""
    known = {
        name: str(body[name]) for name in ("account", "contact", "opportunity") if body.get(name)
    }
    made = conversion.convert(
        platform.org,
        person(platform),
        _text(body, "id"),
        account=known.get("account"),
        contact=known.get("contact"),
        opportunity=known.get("opportunity"),
    )
    return {"account": made.account, "contact": made.contact, "opportunity": made.opportunity}


def rules(platform: Platform, body: Json) -> object:
    """POST rules: replaces those that are named.

    {"validation": [{"object", "values": {...}, "message", "field"?}], "duplicates": [{"object",
    "fields": [...], "blocks"}], "assign_leads_to": id or null, "required": [[object, field]]}.
    """
    kept = platform.org.rules
    if "validation" in body:
        kept.validation = [_validation(each) for each in _list(body, "validation")]
    if "duplicates" in body:
        kept.duplicates = [
            DuplicateRule(
                object=_text(each, "object"),
                fields=tuple(_texts(each, "fields")),
                blocks=each.get("blocks") is True,
            )
            for each in _list(body, "duplicates")
        ]
    if "assign_leads_to" in body:
        kept.assign_leads_to = str(body["assign_leads_to"]) if body["assign_leads_to"] else None
    if "required" in body:
        pairs = body["required"] if isinstance(body["required"], list) else []
        kept.required = {(str(each[0]), str(each[1])) for each in pairs}
    return {}


def _list(body: Json, name: str) -> list[Json]:
    found = body[name]
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _validation(given: Json) -> ValidationRule:
    field = given.get("field")
    values = {
        name: value
        for name, value in _map(given, "values").items()
        if isinstance(value, str | int | float | bool | None)
    }
    return ValidationRule(
        object=_text(given, "object"),
        refuses=equals(values),
        message=_text(given, "message"),
        field=str(field) if field else None,
    )


def access(platform: Platform, body: Json) -> object:
    """POST access: {"user", "object", "field"?, "do": "hide" | "unhide" | "lock" | "own"}."""
    rights, user, name = platform.org.access, _text(body, "user"), _text(body, "object")
    match body.get("do"):
        case "hide" if "field" in body:
            rights.hide(user, name, _text(body, "field"))
        case "hide":
            rights.hide_object(user, name)
        case "unhide":
            rights.unhide(user, name, _text(body, "field"))
        case "lock":
            rights.lock(user, name, _text(body, "field"))
        case "own":
            rights.only_own(user, name)
        case unknown:
            raise Refused("INVALID_ARGUMENT", f"do: {unknown}")
    platform.org.described_at = platform.org.clock.now()
    return {}


def settings(platform: Platform, body: Json) -> object:
    """POST settings: those that are given.

    {"commit_lag", "daily_calls", "used_elsewhere", "session", "sliding", "page_size",
    "bulk_patience", "end_sessions", "forget_locators"}: whole numbers.
    """
    known: dict[str, Callable[[int], object]] = {
        "commit_lag": lambda n: setattr(platform.org, "commit_lag", n),
        "daily_calls": lambda n: setattr(platform.quota, "daily", n),
        "used_elsewhere": platform.quota.used_elsewhere,
        "session": lambda n: setattr(platform.auth, "session", n),
        "sliding": lambda n: setattr(platform.auth, "sliding", bool(n)),
        "page_size": lambda n: setattr(platform, "page_size", n),
        "bulk_patience": lambda n: setattr(platform.bulk, "patience", n),
        "end_sessions": lambda _: platform.auth.end_sessions(),
        "forget_locators": lambda _: platform.locators.forget_all(),
    }
    for name in body:
        if name not in known:
            raise Refused("INVALID_ARGUMENT", f"{name} is none of {', '.join(known)}")
        known[name](_number(body, name))
    return {}


def lock(platform: Platform, body: Json) -> object:
    """POST lock: {"id", "for": ms}: another transaction holds the record."""
    until = platform.org.clock.now() + _number(body, "for")
    platform.org.locked[_text(body, "id")] = until
    return {"until": until}


def _posted(act: Callable[[Platform, Json], object]) -> Callable[..., Answer]:
    def respond(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
        return Answer(body=act(platform, call.json_object()))

    return respond


ROUTES: Final = (
    route("/__sandbox__/state", get=state),
    route("/__sandbox__/rows/{object}", get=records),
    route("/__sandbox__/journal", get=journal),
    route("/__sandbox__/clock", post=_posted(clock)),
    route("/__sandbox__/weather", post=_posted(weather)),
    route("/__sandbox__/fault", post=_posted(fault)),
    route("/__sandbox__/write", post=_posted(write)),
    route("/__sandbox__/later", post=_posted(later)),
    route("/__sandbox__/delete", post=_posted(delete)),
    route("/__sandbox__/undelete", post=_posted(undelete)),
    route("/__sandbox__/merge", post=_posted(merging)),
    route("/__sandbox__/convert", post=_posted(converting)),
    route("/__sandbox__/rules", post=_posted(rules)),
    route("/__sandbox__/access", post=_posted(access)),
    route("/__sandbox__/settings", post=_posted(settings)),
    route("/__sandbox__/lock", post=_posted(lock)),
)
