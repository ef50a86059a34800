"""The parsed query: frozen values, one class for each construct of the language.

Follows the SOQL and SOSL Reference, "SOQL SELECT Syntax". Offsets into the text (`at`) and the
text itself take no part in comparisons: two queries are equal when they say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeAlias

_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def _place() -> int:
    return field(default=0, compare=False, repr=False)


# literals


@dataclass(frozen=True, slots=True)
class Text:
    """A string in quotes; `raw` is what stands between them, escapes included."""

    raw: str
    at: int = _place()

    @property
    def value(self) -> str:
        """The string that is meant."""
        return "".join(character for character, _ in self.characters())

    def characters(self) -> list[tuple[str, bool]]:
        """Each character with whether it was escaped; LIKE tells `%` from an escaped one."""
        found: list[tuple[str, bool]] = []
        index = 0
        while index < len(self.raw):
            if self.raw[index] != "\\":
                found.append((self.raw[index], False))
                index += 1
            elif self.raw[index + 1] in "uU":
                found.append((chr(int(self.raw[index + 2 : index + 6], 16)), True))
                index += 6
            else:
                sign = self.raw[index + 1]
                found.append((_ESCAPES.get(sign.lower(), sign), True))
                index += 2
        return found


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written."""

    text: str
    at: int = _place()

    @property
    def value(self) -> int | float:
        return float(self.text) if "." in self.text else int(self.text)


@dataclass(frozen=True, slots=True)
class Currency:
    """An amount with its currency in front, such as USD5000."""

    code: str
    amount: str
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Boolean:
    """TRUE or FALSE."""

    value: bool
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Null:
    """NULL."""

    at: int = _place()


@dataclass(frozen=True, slots=True)
class DateValue:
    """A day, YYYY-MM-DD."""

    text: str
    at: int = _place()

    @property
    def value(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class DateTimeValue:
    """A moment with its zone, such as 2026-01-31T09:00:00.000+0100."""

    text: str
    at: int = _place()

    @property
    def instant(self) -> int:
        """UTC milliseconds."""
        moment = datetime.fromisoformat(self.text)
        delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
        return (delta.days * 86_400 + delta.seconds) * 1_000 + delta.microseconds // 1_000


@dataclass(frozen=True, slots=True)
class TimeValue:
    """A time of day, such as 09:30:00.000Z."""

    text: str
    at: int = _place()

    @property
    def value(self) -> str:
        """The time with its milliseconds written out."""
        whole, _, part = self.text.rstrip("Z").partition(".")
        return f"{whole}.{part[:3]:0<3}Z"


@dataclass(frozen=True, slots=True)
class DateLiteral:
    """A relative range of time: TODAY, LAST_N_DAYS:7. `name` is in capitals."""

    name: str
    count: int | None = None
    at: int = _place()


Literal: TypeAlias = (
    Text | Number | Currency | Boolean | Null | DateValue | DateTimeValue | TimeValue | DateLiteral
)


# expressions


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A field, with the relationships that lead to it: Account.Owner.Name."""

    parts: tuple[str, ...]
    at: int = _place()

    @property
    def name(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    """A function; `name` is spelled as the reference spells it."""

    name: str
    arguments: tuple[Expression | Text | Number, ...]
    at: int = _place()


Expression: TypeAlias = FieldPath | Call


# what is selected


@dataclass(frozen=True, slots=True)
class Selected:
    """A field or function of the field list."""

    expression: Expression
    alias: str | None = None
    at: int = _place()


@dataclass(frozen=True, slots=True)
class AllFields:
    """FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)."""

    group: str
    at: int = _place()


@dataclass(frozen=True, slots=True)
class When:
    """One branch of TYPEOF: the fields for one object type."""

    object: str
    fields: tuple[FieldPath, ...]
    at: int = _place()


@dataclass(frozen=True, slots=True)
class TypeOf:
    """TYPEOF: other fields for each object type behind a polymorphic relationship."""

    path: FieldPath
    branches: tuple[When, ...]
    otherwise: tuple[FieldPath, ...] | None = None
    at: int = _place()


@dataclass(frozen=True, slots=True)
class ChildQuery:
    """A query over the children of each record, in the field list."""

    query: Query
    at: int = _place()


SelectItem: TypeAlias = Selected | AllFields | TypeOf | ChildQuery


# conditions


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`; operator is one of = != < <= > >= LIKE (<> is told as !=)."""

    left: Expression
    operator: str
    right: Literal
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Membership:
    """`left operator (values)`; operator is IN, NOT IN, INCLUDES or EXCLUDES."""

    left: Expression
    operator: str
    values: tuple[Literal, ...]
    at: int = _place()


@dataclass(frozen=True, slots=True)
class SemiJoin:
    """`left IN (SELECT ...)`, or NOT IN, which makes it an anti-join."""

    left: Expression
    operator: str
    query: Query
    at: int = _place()


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; there are at least two."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds; there are at least two."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition: TypeAlias = Comparison | Membership | SemiJoin | And | Or | Not


# clauses


@dataclass(frozen=True, slots=True)
class From:
    """An object, a child relationship or a path that starts at another alias; and its alias."""

    path: FieldPath
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class DataCategory:
    """One filter of WITH DATA CATEGORY: group, AT | ABOVE | BELOW | ABOVE_OR_BELOW, categories."""

    group: str
    selector: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupBy:
    """GROUP BY; `kind` is "" for a list, ROLLUP or CUBE."""

    kind: str
    keys: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of ORDER BY; `nulls_last` is None when the query does not say."""

    expression: Expression
    descending: bool | None = None
    nulls_last: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A whole query, or one inside another."""

    select: tuple[SelectItem, ...]
    origins: tuple[From, ...]
    """What FROM names: the object first, then aliases of its relationships, if any."""
    scope: str | None = None
    where: Condition | None = None
    security: str | None = None
    """SECURITY_ENFORCED, USER_MODE or SYSTEM_MODE."""
    categories: tuple[DataCategory, ...] = ()
    group_by: GroupBy | None = None
    having: Condition | None = None
    order_by: tuple[OrderKey, ...] = ()
    limit: int | None = None
    offset: int | None = None
    purposes: tuple[str, ...] = ()
    """What FOR names: VIEW, REFERENCE, UPDATE."""
    updates: tuple[str, ...] = ()
    """What UPDATE names: TRACKING, VIEWSTAT."""
    text: str = field(default="", compare=False, repr=False)
    """The whole text, also for a query inside another."""
    at: int = _place()

    @property
    def object(self) -> str:
        """The name behind FROM as it was written, without a prefix."""
        return self.origins[0].path.parts[-1]
