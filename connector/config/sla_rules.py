"""Clocks of hand-offs in the rule files, checked and made into values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from connector.config.capacity import WEEKDAYS
from connector.config.capacity_rules import Reading
from connector.config.holiday import regions
from connector.config.placeholders import OF_STEPS
from connector.config.rule_checks import Sound, check_template
from connector.config.rule_files import RuleFiles
from connector.config.sla import Deadline, Do, Office, Sla
from connector.config.sla_tables import OfficeTable, SlaStepTable, SlaTable
from connector.config.wording import toml_text
from connector.problems import Problem, did_you_mean


def read_sla(reading: Reading, files: RuleFiles, lead_modes: Collection[str]) -> Sla | None:
    """The clocks; None when no file has an [sla], or it is switched off."""
    sound = reading.single(SlaTable, "sla")
    steps = reading.several(SlaStepTable, files.lists["sla_step"])
    offices = reading.several(OfficeTable, files.lists["office"])
    for office in offices:
        reading.problems.extend(_check_office(office))
    for step in steps:
        reading.problems.extend(_check_texts(step, ("subject", "body")))
    if sound is None:
        if steps:
            place = steps[0].entry.place(())
            message, advice = f"{steps[0].entry.name} needs an [sla].", "Add [sla]."
            reading.problems.append(Problem(place=place, message=message, advice=advice))
        return None
    reading.problems.extend(_check_sla(sound, lead_modes))
    if not sound.table.active:
        return None
    return _sla_of(sound.table, [one.table for one in steps], [one.table for one in offices])


def _check_sla(one: Sound[SlaTable], lead_modes: Collection[str]) -> Iterator[Problem]:
    for index, name in enumerate(one.table.lead_modes):
        if name not in lead_modes and one.knows("lead_modes"):
            loc = ("lead_modes", index) if _is_list(one, "lead_modes") else ("lead_modes",)
            message = f'There is no lead mode "{name}".'
            yield one.problem(loc, message, did_you_mean(name, lead_modes))
    yield from _check_texts(one, ("cooling_subject", "cooling_body"))


def _check_texts(
    one: Sound[SlaTable] | Sound[SlaStepTable], keys: Sequence[str]
) -> Iterator[Problem]:
    for key in keys:
        if one.knows(key):
            yield from check_template(one.entry, (key,), getattr(one.table, key), OF_STEPS)


def _is_list(one: Sound[SlaTable], key: str) -> bool:
    return isinstance(one.entry.values.get(key), list)


def _check_office(one: Sound[OfficeTable]) -> Iterator[Problem]:
    table = one.table
    if one.knows("opens", "closes") and _minutes(table.opens) >= _minutes(table.closes):
        key = one.entry.later("opens", "closes")
        message = f"closes = {table.closes} is not after opens = {table.opens}."
        yield one.problem((key,), message, "Nobody would ever work; make it a later hour.")
    if table.region is None or not one.knows("region", "country"):
        return
    if table.country is None:
        message = f"region = {toml_text(table.region)} is a part of no country."
        yield one.problem(("region",), message, "Add country = ...")
    elif table.region not in regions(table.country):
        message = f"region = {toml_text(table.region)} is no part of {table.country} that is known."
        yield one.problem(("region",), message, did_you_mean(table.region, regions(table.country)))


def _sla_of(table: SlaTable, steps: Sequence[SlaStepTable], offices: Sequence[OfficeTable]) -> Sla:
    return Sla(
        steps=tuple(
            sorted((_step_of(one) for one in steps if one.active), key=lambda one: one.after)
        ),
        offices=tuple(map(_office_of, offices)),
        rules=frozenset(table.lead_modes),
        look_every=table.look_every,
        trust_for=table.trust_for,
        manager=table.manager,
        due=table.due,
        priority=table.priority,
        cooling=table.cooling,
        cooling_subject=table.cooling_subject,
        cooling_body=table.cooling_body,
    )


def _step_of(table: SlaStepTable) -> Deadline:
    return Deadline(
        id=table.id,
        do=Do(table.do),
        after=table.after,
        raised_after=table.raised_after or table.after,
        until=table.until,
        subject=table.subject,
        body=table.body,
    )


def _office_of(table: OfficeTable) -> Office:
    return Office(
        id=table.id,
        owners=frozenset(table.owners),
        zone=table.zone or "",
        opens=_minutes(table.opens),
        closes=_minutes(table.closes),
        days=frozenset(WEEKDAYS.index(day) for day in table.days),
        country=table.country or "",
        region=table.region or "",
        closed=frozenset(table.closed),
    )


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
