"""Finds what the names in a query stand for.

Follows the SOQL and SOSL Reference, "Using Relationship Queries", "Understanding Polymorphic Keys
and Relationships" and "Alias Notation"; and for the texts of refusals, what the API answers.
"""

from __future__ import annotations

from typing import Final

from sandbox.salesforce.soql.errors import INVALID_FIELD, INVALID_TYPE, SoqlError, refusal
from sandbox.salesforce.soql.functions import read_function
from sandbox.salesforce.soql.operands import Operand, Step, compound, getter, own_type, through
from sandbox.salesforce.soql.source import Column, Source, Viewer
from sandbox.salesforce.soql.syntax import Expression, FieldPath, From, Query

DEEPEST_PATH: Final = 5
"""Relationships from child to parent in one path, at most."""
NAME: Final = "Name"
"""What the API calls the object behind a polymorphic relationship."""
_NAME_FIELDS: Final = {
    "alias": "string", "email": "email", "firstname": "string", "id": "id", "isactive": "boolean",
    "lastname": "string", "name": "string", "phone": "phone", "profileid": "reference",
    "title": "string", "type": "picklist", "username": "string", "userroleid": "reference",
}  # fmt: skip
"""The fields that every target of a polymorphic relationship answers for (object Name)."""
_NAME_SPELLINGS: Final = {
    "firstname": "FirstName", "isactive": "IsActive", "lastname": "LastName",
    "profileid": "ProfileId", "userroleid": "UserRoleId",
}  # fmt: skip
CUSTOM_FIELD_ADVICE: Final = (
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom "
    "field name. Please reference your WSDL or the describe call for the appropriate names."
)
CUSTOM_RELATIONSHIP_ADVICE: Final = (
    "If you are attempting to use a custom relationship, be sure to append the '__r' after the "
    "custom relationship name. Please reference your WSDL or the describe call for the "
    "appropriate names."
)
_CUSTOM_OBJECT_ADVICE: Final = (
    "If you are attempting to use a custom object, be sure to append the '__c' after the entity "
    "name. Please reference your WSDL or the describe call for the appropriate names."
)


def proper_object(source: Source, name: str, text: str, at: int) -> str:
    """The object of that name, or INVALID_TYPE."""
    found = source.object_name(name)
    if found is None:
        problem = f"sObject type '{name}' is not supported. {_CUSTOM_OBJECT_ADVICE}"
        raise refusal(INVALID_TYPE, problem, text, at)
    return found


class Scope:
    """The names that one query can use."""

    def __init__(
        self, source: Source, query: Query, name: str, viewer: Viewer, now: int, *, deleted: bool
    ) -> None:
        self.source = source
        self.query = query
        self.object = name
        self.viewer = viewer
        self.now = now
        self.deleted = deleted
        self.columns = source.columns(name)
        self._aliases = self._read_aliases()

    def at_parent(self, step: Step, target: str | None) -> Scope:
        """The scope behind a relationship; `target` is None for what all targets share."""
        return _ParentScope(self, step, target)

    def refuse(self, code: str, problem: str, at: int) -> SoqlError:
        """The error for a place in the query."""
        return refusal(code, problem, self.query.text, at)

    def _read_aliases(self) -> dict[str, tuple[str, ...]]:
        main, *others = self.query.origins
        aliases: dict[str, tuple[str, ...]] = {}
        for word in (self.object, main.path.parts[-1], main.alias):
            if word:
                aliases[word.lower()] = ()
        for origin in others:
            first, *rest = origin.path.parts
            if first.lower() not in aliases or not rest:
                problem = f"sObject type '{origin.path.name}' is not supported."
                raise self.refuse(INVALID_TYPE, problem, origin.path.at)
            alias = (origin.alias or rest[-1]).lower()
            aliases[alias] = (*aliases[first.lower()], *rest)
        return aliases

    def is_alias(self, word: str) -> bool:
        """Whether the word stands for a record of this scope, as its object's name does."""
        return word.lower() in self._aliases

    # fields

    def operand(self, expression: Expression) -> Operand:
        """What the expression stands for; aggregates are none of this scope's business."""
        if isinstance(expression, FieldPath):
            return self.field(expression)
        return read_function(self, expression)

    def field(self, path: FieldPath) -> Operand:
        """The field at the end of the path, or INVALID_FIELD."""
        parts = path.parts
        if len(parts) > 1 and parts[0].lower() in self._aliases:
            parts = (*self._aliases[parts[0].lower()], *parts[1:])
        if len(parts) > DEEPEST_PATH + 1:
            problem = f"Relationship path '{path.name}' is deeper than {DEEPEST_PATH} levels"
            raise self.refuse(INVALID_FIELD, problem, path.at)
        steps = self.steps(parts[:-1], path)
        return self._last(steps, parts[-1], path)

    def steps(self, relationships: tuple[str, ...], path: FieldPath) -> tuple[Step, ...]:
        """The relationships of a path from this scope's object on."""
        steps: list[Step] = []
        owners: tuple[str, ...] = (self.object,)
        for relationship in relationships:
            column = self._relation(owners, relationship)
            if column is None or column.relationship is None:
                problem = f"Didn't understand relationship '{relationship}' in field path."
                advice = f"{problem} {CUSTOM_RELATIONSHIP_ADVICE}"
                raise self.refuse(INVALID_FIELD, advice, path.at)
            steps.append(Step(column.relationship, column.name, column.reference_to))
            owners = column.reference_to
        return tuple(steps)

    def _relation(self, owners: tuple[str, ...], relationship: str) -> Column | None:
        wanted = relationship.lower()
        for owner in owners:
            for column in self.source.columns(owner).values():
                if column.relationship and column.relationship.lower() == wanted:
                    return column
        return None

    def _last(self, steps: tuple[Step, ...], name: str, path: FieldPath) -> Operand:
        if steps and steps[-1].polymorphic:
            return self._of_name(steps, name, path)
        owner = steps[-1].targets[0] if steps else self.object
        columns = self.source.columns(owner)
        column = columns.get(name.lower())
        if column is None:
            raise self._no_column(name, owner, path)
        own = compound(column, columns)
        return Operand(
            name=column.name,
            type=column.type,
            get=through(self.source, steps, own, deleted=self.deleted),
            own=own,
            object=owner,
            column=column,
            steps=steps,
        )

    def _no_column(self, name: str, owner: str, path: FieldPath) -> SoqlError:
        problem = f"No such column '{name}' on entity '{owner}'. {CUSTOM_FIELD_ADVICE}"
        return self.refuse(INVALID_FIELD, problem, path.at)

    def _of_name(self, steps: tuple[Step, ...], name: str, path: FieldPath) -> Operand:
        lower = name.lower()
        if lower not in _NAME_FIELDS:
            raise self._no_column(name, NAME, path)
        spelled = _NAME_SPELLINGS.get(lower, name[0].upper() + lower[1:])
        own = own_type(self.source) if lower == "type" else getter(spelled)
        return Operand(
            name=spelled,
            type=_NAME_FIELDS[lower],
            get=through(self.source, steps, own, deleted=self.deleted),
            own=own,
            object=NAME,
            steps=steps,
        )


class _ParentScope(Scope):
    """The fields of one target of a polymorphic relationship, or those that all of them have."""

    def __init__(self, inner: Scope, step: Step, target: str | None) -> None:
        name = target or step.targets[0]
        query = Query(select=(), origins=(From(FieldPath((name,))),), text=inner.query.text)
        super().__init__(inner.source, query, name, inner.viewer, inner.now, deleted=inner.deleted)
        self._shared = target is None

    def field(self, path: FieldPath) -> Operand:
        if not self._shared:
            return super().field(path)
        return self._of_name((), path.parts[0], path)
