"""One test, as read from its file and found to make sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connector.config.conditions import RECORDS
from connector.config.document import TablePart
from connector.config.positions import Loc
from connector.config.types import parse_scalar
from connector.model import Scalar
from connector.problems import Place
from connector.ruletest.tables import AccountTable, CaseTable, OwnerTable, PersonTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A test with the people of its file that it needs."""

    part: TablePart
    """Where it stands."""
    table: CaseTable
    person: PersonTable
    account: AccountTable | None
    owner: OwnerTable | None
    account_owner: OwnerTable | None
    colleagues: tuple[Case, ...] = ()
    """What the others of the story do, each as a test of their own."""

    @property
    def name(self) -> str:
        """What it shows."""
        return self.table.name

    @property
    def place(self) -> Place:
        """Where its name stands."""
        return self.part.value_place(("name",))


def flat(values: Mapping[str, object], loc: Loc = ()) -> Iterator[tuple[str, object, Loc]]:
    """Path, value and place of every field, whether written "person.title" or person.title."""
    for key, value in values.items():
        here = (*loc, key)
        if isinstance(value, Mapping) and key in RECORDS:
            for inner, each in value.items():
                yield f"{key}.{inner}", each, (*here, inner)
        else:
            yield key, value, here


def settings_of(values: Mapping[str, object], subject: str) -> dict[str, Scalar]:
    """The fields of one subject by their names."""
    return {
        path.partition(".")[2]: parse_scalar(value)
        for path, value, _ in flat(values)
        if path.partition(".")[0] == subject
    }
