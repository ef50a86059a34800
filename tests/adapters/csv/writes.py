"""Plain writes for the tests of the CSV adapter, and the moment they happen at."""

from __future__ import annotations

from collections.abc import Mapping

from connector.model import RecordRef, Scalar, Write, WriteKind

NOW = 1_772_442_000_000
"""2026-03-02 09:00 UTC."""


def task(key: str, **fields: Scalar) -> Write:
    told: Mapping[str, Scalar] = {"subject": f"Call {key}", "body": "two\nlines", **fields}
    target = RecordRef("crm", "Person", "p1")
    return Write(key=key, kind=WriteKind.CREATE_TASK, target=target, fields=told)


def change(
    key: str, expected: Mapping[str, tuple[Scalar, ...]] | None = None, **fields: Scalar
) -> Write:
    return Write(
        key=key,
        kind=WriteKind.SET_FIELDS,
        target=RecordRef("crm", "Person", "p1"),
        fields=fields,
        expected=expected or {},
    )
