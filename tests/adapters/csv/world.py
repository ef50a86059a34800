"""A folder of exports as the laws arrange it, with a CRM behind it that exports and imports."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from adapters.csv.adapter import CsvAdapter, Settings
from connector.clock import DAY, ManualClock, iso
from connector.model import (
    Engagement,
    Fields,
    Kind,
    Outcome,
    Record,
    RecordRef,
    Role,
    Scalar,
    Write,
    WriteKind,
)
from connector.ports import Health, Page, Stream
from tests.adapters.world import START, AnswerLost, Landed, Row

COLUMNS: Final = {
    Stream.PEOPLE: "id,email,name,status,account_id,owner_id,created_at,modified_at,deleted",
    Stream.ACCOUNTS: "id,name,employees,owner_id,created_at,modified_at",
    Stream.OPPORTUNITIES: "id,name,amount,is_closed,people,account_id,created_at,modified_at",
    Stream.OWNERS: "id,name,active,modified_at",
    Stream.ENGAGEMENTS: "id,at,kind,person_id,asset",
}
FILES: Final = {
    WriteKind.CREATE_TASK: "tasks.csv",
    WriteKind.SET_FIELDS: "field_changes.csv",
    WriteKind.ADD_NOTE: "notes.csv",
    WriteKind.ADD_MEMBER: "list_members.csv",
    WriteKind.WITHDRAW: "withdrawals.csv",
}
TASK_COLUMNS: Final = (
    *("leadmode_key", "status", "owner_id", "closed_at", "modified_at", "deleted"),
)
CREATED: Final = START - 400 * DAY

_touched: set[str] = set()


def _watch(name: str, arguments: tuple[Any, ...]) -> None:
    if name in ("open", "os.scandir", "os.listdir") and isinstance(arguments[0], str):
        _touched.add(arguments[0])


sys.addaudithook(_watch)


class WatchedCsv(CsvAdapter):
    """Counts the calls that touched a file, and loses an answer when told to."""

    def __init__(self, world: CsvWorld, settings: Settings) -> None:
        with _Counting(world):
            super().__init__(world.instance, settings, world.clock)
        self._world = world

    def check(self) -> Health:
        with _Counting(self._world):
            return super().check()

    def read(self, stream: Stream, cursor: str | None) -> Page:
        with _Counting(self._world):
            return super().read(stream, cursor)

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        with _Counting(self._world):
            outcomes = super().write(writes)
        if self._world.losing:
            self._world.losing = False
            raise AnswerLost
        return outcomes


class _Counting:
    def __init__(self, world: CsvWorld) -> None:
        self._world = world

    def __enter__(self) -> None:
        _touched.clear()

    def __exit__(self, *_: object) -> None:
        folder = str(self._world.folder)
        self._world.visits += any(path.startswith(folder) for path in _touched)


class CsvWorld:
    """A CRM that exports into a folder: by appending, by renaming a new file, and in place."""

    instance = "crm"

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.clock = clock
        self.folder = folder
        self.losing = False
        self.visits = 0
        self._exports = 0
        self._imported = 0
        self._kept_tasks: dict[str, dict[str, str]] = {}
        self._rows: dict[Stream, dict[str, dict[str, str]]] = {stream: {} for stream in Stream}
        for stream in Stream:
            self._export(stream)

    def adapter(self, page_size: int | None = None) -> CsvAdapter:
        settings = Settings(folder=self.folder, page_rows=page_size or 5_000, ahead="900d")
        return WatchedCsv(self, settings)

    def close(self) -> None:
        pass

    # reading

    def put(self, stream: Stream, number: int, at: int, *, email: str | None = None) -> Row:
        row = self._made(stream, number, at)
        if isinstance(row, Record) and email:
            row = replace(row, emails=(email,))
        known = self._rows[stream]
        cells = _cells(row)
        name = cells["id"]
        fresh = name not in known
        known[name] = cells
        if fresh and (stream is Stream.ENGAGEMENTS or number % 2):
            with self._path(stream).open("a", newline="", encoding="utf-8") as file:
                csv.writer(file).writerow(_in_order(stream, cells))
        else:
            self._export(stream)
        return row

    def _made(self, stream: Stream, number: int, at: int) -> Row:
        if stream is Stream.ENGAGEMENTS:
            return Engagement(
                instance=self.instance,
                id=f"e{number}",
                at=at,
                kind=Kind.FORM_SUBMITTED,
                person=self._ref("Person", number % 3),
                asset=f'Form "{number}",\nsecond line',
            )
        changed = f"Number {number}, as of {at}"
        if stream is Stream.OWNERS:
            return self._record("Owner", Role.OWNER, number, at, {"name": changed, "active": True})
        owner = self._ref("Owner", 1)
        if stream is Stream.ACCOUNTS:
            fields: Fields = {"name": changed, "employees": number}
            row = self._record("Account", Role.ACCOUNT, number, at, fields)
        elif stream is Stream.OPPORTUNITIES:
            fields = {"name": changed, "amount": number + 0.5, "is_closed": False}
            row = self._record("Opportunity", Role.OPPORTUNITY, number, at, fields)
            people = (self._ref("Person", number), self._ref("Person", number + 1))
            return replace(row, people=people, account=self._ref("Account", 1), created_at=CREATED)
        else:
            fields = {"name": changed, "status": None}
            row = self._record("Person", Role.PERSON, number, at, fields)
            row = replace(
                row, account=self._ref("Account", number), emails=(f"p{number}@x.example",)
            )
        return replace(row, owner=owner, created_at=CREATED)

    def _record(self, kind: str, role: Role, number: int, at: int, fields: Fields) -> Record:
        return Record(ref=self._ref(kind, number), role=role, fields=fields, modified_at=at)

    def _ref(self, object_type: str, number: int) -> RecordRef:
        return RecordRef(self.instance, object_type, f"{object_type[0].lower()}{number}")

    def _path(self, stream: Stream) -> Path:
        return self.folder / f"{stream}.csv"

    def _export(self, stream: Stream) -> None:
        """The whole file, in place and as a new one by turns."""
        self._exports += 1
        path = self._path(stream)
        target = path if self._exports % 2 else path.with_suffix(".part")
        with target.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(COLUMNS[stream].split(","))
            rows.writerows(_in_order(stream, cells) for cells in self._rows[stream].values())
        target.replace(path)

    # writing

    def target(self, number: int) -> RecordRef:
        ref = self._ref("Person", number)
        if ref.id not in self._rows[Stream.PEOPLE]:
            self.put(Stream.PEOPLE, number, START - DAY)
        return ref

    def owner(self) -> str:
        return "o1"

    def own_field(self) -> str:
        return "status"

    def list_id(self) -> str:
        return "newsletter"

    def lose_next_answer(self) -> None:
        self.losing = True

    def spoil(self, write: Write) -> Write:
        return replace(write, target=RecordRef(self.instance, "Spaceship", write.target.id))

    def edit(self, ref: RecordRef, field: str, value: Scalar) -> None:
        self._import()
        self._rows[Stream.PEOPLE][ref.id][field] = "" if value is None else str(value)
        self._export(Stream.PEOPLE)

    def remove(self, ref: RecordRef) -> None:
        self.edit(ref, "deleted", "true")

    def change_task(self, remote_id: str, *, done: bool = False, owner: str = "") -> None:
        task = self._tasks().setdefault(remote_id.removeprefix("tasks.csv:"), {})
        if done:
            task |= {"status": "Completed", "closed_at": iso(self.clock.now())}
        task |= {"owner_id": owner} if owner else {}
        task["modified_at"] = iso(self.clock.now())
        self._export_tasks()

    def remove_task(self, remote_id: str) -> None:
        self._tasks()[remote_id.removeprefix("tasks.csv:")]["deleted"] = "yes"
        self._export_tasks()

    def _tasks(self) -> dict[str, dict[str, str]]:
        """The CRM's tasks by their key: those that were imported, as people have left them."""
        with (self.folder / "out" / "tasks.csv").open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                given = {"status": row["status"], "owner_id": row["owner_id"]}
                self._kept_tasks.setdefault(row["leadmode_key"], given)
        return self._kept_tasks

    def _export_tasks(self) -> None:
        with (self.folder / "tasks.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.DictWriter(file, TASK_COLUMNS)
            rows.writeheader()
            rows.writerows({"leadmode_key": k, **row} for k, row in self._kept_tasks.items())

    def as_stored(self, field: str, text: str) -> str:
        """As the README says, said again in other words."""
        if field == "subject":
            text = text.replace("\n", " ").replace("\t", " ")
        unseen = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        text = "".join(sign for sign in text if sign not in unseen)
        computes = re.match(r"[\s\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff]*[-=+@＝＋－＠]", text)  # noqa: RUF001
        return "'" + text if computes or text[:1] == "\t" else text

    # looking

    def landed(self, kind: WriteKind) -> list[Landed]:
        path = self.folder / "out" / FILES[kind]
        if not path.exists():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if kind is WriteKind.SET_FIELDS:
            return [
                Landed(
                    target=RecordRef(self.instance, row["object_type"], row["record_id"]),
                    fields={row["field"]: row["value"]},
                    key=row["leadmode_key"],
                )
                for row in rows
            ]
        if kind is WriteKind.ADD_MEMBER:
            return [
                Landed(
                    target=RecordRef(self.instance, row["object_type"], row["record_id"]),
                    fields={"list": row["list_id"]},
                    key=row["leadmode_key"],
                )
                for row in rows
            ]
        return [
            Landed(
                target=RecordRef(self.instance, row["related_type"], row["related_id"]),
                fields=_told(row),
                key=row["leadmode_key"],
            )
            for row in rows
        ]

    def standing(self, kind: WriteKind) -> set[RecordRef]:
        path = self.folder / "out" / FILES[WriteKind.WITHDRAW]
        gone = set()
        if path.exists():
            with path.open(newline="", encoding="utf-8") as file:
                gone = {row["withdraws"] for row in csv.DictReader(file)}
        return {each.target for each in self.landed(kind) if each.key not in gone}

    def touch(self, made: str) -> None:
        raise NotImplementedError

    def look(self) -> dict[RecordRef, Fields]:
        self._import()
        return {
            RecordRef(self.instance, "Person", name): {**cells, "modified_at": ""}
            for name, cells in self._rows[Stream.PEOPLE].items()
            if not cells.get("deleted")
        }

    def _import(self) -> None:
        """Take in the field changes that came since the last time, as a CRM's import does."""
        changes = self.landed(WriteKind.SET_FIELDS)
        for change in changes[self._imported :]:
            for name, value in change.fields.items():
                self._rows[Stream.PEOPLE][change.target.id][name] = str(value)
        if len(changes) > self._imported:
            self._imported = len(changes)
            self._export(Stream.PEOPLE)

    def requests(self) -> int:
        return self.visits

    def object_type(self) -> str:
        raise NotImplementedError

    def secret(self) -> str:
        raise NotImplementedError

    def refuse_sign_in(self) -> None:
        raise NotImplementedError


def _told(row: dict[str, str]) -> Fields:
    if "body" in row:
        return {"subject": row["subject"], "body": row["body"]}
    assert row["due_date"] == row["due_at"][:10]
    assert row["status"] == "Not Started"
    due = {iso(START + days * DAY): START + days * DAY for days in range(3)}
    return {
        "subject": row["subject"],
        "body": row["description"],
        "due_at": due[row["due_at"]],
        "priority": row["priority"].lower(),
        "owner": row["owner_id"],
    }


def _cells(row: Row) -> dict[str, str]:
    if isinstance(row, Engagement):
        assert row.person
        return {
            "id": row.id,
            "at": iso(row.at),
            "kind": row.kind,
            "person_id": row.person.id,
            "asset": row.asset,
        }
    cells = {name: _text(value) for name, value in row.fields.items()}
    cells |= {"id": row.ref.id, "email": ";".join(row.emails)}
    cells |= {"people": ";".join(person.id for person in row.people)}
    for name, ref in (("account_id", row.account), ("owner_id", row.owner)):
        cells[name] = ref.id if ref else ""
    for name, at in (("created_at", row.created_at), ("modified_at", row.modified_at)):
        cells[name] = "" if at is None else str(at)
    return cells


def _text(value: Scalar) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _in_order(stream: Stream, cells: dict[str, str]) -> list[str]:
    return [cells.get(name, "") for name in COLUMNS[stream].split(",")]
