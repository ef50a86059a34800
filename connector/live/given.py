"""What rules name and no source gives: kinds of engagement and fields. Nobody is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.config.ages import HISTORIES, OWNERSHIP_AGE
from connector.config.conditions import PERSONA
from connector.config.mentioned import Mention, mentioned
from connector.config.packs import folder_name
from connector.config.reach import kinds_that_count, never_taken
from connector.config.rule_files import Entry, RuleFiles, read_rule_files
from connector.config.rulebook import LeadMode, Rulebook
from connector.config.settings import Config, SourceConfig
from connector.config.wording import in_order
from connector.engine.rule import Signal
from connector.live.findings import Findings, closest_of
from connector.model import Kind, Role
from connector.ports import NO, Adapter, Capabilities, Stream, Vocabulary

ROLES: Final = {"person": Role.PERSON, "account": Role.ACCOUNT, "owner": Role.OWNER}
"""Whose field a path names, by its first part."""
OWN: Final = frozenset({"person.domain", PERSONA, OWNERSHIP_AGE})
"""Paths that leadmode fills in by itself."""
_STATUS: Final = "person.status"
_STREAMS: Final = {
    Role.PERSON: Stream.PEOPLE,
    Role.ACCOUNT: Stream.ACCOUNTS,
    Role.OWNER: Stream.OWNERS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source as it is configured."""

    config: SourceConfig
    capabilities: Capabilities
    words: Vocabulary | None

    def reads(self, stream: Stream) -> bool:
        """Whether a stream is read at all."""
        wanted = self.config.streams
        return bool(self.capabilities.streams.get(stream, NO)) and (
            wanted is None or stream in wanted
        )

    def kinds(self) -> Collection[Kind] | None:
        """The kinds of engagement that can come from it; None: any."""
        if not self.reads(Stream.ENGAGEMENTS):
            return ()
        return None if self.words is None else self.words.kinds

    def fields(self, role: Role) -> Collection[str] | None:
        """The fields that it gives; None: any."""
        if not self.reads(_STREAMS[role]):
            return ()
        if self.words is None:
            return None
        return {name for one in self.words.objects if one.role is role for name in one.fields}


def sources_of(config: Config, adapters: Mapping[str, Adapter]) -> list[Source]:
    """Every source with what its adapter says of itself."""
    return [
        Source(
            config=config.sources[name],
            capabilities=adapter.capabilities,
            words=adapter.vocabulary(),
        )
        for name, adapter in adapters.items()
    ]


def kinds_given(sources: Sequence[Source], names: Collection[str] = ()) -> Collection[Kind]:
    """The kinds that these sources can give; without names, all of them."""
    found: set[Kind] = set()
    for one in sources:
        if not names or one.config.name in names:
            kinds = one.kinds()
            found |= set(Kind) if kinds is None else set(kinds)
    return found


def fields_given(sources: Sequence[Source], role: Role) -> Collection[str] | None:
    """The fields of a role that some source gives; None: a source leaves that open."""
    found: set[str] = set()
    for one in sources:
        fields = one.fields(role)
        if fields is None:
            return None
        found |= set(fields)
    return found


def not_given(config: Config, adapters: Mapping[str, Adapter]) -> Findings:
    """Warnings about what the rules name and no source can give; notes where a pack names it.

    A pack is written for many CRMs, so that what one of them lacks is no slip in it.
    """
    found = Findings()
    look = _Look(config, read_rule_files(config.rules), sources_of(config, adapters), found)
    look.signals()
    look.lead_modes()
    look.fields()
    look.history()
    look.dispositions()
    found.warnings = in_order(found.warnings)
    return found


class _Look:
    def __init__(
        self, config: Config, files: RuleFiles, sources: list[Source], found: Findings
    ) -> None:
        self._config, self._book = config, config.rulebook
        self._files, self._sources, self._found = files, sources, found

    def signals(self) -> None:
        """Those whose every kind comes from nowhere."""
        silent: dict[str, list[str]] = {}
        for entry in self._files.signals:
            signal = _signal(self._book, str(entry.values["id"]))
            if signal is None or signal.weight <= 0:
                continue
            if signal.kinds & set(kinds_given(self._sources, signal.sources)):
                continue
            kinds, pack = ", ".join(sorted(signal.kinds)), self._pack(entry, "kind")
            if pack:
                silent.setdefault(pack, []).append(f"{signal.id} ({kinds})")
            else:
                where = self._where(signal.sources)
                self._found.warn(
                    entry.value_place(("kind",)),
                    f"{entry.name} never fires: {where} {kinds}.",
                    "Map a word of the source to it (the source's README says where), or write "
                    "weight = 0.",
                )
        for pack, names in silent.items():
            self._found.note(
                f"No source gives what these signals of {pack} look for: {', '.join(names)}."
            )

    def lead_modes(self) -> None:
        """Those that what the sources give cannot lead into."""
        entries = {str(entry.values["id"]): entry for entry in self._files.lead_modes}
        for mode in self._book.lead_modes:
            named, needed = kinds_that_count(mode.rule), mode.rule.distinct_kinds
            given = self._given(mode)
            entry = entries[mode.rule.id]
            if named and not given:
                message = f"{entry.name} is never entered: no source gives what its signals name."
                self._found.warn(entry.value_place(("id",)), message, "Map kinds in the sources.")
            elif len(given) < needed <= len(named):
                self._found.warn(
                    entry.value_place(("distinct_kinds",))
                    if "distinct_kinds" in entry.values
                    else entry.value_place(("id",)),
                    f"distinct_kinds = {needed} of {entry.name} is never reached: of what its "
                    f"signals name, the sources give {len(given)} ({', '.join(sorted(given))}).",
                    "Lower it, or map more kinds in the sources.",
                )

    def _given(self, mode: LeadMode) -> set[Kind]:
        signals = mode.rule.signals
        return {
            kind
            for index, one in enumerate(signals)
            if one.weight > 0
            for kind in one.kinds & set(kinds_given(self._sources, one.sources))
            if never_taken(signals[:index], one, kind)
        }

    def fields(self) -> None:
        """Fields of conditions that are never known."""
        noted: dict[str, set[str]] = {}
        for mention in mentioned(self._files):
            subject, _, name = mention.path.partition(".")
            if subject in HISTORIES:
                continue
            known = fields_given(self._sources, ROLES[subject])
            if mention.path in self._own() or known is None or name in known:
                continue
            pack = self._pack(mention.entry, str(mention.loc[0]))
            if pack:
                noted.setdefault(pack, set()).add(mention.path)
            else:
                self._unknown(mention, known)
        for pack, paths in noted.items():
            named = ", ".join(sorted(paths))
            self._found.note(f"No source gives {named}, of which {pack} asks: it is never known.")

    def history(self) -> None:
        """Conditions on opportunities where nobody tells of any."""
        if any(one.reads(Stream.OPPORTUNITIES) for one in self._sources):
            return
        asked = [m for m in mentioned(self._files) if m.path.partition(".")[0] in HISTORIES]
        packs = [self._pack(mention.entry, str(mention.loc[0])) for mention in asked]
        for pack in dict.fromkeys(name for name in packs if name):
            self._found.note(
                f"No source gives opportunities: to {pack} nobody ever bought or lost anything."
            )
        for mention in (m for m, pack in zip(asked, packs, strict=True) if not pack):
            self._found.warn(
                mention.entry.place(mention.loc),
                f"No source gives opportunities: {mention.path} says that nothing ever happened.",
                "Read the stream `opportunities` of the CRM.",
            )

    def _own(self) -> frozenset[str]:
        return OWN if self._book.personas else OWN - {PERSONA}

    def _unknown(self, mention: Mention, known: Collection[str]) -> None:
        subject, _, name = mention.path.partition(".")
        source = next(one for one in self._config.sources if self._config.sources[one].authority)
        table = f"[sources.{source}.extra.{_STREAMS[ROLES[subject]].value}]"
        own = {path.rpartition(".")[2] for path in self._own() if path.startswith(f"{subject}.")}
        near = closest_of(name, {*known, *own})
        advice = f"Map it in {table}."
        if near is not None:
            advice = f'Did you mean "{subject}.{near}"? Or map it in {table}.'
        message = f"No source gives {mention.path}: what is said of it is never known."
        self._found.warn(mention.entry.place(mention.loc), message, advice)

    def dispositions(self) -> None:
        """Status values that end an episode, where nobody tells a status."""
        entry = self._files.singles.get("dispositions")
        known = fields_given(self._sources, Role.PERSON)
        if entry is None or not entry.values or known is None or "status" in known:
            return
        key = next(iter(entry.values))
        pack = self._pack(entry, key)
        if pack:
            self._found.note(
                f"No source gives {_STATUS}: no disposition of {pack} ends an episode."
            )
            return
        message = f"No source gives {_STATUS}: no disposition ever ends an episode."
        self._found.warn(entry.place((key,)), message, "Map `status` in a source's table.")

    def _where(self, names: Collection[str]) -> str:
        """Who does not give it, as the beginning of a sentence."""
        if not names:
            return "no source gives"
        listed = sorted(names)
        return (
            f"{listed[0]} does not give"
            if len(listed) == 1
            else (f"neither {' nor '.join(listed)} gives")
        )

    def _pack(self, entry: Entry, key: str) -> str | None:
        """The pack that says this, by its name; None: a folder of the company's own."""
        folder: Path = self._config.rules[entry.folder_of(key)]
        return folder_name(folder)


def _signal(book: Rulebook, name: str) -> Signal | None:
    return next((s for m in book.lead_modes for s in m.rule.signals if s.id == name), None)
