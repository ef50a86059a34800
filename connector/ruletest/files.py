"""Test files in, cases out, or every problem of every file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from connector.config.conditions import RECORDS
from connector.config.document import Document, TablePart, read_document, shown
from connector.config.positions import Loc
from connector.config.rulebook import Rulebook
from connector.config.types import parse_scalar
from connector.config.wording import Table, in_order, spelled, toml_text, validate
from connector.errors import FixInput
from connector.problems import Place, Problem, did_you_mean
from connector.ruletest.case import Case, flat
from connector.ruletest.moments import moment_text
from connector.ruletest.tables import (
    AccountTable,
    CaseFile,
    CaseTable,
    DidTable,
    ExpectTable,
    MomentTable,
    OwnerTable,
    PersonTable,
)

T = TypeVar("T", bound=Table)


def read_cases(paths: Sequence[Path], rulebook: Rulebook) -> list[Case]:
    """The tests of all files, in their order; FixInput names every problem of every file.

    A folder stands for its *.toml files.
    """
    problems: list[Problem] = []
    cases: list[Case] = []
    for path in _files(paths, problems):
        try:
            document = read_document(path)
        except FixInput as error:
            problems.extend(error.problems)
            continue
        reading = _Reading(document, rulebook)
        cases += reading.cases()
        problems += reading.problems
    if problems:
        raise FixInput(in_order(problems))
    return cases


def _files(paths: Sequence[Path], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(each for each in path.glob("*.toml") if not each.name.startswith("."))
        if not found:
            message = "The folder holds no test files (*.toml)."
            problems.append(Problem(place=Place(file=shown(path)), message=message))
        yield from found


@dataclass(frozen=True, slots=True)
class _Named:
    """The named tables of one file."""

    people: Mapping[str, PersonTable]
    accounts: Mapping[str, AccountTable]
    owners: Mapping[str, OwnerTable]


class _Reading:
    """One file; goes on after a problem, to find the others."""

    def __init__(self, document: Document, rulebook: Rulebook) -> None:
        self._document = document
        self._rules = [mode.rule.id for mode in rulebook.lead_modes]
        self.problems: list[Problem] = []

    def cases(self) -> list[Case]:
        """Its tests; not to be used when there are problems."""
        self._refuse_unknown()
        people = self._named("person", PersonTable)
        accounts = self._named("account", AccountTable)
        owners = self._named("owner", OwnerTable)
        for name in people:
            self._check_person(name, people, accounts, owners)
        for name, account in accounts.items():
            if account.owner is not None and account.owner not in owners:
                part = TablePart(f"[account.{name}]", self._document, ("account", name))
                self._unknown(part.value_place(("owner",)), "owner", account.owner, owners)
        named = _Named(people, accounts, owners)
        found = [self._case(index, values, named) for index, values in enumerate(self._tests())]
        cases = [each for each in found if each is not None]
        self._refuse_twice(cases)
        return cases

    def _case(self, index: int, values: Mapping[str, object], named: _Named) -> Case | None:
        """One test; None when it cannot be played."""
        name = values.get("name")
        label = f"[[test]] {toml_text(name)}" if isinstance(name, str) else "[[test]]"
        part = TablePart(label, self._document, ("test", index))
        table = self._table(CaseTable, values, part)
        wanted = values.get("person")
        person = _like(wanted, named.people) if isinstance(wanted, str) else None
        if isinstance(wanted, str) and wanted not in named.people:
            self._unknown(part.value_place(("person",)), "person", wanted, named.people)
        self._check_fields(values, part, person)
        self._check_rules(values.get("moment"), part)
        if table is None or person is None:
            return None
        self._check(table, part)
        others = self._colleagues(table, part, named)
        return replace(_made(part, table, person, named), colleagues=tuple(others))

    def _colleagues(self, table: CaseTable, part: TablePart, named: _Named) -> Iterator[Case]:
        """The others of the story, who are people of the file, each told of once."""
        seen = {table.person}
        for index, one in enumerate(table.colleagues):
            person = _like(one.person, named.people)
            place = part.value_place(("colleagues", index, "person"))
            if one.person not in named.people:
                self._unknown(place, "person", one.person, named.people)
            elif one.person in seen:
                message = f"{toml_text(one.person)} is in the story already."
                self._add(place, message, "Put everything they do into one timeline.")
            elif person is not None:
                alone: dict[str, object] = {
                    "person": one.person,
                    "timeline": one.timeline,
                    "colleagues": [],
                }
                alone |= {
                    "colleagues": [],
                    "set": {},
                    "changes": [],
                    "opportunities": [],
                    "taken": [],
                }
                yield _made(part, table.model_copy(update=alone), person, named)
            seen.add(one.person)

    def _refuse_unknown(self) -> None:
        for key in self._document.values:
            if key not in CaseFile.model_fields:
                message = f'Unknown key "{key}" at the top of a test file.'
                advice = did_you_mean(key, CaseFile.model_fields)
                self._add(self._document.place((key,)), message, advice)

    def _named(self, kind: str, model: type[T]) -> dict[str, T]:
        """The tables [kind.NAME]; a broken one stands with its defaults."""
        raw = self._document.values.get(kind, {})
        if not isinstance(raw, Mapping):
            message = f"{kind} = {toml_text(raw)} must be a table."
            self._add(self._document.place((kind,)), message, f"Write [{kind}.NAME].")
            return {}
        return {
            name: self._table(model, each, TablePart(f"[{kind}.{name}]", self._document, loc))
            or model()
            for name, each in raw.items()
            for loc in [(kind, name)]
        }

    def _tests(self) -> Sequence[Mapping[str, object]]:
        raw = self._document.values.get("test", [])
        if not isinstance(raw, list) or not all(isinstance(each, Mapping) for each in raw):
            message = '"test" must be a list of tables.'
            self._add(self._document.place(("test",)), message, "Write [[test]].")
            return []
        if not raw:
            message = "The file holds no test."
            self._add(Place(file=self._document.file), message, "Add a [[test]].")
        return raw

    def _table(self, model: type[T], values: object, part: TablePart) -> T | None:
        if not isinstance(values, Mapping):
            self._add(part.place(()), f"{part.name} must be a table.")
            return None
        table, checked = validate(model, values, part)
        self.problems += checked.problems
        return table

    def _check_person(
        self,
        name: str,
        people: Mapping[str, PersonTable],
        accounts: Mapping[str, AccountTable],
        owners: Mapping[str, OwnerTable],
    ) -> None:
        wanted: tuple[tuple[str, Iterable[str]], ...] = (
            ("like", people),
            ("account", accounts),
            ("owner", owners),
        )
        part = TablePart(f"[person.{name}]", self._document, ("person", name))
        for key, known in wanted:
            said = getattr(people[name], key)
            if said is not None and said not in known:
                kind = "person" if key == "like" else key
                self._unknown(part.value_place((key,)), kind, said, known)
        if people[name].like in people and _like(name, people) is None:
            message = f"{part.name} is like itself in the end."
            self._add(part.value_place(("like",)), message, "Take one of the likes out.")

    def _check(self, table: CaseTable, part: TablePart) -> None:
        if not table.moment:
            message = f"{part.name} looks at no moment, so it cannot fail."
            self._add(part.place(()), message, "Add a [[test.moment]].")
        before: int | None = None
        for index, moment in enumerate(table.moment):
            loc: Loc = ("moment", index)
            if before is not None and moment.at < before:
                message = f"at = {moment_text(moment.at)} is before the moment above it."
                self._add(part.value_place((*loc, "at")), message, "Put the moments in order.")
            before = moment.at
            if table.watching is not None and moment.at < table.watching:
                message = f"at = {moment_text(moment.at)} is before leadmode begins to look."
                advice = f"watching = {moment_text(table.watching)}: look at it, or later."
                self._add(part.value_place((*loc, "at")), message, advice)
            self._check_moment(moment, part, loc)
        for index, one in enumerate(table.opportunities):
            if one.closed is not None and one.closed < one.opened:
                place = part.value_place(("opportunities", index, "closed"))
                self._add(place, "closed is before opened.", "Exchange the two.")
        timelines: list[tuple[Loc, Sequence[DidTable]]] = [(("timeline",), table.timeline)]
        for index, other in enumerate(table.colleagues):
            timelines.append((("colleagues", index, "timeline"), other.timeline))
        for loc, index, did in ((w, i, d) for w, dids in timelines for i, d in enumerate(dids)):
            if did.arrives is not None and did.arrives < did.at:
                place = part.value_place((*loc, index, "arrives"))
                self._add(place, "arrives is before at.", "It is read after it happened.")

    def _check_moment(self, moment: MomentTable, part: TablePart, loc: Loc) -> None:
        asked = [key for one in (moment.must, moment.must_not) for key in _asked(one)]
        if not asked:
            message = f"{spelled(loc)} of {part.name} asks nothing, so it cannot fail."
            advice = "Add must = { ... } or must_not = { ... }."
            self._add(part.place(loc), message, advice)

    def _check_rules(self, moments: object, part: TablePart) -> None:
        """The lead modes that moments name, also in a test that is not valid yet."""
        for index, one in enumerate(moments if isinstance(moments, list) else ()):
            rule = one.get("rule") if isinstance(one, Mapping) else None
            if isinstance(rule, str) and rule not in self._rules:
                place = part.value_place(("moment", index, "rule"))
                self._unknown(place, "lead mode", rule, self._rules)

    def _check_fields(
        self, values: Mapping[str, object], part: TablePart, person: PersonTable | None
    ) -> None:
        """What `set` names, also in a test that is not valid yet."""
        changes = values.get("changes")
        sets: list[tuple[object, Loc]] = [(values.get("set"), ("set",))]
        for index, each in enumerate(changes if isinstance(changes, list) else ()):
            if isinstance(each, Mapping):
                sets.append((each.get("set"), ("changes", index, "set")))
        for fields, loc in sets:
            if isinstance(fields, Mapping):
                for path, value, here in flat(fields, loc):
                    self._check_field(path, value, part, here)
                    self._check_subject(path, part, here, person)

    def _check_field(self, path: str, value: object, part: TablePart, loc: Loc) -> None:
        subject, dot, field = path.partition(".")
        if subject not in RECORDS or not dot or not field:
            advice = did_you_mean(subject, RECORDS)
            if subject in RECORDS:
                advice = f'Name a field, for example "{subject}.name".'
            message = f'"{path}" is no field of a person, account or owner.'
            self._add(part.place(loc), message, advice)
            return
        try:
            parse_scalar(value)
        except ValueError as error:
            self._add(part.value_place(loc), f"{spelled(loc)} = {toml_text(value)} {error}.")

    def _check_subject(
        self, path: str, part: TablePart, loc: Loc, person: PersonTable | None
    ) -> None:
        """The company or the owner of which a field is set is there."""
        subject = path.partition(".")[0]
        if person is None or subject not in ("account", "owner"):
            return
        if getattr(person, subject) is None:
            message = f'"{path}" is set, and the person has no {subject}.'
            self._add(part.place(loc), message, f"Give the person one: {subject} = ...")

    def _refuse_twice(self, cases: Sequence[Case]) -> None:
        first: dict[str, Case] = {}
        for case in cases:
            known = first.setdefault(case.name, case)
            if known is not case:
                message = f"name = {toml_text(case.name)} is already used in {known.place}."
                self._add(case.place, message, "Give each test its own name.")

    def _unknown(self, place: Place, kind: str, name: str, known: Iterable[str]) -> None:
        known = list(known)
        advice = did_you_mean(name, known) or f"Add [{kind}.{name}]."
        self._add(place, f'There is no {kind} "{name}".', advice)

    def _add(self, place: Place, message: str, advice: str = "") -> None:
        self.problems.append(Problem(place=place, message=message, advice=advice))


def _made(part: TablePart, table: CaseTable, person: PersonTable, named: _Named) -> Case:
    account = named.accounts.get(person.account or "")
    return Case(
        part=part,
        table=table,
        person=person,
        account=account,
        owner=named.owners.get(person.owner or ""),
        account_owner=named.owners.get(account.owner or "") if account else None,
    )


def _asked(table: ExpectTable | None) -> list[str]:
    return [] if table is None else sorted(table.model_fields_set)


def _like(name: str, people: Mapping[str, PersonTable]) -> PersonTable | None:
    """The person with what those say that they are like; None when that goes in a circle."""
    values: dict[str, object] = {}
    passed: set[str] = set()
    step: str | None = name
    while step is not None:
        if step in passed or step not in people:
            return None
        passed.add(step)
        table = people[step]
        own = {key: getattr(table, key) for key in table.model_fields_set}
        values = own | values | {"like": None}
        step = table.like
    return PersonTable.model_construct(None, **values).model_copy(update=_names(name, values))


def _names(name: str, values: Mapping[str, object]) -> dict[str, object]:
    """What is made from the name of the table, where the table does not say it."""
    made = {
        "name": name.replace("-", " ").replace("_", " ").title(),
        "email": [f"{name.replace('_', '-').replace(' ', '-').lower()}@{name.lower()}.example"],
    }
    return {key: value for key, value in made.items() if not values.get(key)}
