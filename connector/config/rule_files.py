"""All rule files of all rule folders, put together.

Within a folder every name may be used once. A later folder is laid over the earlier ones: where
it names a signal or a table that exists, its keys replace single keys; its new signals are
looked at before the earlier ones, so that a company's own signals win over a general pack. Only
the first folder must hold rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from connector.config.document import Document, read_document, shown
from connector.config.positions import Loc
from connector.config.rule_tables import RuleFile
from connector.config.rulebook import RuleText
from connector.config.wording import toml_text
from connector.errors import FixInput
from connector.problems import Place, Problem, did_you_mean

LISTS: Final = (
    "signal", "lead_mode", "exclusion", "silence", "topic", "next_step", "lifecycle", "offer",
    "program", "team", "absence", "segment", "sla_step", "office",
)  # fmt: skip
"""Tables of which there are many, told apart by id; absences have none."""
NAMED: Final = ("group", "persona")
"""Tables of which there are many, told apart by the last part of their header."""
SINGLES: Final = (
    "fit", "machine", "hold", "hand_off", "dispositions", "rank", "capacity", "holdout",
    "report", "health", "account", "sla", "task_dispositions",
)  # fmt: skip
"""Tables of which there is one."""


@dataclass(slots=True)
class Entry:
    """One table as gathered from one or several files; knows where each key came from."""

    name: str
    """How people call it, for example `[[signal]] "pricing"`."""
    key: str = ""
    """The last part of its [header]."""
    values: dict[str, object] = field(default_factory=dict)
    first_folder: int = 0
    """The folder that made it known."""
    folder: int = 0
    """The last folder that said something."""
    _home: tuple[Document, Loc] | None = None
    _homes: dict[str, tuple[Document, Loc]] = field(default_factory=dict)
    _folders: dict[str, int] = field(default_factory=dict)

    def add(
        self, document: Document, loc: Loc, table: Mapping[str, object], folder: int
    ) -> list[Problem]:
        """Take in one more table of a file; a key that this folder has set already is refused."""
        self._home = self._home or (document, loc)
        self.folder = folder
        problems = []
        for key, value in table.items():
            if self._folders.get(key) == folder:
                message = f'"{key}" of {self.name} is already set in {self.place((key,))}.'
                place = document.place((*loc, key))
                problems.append(Problem(place=place, message=message, advice="Keep one of them."))
                continue
            self.values[key] = value
            self._homes[key] = (document, loc)
            self._folders[key] = folder
        return problems

    def folder_of(self, key: str) -> int:
        """The folder that set a key; of one that none has set, the folder of the table."""
        return self._folders.get(key, self.first_folder)

    def later(self, one: str, other: str) -> str:
        """Whichever of two keys the later folder has set: there the two were brought together."""
        return other if self._folders.get(other, -1) > self._folders.get(one, -1) else one

    def place(self, loc: Loc) -> Place:
        """Where the key stands; () is the table itself."""
        document, home = self._of(loc)
        return document.place((*home, *loc))

    def value_place(self, loc: Loc) -> Place:
        """Where the value stands."""
        document, home = self._of(loc)
        return document.value_place((*home, *loc))

    def place_in(self, loc: Loc, text: str) -> Place:
        """Where `text` stands inside the value."""
        document, home = self._of(loc)
        return document.place_in((*home, *loc), text)

    def _of(self, loc: Loc) -> tuple[Document, Loc]:
        home = self._homes.get(str(loc[0])) if loc else None
        if home is None:
            assert self._home is not None  # noqa: S101 - add() comes first
            return self._home
        return home


@dataclass(slots=True)
class RuleFiles:
    """What all files say, not checked yet, and the problems of putting them together."""

    lists: dict[str, list[Entry]] = field(default_factory=lambda: {key: [] for key in LISTS})
    named: dict[str, dict[str, Entry]] = field(default_factory=lambda: {key: {} for key in NAMED})
    singles: dict[str, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    revision: str = ""
    first: Path = Path()
    """The first folder; later ones are laid over it and may be empty."""
    texts: list[RuleText] = field(default_factory=list)
    folder: Path = Path()
    """The last folder, for problems that are nowhere in particular."""

    @property
    def signals(self) -> list[Entry]:
        """In the order in which they are asked."""
        return self.lists["signal"]

    @property
    def lead_modes(self) -> list[Entry]:
        """In file order."""
        return self.lists["lead_mode"]

    @property
    def groups(self) -> dict[str, Entry]:
        """By name."""
        return self.named["group"]

    @property
    def personas(self) -> list[Entry]:
        """In the order in which they are asked: those of later folders first."""
        return sorted(self.named["persona"].values(), key=lambda entry: -entry.first_folder)

    def nowhere(self) -> Place:
        """The place of something that is missing altogether."""
        return Place(file=shown(self.folder))


def read_rule_files(folders: Sequence[Path]) -> RuleFiles:
    """Read every *.toml file of the folders, in the order of folders and names."""
    files = RuleFiles(first=folders[0] if folders else Path())
    digest = hashlib.sha256()
    for number, folder in enumerate(folders):
        files.folder = folder
        for path in _paths(folder, files):
            try:
                document = read_document(path)
            except FixInput as error:
                files.problems.extend(error.problems)
                continue
            for part in (path.name.encode(), document.source):
                digest.update(len(part).to_bytes(8, "big") + part)
            text = RuleText(folder=number, name=path.name, source=document.source)
            files.texts.append(text)
            _take_in(files, document, number)
    files.revision = digest.hexdigest()[:12]
    return files


def _paths(folder: Path, files: RuleFiles) -> list[Path]:
    if not folder.is_dir():
        message = "There is no such folder of rules."
        files.problems.append(Problem(place=Place(file=shown(folder)), message=message))
        return []
    paths = sorted(path for path in folder.glob("*.toml") if not path.name.startswith("."))
    if not paths and folder is files.first:
        message = "The folder holds no rule files (*.toml)."
        files.problems.append(Problem(place=Place(file=shown(folder)), message=message))
    return paths


def _take_in(files: RuleFiles, document: Document, folder: int) -> None:
    own = _Own(files, document, folder)
    for key, value in document.values.items():
        if key in LISTS:
            own.take_list(key, value)
        elif key in SINGLES and isinstance(value, Mapping):
            own.take_table(files.singles, f"[{key}]", (key,), value)
        elif key in NAMED and isinstance(value, Mapping):
            for name, table in value.items():
                own.take_table(files.named[key], f"[{key}.{name}]", (key, name), table)
        elif key in RuleFile.model_fields:
            text = f"{key} = {toml_text(value)} must be a table."
            own.problem((key,), text, f"Write [{key}].")
        else:
            advice = did_you_mean(key, RuleFile.model_fields)
            own.problem((key,), f'Unknown key "{key}" at the top of a rule file.', advice)


class _Own:
    """Takes in one file."""

    def __init__(self, files: RuleFiles, document: Document, folder: int) -> None:
        self._files = files
        self._document = document
        self._folder = folder
        self._new = 0

    def take_list(self, key: str, value: object) -> None:
        entries = self._files.lists[key]
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            self.problem((key,), f'"{key}" must be a list of tables.', f"Write [[{key}]].")
            return
        for index, one in enumerate(value):
            self._take_element(entries, one, (key, index))

    def _take_element(self, entries: list[Entry], one: Mapping[str, object], loc: Loc) -> None:
        key, id_ = loc[0], one.get("id")
        label = f"[[{key}]] {toml_text(id_)}" if isinstance(id_, str) else f"[[{key}]]"
        entry = Entry(label, first_folder=self._folder)
        known = next((e for e in entries if id_ is not None and e.values.get("id") == id_), None)
        if known is None:
            position = sum(e.first_folder == self._folder for e in entries)
            entries.insert(position, entry)
        elif known.folder == self._folder:
            message = f"id = {toml_text(id_)} is already used in {known.value_place(('id',))}."
            place = self._document.value_place((*loc, "id"))
            advice = "Give each its own id."
            self._files.problems.append(Problem(place=place, message=message, advice=advice))
            return
        (known or entry).add(self._document, loc, one, self._folder)

    def take_table(self, entries: dict[str, Entry], name: str, loc: Loc, value: object) -> None:
        if not isinstance(value, Mapping):
            self.problem(loc, f"{name} must be a table.", "")
            return
        entry = entries.setdefault(
            str(loc[-1]), Entry(name, str(loc[-1]), first_folder=self._folder)
        )
        problems = entry.add(self._document, loc, value, self._folder)
        self._files.problems.extend(problems)

    def problem(self, loc: Loc, message: str, advice: str) -> None:
        place = self._document.place(loc)
        self._files.problems.append(Problem(place=place, message=message, advice=advice))
