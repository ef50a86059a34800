"""Custom fields that writing needs: which are there, and making those that are not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.errors import AdapterError
from connector.ports import Adapter, FieldSpec, plain_field


class Found(StrEnum):
    """How it is with a field."""

    THERE = "there"
    MISSING = "missing"
    MADE = "made"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One needed field."""

    spec: FieldSpec
    found: Found
    reason: str = ""
    """What went wrong, and what to do."""


def look(adapter: Adapter) -> list[Field]:
    """How it is with every needed field; changes nothing. Trouble is told, not raised."""
    return [_looked_up(adapter, spec) for spec in adapter.needed_fields()]


def provide(adapter: Adapter) -> list[Field]:
    """Make what is missing. What is there is never altered; twice is harmless."""
    return [
        _made(adapter, each.spec) if each.found is Found.MISSING else each for each in look(adapter)
    ]


def _looked_up(adapter: Adapter, spec: FieldSpec) -> Field:
    try:
        known = {plain_field(info.name): info for info in adapter.describe(spec.object_type)}
    except AdapterError as error:
        return _trouble(spec, error)
    info = known.get(plain_field(spec.name))
    if info is None:
        return Field(spec=spec, found=Found.MISSING)
    if spec.unique and not info.unique:
        name = f"{spec.object_type}.{spec.name}"
        reason = f"{name} is there and not unique. Name another field in the config."
        return Field(spec=spec, found=Found.TROUBLE, reason=reason)
    return Field(spec=spec, found=Found.THERE)


def _made(adapter: Adapter, spec: FieldSpec) -> Field:
    try:
        adapter.create_field(spec)
    except AdapterError as error:
        return _trouble(spec, error)
    return Field(spec=spec, found=Found.MADE)


def _trouble(spec: FieldSpec, error: AdapterError) -> Field:
    return Field(spec=spec, found=Found.TROUBLE, reason=f"{type(error).__name__}: {error}")
