"""The keys of a CSV source's table in the config; sample.toml explains each."""

from __future__ import annotations

import hashlib
import json
import os.path
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from adapters.csv.cells import parse_span
from adapters.csv.columns import COLUMNS, TASKS
from adapters.csv.dialect import DELIMITERS, check_encoding
from connector.model import Kind
from connector.ports import Stream
from connector.problems import did_you_mean

IGNORE: Final = "ignore"
"""In `kinds`: rows of this kind are skipped on purpose."""
EXTRA_TYPES: Final = ("text", "number", "boolean", "instant")
_ON_REREAD: Final = (
    *("extra", "extra_types", "kinds", "person_types", "account_type", "opportunity_type"),
    *("owner_type", "person_instance", "won_stages", "lost_stages", "encoding", "delimiter"),
    *("decimal", "time_zone", "date_format", "ahead"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One folder of exports, and how to read them.

    Building one checks all of it: a ValueError has one argument per mistake, beginning with the
    key that is wrong.
    """

    folder: Path
    people: str = "people.csv"
    accounts: str = "accounts.csv"
    opportunities: str = "opportunities.csv"
    owners: str = "owners.csv"
    engagements: str = "engagements.csv"
    """File name or pattern per stream; empty: the stream is not read."""
    tasks: str = "tasks.csv"
    """The same of the export that tells what becomes of tasks; it need not be there."""
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    """Per stream: our column name to their header."""
    extra: dict[str, dict[str, str]] = field(default_factory=dict)
    """Per stream: further field name to their header."""
    extra_types: dict[str, str] = field(default_factory=dict)
    """What further fields hold, if not text."""
    kinds: dict[str, str] = field(default_factory=dict)
    """Their word for a kind of engagement to ours, or to "ignore"."""
    person_types: tuple[str, ...] = ("Person",)
    account_type: str = "Account"
    opportunity_type: str = "Opportunity"
    owner_type: str = "Owner"
    person_instance: str = ""
    """The source whose people the engagements name; empty: this one."""
    won_stages: tuple[str, ...] = ("Closed Won",)
    lost_stages: tuple[str, ...] = ("Closed Lost",)
    done_tasks: tuple[str, ...] = ("Completed",)
    """Statuses of a task that is done."""
    encoding: str = "auto"
    delimiter: str = "auto"
    decimal: str = "."
    time_zone: str = ""
    date_format: str = ""
    page_rows: int = 5_000
    settle: str = "10s"
    ahead: str = "2d"
    rejects: str = "rejects"
    out: str = "out"
    """Where files for import are written; empty: nothing is written."""
    out_bom: bool = False

    def __post_init__(self) -> None:
        problems = [
            *_column_problems(self.columns, self.extra),
            *_word_problems(self),
            *_reading_problems(self),
            *_folder_problems(self),
        ]
        if problems:
            raise ValueError(*problems)

    def pattern(self, stream: str) -> str:
        """The file name or pattern of a stream, or of the tasks; empty when it is switched off."""
        return str(getattr(self, stream)).strip()

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of times that name none."""
        return ZoneInfo(self.time_zone) if self.time_zone else None

    @property
    def settle_ms(self) -> int:
        """How long an unended last line must have been there."""
        return parse_span(self.settle)

    @property
    def ahead_ms(self) -> int:
        """How far ahead of now a time may lie."""
        return parse_span(self.ahead)

    @property
    def types(self) -> tuple[str, ...]:
        """Every object type that a write may be about."""
        return (*self.person_types, self.account_type, self.opportunity_type, self.owner_type)

    def digest(self, stream: Stream) -> str:
        """Changes when the rows of a stream must be read again because they mean something else.

        The ids of engagements that bring none are made of their columns; with other columns old
        rows would be told again as new ones, so those are left as they were read.
        """
        columns = self.columns.get(stream, {})
        told = {name: _plain(getattr(self, name)) for name in _ON_REREAD}
        if stream is not Stream.ENGAGEMENTS or columns.get("id"):
            told["columns"] = columns
        text = json.dumps(told, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _column_problems(
    columns: Mapping[str, Mapping[str, str]], extra: Mapping[str, Mapping[str, str]]
) -> list[str]:
    streams = [stream.value for stream in Stream]
    problems = [
        f'{key}.{name}: there is no stream "{name}". {did_you_mean(name, known_names)}'
        for key, table, known_names in (
            ("columns", columns, [*streams, TASKS]),
            ("extra", extra, streams),
        )
        for name in table
        if name not in known_names
    ]
    for stream in COLUMNS:
        known = COLUMNS[stream]
        problems += [
            f'columns.{stream}: there is no column "{name}". {did_you_mean(name, known)}'
            for name in columns.get(stream, {})
            if name not in known
        ]
        problems += [
            f"extra.{stream}: {name} is one of our columns; name its header in columns.{stream}."
            for name in extra.get(stream, {})
            if name in known
        ]
    if extra.get(Stream.ENGAGEMENTS):
        problems.append("extra.engagements: engagements have no further fields.")
    return problems


def _word_problems(settings: Settings) -> list[str]:
    kinds = [*(kind.value for kind in Kind), IGNORE]
    problems = [
        f'kinds: "{word}" stands for "{kind}", which is no kind. {did_you_mean(kind, kinds)}'
        for word, kind in settings.kinds.items()
        if kind not in kinds
    ]
    fields = {name for table in settings.extra.values() for name in table}
    problems += [
        f"extra_types: there is no further field {name}. {did_you_mean(name, fields)}".rstrip()
        for name in settings.extra_types
        if name not in fields
    ]
    problems += [
        f'extra_types.{name} = "{what}" is no type. {did_you_mean(what, EXTRA_TYPES)}'
        for name, what in settings.extra_types.items()
        if what not in EXTRA_TYPES
    ]
    if not settings.person_types or not all(settings.types):
        problems.append("person_types and the other object types need a name each.")
    if len(set(settings.types)) != len(settings.types):
        problems.append("person_types and the other object types need names of their own.")
    return problems


def _reading_problems(settings: Settings) -> list[str]:
    problems = []
    if settings.delimiter not in ("auto", *DELIMITERS):
        problems.append(
            f'delimiter = "{settings.delimiter}" is none of "auto", ",", ";", tab, "|".'
        )
    if settings.decimal not in (".", ","):
        problems.append(f'decimal = "{settings.decimal}" is neither "." nor ",".')
    if settings.page_rows < 1:
        problems.append(f"page_rows = {settings.page_rows} must be 1 or more.")
    problems += _refused(check_encoding, settings.encoding.replace("auto", "utf-8"))
    problems += [f"settle: {text}." for text in _refused(parse_span, settings.settle)]
    problems += [f"ahead: {text}." for text in _refused(parse_span, settings.ahead)]
    try:
        ZoneInfo(settings.time_zone or "UTC")
    except (ValueError, OSError, KeyError):
        problems.append(
            f'time_zone = "{settings.time_zone}" is not known. Write for example "Europe/Berlin".'
        )
    return problems


def _refused(check: Callable[[str], object], value: str) -> list[str]:
    try:
        check(value)
    except ValueError as error:
        return [str(error)]
    return []


def _folder_problems(settings: Settings) -> list[str]:
    problems = []
    home = os.path.normpath(settings.folder)
    for key in ("rejects", "out"):
        name = getattr(settings, key)
        if (name or key == "rejects") and os.path.normpath(settings.folder / name) == home:
            problems.append(f'{key} = "{name}" must be another folder than the one that is read.')
    for stream in COLUMNS:
        pattern = Path(settings.pattern(stream))
        if pattern.is_absolute() or ".." in pattern.parts:
            problems.append(f'{stream} = "{pattern}" must lie within the folder.')
    return problems
