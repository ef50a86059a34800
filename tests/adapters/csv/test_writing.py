"""What is written for a CRM's import, and what is done about people who touch it."""

from __future__ import annotations

import csv
import fcntl
import io
import resource
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.csv.ledger import Ledger
from adapters.csv.outgoing import cell
from connector.clock import DAY, HOUR
from connector.errors import Rejected, TryAgain, Unsupported
from connector.model import RecordRef, Settled, Write, WriteKind
from tests.adapters.csv.writes import NOW, change, task

PEOPLE = "id,status,owner_id,score,vip,Lead Source,deleted\n"


@pytest.fixture(autouse=True)
def _people(exports):
    exports.put("people.csv", PEOPLE + "p1,Open,o1,5,yes,Web,\np2,Open,o1,,,,true\n")


def settled(outcomes):
    return [outcome.settled for outcome in outcomes]


def keys(exports, name="tasks.csv"):
    return [row["leadmode_key"] for row in exports.out(name)]


def test_a_task_is_a_row_that_imports_take(exports):
    adapter = exports.adapter(time_zone="Europe/Berlin")
    write = task("k1", due_at=NOW + 14 * HOUR + HOUR // 2, priority="high", owner="o1")
    [outcome] = adapter.write([write])
    assert (outcome.settled, outcome.remote_id) == (Settled.APPLIED, "tasks.csv:k1")
    assert (exports.folder / "out" / "tasks.csv").read_bytes() == (
        b'"leadmode_key","subject","description","due_date","due_at","priority","status",'
        b'"owner_id","related_type","related_id"\r\n'
        b'"k1","Call k1","two\nlines","2026-03-03","2026-03-02T23:30:00.000Z","High",'
        b'"Not Started","o1","Person","p1"\r\n'
    )


def test_notes_and_field_changes_have_files_of_their_own(exports):
    note = Write(
        key="n1",
        kind=WriteKind.ADD_NOTE,
        target=RecordRef("crm", "Account", "a1"),
        fields={"subject": "S", "body": "B"},
    )
    both = change(
        "c1", {"status": ("Open", None, 7)}, status="Working", score=-6, vip=False, fresh=None
    )
    outcomes = exports.adapter().write([note, both])
    assert [outcome.remote_id for outcome in outcomes] == ["notes.csv:n1", "field_changes.csv:c1"]
    assert [list(row.values()) for row in exports.out("notes.csv")] == [
        ["n1", "S", "B", "Account", "a1"]
    ]
    assert [list(row.values())[1:] for row in exports.out("field_changes.csv")] == [
        ["Person", "p1", "status", "Open\n\n7", "Working"],
        ["Person", "p1", "score", "", "-6"],
        ["Person", "p1", "vip", "", "false"],
        ["Person", "p1", "fresh", "", ""],
    ]


def test_fields_that_are_so_already_are_left_out(exports):
    adapter = exports.adapter(
        extra={"people": {"points": "score"}}, extra_types={"points": "number"}
    )
    [outcome] = adapter.write([change("c1", status="Open", points=5, vip=True)])
    assert outcome.settled is Settled.ALREADY_APPLIED
    assert outcome.remote_id
    assert not (exports.folder / "out" / "field_changes.csv").exists()
    adapter.write([change("c2", status="Open", points=6)])
    assert [row["field"] for row in exports.out("field_changes.csv")] == ["points"]


def test_a_person_who_was_there_first_keeps_the_word(exports):
    adapter = exports.adapter()
    moved = change("c1", {"lead source": ("Fair", None)}, **{"lead source": "leadmode"})
    fits = change("c2", {"lead source": ("Web",)}, **{"lead source": "leadmode"})
    outcomes = adapter.write([moved, fits])
    assert settled(outcomes) == [Settled.CANCELLED, Settled.APPLIED]
    assert "lead source" in outcomes[0].reason


def test_a_change_waits_for_an_export_and_a_task_does_not(exports):
    (exports.folder / "people.csv").unlink()
    outcomes = exports.adapter().write([change("c1", status="Hot"), task("k1")])
    assert settled(outcomes) == [Settled.RETRY, Settled.APPLIED]
    assert "people.csv" in outcomes[0].reason
    assert settled(exports.adapter(people="").write([change("c1", status="Hot")])) == [
        Settled.APPLIED
    ]


@pytest.mark.parametrize(
    "bad",
    [
        replace(task("bad"), target=RecordRef("crm", "Spaceship", "1")),
        replace(task("bad"), target=RecordRef("other", "Person", "p1")),
        task("bad", subject=""),
        task("bad", subject=7),
        task("bad", colour="red"),
        task("bad", priority="whenever"),
        task("bad", due_at="soon"),
        task("bad", due_at=10**17),
        change("bad"),
    ],
)
def test_a_bad_write_is_refused_alone(exports, bad):
    outcomes = exports.adapter().write([task("k1"), bad, task("k2")])
    assert settled(outcomes) == [Settled.APPLIED, Settled.REJECTED, Settled.APPLIED]
    assert outcomes[1].reason
    assert keys(exports) == ["k1", "k2"]


def test_a_record_that_is_gone_is_not_written_to(exports):
    gone = replace(task("k1"), target=RecordRef("crm", "Person", "p2"))
    absent = replace(task("k2"), target=RecordRef("crm", "Person", "p99"))
    assert settled(exports.adapter().write([gone, absent])) == [Settled.CANCELLED, Settled.APPLIED]


def test_the_same_key_twice_in_a_batch(exports):
    twice = exports.adapter().write([task("k1"), task("k1", subject="other"), task("k2")])
    assert settled(twice) == [Settled.APPLIED, Settled.ALREADY_APPLIED, Settled.APPLIED]
    assert {outcome.remote_id for outcome in twice[:2]} == {"tasks.csv:k1"}
    assert keys(exports) == ["k1", "k2"]


def test_a_batch_has_a_limit_and_a_source_may_be_read_only(exports):
    with pytest.raises(Rejected, match="100"):
        exports.adapter().write([task(f"k{n}") for n in range(101)])
    with pytest.raises(Unsupported, match="read-only"):
        exports.adapter(out="").write([task("k1")])
    assert not (exports.folder / "out").exists()


FORMULAS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\r\n=1", " =1", "\u200b=1", "\ufeff-1"),
    *("\u202e=1", "\0=1", "\x01@x", "＝1", "\u3000+1", "\n+1", "\u00ad=1"),  # noqa: RUF001
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_computes(exports, text):
    exports.adapter().write([task("k1", subject=text, body=text, owner=text)])
    [row] = exports.out("tasks.csv")
    for name in ("subject", "description", "owner_id"):
        assert row[name][0] == "'"
        assert row[name].rstrip("\r\n")


def test_a_tab_at_the_beginning_is_defused_too():
    assert cell("\tx") == "'\tx"


@pytest.mark.parametrize("text", ["a=b", "Ann - Lee", "'=1", "1+1", "", "5", "(+49) 1"])
def test_harmless_cells_stay_as_they_are(text):
    assert cell(text) == text


def test_what_no_text_may_hold_is_taken_out(exports):
    nasty = "a\0b\x07c\u202ed\u2066e\x9bf\ud800g\th\r\ni\rj"
    exports.adapter().write([task("k1", subject=nasty, body=nasty)])
    [row] = exports.out("tasks.csv")
    assert row["description"] == "abcdef\ufffdg\th\ni\nj"
    assert row["subject"] == "abcdef\ufffdg h i j"


def test_a_mark_is_written_once_if_wanted(exports):
    for n in range(2):
        exports.adapter(out_bom=True).write([task(f"k{n}")])
    data = (exports.folder / "out" / "tasks.csv").read_bytes()
    assert data.startswith(b'\xef\xbb\xbf"leadmode_key"')
    assert data.count(b"\xef\xbb\xbf") == 1
    assert keys(exports) == ["k0", "k1"]


def test_a_file_that_was_moved_away_is_begun_again_without_its_keys(exports):
    adapter = exports.adapter()
    adapter.write([task("k1")])
    tasks = exports.folder / "out" / "tasks.csv"
    tasks.rename(tasks.with_name("imported.csv"))
    for again in (adapter, exports.adapter()):
        assert settled(again.write([task("k1")])) == [Settled.ALREADY_APPLIED]
    assert not tasks.exists()
    adapter.write([task("k1"), task("k2")])
    assert keys(exports) == ["k2"]


def test_rows_that_people_took_out_or_edited_are_not_written_again(exports):
    adapter = exports.adapter()
    adapter.write([task("k1"), task("k2")])
    tasks = exports.folder / "out" / "tasks.csv"
    tasks.write_text(tasks.read_text().replace('"k1"', '"edited"'), newline="")
    assert settled(adapter.write([task("k1"), task("k2"), task("k3")])) == [
        Settled.ALREADY_APPLIED,
        Settled.ALREADY_APPLIED,
        Settled.APPLIED,
    ]
    assert keys(exports) == ["edited", "k2", "k3"]


def test_without_the_ledger_the_file_itself_knows_its_keys(exports):
    exports.adapter().write([task("k1"), task("=k2"), task("k3", body='a"b\n"c",d')])
    (exports.folder / "out" / ".leadmode-keys").unlink()
    again = exports.adapter().write([task("k1"), task("=k2"), task("k3")])
    assert settled(again) == [Settled.ALREADY_APPLIED] * 3


@pytest.mark.parametrize("how", ["unquoted", "no end", "mark", "blank line"])
def test_a_file_that_a_spreadsheet_saved_is_gone_on_with(exports, how):
    exports.adapter().write([task("k1")])
    tasks = exports.folder / "out" / "tasks.csv"
    text = io.StringIO(newline="")
    with tasks.open(newline="") as file:
        csv.writer(text).writerows(csv.reader(file))
    data = text.getvalue().encode()
    data = {
        "unquoted": data,
        "no end": data.rstrip(),
        "mark": b"\xef\xbb\xbf" + data,
        "blank line": data + b"\r\n\r\n",
    }[how]
    tasks.write_bytes(data)
    assert settled(exports.adapter().write([task("k1"), task("k2")]))[1] is Settled.APPLIED
    assert keys(exports) == ["k1", "k2"]


@pytest.mark.parametrize("text", ["id;subject\r\n1;x\r\n", 'HEADER"x","open quote\r\n'])
def test_a_file_that_rows_cannot_be_added_to_stops_only_itself(exports, text):
    exports.adapter().write([task("k1")])
    tasks = exports.folder / "out" / "tasks.csv"
    header = tasks.read_text().splitlines()[0]
    tasks.write_text(text.replace("HEADER", header + "\r\n"), newline="")
    before = tasks.read_bytes()
    note = Write(key="n", kind=WriteKind.ADD_NOTE, target=task("x").target, fields={"body": "B"})
    outcomes = exports.adapter().write([task("k2"), note])
    assert settled(outcomes) == [Settled.RETRY, Settled.APPLIED]
    assert "ove the file away" in outcomes[0].reason
    with pytest.raises(TryAgain, match="ove the file away"):
        exports.adapter().write([task("k2")])
    assert tasks.read_bytes() == before
    tasks.unlink()
    assert settled(exports.adapter().write([task("k2")])) == [Settled.APPLIED]


def test_another_process_is_told_to_wait(exports):
    exports.adapter().write([task("k1")])
    with (exports.folder / "out" / ".leadmode-keys").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(TryAgain, match="Another process"):
            exports.adapter().write([task("k2")])
    assert settled(exports.adapter().write([task("k2")])) == [Settled.APPLIED]


def test_threads_take_turns(exports):
    adapter = exports.adapter()
    outcomes = []
    threads = [
        threading.Thread(target=lambda n=n: outcomes.extend(adapter.write([task(f"k{n % 4}")])))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(keys(exports)) == ["k0", "k1", "k2", "k3"]
    assert sorted(settled(outcomes)) == [Settled.ALREADY_APPLIED] * 4 + [Settled.APPLIED] * 4


def test_a_full_disk_leaves_no_half_row(exports):
    """A limit on the size of files stands for the disk: writes are cut short, then refused."""
    exports.adapter().write([task("k0")])
    tasks = exports.folder / "out" / "tasks.csv"
    before = tasks.read_bytes()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN
    adapter = exports.adapter()
    big = [task(f"k{n}", body="x" * 2_000) for n in range(1, 4)]
    for allowed in range(len(before) + 100, len(before) + 6_000, 500):
        resource.setrlimit(resource.RLIMIT_FSIZE, (allowed, limit[1]))
        try:
            with pytest.raises(TryAgain):
                adapter.write(big)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert tasks.read_bytes() == before
    assert settled(adapter.write(big)) == [Settled.APPLIED] * 3
    assert keys(exports) == ["k0", "k1", "k2", "k3"]


def test_rows_that_could_not_be_noted_as_done_are_noted_before_the_next(exports, monkeypatch):
    refused = []

    def end(ledger):
        refused.append(ledger)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("adapters.csv.ledger.Ledger.end", end)
    adapter = exports.adapter()
    assert settled(adapter.write([task("k1")])) == [Settled.APPLIED]
    assert refused
    monkeypatch.undo()
    adapter.write([task("k2")])
    tasks = exports.folder / "out" / "tasks.csv"
    tasks.rename(tasks.with_name("imported.csv"))
    assert (
        settled(exports.adapter().write([task("k1"), task("k2")])) == [Settled.ALREADY_APPLIED] * 2
    )


def test_files_of_one_batch_do_not_cover_each_other_up(exports, monkeypatch):
    real = Ledger.end
    failed: list[Ledger] = []

    def end(ledger):
        if not failed:
            failed.append(ledger)
            raise OSError(28, "No space left on device")
        real(ledger)

    monkeypatch.setattr("adapters.csv.ledger.Ledger.end", end)
    note = Write(key="n1", kind=WriteKind.ADD_NOTE, target=task("x").target, fields={"body": "B"})
    adapter = exports.adapter()
    assert settled(adapter.write([task("k1"), note])) == [Settled.APPLIED] * 2
    tasks = exports.folder / "out" / "tasks.csv"
    tasks.rename(tasks.with_name("imported.csv"))
    assert settled(exports.adapter().write([task("k1"), note])) == [Settled.ALREADY_APPLIED] * 2


def test_a_damaged_ledger_is_not_guessed_at(exports):
    exports.adapter().write([task("k1")])
    ledger = exports.folder / "out" / ".leadmode-keys"
    ledger.write_bytes(b"not ours\n")
    with pytest.raises(TryAgain, match="damaged"):
        exports.adapter().write([task("k2")])


def test_a_folder_that_cannot_be_made_is_passing_trouble(exports):
    Path(exports.folder / "out").write_text("in the way")
    with pytest.raises(TryAgain, match="Cannot write"):
        exports.adapter().write([task("k1")])


def test_due_days_are_those_of_the_zone(exports):
    exports.adapter().write([task("k1", due_at=NOW + DAY), task("k2", due_at=None)])
    assert [(row["due_date"], row["due_at"]) for row in exports.out("tasks.csv")] == [
        ("2026-03-03", "2026-03-03T09:00:00.000Z"),
        ("", ""),
    ]
