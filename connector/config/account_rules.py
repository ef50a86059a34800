"""[account] of the rule files, checked against the rest and made into a value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final

from connector.config.account_tables import AccountTable
from connector.config.mentioned import fields_named
from connector.config.placeholders import OF_ACCOUNTS
from connector.config.positions import Loc
from connector.config.rule_checks import Sound, check_template
from connector.config.rule_tables import LeadModeTable
from connector.config.rule_values import rule_of
from connector.config.rulebook import AccountRule, FitPoints
from connector.engine.condition import Logical
from connector.engine.rule import Signal
from connector.problems import Problem, did_you_mean

RULE: Final = "account"
"""Stands for the id of the rule in write keys."""

Read = Callable[[Loc], Logical]
"""Gives the condition at a place of the table."""


def check_account(
    one: Sound[AccountTable], signals: Collection[str], personas: Collection[str]
) -> Iterator[Problem]:
    """Names exist, conditions ask for companies alone, placeholders are known."""
    table = one.table
    yield from _names(one, "signals", table.signals, signals, "signal")
    yield from _names(one, "group", table.group, personas, "persona")
    for name in table.weight if one.knows("weight") else ():
        if name not in personas:
            message, advice = f'There is no persona "{name}".', did_you_mean(name, personas)
            place = one.entry.place(("weight", name))
            yield Problem(place=place, message=message, advice=advice)
    for key in ("subject", "body"):
        if one.knows(key):
            yield from check_template(one.entry, (key,), getattr(table, key), OF_ACCOUNTS)
    points = one.entry.values.get("points")
    places: list[tuple[Loc, object]] = [(("who",), one.entry.values.get("who"))]
    for index, each in enumerate(points if isinstance(points, list) else []):
        raw = each.get("when") if isinstance(each, Mapping) else None
        places.append((("points", index, "when"), raw))
        if raw == {}:
            message = "when = {} says nothing: every company would get the points."
            yield one.problem(("points", index, "when"), message, "Fill it in.")
    for loc, raw in places:
        yield from _not_of_companies(one, loc, raw)


def _names(
    one: Sound[AccountTable], key: str, names: Sequence[str], known: Collection[str], noun: str
) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name not in known and one.knows(key):
            loc = (key, index) if isinstance(one.entry.values.get(key), list) else (key,)
            yield one.problem(loc, f'There is no {noun} "{name}".', did_you_mean(name, known))


def _not_of_companies(one: Sound[AccountTable], loc: Loc, raw: object) -> Iterator[Problem]:
    for path, here, _ in fields_named(loc, raw):
        if not path.startswith(("account.", "account_history.", "owner.")):
            message = f'"{path}" tells of people; [account] asks about companies.'
            advice = 'Ask for account., account_history. or owner., for example "account.industry".'
            yield Problem(place=one.entry.place(here), message=message, advice=advice)


def account_rule_of(
    table: AccountTable, signals: tuple[Signal, ...], caps: Mapping[str, float], read: Read
) -> AccountRule:
    """What the table says."""
    counts = LeadModeTable.model_construct(
        None,
        **{
            **LeadModeTable.model_validate({"id": RULE}).model_dump(),
            "window": table.window,
            "signals": table.signals,
        },
    )
    alike = {"epoch", "people", "cooldown", "likely", "engaged", "advocate_after", "subject"}
    alike |= {"body", "due", "priority", "fallback_owner", "window"}
    return AccountRule(
        rule=rule_of(counts, signals, caps),
        who=read(("who",)),
        weights=dict(table.weight),
        group=tuple(dict.fromkeys(table.group)),
        points=tuple(
            FitPoints(when=read(("points", index, "when")), points=each.points, label=each.label)
            for index, each in enumerate(table.points)
        ),
        **table.model_dump(include=alike),
    )
