"""Files that grow, are replaced, and are read in pages: repeats perhaps, gaps never."""

from __future__ import annotations

import json
import os

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.csv import pages as pages_module
from tests.adapters.csv.folder import ENGAGEMENTS, PEOPLE, Exports, ids, records, walk
from tests.adapters.csv.writes import NOW

EXAMPLES = settings(max_examples=60, deadline=None, database=None, derandomize=True)
HEADER = "id,at,kind,person_id,asset\n"


def rows(*numbers):
    return "".join(f'{n},{NOW},form_submitted,p1,"a\nb, {n}"\n' for n in numbers)


def test_a_growing_file_is_gone_on_with(exports):
    exports.put("engagements.csv", HEADER + rows(1, 2))
    adapter = exports.adapter()
    pages, cursor = walk(adapter, ENGAGEMENTS)
    assert ids(pages) == ["1", "2"]
    exports.add("engagements.csv", rows(3))
    pages, cursor = walk(adapter, ENGAGEMENTS, cursor)
    assert ids(pages) == ["3"]
    assert walk(exports.adapter(), ENGAGEMENTS, cursor)[1] == cursor


@EXAMPLES
@given(data=st.data(), page_rows=st.integers(1, 4))
def test_growth_cut_anywhere_tells_each_row_once(tmp_path_factory, data, page_rows):
    exports = Exports(tmp_path_factory.mktemp("grow"))
    whole = (HEADER + rows(*range(8))).encode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)), max_size=8)) | {len(whole)})
    told, cursor = [], None
    exports.put("engagements.csv", b"")
    for start, end in zip([0, *cuts], cuts, strict=False):
        exports.add("engagements.csv", whole[start:end])
        exports.rest("engagements.csv", 0)
        if data.draw(st.booleans()) or end == len(whole):
            pages, cursor = walk(exports.adapter(page_rows=page_rows), ENGAGEMENTS, cursor)
            told += ids(pages)
    assert told == [str(n) for n in range(8)]
    assert exports.rejects("engagements.csv") == []


def test_a_last_line_without_an_end_waits_until_the_file_has_rested(exports):
    exports.put("people.csv", "id,name\n1,Ann\n2,Bo", age=9_000)
    adapter = exports.adapter()
    pages, cursor = walk(adapter, PEOPLE)
    assert ids(pages) == ["1"]
    exports.clock.move_to(NOW + 1_000)
    pages, cursor = walk(adapter, PEOPLE, cursor)
    assert ids(pages) == ["2"]
    assert walk(adapter, PEOPLE, cursor) == ([pages[0].__class__(cursor=cursor)], cursor)
    exports.add("people.csv", "b\n3,Cy\n")
    pages, cursor = walk(adapter, PEOPLE, cursor)
    assert [one.fields["name"] for one in pages[0].records] == ["Bob", "Cy"]


def test_a_replaced_file_is_read_again(exports):
    text = "id,status\n1,Open\n2,Open\n"
    exports.put("people.csv", text)
    adapter = exports.adapter()
    _, cursor = walk(adapter, PEOPLE)
    (exports.folder / "people.csv").rename(exports.folder / "old")
    exports.put("people.csv", text)
    assert ids(walk(adapter, PEOPLE, cursor)[0]) == ["1", "2"]


def test_a_file_changed_in_place_is_read_again_though_nothing_else_tells(exports):
    """Same inode, same size, same time stamp: only the content shows it."""
    path = exports.put("people.csv", "id,status\n1,Open\n2,Open\n")
    adapter = exports.adapter()
    _, cursor = walk(adapter, PEOPLE)
    before = path.stat()
    exports.put("people.csv", "id,status\n1,Open\n2,Lost\n")
    after = path.stat()
    assert (before.st_ino, before.st_size, before.st_mtime_ns) == (
        after.st_ino,
        after.st_size,
        after.st_mtime_ns,
    )
    pages, _ = walk(adapter, PEOPLE, cursor)
    assert [one.fields["status"] for one in pages[0].records] == ["Open", "Lost"]


def test_a_change_behind_the_reader_is_told_together_with_growth(exports):
    exports.put("people.csv", "id,status\n" + "".join(f"{n},Open\n" for n in range(2_000)))
    adapter = exports.adapter()
    _, cursor = walk(adapter, PEOPLE)
    path = exports.folder / "people.csv"
    with path.open("r+b") as file:
        file.seek(path.read_bytes().index(b"1000,Open"))
        file.write(b"1000,Lost")
    exports.add("people.csv", "9999,Open\n")
    pages, _ = walk(adapter, PEOPLE, cursor)
    now = {one.ref.id: one.fields["status"] for page in pages for one in page.records}
    assert (now["1000"], now["9999"]) == ("Lost", "Open")


def test_of_a_huge_file_the_edges_are_compared(exports, monkeypatch):
    monkeypatch.setattr("adapters.csv.client.WHOLE", 0)
    text = "id,status\n" + "".join(f"{n},Open\n" for n in range(2_000))
    for old, wanted in (("0,Open", 2_001), ("1999,Open", 2_001), ("1000,Open", 1)):
        exports.put("people.csv", text)
        _, cursor = walk(exports.adapter(), PEOPLE)
        new = text.replace(f"\n{old}", f"\n{old[:-4]}Lost") + "9999,Open\n"
        exports.put("people.csv", new)
        assert len(ids(walk(exports.adapter(), PEOPLE, cursor)[0])) == wanted


def test_a_shorter_file_is_read_again(exports):
    exports.put("people.csv", "id\n1\n2\n3\n")
    adapter = exports.adapter()
    _, cursor = walk(adapter, PEOPLE)
    exports.put("people.csv", "id\n1\n")
    assert ids(walk(adapter, PEOPLE, cursor)[0]) == ["1"]


def test_new_files_of_a_pattern_are_read_and_old_ones_kept(exports):
    exports.put("engagements-1.csv", HEADER + rows(1))
    adapter = exports.adapter(engagements="engagements-*.csv", page_rows=1)
    _, cursor = walk(adapter, ENGAGEMENTS)
    exports.put("engagements-0.csv", "person_id,kind,at,id\np1,page_viewed,2026-01-01T00:00Z,0\n")
    exports.add("engagements-1.csv", rows(2))
    pages, cursor = walk(adapter, ENGAGEMENTS, cursor)
    assert ids(pages) == ["0", "2"]
    (exports.folder / "engagements-1.csv").unlink()
    assert ids(walk(adapter, ENGAGEMENTS, cursor)[0]) == []


def test_pages_end_at_their_rows_and_say_whether_there_is_more(exports):
    for n in (1, 2):
        exports.put(f"people-{n}.csv", "id\n" + "".join(f"{n}{m}\n" for m in range(4)))
    adapter = exports.adapter(people="people-*.csv", page_rows=4)
    first = adapter.read(PEOPLE, None)
    second = adapter.read(PEOPLE, first.cursor)
    assert (len(first.records), first.more, len(second.records), second.more) == (4, True, 4, False)
    assert walk(adapter, PEOPLE, second.cursor)[0][0].records == ()


def test_pages_end_at_their_bytes(exports, monkeypatch):
    monkeypatch.setattr(pages_module._Draft, "__init__", _small(pages_module._Draft.__init__))
    exports.put("people.csv", "id,name\n" + "".join(f"{n},{'x' * 40}\n" for n in range(9)))
    pages, _ = walk(exports.adapter(), PEOPLE)
    assert [len(page.records) for page in pages] == [3, 3, 3]


def _small(build):
    return lambda self, **given: build(self, **given, size=100)


def test_other_settings_read_again_but_make_no_new_engagements(exports):
    exports.put("people.csv", "id,segment\n1,A\n")
    _, cursor = walk(exports.adapter(), PEOPLE)
    adapter = exports.adapter(extra={"people": {"segment": "segment"}})
    [again] = walk(adapter, PEOPLE, cursor)[0][0].records
    assert again.fields == {"segment": "A"}
    exports.put("engagements.csv", f"at,kind,person_id,Form\n{NOW},page_viewed,p1,x\n")
    _, cursor = walk(exports.adapter(), ENGAGEMENTS)
    renamed = exports.adapter(columns={"engagements": {"asset": "Form"}})
    assert ids(walk(renamed, ENGAGEMENTS, cursor)[0]) == []


def test_a_cursor_that_is_not_ours_begins_again(exports):
    exports.put("people.csv", "id\n1\n")
    for cursor in ("", "nonsense", "[]", "null", '{"v":1}', '{"v":9,"files":{}}'):
        assert ids(walk(exports.adapter(), PEOPLE, cursor)[0]) == ["1"]
    _, cursor = walk(exports.adapter(), PEOPLE)
    broken = json.loads(cursor)
    broken["files"]["people.csv"] = broken["files"]["people.csv"][:-1]
    assert ids(walk(exports.adapter(), PEOPLE, json.dumps(broken))[0]) == ["1"]


def test_special_files_are_left_alone(exports):
    os.mkfifo(exports.folder / "people-0.csv")
    exports.put("people-1.csv", "id\n1\n")
    assert [one.ref.id for one in records(exports.adapter(people="people-*.csv"))] == ["1"]


def test_an_unchanged_file_is_not_opened_again(exports, monkeypatch):
    exports.put("people.csv", "id\n1\n")
    adapter = exports.adapter()
    _, cursor = walk(adapter, PEOPLE)
    for _ in range(3):
        exports.clock.move_to(exports.clock.now() + 5_000)
        _, cursor = walk(adapter, PEOPLE, cursor)
    monkeypatch.setattr(type(adapter._folder), "open", None)
    assert walk(adapter, PEOPLE, cursor)[1] == cursor
