"""A row of a file as a record or an engagement, and nothing else: no files, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final, TypeVar

from adapters.csv.cells import (
    BadCell,
    check_not_ahead,
    check_plausible,
    clean,
    parse_boolean,
    parse_instant,
    parse_number,
    shown,
)
from adapters.csv.columns import Layout
from adapters.csv.settings import IGNORE, Settings
from connector.model import Engagement, Evidence, Kind, Record, RecordRef, Role, Scalar
from connector.ports import Stream
from connector.problems import did_you_mean

ROLES: Final = {
    Stream.PEOPLE: Role.PERSON,
    Stream.ACCOUNTS: Role.ACCOUNT,
    Stream.OPPORTUNITIES: Role.OPPORTUNITY,
    Stream.OWNERS: Role.OWNER,
}
FIELDS: Final[Mapping[Stream, Mapping[str, str]]] = {
    Stream.PEOPLE: {
        **dict.fromkeys(("name", "title", "country", "phone", "status"), "text"),
        **dict.fromkeys(("opted_out", "do_not_call"), "boolean"),
    },
    Stream.ACCOUNTS: {
        **dict.fromkeys(("name", "domain", "industry", "country"), "text"),
        "employees": "number",
    },
    Stream.OPPORTUNITIES: {
        **dict.fromkeys(("name", "stage"), "text"),
        "amount": "number",
        **dict.fromkeys(("is_closed", "is_won"), "boolean"),
    },
    Stream.OWNERS: {"name": "text", "active": "boolean", "time_zone": "text", "language": "text"},
}
"""Which columns become fields of the record, and what they hold."""
EVIDENCE: Final = {
    "": Evidence.HUMAN,
    "human": Evidence.HUMAN,
    "machine": Evidence.MACHINE,
    "bot": Evidence.MACHINE,
    "unknown": Evidence.UNKNOWN,
}
IDENTITY: Final = ("at", "kind", "person_id", "person_type", "email", "asset", "link", "message")
"""The columns that make the id of an engagement that brings none."""
_KINDS: Final = {kind.value: kind for kind in Kind}


T = TypeVar("T")


class BadRow(ValueError):
    """A row cannot be understood; the message is the reason for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the rows of one file mean."""

    instance: str
    stream: Stream
    settings: Settings
    layout: Layout
    now: int
    """The moment of reading, UTC ms; times far behind it are refused."""
    zone: tzinfo | None
    ahead: int
    kinds: Mapping[str, Kind | None] = field(default_factory=dict)
    """Their words, in lower case; None: skipped on purpose."""

    @staticmethod
    def of(instance: str, stream: Stream, settings: Settings, layout: Layout, now: int) -> Reading:
        """With everything worked out that is the same for all rows."""
        return Reading(
            instance=instance,
            stream=stream,
            settings=settings,
            layout=layout,
            now=now,
            zone=settings.zone,
            ahead=settings.ahead_ms,
            kinds={
                " ".join(word.split()).casefold(): None if kind == IGNORE else Kind(kind)
                for word, kind in settings.kinds.items()
            },
        )

    def understand(self, cells: Sequence[str]) -> Record | Engagement | None:
        """The row as a value; None when it is empty or skipped on purpose; else BadRow."""
        if not any(cell.strip() for cell in cells):
            return None
        if len(cells) != len(self.layout.headers):
            raise BadRow(f"has {len(cells)} cells, the header has {len(self.layout.headers)}")
        cell = _Cells(self, cells)
        if self.stream is Stream.ENGAGEMENTS:
            return _engagement(self, cell)
        return _record(self, cell)


class _Cells:
    """The cells of one row by our names; a parser's refusal names the column."""

    __slots__ = ("_cells", "_reading")

    def __init__(self, reading: Reading, cells: Sequence[str]) -> None:
        self._reading = reading
        self._cells = cells

    def has(self, name: str) -> bool:
        return name in self._reading.layout.places

    def text(self, name: str) -> str:
        """The cleaned text; empty when the file has no such column."""
        place = self._reading.layout.places.get(name)
        return "" if place is None else clean(self._cells[place])

    def needed(self, name: str) -> str:
        text = self.text(name)
        if not text:
            raise BadRow(f"{name} is empty")
        return text

    def truth(self, name: str) -> bool:
        text = self.text(name)
        return bool(text) and self._parsed(name, parse_boolean, text)

    def instant(self, name: str) -> int | None:
        """When the row says, not later than the settings allow; None when it does not say."""
        text = self.text(name)
        if not text:
            return None
        now, ahead = self._reading.now, self._reading.ahead
        return self._parsed(name, lambda t: check_not_ahead(self._moment(t), now, ahead, t), text)

    def happened(self, name: str) -> int:
        """When an engagement was: plausible, or the row is refused."""
        now, ahead = self._reading.now, self._reading.ahead
        return self._parsed(
            name,
            lambda t: check_plausible(self._moment(t), now, ahead, t),
            self.needed(name),
        )

    def closing(self, name: str) -> int | None:
        """A day in the calendar of a deal, which may lie in the future."""
        text = self.text(name)
        return self._parsed(name, self._moment, text) if text else None

    def value(self, place: int, name: str, what: str) -> Scalar:
        """The cell at a place as a field of this type; None when it is empty."""
        text = clean(self._cells[place])
        if not text:
            return None
        if what == "number":
            return self._parsed(
                name, lambda t: parse_number(t, self._reading.settings.decimal), text
            )
        if what == "boolean":
            return self._parsed(name, parse_boolean, text)
        if what == "instant":
            return self._parsed(name, self._moment, text)
        return text

    def _moment(self, text: str) -> int:
        reading = self._reading
        return parse_instant(text, zone=reading.zone, pattern=reading.settings.date_format)

    @staticmethod
    def _parsed(name: str, parse: Callable[[str], T], text: str) -> T:
        try:
            return parse(text)
        except BadCell as error:
            raise BadRow(f"{name}: {error}") from None


def emails_of(text: str) -> tuple[str, ...]:
    """The addresses of a cell; several stand apart by semicolon, comma or space."""
    return tuple(dict.fromkeys(text.replace(";", " ").replace(",", " ").split()))


def _record(reading: Reading, cell: _Cells) -> Record:
    settings, stream = reading.settings, reading.stream
    ref = RecordRef(reading.instance, _object_type(reading, cell), cell.needed("id"))
    fields = _fields(reading, cell)
    merged = cell.text("merged_into")
    return Record(
        ref=ref,
        role=ROLES[stream],
        fields=fields,
        emails=emails_of(cell.text("email")),
        account=_ref(reading, settings.account_type, cell.text("account_id")),
        people=tuple(
            _person_ref(reading, person, settings.person_types[0])
            for person in dict.fromkeys(cell.text("people").replace(";", " ").split())
        ),
        owner=_ref(reading, settings.owner_type, cell.text("owner_id")),
        created_at=cell.instant("created_at"),
        modified_at=cell.instant("modified_at"),
        owned_since=cell.instant("owner_since"),
        closed_at=_closed_at(reading, cell, fields),
        deleted=cell.truth("deleted"),
        merged_into=_person_ref(reading, merged, ref.object_type) if merged else None,
    )


def _ref(reading: Reading, object_type: str, record_id: str) -> RecordRef | None:
    return RecordRef(reading.instance, object_type, record_id) if record_id else None


def _person_ref(reading: Reading, text: str, object_type: str) -> RecordRef:
    """The record of an id, or of "Contact:id" where several person types are in use."""
    named, colon, record_id = text.partition(":")
    if colon and named in reading.settings.person_types:
        return RecordRef(reading.instance, named, record_id)
    return RecordRef(reading.instance, object_type, text)


def _object_type(reading: Reading, cell: _Cells) -> str:
    settings = reading.settings
    if reading.stream is Stream.PEOPLE:
        return _person_type(settings.person_types, cell.text("object_type"))
    return {
        Stream.ACCOUNTS: settings.account_type,
        Stream.OPPORTUNITIES: settings.opportunity_type,
        Stream.OWNERS: settings.owner_type,
    }[reading.stream]


def _person_type(known: Sequence[str], text: str) -> str:
    if text and text not in known:
        raise BadRow(f"object type {shown(text)} is not in person_types")
    return text or known[0]


def _fields(reading: Reading, cell: _Cells) -> dict[str, Scalar]:
    layout, settings = reading.layout, reading.settings
    fields = {
        name: cell.value(layout.places[name], name, what)
        for name, what in FIELDS[reading.stream].items()
        if name in layout.places
    }
    if reading.stream is Stream.PEOPLE and "name" not in fields and cell.has("last_name"):
        names = (cell.text("first_name"), cell.text("last_name"))
        fields["name"] = " ".join(filter(None, names)) or None
    if reading.stream is Stream.OPPORTUNITIES and "is_closed" not in fields and cell.has("stage"):
        won = fields["stage"] in settings.won_stages
        fields.setdefault("is_won", won)
        fields["is_closed"] = won or fields["stage"] in settings.lost_stages
    for name, place in layout.extra.items():
        fields[name] = cell.value(place, name, settings.extra_types.get(name, "text"))
    return fields


def _closed_at(reading: Reading, cell: _Cells, fields: Mapping[str, Scalar]) -> int | None:
    """CRMs keep the day on which a deal is hoped to close in the same column; that is none."""
    at = cell.closing("closed_at")
    if at is None or fields.get("is_closed") is False:
        return None
    return at if at <= reading.now + reading.ahead else None


def _engagement(reading: Reading, cell: _Cells) -> Engagement | None:
    kind = _kind(reading, cell.needed("kind"))
    if kind is None:
        return None
    settings = reading.settings
    person_id, email = cell.text("person_id"), cell.text("email")
    if not person_id and "@" not in email:
        raise BadRow("names neither a person nor an e-mail address")
    person_type = _person_type(settings.person_types, cell.text("person_type"))
    evidence = EVIDENCE.get(cell.text("evidence").casefold())
    if evidence is None:
        known = ", ".join(filter(None, EVIDENCE))
        raise BadRow(f"evidence {shown(cell.text('evidence'))} is none of {known}")
    at = cell.happened("at")
    return Engagement(
        instance=reading.instance,
        id=cell.text("id") or _made_id(cell),
        at=at,
        kind=kind,
        person=RecordRef(settings.person_instance or reading.instance, person_type, person_id)
        if person_id
        else None,
        email=email or None,
        evidence=evidence,
        asset=cell.text("asset"),
        link=cell.text("link"),
        message=cell.text("message"),
    )


def _kind(reading: Reading, text: str) -> Kind | None:
    word = " ".join(text.split()).casefold()
    if word in reading.kinds:
        return reading.kinds[word]
    kind = _KINDS.get(word.replace(" ", "_").replace("-", "_"))
    if kind is None:
        advice = did_you_mean(word, [*_KINDS, *reading.kinds])
        raise BadRow(f"kind {shown(text)} is not known; name it in `kinds`. {advice}".rstrip())
    return kind


def _made_id(cell: _Cells) -> str:
    """The same for the same content, wherever the row stands: identical rows are one engagement."""
    text = "\x1f".join(cell.text(name) for name in IDENTITY)
    return "row-" + hashlib.sha256(text.encode()).hexdigest()[:32]
