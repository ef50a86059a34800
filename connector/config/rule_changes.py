"""What two sets of rule files say differently, key by key, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from connector.config.brief_tables import NextStepTable, TopicTable
from connector.config.capacity_tables import CapacityTable, HoldoutTable, RankTable, TeamTable
from connector.config.measure_tables import HealthTable, ReportTable, SegmentTable
from connector.config.nurture_tables import OfferTable, ProgramTable
from connector.config.positions import Loc
from connector.config.rule_files import LISTS, Entry, RuleFiles
from connector.config.rule_tables import (
    ExclusionTable,
    FitTable,
    GroupTable,
    HandOffTable,
    HoldTable,
    LeadModeTable,
    LifecycleTable,
    MachineTable,
    SignalTable,
)
from connector.config.silence import SilenceTable
from connector.config.sla_tables import OfficeTable, SlaStepTable, SlaTable
from connector.config.wording import Table, toml_text
from connector.problems import Place

_MODELS: Final[Mapping[str, type[Table]]] = {
    "signal": SignalTable,
    "lead_mode": LeadModeTable,
    "exclusion": ExclusionTable,
    "silence": SilenceTable,
    "lifecycle": LifecycleTable,
    "group": GroupTable,
    "fit": FitTable,
    "machine": MachineTable,
    "hold": HoldTable,
    "hand_off": HandOffTable,
    "rank": RankTable,
    "capacity": CapacityTable,
    "holdout": HoldoutTable,
    "team": TeamTable,
    "topic": TopicTable,
    "next_step": NextStepTable,
    "offer": OfferTable,
    "program": ProgramTable,
    "segment": SegmentTable,
    "report": ReportTable,
    "health": HealthTable,
    "sla": SlaTable,
    "sla_step": SlaStepTable,
    "office": OfficeTable,
}
_LISTED: Final = ("signal", "lead_mode", "topic", "next_step")
"""Tables of which there are many, told apart by id."""
_NAMES: Final = ("id", "label", "field")
"""Keys by which the tables of a list are told apart."""
_LONGEST: Final = 60
"""Characters of a value that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one side says about a key."""

    value: str
    """As TOML, shortened."""
    place: Place | None
    """Where it stands; None for a default."""

    @property
    def in_words(self) -> str:
        """The value, and that nobody wrote it."""
        return self.value if self.place is not None else f"{self.value} (default)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One key that is not the same on both sides."""

    key: str
    """The way to it, for example "lead_mode.returning.enter"."""
    old: Said | None
    """None: it is not there."""
    new: Said | None


@dataclass(frozen=True, slots=True)
class _Leaf:
    value: object
    place: Place | None


def rule_changes(old: RuleFiles, new: RuleFiles) -> tuple[RuleChange, ...]:
    """Every key whose value differs. What is left out counts as what it stands for."""
    found: list[RuleChange] = []
    before, after = dict(_tables(old)), dict(_tables(new))
    for name in dict.fromkeys((*before, *after)):
        found += _of_table(name, before.get(name), after.get(name))
    return (*found, *_of_order(old.signals, new.signals))


def _tables(files: RuleFiles) -> Iterator[tuple[str, Entry]]:
    for kind in LISTS:
        for entry in files.lists[kind]:
            yield f"{kind}.{entry.values.get('id')}", entry
    for name, entry in files.groups.items():
        yield f"group.{name}", entry
    yield from files.singles.items()


def _listed(files: RuleFiles) -> Iterator[tuple[str, list[Entry]]]:
    for kind in ("signal", "lead_mode", "offer", "program"):
        yield kind, files.lists[kind]


def _of_table(name: str, old: Entry | None, new: Entry | None) -> Iterator[RuleChange]:
    many = name.partition(".")[0] in (*LISTS, "group")
    if many and (old is None or new is None):
        yield RuleChange(key=name, old=_whole(old), new=_whole(new))
        return
    before, after = _leaves(name, old), _leaves(name, new)
    defaults = _defaults(name)
    for key in dict.fromkeys((*before, *after)):
        ours, theirs = (side.get(key) or defaults.get(key) for side in (before, after))
        if ours is None or theirs is None or not _is_same(ours.value, theirs.value):
            yield RuleChange(key=".".join((name, *key)), old=_said(ours), new=_said(theirs))


def _is_same(one: object, other: object) -> bool:
    """Equal as TOML means it: its 1 is its 1.0, and not its true."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _whole(entry: Entry | None) -> Said | None:
    return None if entry is None else Said(value=entry.name, place=entry.place(()))


def _said(leaf: _Leaf | None) -> Said | None:
    return None if leaf is None else Said(value=_shortened(leaf.value), place=leaf.place)


def _shortened(value: object) -> str:
    if isinstance(value, list):
        text = "[" + ", ".join(toml_text(each) for each in value) + "]"
        return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
    return toml_text(value)


def _leaves(name: str, entry: Entry | None) -> dict[tuple[str, ...], _Leaf]:
    """Every value below a table by the way to it."""
    if entry is None:
        return {}
    return {
        key: _Leaf(value, entry.value_place(loc))
        for key, loc, value in _walk((), (), entry.values)
        if key != ("id",) or name in ("dispositions", "task_dispositions")
    }


def _walk(
    key: tuple[str, ...], loc: Loc, value: object
) -> Iterator[tuple[tuple[str, ...], Loc, object]]:
    match value:
        case Mapping() if value:
            for name, each in value.items():
                yield from _walk((*key, str(name)), (*loc, str(name)), each)
        case list() if value and all(isinstance(each, Mapping) for each in value):
            for index, (name, each) in enumerate(_named(value)):
                yield from _walk((*key, name), (*loc, index), each)
        case _:
            yield key, loc, value


def _named(tables: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The tables of a list by what they are called, without that; or by their number."""
    by = [next((n for n in _NAMES if n in table), "") for table in tables]
    names = [str(table.get(n, "")) for n, table in zip(by, tables, strict=True)]
    for number, (key, name, table) in enumerate(zip(by, names, tables, strict=True), start=1):
        if name and names.count(name) == 1:
            yield name, {each: value for each, value in table.items() if each != key}
        else:
            yield f"[{number}]", table


def _defaults(name: str) -> dict[tuple[str, ...], _Leaf]:
    """What keys stand for when they are left out, written as in a file."""
    model = _MODELS.get(name.partition(".")[0])
    if model is None:
        return {}
    return dict(_defaults_of(model, ()))


def _defaults_of(
    model: type[BaseModel], key: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], _Leaf]]:
    for name, field in model.model_fields.items():
        value = None if field.is_required() else field.get_default(call_default_factory=True)
        extra = field.json_schema_extra
        if isinstance(extra, dict) and "default" in extra:
            value = extra["default"]  # as people write it: "30d"
        if isinstance(value, BaseModel):
            yield from _defaults_of(type(value), (*key, name))
        elif value is not None and value not in ([], {}):
            yield (*key, name), _Leaf(value, None)


def _of_order(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[RuleChange]:
    """Whether what is on both sides stands in another order: the first signal that fits scores."""
    before, after = _ids(old), _ids(new)
    both = set(before) & set(after)
    ours, theirs = ([each for each in ids if each in both] for ids in (before, after))
    if ours != theirs:
        moved = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
        first = _place_of(old, moved[0][0]), _place_of(new, moved[0][1])
        yield RuleChange(
            key="signal (order)",
            old=Said(value=_shortened([a for a, _ in moved]), place=first[0]),
            new=Said(value=_shortened([b for _, b in moved]), place=first[1]),
        )


def _ids(entries: Iterable[Entry]) -> list[str]:
    return [str(entry.values.get("id")) for entry in entries]


def _place_of(entries: Iterable[Entry], ident: str) -> Place | None:
    return next((each.place(()) for each in entries if each.values.get("id") == ident), None)
