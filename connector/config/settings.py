"""The configuration: one file and its rule folders, checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from connector.config.config_tables import (
    ConfigFile,
    DeliveryTable,
    LeadmodeTable,
    LogLevel,
    OnAmbiguous,
    SourceTable,
)
from connector.config.document import Document, TablePart, read_document
from connector.config.packs import PACK, NoSuchPack, rule_folder, shipped_rules
from connector.config.positions import Loc
from connector.config.rulebook import HandOff, Rulebook
from connector.config.rules import load_rulebook
from connector.config.secrets import BadSecret, looks_secret, parse_reference
from connector.config.types import NAME_PATTERN, PATTERNS_IN_WORDS
from connector.config.wording import in_order, spelled, toml_text, validate
from connector.errors import FixInput
from connector.ports import Stream
from connector.problems import Place, Problem, did_you_mean

__all__ = [
    "PACK",
    "Config",
    "DeliveryConfig",
    "LogLevel",
    "OnAmbiguous",
    "SourceConfig",
    "load",
    "shipped_rules",
]

NO_ADAPTER: Final = "?"
"""The adapter of a source that does not say which; only when there are problems."""

T = TypeVar("T", LeadmodeTable, DeliveryTable, SourceTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """A configured platform."""

    name: str
    """The instance name that record refs carry."""
    adapter: str
    poll: int
    """ms between two polls."""
    streams: tuple[Stream, ...] | None
    """What is read; None: everything that the adapter offers."""
    authority: bool
    """Whether it is the CRM of record, which receives the writes."""
    on_ambiguous: OnAmbiguous
    settings: Mapping[str, Any] = field(repr=False)
    """The adapter's own keys as they stand in the file; secrets are references."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryConfig:
    """How writes are sent. Times in ms."""

    lease: int
    retry_first: int
    retry_most: int
    ttl: int
    batch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything an admin has said. Times in ms, paths absolute."""

    path: Path
    instance: str
    state: Path
    rules: tuple[Path, ...]
    dry_run: bool
    time_zone: str
    backfill: int
    tick: int
    storm: int
    storm_times: int
    backups: int
    log_level: LogLevel
    sources: Mapping[str, SourceConfig]
    delivery: DeliveryConfig
    rulebook: Rulebook = field(repr=False)
    document: Document = field(repr=False)

    @property
    def authority(self) -> SourceConfig:
        """The CRM of record; there is exactly one."""
        return next(source for source in self.sources.values() if source.authority)

    def source_place(self, name: str, *path: str | int) -> Place:
        """Where a key of a source stands, or the source itself."""
        return self.document.place(("sources", name, *path))

    def source_value_place(self, name: str, *path: str | int) -> Place:
        """Where the value of a key of a source stands."""
        return self.document.value_place(("sources", name, *path))


def load(path: Path) -> Config:
    """The configuration at `path` with its rules; FixInput names every problem of every file.

    What the adapters think of their own settings is `connector.registry.load_all`'s to add.
    """
    config, problems = load_leniently(path)
    if problems or config is None:
        raise FixInput(in_order(problems))
    return config


def load_leniently(path: Path) -> tuple[Config | None, list[Problem]]:
    """The configuration as far as it can be understood, and what is wrong with it.

    With problems it serves only to look for more of them in the adapters' settings: stand-ins
    fill the gaps. It is None when the file is no TOML.
    """
    try:
        document = read_document(path, private=True)
    except FixInput as error:
        return None, list(error.problems)
    reading = _Reading(path.absolute(), document)
    config = reading.config()
    return config, reading.problems


class _Reading:
    """One pass over the config file; goes on after a problem, to find the others."""

    def __init__(self, path: Path, document: Document) -> None:
        self._path = path
        self._document = document
        self._packs_known = True
        self.problems: list[Problem] = []

    def config(self) -> Config:
        """The configuration, with stand-ins where something is wrong."""
        self._refuse_unknown_tables()
        leadmode = self._table(LeadmodeTable, "leadmode", instance="unknown")
        delivery = self._table(DeliveryTable, "delivery")
        sources = self._sources()
        folders = tuple(self._folders(leadmode))
        return Config(
            path=self._path,
            instance=leadmode.instance,
            state=self._path.parent / leadmode.state,
            rules=folders,
            dry_run=leadmode.dry_run,
            time_zone=leadmode.time_zone,
            backfill=leadmode.backfill,
            tick=leadmode.tick,
            storm=leadmode.storm,
            storm_times=leadmode.storm_times,
            backups=leadmode.backups,
            log_level=leadmode.log_level,
            sources=sources,
            delivery=self._delivery(delivery),
            rulebook=self._rulebook(folders, sources),
            document=self._document,
        )

    def _refuse_unknown_tables(self) -> None:
        known = ConfigFile.model_fields
        for key in self._document.values:
            if key not in known:
                message = f'Unknown table "{key}".'
                self._add(self._document.place((key,)), message, did_you_mean(key, known))

    def _table(self, model: type[T], *loc: str, **stand_ins: str) -> T:
        """A table with what is usable of it; defaults and stand-ins for the rest."""
        values: object = self._document.values
        for step in loc:
            values = values.get(step, {}) if isinstance(values, Mapping) else {}
        part = TablePart(f"[{'.'.join(loc)}]", self._document, loc)
        if not isinstance(values, Mapping):
            self._add(part.place(()), f"{part.name} must be a table.")
            values = stand_ins
        table, checked = validate(model, values, part, stand_ins=stand_ins)
        self.problems.extend(checked.problems)
        return table or model.model_validate(stand_ins)

    def _sources(self) -> dict[str, SourceConfig]:
        raw = self._document.values.get("sources", {})
        if not isinstance(raw, Mapping) or not raw:
            self._add(self._document.place(("sources",)), "No source is configured.", _ADD_SOURCE)
            return {}
        tables: dict[str, SourceTable] = {}
        for name in raw:
            self._check_name(name)
            tables[name] = self._table(SourceTable, "sources", name, adapter=NO_ADAPTER)
            self._refuse_literals(tables[name].settings, ("sources", name))
        authority = self._authority(tables)
        return {name: _source(name, table, authority) for name, table in tables.items()}

    def _check_name(self, name: str) -> None:
        if not re.fullmatch(NAME_PATTERN, name):
            message = f"The name {toml_text(name)} {PATTERNS_IN_WORDS[NAME_PATTERN]}."
            self._add(self._document.place(("sources", name)), message)

    def _authority(self, tables: Mapping[str, SourceTable]) -> str:
        """The name of the CRM of record."""
        said = [name for name, table in tables.items() if table.authority]
        for name in said[1:]:
            place = self._document.place(("sources", name, "authority"))
            message = f'Both "{said[0]}" and "{name}" have authority = true.'
            self._add(place, message, "Only the CRM of record, which gets the tasks, may have it.")
        if said:
            return said[0]
        if len(tables) == 1 and next(iter(tables.values())).authority is None:
            return next(iter(tables))
        if tables:
            place = self._document.place(("sources",))
            advice = "Write authority = true in the table of the CRM that gets the tasks."
            self._add(place, "No source has authority = true.", advice)
        return next(iter(tables), "")

    def _refuse_literals(self, settings: Mapping[str, Any], loc: Loc) -> None:
        """Secrets must be references; what stands there instead is never repeated."""
        for key, value in settings.items():
            here = (*loc, key)
            if isinstance(value, Mapping):
                self._refuse_literals(value, here)
            elif isinstance(value, str) and value and looks_secret(key):
                try:
                    parse_reference(value)
                except BadSecret as error:
                    place = self._document.value_place(here)
                    self._add(place, f"{spelled(here[2:])} {error}.", error.advice)

    def _delivery(self, table: DeliveryTable) -> DeliveryConfig:
        if table.retry_first > table.retry_most:
            place = self._document.value_place(("delivery", "retry_first"))
            self._add(place, "retry_first is longer than retry_most.", "Make it the shorter one.")
        return DeliveryConfig(**table.model_dump())

    def _folders(self, table: LeadmodeTable) -> Iterator[Path]:
        """The rule folders; a default one that is not there or empty stands for our own rules."""
        here = self._path.parent
        said = "rules" in table.model_fields_set
        for index, name in enumerate(table.rules):
            if name.startswith(PACK):
                yield self._pack(name, ("leadmode", "rules", index))
            elif said or any((here / name).glob("*.toml")):
                yield here / name
            else:
                yield shipped_rules()

    def _pack(self, name: str, loc: Loc) -> Path:
        try:
            return rule_folder(name)
        except NoSuchPack as error:
            self._add(self._document.value_place(loc), str(error), error.advice)
        self._packs_known = False
        return shipped_rules()

    def _rulebook(self, folders: tuple[Path, ...], sources: Mapping[str, Any]) -> Rulebook:
        if not self._packs_known:
            return _NO_RULES  # what is laid over another pack than was meant is all mistakes
        names = sources or None
        try:
            return load_rulebook(folders, sources=names)
        except FixInput as error:
            self.problems.extend(error.problems)
        return _NO_RULES

    def _add(self, place: Place, message: str, advice: str = "") -> None:
        self.problems.append(Problem(place=place, message=message, advice=advice))


_NO_RULES: Final = Rulebook(
    revision="",
    lead_modes=(),
    hand_off=HandOff(subject="", body="", due=0, raised_due=0),
)
_ADD_SOURCE: Final = 'Add a table such as [sources.crm] with adapter = "csv".'


def _source(name: str, table: SourceTable, authority: str) -> SourceConfig:
    return SourceConfig(
        name=name,
        adapter=table.adapter,
        poll=table.poll,
        streams=None if table.streams is None else tuple(table.streams),
        authority=name == authority,
        on_ambiguous=table.on_ambiguous,
        settings=table.settings,
    )
