"""Tables of rule files that hold no mistake become values, one kind after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connector.config.rule_tables import (
    FieldTable,
    FitTable,
    HandOffTable,
    LeadModeTable,
    LifecycleTable,
    MachineTable,
    SignalTable,
)
from connector.config.rulebook import FieldChange, Grades, HandOff, Lifecycle
from connector.config.types import CLASSES
from connector.engine.rule import MachineTests, Rule, Signal


def signal_of(table: SignalTable) -> Signal:
    """A signal, as the engine knows it."""
    return Signal(
        id=table.id,
        kinds=frozenset(table.kind),
        weight=table.weight,
        half_life=table.half_life,
        assets=tuple(table.asset),
        sources=frozenset(table.source),
        group=table.group,
        limit=table.limit,
        hand_raise=table.hand_raise,
        classes=frozenset(CLASSES[name] for name in table.evidence_class),
        phase=table.phase.value if table.phase else "",
    )


def rule_of(table: LeadModeTable, signals: tuple[Signal, ...], caps: Mapping[str, float]) -> Rule:
    """A lead mode, as the engine knows it; of the signals those that it names."""
    chosen = frozenset(table.signals)
    return Rule(
        id=table.id,
        signals=tuple(one for one in signals if not chosen or one.id in chosen),
        caps=dict(caps),
        **table.model_dump(
            include={
                "enter",
                "leave",
                "dormant_after",
                "burst_max",
                "window",
                "distinct_kinds",
                "human_min",
                "idle_after",
                "cooldown",
                "fresh_start",
                "rearm_after",
                "top",
            }
        ),
    )


def grades_of(fit: FitTable) -> Grades:
    """How points become letters and digits."""
    grades = fit.grades
    return Grades(letters=tuple(grades.letters), digits=tuple(grades.digits), cap=grades.cap)


def machine_tests_of(table: MachineTable) -> MachineTests:
    """Which clicks no human made."""
    return MachineTests(
        click_after_send=table.click_after_send,
        scan_links=table.scan_links,
        scan_within=table.scan_within,
    )


def hand_off_of(table: HandOffTable) -> HandOff:
    """What a hand-off writes."""
    return HandOff(
        subject=table.subject,
        body=table.body,
        due=table.due,
        raised_due=table.raised_due,
        priority=table.priority,
        raised_priority=table.raised_priority,
        owners=tuple(table.owners),
        keep_owner_for=table.keep_owner_for,
        fallback_owner=table.fallback_owner,
        language=table.language,
        note=table.note,
        fields=fields_of(table.field),
    )


def lifecycle_of(table: LifecycleTable) -> Lifecycle:
    """What is set when an episode begins or ends."""
    return Lifecycle(
        id=table.id,
        at_end=table.when == "left",
        reasons=frozenset(table.reasons),
        rules=frozenset(table.lead_modes),
        fields=fields_of(table.field),
    )


def fields_of(tables: Iterable[FieldTable]) -> tuple[FieldChange, ...]:
    """Fields to set."""
    return tuple(
        FieldChange(
            field=one.field,
            value=one.value,
            expected=None if one.expected is None else tuple(one.expected),
            on=frozenset(one.on),
        )
        for one in tables
    )
