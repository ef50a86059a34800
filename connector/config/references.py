"""Which rules a text on the command line means: a folder, a pack, a commit, or a revision."""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.config.document import shown
from connector.config.git import Commit, GitTrouble, commit_of, write_out
from connector.config.packs import PACK, NoSuchPack, folder_name, rule_folder
from connector.config.rule_changes import RuleChange, Said, rule_changes
from connector.config.rule_files import RuleFiles, read_rule_files
from connector.config.rulebook import Rulebook
from connector.config.rules import load_rulebook
from connector.errors import AskOperator, FixInput
from connector.problems import Place, Problem

GIT: Final = "git:"
"""Before a ref, to say that nothing else is meant."""
CONFIGURED: Final = "configured rules"
_AND: Final = "+"
"""Between folders that are laid over each other."""
_REVISION: Final = re.compile(r"[0-9a-f]{6,12}")
_SHORT: Final = re.compile(r"[0-9a-f]{2,5}")

Texts = Mapping[str, bytes]
"""The rule files of one folder: name and text."""
Stored = Callable[[str], Sequence[Texts] | None]
"""The folders of a revision that ran before, whose hash begins like this; None: not known."""


class NoSuchRules(AskOperator):
    """No rules are called like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Rules that were named on the command line."""

    label: str
    rulebook: Rulebook
    files: RuleFiles
    stand_ins: tuple[tuple[str, str], ...] = ()
    """Folders that hold the texts for a while, and what people call them."""

    def shown(self, place: Place | None) -> Place | None:
        """A place in the words of the person who asked."""
        if place is None:
            return None
        return dataclasses.replace(place, file=_renamed(place.file, self.stand_ins))


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Looks rules up. Texts that are no files are written below the folder `room`."""

    configured: Sequence[Path]
    """The rule folders of the configuration."""
    sources: Collection[str]
    room: str
    stored: Stored = lambda _revision: None

    def find(self, text: str) -> RuleSet:
        """The rules that a text means.

        Raises NoSuchRules, GitTrouble, and FixInput for rules with mistakes.
        """
        if text.startswith(GIT):
            return self._at_commit(text, text.removeprefix(GIT))
        if self._are_folders(text):
            folders = [text] if Path(text).is_dir() else text.split(_AND)
            return self._load(text, [(self._folder(each), None) for each in folders])
        if _REVISION.fullmatch(text) and (known := self.stored(text)) is not None:
            return self._of_texts(text, known)
        try:
            return self._at_commit(text, text)
        except GitTrouble as trouble:
            raise NoSuchRules(self._not_found(text, trouble)) from None

    def running(self, revision: str | None) -> RuleSet:
        """The rules that leadmode works by, when their texts are kept; else those configured."""
        configured = self._load(CONFIGURED, [(folder, None) for folder in self.configured])
        if revision is None or configured.rulebook.revision == revision:
            return configured
        texts = self.stored(revision)
        return configured if texts is None else self._of_texts("running rules", texts)

    def _are_folders(self, text: str) -> bool:
        parts = text.split(_AND)
        return Path(text).is_dir() or all(
            each.startswith(PACK) or Path(each).is_dir() for each in parts
        )

    def _folder(self, text: str) -> Path:
        try:
            return rule_folder(text)
        except NoSuchPack as error:
            raise NoSuchRules(f"{error} {error.advice}") from None

    def _at_commit(self, label: str, ref: str) -> RuleSet:
        own = [each for each in self.configured if folder_name(each) is None]
        if not own:
            raise GitTrouble("The configuration names no rule folder of your own to look back in.")
        found: list[tuple[Path, str | None]] = []
        for folder in self.configured:
            if folder not in own:
                found.append((folder, None))
                continue
            found.append(self._checked_out(commit_of(folder, ref)))
        return self._load(label, found)

    def _checked_out(self, commit: Commit) -> tuple[Path, str]:
        target = self._new_folder()
        if not write_out(commit, target):
            raise GitTrouble(f"At {commit.ref} there were no rule files in {commit.folder}.")
        return target, f"{commit.ref}:{shown(commit.folder)}"

    def _of_texts(self, label: str, folders: Sequence[Texts]) -> RuleSet:
        found: list[tuple[Path, str | None]] = []
        for number, texts in enumerate(folders, start=1):
            target = self._new_folder()
            for name, text in texts.items():
                (target / Path(name).name).write_bytes(text)
            name = label if len(folders) == 1 else f"{label}:{number}"
            found.append((target, name))
        return self._load(label, found)

    def _new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.room))

    def _load(self, label: str, folders: Sequence[tuple[Path, str | None]]) -> RuleSet:
        paths = [path for path, _ in folders]
        renamed = tuple((shown(path), name) for path, name in folders if name is not None)
        try:
            book = load_rulebook(paths, sources=self.sources)
        except FixInput as error:
            raise FixInput([_of_problem(one, renamed) for one in error.problems]) from None
        return RuleSet(label=label, rulebook=book, files=read_rule_files(paths), stand_ins=renamed)

    def _not_found(self, text: str, trouble: GitTrouble) -> str:
        parts = text.split(_AND)
        lacking = [each for each in parts if not self._are_folders(each)]
        if len(parts) > 1 and len(lacking) < len(parts):
            return f'There is no folder "{lacking[0]}", of "{text}". Name a folder or {PACK}NAME.'
        if Path(text).is_file():
            return f'"{text}" is a file. Name its folder, "{Path(text).parent}".'
        looked = ["no folder"]
        if _REVISION.fullmatch(text):
            looked.append("no revision whose texts are kept")
        elif _SHORT.fullmatch(text):
            looked.append("too short for a revision, of which six letters are needed")
        return (
            f'There are no rules called "{text}": it is {" and ".join(looked)}, and: {trouble} '
            f"Name a folder, {PACK}NAME, {GIT}REF, or several folders with {_AND} between."
        )


def changes_between(old: RuleSet, new: RuleSet) -> tuple[RuleChange, ...]:
    """What the files of the two sets say differently, with places as people call them."""
    return tuple(
        dataclasses.replace(each, old=_placed(old, each.old), new=_placed(new, each.new))
        for each in rule_changes(old.files, new.files)
    )


def _placed(side: RuleSet, said: Said | None) -> Said | None:
    return None if said is None else dataclasses.replace(said, place=side.shown(said.place))


def _of_problem(problem: Problem, stand_ins: tuple[tuple[str, str], ...]) -> Problem:
    return dataclasses.replace(
        problem,
        place=dataclasses.replace(problem.place, file=_renamed(problem.place.file, stand_ins)),
        message=_renamed(problem.message, stand_ins),
    )


def _renamed(text: str, stand_ins: tuple[tuple[str, str], ...]) -> str:
    for folder, name in stand_ins:
        text = text.replace(folder, name)
    return text
