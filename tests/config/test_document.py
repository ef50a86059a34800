"""Positions in TOML texts, and every syntax mistake at once."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.config.document import LARGEST, read_document
from connector.config.syntax import MOST_PROBLEMS, parse
from connector.errors import FixInput
from tests.config.writing import Written, texts
from tests.depth import depth


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("toml") / "some.toml"


@settings(max_examples=depth(60, 150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written=texts())
def test_keys_and_values_are_found_where_they_were_written(path: Path, written: Written):
    path.write_bytes(written.text.encode())
    document = read_document(path)
    for loc, spot in written.keys.items():
        place = document.place(loc)
        assert (place.line, place.column) == spot, loc
    for loc, spot in written.values.items():
        place = document.value_place(loc)
        assert (place.line, place.column) == spot, loc


@settings(max_examples=depth(60, 150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written=texts(), data=st.data())
def test_a_broken_text_yields_its_first_mistake_and_no_values(
    written: Written, data: st.DataObject
):
    lines = written.text.replace("\r\n", "\n").split("\n")
    lines.insert(
        data.draw(st.integers(0, len(lines))), data.draw(st.sampled_from(["= 1", "x =", "]["]))
    )
    text = "\n".join(lines)
    values, mistakes = parse(text)
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert values == {}
        assert mistakes
        assert all(1 <= one.line <= len(lines) for one in mistakes)
    else:
        assert not mistakes
        assert values == expected


def mistakes(text: str) -> list[str]:
    return [f"{one.line}:{one.column} {one.message}" for one in parse(text)[1]]


def test_every_syntax_mistake_is_told_at_once():
    text = """\
poll = 60s
name = unquoted
[sources
kind = "open
[good]
a = 1
a = 2
list = [1, 2
b = 3
any = [
  { a = 1 },
  { b == 2 },
  { c = 3 },
]
[good]
last = "\\d"
"""
    assert mistakes(text) == [
        "1:10 Something stands after the value.",
        "2:8 This is not a value.",
        "3:9 The [table] line is not closed.",
        "4:13 The text is not closed.",
        "7:1 This key is set twice.",
        "8:1 The list is not closed.",
        "12:8 This is not a value.",
        "15:1 This [table] is written twice.",
        "16:11 A backslash starts no escape here.",
    ]


def test_a_mistake_inside_a_long_text_is_one_mistake():
    text = 'a = """\nb = 1\n\\q\nc = 2\n"""\nd = nothing\n'
    assert [one.split()[0] for one in mistakes(text)] == ["3:3", "6:5"]


def test_an_open_end_is_told_where_it_begins():
    assert mistakes('x = 1\na = """\nb = 1\n') == ["2:1 The text is not closed."]


def test_the_search_for_mistakes_ends_in_time():
    started = time.process_time()  # of this process: a busy machine proves nothing
    worst = "a = [\n" + '"x",\n' * 150_000 + "b = = 1\n" * 1_000
    assert 1 <= len(parse(worst)[1]) <= MOST_PROBLEMS
    assert time.process_time() - started < 5


def problem_of(path: Path) -> str:
    with pytest.raises(FixInput) as caught:
        read_document(path, private=True)
    return str(caught.value).replace(str(path), "FILE")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xef\xbb\xbfa = 1\n", "FILE:1:1: The file begins with a byte order mark. Save it"),
        ("a = 1\n".encode("utf-16"), "FILE:1:1: The file is UTF-16. Save it as UTF-8"),
        ("a = 1\nä = '".encode() + b"\xff'", "FILE:2:6: The byte 0xff is not UTF-8. Save it"),
        (b"#" * (LARGEST + 1), "FILE:1:1: The file is larger than 1 MiB."),
    ],
)
def test_what_is_no_utf8_text_of_decent_size_is_refused(tmp_path, content: bytes, expected: str):
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    assert problem_of(path).startswith(expected)


def test_files_that_cannot_be_read_are_problems(tmp_path):
    assert problem_of(tmp_path / "none.toml") == "FILE:1:1: There is no such file."
    assert "This is a folder" in problem_of(tmp_path)


def test_a_private_file_that_everybody_may_change_is_refused(tmp_path):
    path = tmp_path / "open.toml"
    path.write_text("a = 1\n")
    path.chmod(0o666)
    assert problem_of(path).endswith("Run: chmod o-w FILE")
    assert read_document(path).values == {"a": 1}


def test_what_is_not_there_is_placed_at_the_nearest_table(tmp_path):
    path = tmp_path / "some.toml"
    path.write_text("a = 1\n[t]\nb = { c = 2 }\n")
    document = read_document(path)
    assert [
        (document.place(loc).line, document.place(loc).column)
        for loc in [("t", "b", "d", "e"), ("t", "x"), ("u",), ()]
    ] == [(3, 1), (2, 2), (1, 1), (1, 1)]
