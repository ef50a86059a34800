"""Encodings, delimiters, and where rows begin and end."""

from __future__ import annotations

import codecs
import csv
import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.csv.dialect import (
    LONGEST,
    Dialect,
    NotCsv,
    begin,
    cells_of,
    check_encoding,
    find_dialect,
    rows,
)

WANTED = ("id", "name", "email")
NAMES = ["Zoë Müller", "半角, 全角", 'say "hi"\nthere', "Ċ 10A ਊ"]
EXAMPLES = settings(max_examples=150, deadline=None, database=None, derandomize=True)


def table(delimiter, ends="\r\n", names=NAMES):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ends)
    writer.writerow(WANTED)
    writer.writerows([str(n), name, f"p{n}@x.example"] for n, name in enumerate(names))
    return text.getvalue()


def read(data, encoding="auto", delimiter="auto", settled=True):
    dialect = find_dialect(data[: 64 * 1024], encoding, delimiter, WANTED)
    file = io.BytesIO(data)
    return dialect, list(rows(file, dialect, begin(file, dialect), settled=settled))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_every_way_of_writing_is_found_out(delimiter, ends, mark, codec):
    text = table(delimiter, ends)
    dialect, found = read(mark + text.encode(codec))
    assert (dialect.encoding, dialect.delimiter) == (codec, delimiter)
    assert [cells_of(row.text, delimiter) for row in found] == list(
        csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    )
    last = found[-1].after
    assert last.offset == len(mark + text.encode(codec))
    assert last.line == 1 + text.count("\n")


def test_a_windows_file_is_told_from_a_broken_utf8_file():
    windows = table(";", names=["Zoë", "Müller"]).encode("cp1252")
    assert read(windows)[0].encoding == "cp1252"
    dialect, found = read(table(",").encode() + b"9,\xff,x\r\n10,ok,x\r\n")
    assert dialect.encoding == "utf-8"
    assert "ff" in found[-2].problem
    assert found[-2].text == "9,\\xff,x\r\n"
    assert not found[-1].problem


def test_the_separator_line_of_a_spreadsheet_is_obeyed():
    dialect, found = read(b"sep=;\r\nid;na,me;email\r\n1;a;b\r\n")
    assert dialect.delimiter == ";"
    assert (found[0].line, found[0].text) == (2, "id;na,me;email\r\n")


def test_the_delimiter_is_the_one_under_which_headers_are_known():
    assert read(b"id;name, first;email\r\n")[0].delimiter == ";"
    assert read(b"id\r\n1\r\n")[0].delimiter == ","


def test_old_macintosh_files_are_refused_with_advice():
    with pytest.raises(NotCsv, match="Macintosh"):
        read(b"id,name,email\r1,a,b\r")
    assert read(b"id,name,email\r", settled=False)[1] == []


def test_encodings_in_which_rows_cannot_be_told_apart_are_refused():
    for name in ("cp1252", "latin-1", "utf-16-le", "mac-roman"):
        assert check_encoding(name) == name
    for name in ("utf-32", "utf-16", "no-such-code", "cp037"):
        with pytest.raises(ValueError, match="encoding"):
            check_encoding(name)


CELLS = st.text(st.sampled_from('ab,;"\n\r\t Ċਊ'), max_size=6)


@EXAMPLES
@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=6), st.booleans())
def test_rows_are_cut_where_python_cuts_them(table, wide):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL if wide else csv.QUOTE_MINIMAL).writerows(table)
    data = text.getvalue().encode("utf-16-le" if wide else "utf-8")
    dialect = Dialect(encoding="utf-16-le" if wide else "utf-8", delimiter=",", start=0)
    file = io.BytesIO(data)
    found = list(rows(file, dialect, begin(file, dialect)))
    assert [cells_of(row.text, ",") for row in found] == table
    assert b"".join(data[a:b] for a, b in itertools.pairwise([0, *ends(found)])) == data


@EXAMPLES
@given(st.text(st.sampled_from('ab,"\n\r'), max_size=60))
def test_any_text_is_cut_into_rows_without_a_rest(text):
    data = text.encode()
    dialect = Dialect(encoding="utf-8", delimiter=",", start=0)
    file = io.BytesIO(data)
    found = list(rows(file, dialect, begin(file, dialect)))
    assert "".join(row.text for row in found) == text
    assert [row.line for row in found] == [
        1 + text[: sum(len(r.text) for r in found[:n])].count("\n") for n in range(len(found))
    ]


def ends(found):
    return [row.after.offset for row in found]


def test_a_quote_that_is_never_closed_costs_one_line():
    _, found = read(b'id,name,email\n1,"open,x\n2,b,c\n3,d,e\n')
    assert [bool(row.problem) for row in found] == [False, True, False, False]
    assert found[1].text == '1,"open,x\n'


def test_a_quote_inside_a_cell_opens_nothing():
    _, found = read(b'id,name,email\n1,5" pipe,x\n2,"a ""b"" c",d\n')
    assert [cells_of(row.text, ",")[1] for row in found] == ["name", '5" pipe', 'a "b" c']


@pytest.mark.fault("F65")
def test_a_row_that_is_too_long_is_told_and_passed():
    longer = b"2," + b"y" * (2 * LONGEST) + b",c\n"
    open_quote = b'4,"' + b"x\n" * LONGEST
    data = b"id,name,email\n1,a,b\n" + longer + b"3,a,b\n" + open_quote
    dialect = find_dialect(data[:1_000], "auto", "auto", WANTED)
    file = io.BytesIO(data)
    found = list(itertools.islice(rows(file, dialect, begin(file, dialect)), 6))
    assert [row.text[:2] for row in found] == ["id", "1,", "2,", "3,", "4,", "x\n"]
    assert [row.line for row in found] == [1, 2, 3, 4, 5, 6]
    assert [bool(row.problem) for row in found] == [False, False, True, False, True, False]
    assert all(len(row.text) < 5_000 for row in found)


def test_growing_by_single_bytes_never_shows_half_a_row():
    for codec in ("utf-8", "utf-16-le"):
        mark = codecs.BOM_UTF16_LE if codec == "utf-16-le" else b""
        data = mark + table(",").encode(codec)
        whole = [row.text for row in read(data)[1]]
        for size in range(len(data) + 1):
            found = [row.text for row in read(data[:size], settled=False)[1]]
            assert found == whole[: len(found)]
        assert found == whole
