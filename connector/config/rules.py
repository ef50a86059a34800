"""Rule folders in, one `Rulebook` out, or every problem of every file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from connector.config.account_rules import account_rule_of, check_account
from connector.config.account_tables import AccountTable
from connector.config.brief_rules import (
    check_next_steps,
    check_topics,
    next_steps_of,
    topics_of,
)
from connector.config.brief_tables import NextStepTable, TopicTable
from connector.config.capacity_rules import read_sharing
from connector.config.capacity_tables import AbsenceTable, HoldoutTable, TeamTable
from connector.config.conditions import ConditionReader
from connector.config.measure_tables import HealthTable, ReportTable, SegmentTable
from connector.config.measuring import Counting, Measuring, Segment, Stages
from connector.config.nurture import Program
from connector.config.nurture_rules import check_nurture, offer_of, program_of
from connector.config.nurture_tables import OfferTable, ProgramTable
from connector.config.positions import Loc
from connector.config.rule_checks import (
    Sound,
    check_fields,
    check_grades,
    check_groups,
    check_lead_mode,
    check_lifecycle,
    check_owners,
    check_signals,
    check_silence,
    check_templates,
)
from connector.config.rule_files import Entry, RuleFiles, read_rule_files
from connector.config.rule_tables import (
    ACCEPTED,
    ExclusionTable,
    FitTable,
    GroupTable,
    HandOffTable,
    HoldTable,
    LeadModeTable,
    LifecycleTable,
    MachineTable,
    PersonaTable,
    SignalTable,
)
from connector.config.rule_values import (
    grades_of,
    hand_off_of,
    lifecycle_of,
    machine_tests_of,
    rule_of,
    signal_of,
)
from connector.config.rulebook import (
    AccountRule,
    Exclusion,
    FitPoints,
    HandOff,
    Holds,
    LeadMode,
    Lifecycle,
    NextStep,
    Persona,
    Rulebook,
    Silence,
    Topic,
)
from connector.config.silence import SilenceTable, end_of
from connector.config.sla_rules import read_sla
from connector.config.sla_tables import OfficeTable, SlaStepTable
from connector.config.types import ID_PATTERN, PATTERNS_IN_WORDS
from connector.config.wording import Table, in_order, toml_text, validate
from connector.engine.condition import Always, Logical, folded
from connector.engine.rule import Signal
from connector.engine.timeline import EndReason
from connector.errors import FixInput
from connector.problems import Problem, did_you_mean

T = TypeVar("T", bound=Table)

_STAND_INS: Final[Mapping[type[Table], Mapping[str, object]]] = {
    SignalTable: {"id": "unknown", "kind": "page_viewed", "weight": 1},
    LeadModeTable: {"id": "unknown"},
    GroupTable: {"cap": 0},
    ExclusionTable: {"id": "unknown", "when": {}},
    SilenceTable: {"id": "unknown", "since": "2000-01-01", "until": "2000-01-01"},
    TopicTable: {"id": "unknown"},
    NextStepTable: {"id": "unknown", "text": "-"},
    SegmentTable: {"id": "unknown", "when": {}},
    HandOffTable: {"subject": "-", "body": "-"},
    TeamTable: {"id": "unknown", "members": ["unknown"]},
    AbsenceTable: {"owner": "unknown", "since": "2000-01-01", "until": "2000-01-01"},
    HoldoutTable: {"share": 0.1},
    LifecycleTable: {"id": "unknown", "when": "left", "field": [{"field": "-", "value": ""}]},
    OfferTable: {"id": "unknown", "asset": "*"},
    ProgramTable: {"id": "unknown"},
    SlaStepTable: {"id": "unknown", "do": "remind", "after": "1d"},
    OfficeTable: {"id": "unknown"},
}
"""What takes the place of a key that is needed and wrong, while more problems are looked for."""


def load_rulebook(folders: Sequence[Path], *, sources: Collection[str] | None = None) -> Rulebook:
    """The rules of all files in the folders; FixInput names every problem of every file.

    A later folder is laid over the earlier ones. With `sources`, signals may only name these.
    """
    files = read_rule_files(folders)
    reading = _Reading(files)
    signals = reading.several(SignalTable, files.signals)
    modes = reading.several(LeadModeTable, files.lead_modes)
    groups = reading.several(GroupTable, files.groups.values())
    reading.problems.extend(check_signals(signals, sources))
    reading.problems.extend(check_groups(files.groups, files.signals))
    offers = reading.several(OfferTable, files.lists["offer"])
    programs = reading.several(ProgramTable, files.lists["program"])
    personas = files.named["persona"]
    reading.problems.extend(check_nurture(offers, programs, personas, sources))
    for mode in modes:
        reading.problems.extend(check_lead_mode(mode, signals))
    ready = tuple(signal_of(one.table) for one in signals)
    caps = {one.entry.key: one.table.cap for one in groups}
    requires = reading.condition(files.singles.get("fit"), ("requires",))
    fit = reading.fit()
    machine = _table(reading.single(MachineTable, "machine"), MachineTable)
    sharing = read_sharing(reading, files)
    dispositions, accepted = reading.dispositions("dispositions")
    task_dispositions, task_accepted = reading.dispositions("task_dispositions")
    rulebook = Rulebook(
        revision=files.revision,
        texts=tuple(files.texts),
        lead_modes=tuple(
            LeadMode(
                rule=rule_of(mode.table, ready, caps),
                applies_to=reading.condition(mode.entry, ("applies_to",)),
                fit=requires,
                epoch=mode.table.epoch,
                title=mode.table.title or mode.table.id,
            )
            for mode in modes
        ),
        hand_off=reading.hand_off(sources),
        personas=reading.personas(),
        topics=reading.topics(),
        next_steps=reading.next_steps(),
        fit_points=reading.fit_points(fit),
        grades=grades_of(fit),
        holds=reading.holds(),
        machine=machine_tests_of(machine),
        dispositions=dispositions,
        accepted=accepted,
        task_dispositions=task_dispositions,
        task_accepted=task_accepted,
        sla=read_sla(reading, files, [one.table.id for one in modes]),
        rank=sharing.rank,
        capacity=sharing.capacity,
        teams=sharing.teams,
        absences=sharing.absences,
        holdout=sharing.holdout,
        lifecycles=reading.lifecycles([one.table.id for one in modes], sources),
        account=reading.account(ready, caps),
        offers=tuple(offer_of(one.table) for one in offers),
        programs=reading.programs(programs),
        measuring=reading.measuring(),
    )
    reading.demand_something()
    if reading.problems:
        raise FixInput(in_order(reading.problems))
    return rulebook


class _Reading:
    """Turns gathered tables into values; collects problems and goes on, to find the others."""

    def __init__(self, files: RuleFiles) -> None:
        self._files = files
        self.problems: list[Problem] = list(files.problems)

    def several(self, model: type[T], entries: Iterable[Entry]) -> list[Sound[T]]:
        """The tables with what is usable of each."""
        return [self._sound(model, entry) for entry in entries]

    def single(self, model: type[T], key: str) -> Sound[T] | None:
        """The one table of its kind, if there is one."""
        entry = self._files.singles.get(key)
        return self._sound(model, entry) if entry else None

    def condition(self, entry: Entry | None, loc: Loc, *, in_persona: bool = False) -> Logical:
        """The condition at a place of a table; everybody when there is none."""
        raw: object = entry.values if entry else {}
        for step in loc:
            if isinstance(raw, Mapping):
                raw = raw.get(str(step), {})
            elif isinstance(raw, list) and isinstance(step, int):
                raw = raw[step]
        if entry is None or raw == {}:
            return Always()
        personas = self._files.named["persona"]
        reader = ConditionReader(entry, personas, in_persona=in_persona)
        condition = reader.read(raw, loc)
        self.problems.extend(reader.problems)
        return condition

    def fit(self) -> FitTable:
        """The ability to buy; defaults when no file says anything."""
        sound = self.single(FitTable, "fit")
        if sound is not None:
            self.problems.extend(check_grades(sound))
        return _table(sound, FitTable)

    def fit_points(self, fit: FitTable) -> tuple[FitPoints, ...]:
        """Points with their conditions; an empty `when` is refused, it would mean everybody."""
        entry = self._files.singles.get("fit")
        found = []
        for index, one in enumerate(fit.points):
            loc = ("points", index, "when")
            if entry is not None and one.when == {}:
                message = "when = {} says nothing: everybody would get the points."
                problem = Problem(
                    place=entry.value_place(loc), message=message, advice="Fill it in."
                )
                self.problems.append(problem)
            when = self.condition(entry, loc)
            found.append(FitPoints(when=when, points=one.points, label=one.label))
        return tuple(found)

    def personas(self) -> tuple[Persona, ...]:
        """The kinds of buyers, in the order in which they are asked."""
        entries = self._files.personas
        self.several(PersonaTable, entries)
        for entry in entries:
            if re.fullmatch(ID_PATTERN, entry.key) is None:
                message = f"The name of {entry.name} {PATTERNS_IN_WORDS[ID_PATTERN]}."
                self.problems.append(Problem(place=entry.place(()), message=message))
        return tuple(
            Persona(name=entry.key, when=self.condition(entry, ("when",), in_persona=True))
            for entry in entries
        )

    def topics(self) -> tuple[Topic, ...]:
        """What buyers learn about."""
        tables = self.several(TopicTable, self._files.lists["topic"])
        self.problems.extend(check_topics(tables))
        return topics_of(tables)

    def next_steps(self) -> tuple[NextStep, ...]:
        """What is suggested, in the order in which it is asked."""
        tables = self.several(NextStepTable, self._files.lists["next_step"])
        self.problems.extend(check_next_steps(tables, self._files.named["persona"]))
        return next_steps_of(tables)

    def exclusions(self) -> tuple[Exclusion, ...]:
        """Who is never handed off, by name; an empty `when` is refused, it would mean everybody."""
        found = []
        for one in self.several(ExclusionTable, self._files.lists["exclusion"]):
            if one.knows("when") and one.table.when == {} and "when" in one.entry.values:
                message = "when = {} says nothing: everybody would be excluded."
                self.problems.append(one.problem(("when",), message, "Fill it in."))
            when = self.condition(one.entry, ("when",))
            if one.table.active:
                label = one.table.label or one.table.id
                found.append(Exclusion(id=one.table.id, label=label, when=when))
        return tuple(found)

    def measuring(self) -> Measuring:
        """Segments, and how reports count."""
        segments = [
            Segment(
                id=one.table.id,
                label=one.table.label or one.table.id,
                when=self.condition(one.entry, ("when",)),
            )
            for one in self.several(SegmentTable, self._files.lists["segment"])
        ]
        report = _table(self.single(ReportTable, "report"), ReportTable)
        health = _table(self.single(HealthTable, "health"), HealthTable)
        return Measuring(
            segments=tuple(segments),
            counting=Counting(**report.model_dump()),
            stages=Stages(**health.model_dump()),
        )

    def holds(self) -> Holds:
        """What holds a hand-off back."""
        table = _table(self.single(HoldTable, "hold"), HoldTable)
        excluded = self.condition(self._files.singles.get("hold"), ("excluded",))
        return Holds(
            open_opportunity=table.open_opportunity,
            consent=table.consent,
            worked_within=table.worked_within,
            machine_only=table.machine_only,
            only_raised_after=frozenset(table.only_raised_after),
            excluded=None if isinstance(excluded, Always) else excluded,
            exclusions=self.exclusions(),
            silences=self.silences(),
        )

    def silences(self) -> tuple[Silence, ...]:
        """When nobody, or nobody of some kind, is handed off."""
        found = []
        for one in self.several(SilenceTable, self._files.lists["silence"]):
            self.problems.extend(check_silence(one))
            when = self.condition(one.entry, ("when",))
            if one.table.active:
                found.append(
                    Silence(
                        id=one.table.id,
                        label=one.table.label or one.table.id,
                        since=one.table.since,
                        until=end_of(one.table),
                        when=when,
                        raised_hands=one.table.raised_hands,
                    )
                )
        return tuple(found)

    def hand_off(self, sources: Collection[str] | None) -> HandOff:
        """What is written; a stand-in when there is none, which `demand_something` reports."""
        sound = self.single(HandOffTable, "hand_off")
        if sound is None:
            return HandOff(subject="", body="", due=0, raised_due=0)
        self.problems.extend(check_templates(sound))
        self.problems.extend(check_fields(sound, sources))
        self.problems.extend(check_owners(sound))
        return hand_off_of(sound.table)

    def lifecycles(
        self, lead_modes: Collection[str], sources: Collection[str] | None
    ) -> tuple[Lifecycle, ...]:
        """What is set when episodes begin and end, in the order in which it counts."""
        found = []
        for one in self.several(LifecycleTable, self._files.lists["lifecycle"]):
            self.problems.extend(check_lifecycle(one, lead_modes, sources))
            if one.table.active:
                found.append(lifecycle_of(one.table))
        return tuple(found)

    def programs(self, sounds: Sequence[Sound[ProgramTable]]) -> tuple[Program, ...]:
        """The programs that are active."""
        found = [program_of(one.table, self.condition(one.entry, ("who",))) for one in sounds]
        return tuple(p for p, one in zip(found, sounds, strict=True) if one.table.active)

    def account(self, signals: tuple[Signal, ...], caps: Mapping[str, float]) -> AccountRule | None:
        """When companies surge; None when nobody is to look at them."""
        sound = self.single(AccountTable, "account")
        if sound is None:
            return None
        ids = [one.id for one in signals]
        self.problems.extend(check_account(sound, ids, self._files.named["persona"]))
        rule = account_rule_of(
            sound.table, signals, caps, lambda loc: self.condition(sound.entry, loc)
        )
        return rule if sound.table.active else None

    def dispositions(self, table: str) -> tuple[Mapping[str, EndReason], frozenset[str]]:
        """Values and how they end an episode; and, folded, those by which somebody takes it up."""
        entry = self._files.singles.get(table)
        known = [*(reason.value for reason in EndReason), ACCEPTED]
        found: dict[str, str] = {}
        for status, reason in (entry.values if entry else {}).items():
            twin = next((each for each in found if folded(each) == folded(status)), None)
            if twin is not None:  # another spelling of a later folder replaces it
                del found[twin]
            if reason in known:
                found[status] = str(reason)
            elif entry is not None:
                message = f"{toml_text(status)} = {toml_text(reason)} is no disposition."
                place = entry.value_place((status,))
                advice = did_you_mean(str(reason), known)
                self.problems.append(Problem(place=place, message=message, advice=advice))
        ending = {each: EndReason(way) for each, way in found.items() if way != ACCEPTED}
        return ending, frozenset(folded(each) for each, way in found.items() if way == ACCEPTED)

    def demand_something(self) -> None:
        """Complain about tables that no file has, unless a file could not be read."""
        if self._files.problems:
            return
        wanted = {
            "[[signal]]": self._files.signals,
            "[[lead_mode]]": self._files.lead_modes,
            "[hand_off]": "hand_off" in self._files.singles,
        }
        for name, there in wanted.items():
            if not there:
                message = f"No rule file has a {name}."
                advice = "Add one; rules.md shows how."
                place = self._files.nowhere()
                self.problems.append(Problem(place=place, message=message, advice=advice))

    def _sound(self, model: type[T], entry: Entry) -> Sound[T]:
        stand_ins = _STAND_INS.get(model, {})
        table, checked = validate(model, entry.values, entry, stand_ins=stand_ins)
        self.problems.extend(checked.problems)
        return Sound(table or model.model_validate(stand_ins), entry, checked.bad)


def _table(sound: Sound[T] | None, model: type[T]) -> T:
    return sound.table if sound else model()
