"""A plan: what the next cycle would write, as values, and as a file that shows any change."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from connector.clock import iso
from connector.errors import AskOperator
from connector.model import RecordRef, Scalar, Write, WriteKind

FORMAT: Final = 1
_MADE_BY: Final = "Make it with `leadmode plan --out FILE`."


class BadPlan(AskOperator):
    """The file is no plan that can be applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWrite:
    """One write, who it is about, and what is there now."""

    key: str
    kind: WriteKind
    instance: str
    object_type: str
    record: str
    fields: dict[str, Scalar]
    expected: dict[str, tuple[Scalar, ...]]
    """Values under which a field is set: what the CRM had when the plan was made."""
    was: dict[str, Scalar] | None
    """What the CRM had in the fields that are set; None: the record is not there any more."""
    braked: bool
    """Whether the brake would hold it."""
    person: int
    name: str
    company: str
    owner: str
    """Who gets the task, by name."""
    rule: str
    title: str
    what: str
    """"entered", "raised" or "left"; of nurture "touch-2" or "content"; of a clock "remind" ..."""
    at: int
    """When; UTC ms."""
    score: float
    """Of nurture 0."""

    @property
    def write(self) -> Write:
        """As it goes into the outbox."""
        return Write(
            key=self.key,
            kind=self.kind,
            target=RecordRef(self.instance, self.object_type, self.record),
            fields=self.fields,
            expected=self.expected,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedHold:
    """One hand-off that would be held, or wait for a free place."""

    person: int
    name: str
    company: str
    owner: str
    rule: str
    title: str
    what: str
    at: int
    reason: str
    """A reason to hold, or "waiting"."""
    because: str
    subject: str
    """Of the task that would have been written; empty: there is nothing to write to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One write that is in the outbox already."""

    key: str
    name: str
    what: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the next cycle would do, and on what that rests."""

    made_at: int
    """UTC ms."""
    instance: str
    sources: dict[str, str]
    """The adapter of each source."""
    zone: str
    revision: str
    new_rules: bool
    """Whether leadmode has not worked by this revision yet: what matches already is not alerted."""
    armed: bool
    database: str
    place: dict[str, int]
    """How far the database had come."""
    storm: int
    """The brake: more hand-offs than this in one cycle are held; 0: none."""
    writes: tuple[PlannedWrite, ...]
    held: tuple[PlannedHold, ...]
    counted: dict[str, int]
    """Returns that would only be recorded, by reason."""
    waiting: tuple[Waiting, ...]
    failed: dict[str, str]
    """Sources that could not be read, and why."""

    @property
    def hand_offs(self) -> int:
        """How many hand-offs it makes."""
        tasks = (each for each in self.writes if each.kind is WriteKind.CREATE_TASK)
        return len({(each.person, each.rule, each.at) for each in tasks})


def save(plan: Plan, path: Path) -> str:
    """Write the plan for this user only, whole or not at all; returns its checksum."""
    body = _as_json(plan)
    checksum = _checksum(body)
    text = json.dumps(
        {"leadmode_plan": FORMAT, "made": iso(plan.made_at), "checksum": checksum, "plan": body},
        ensure_ascii=False,
        indent=2,
    )
    refuse_place(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - the mode is given above
        os.fchmod(descriptor, 0o600)
        file.write(text + "\n")
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)
    return checksum


def refuse_place(path: Path) -> None:
    """Raise BadPlan where no plan can be saved: better before all the work than after it."""
    if path.is_dir():
        raise BadPlan(f"{path} is a folder. Name a file in it, for example {path / 'a.plan'}.")
    if not path.parent.is_dir():
        raise BadPlan(f"There is no folder {path.parent} to save {path.name} in. Make it first.")
    if not os.access(path.parent, os.W_OK):
        raise BadPlan(f"Nothing may be written into {path.parent}. Name a file somewhere else.")


def load(path: Path) -> tuple[Plan, str]:
    """The plan in a file and its checksum. BadPlan when it is none, or was changed."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - only applying needs it

    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
        body, said, number = found["plan"], found["checksum"], found["leadmode_plan"]
    except (ValueError, KeyError, TypeError):
        raise BadPlan(f"{path} is not a plan. {_MADE_BY}") from None
    if number != FORMAT:
        raise BadPlan(f"{path} was made by another version of leadmode. Make a new plan.")
    if _checksum(body) != said:
        raise BadPlan(
            f"{path} was changed after it was made: its checksum does not fit. "
            "A plan is applied as it was made, or not at all. Change the rules and make a new one."
        )
    try:
        return TypeAdapter(Plan).validate_python(body), str(said)
    except ValidationError:
        raise BadPlan(f"{path} is not a plan. {_MADE_BY}") from None


def _as_json(plan: Plan) -> Any:
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(Plan).dump_python(plan, mode="json")


def _checksum(body: object) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def agreed(plan: Plan) -> Mapping[str, Write]:
    """The writes of a plan by their keys."""
    return {each.key: each.write for each in plan.writes}
