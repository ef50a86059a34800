"""Which fields the conditions of rule files name, and what they compare them with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connector.config.conditions import ConditionReader
from connector.config.positions import Loc
from connector.config.rule_files import Entry, RuleFiles
from connector.engine.condition import Equals, Logical, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One field in one condition."""

    entry: Entry
    path: str
    """For example "person.status"."""
    loc: Loc
    """Where the name of the field stands in the entry."""
    tests: tuple[tuple[Loc, object, Logical], ...] = ()
    """Each text that it is compared with: where it stands, the text, and the comparison."""


def mentioned(files: RuleFiles) -> Iterator[Mention]:
    """Every field of every condition, in files that are known to be well formed."""
    for entry in files.lead_modes:
        yield from _of(entry, ("applies_to",), entry.values.get("applies_to"))
    for entry in (*files.lists["team"], *files.lists["segment"]):
        yield from _of(entry, ("when",), entry.values.get("when"))
    fit = files.singles.get("fit")
    if fit is not None:
        yield from _of(fit, ("requires",), fit.values.get("requires"))
        points = fit.values.get("points")
        for index, one in enumerate(points if isinstance(points, list) else []):
            yield from _of(fit, ("points", index, "when"), one.get("when"))
    yield from _of_accounts(files.singles.get("account"))
    hold = files.singles.get("hold")
    if hold is not None:
        yield from _of(hold, ("excluded",), hold.values.get("excluded"))
    for entry in files.lists["program"]:
        yield from _of(entry, ("who",), entry.values.get("who"))
    for entry in (*files.lists["exclusion"], *files.lists["silence"], *files.personas):
        if entry.values.get("active") is not False:
            yield from _of(entry, ("when",), entry.values.get("when"))


def _of_accounts(entry: Entry | None) -> Iterator[Mention]:
    if entry is None or entry.values.get("active") is False:
        return
    yield from _of(entry, ("who",), entry.values.get("who"))
    points = entry.values.get("points")
    for index, one in enumerate(points if isinstance(points, list) else []):
        yield from _of(entry, ("points", index, "when"), one.get("when"))


def _of(entry: Entry, loc: Loc, raw: object) -> Iterator[Mention]:
    for path, here, value in fields_named(loc, raw):
        yield _mention(entry, path, here, value)


def fields_named(loc: Loc, raw: object) -> Iterator[tuple[str, Loc, object]]:
    """Every field that a condition names, where, and what is asked of it.

    Whatever is not understood names none.
    """
    for key, value in raw.items() if isinstance(raw, Mapping) else ():
        here = (*loc, key)
        if key in ("any", "all"):
            for index, one in enumerate(value if isinstance(value, list) else ()):
                yield from fields_named((*here, index), one)
        elif key in ("not", "unless"):
            yield from fields_named(here, value)
        elif "." in key:
            yield key, here, value
        elif isinstance(value, Mapping):
            yield from ((f"{key}.{name}", (*here, name), one) for name, one in value.items())


def _mention(entry: Entry, path: str, loc: Loc, value: object) -> Mention:
    given = value if isinstance(value, Mapping) else {"": value}
    tests: list[tuple[Loc, object, Logical]] = []
    for operator, wanted in given.items():
        here = (*loc, operator) if operator else loc
        listed = wanted if isinstance(wanted, list) else None
        for index, one in enumerate([wanted] if listed is None else listed):
            test = _test(entry, path, operator or "equals", one) if isinstance(one, str) else None
            if test is not None:
                tests.append((here if listed is None else (*here, index), one, test))
    return Mention(entry=entry, path=path, loc=loc, tests=tuple(tests))


def _test(entry: Entry, path: str, operator: str, value: str) -> Logical | None:
    """The comparison with one text alone; None for one that is not about texts."""
    made = ConditionReader(entry).read({path: {operator: value}}, ())
    return made if isinstance(made, Equals | Text) else None
