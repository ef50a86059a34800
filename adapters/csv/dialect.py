"""How one file is written: its encoding, its delimiter, and where its rows begin and end."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, Final

from adapters.csv.columns import plain

DELIMITERS: Final = (",", ";", "\t", "|")
SAMPLE: Final = 64 * 1024
"""Bytes at the beginning of a file by which encoding and delimiter are found out."""
LONGEST: Final = 1024 * 1024
"""Bytes a row may have; a longer one is set aside."""
CUT: Final = 4096
"""Bytes that are kept of a row that is too long."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEP: Final = re.compile(r'"?sep=([,;|\t])"?\r?\n?', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a file is written."""

    encoding: str
    delimiter: str
    start: int
    """Bytes before the header line: the mark, and the "sep=;" line of Excel."""
    line: int = 1
    """Line of the header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A border between two rows."""

    offset: int
    """Bytes before it."""
    line: int
    """The line that begins here, from 1."""
    crc: int
    """CRC-32 of all bytes before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as found, not yet understood."""

    line: int
    """Where it begins."""
    text: str
    """All of it, with its line end; undecodable bytes are replaced."""
    after: Position
    ended: bool = True
    """Whether a line end closes it; without one it may still grow."""
    problem: str = ""
    """Why it cannot be a row, if so."""


class NotCsv(ValueError):
    """A file as a whole is not readable as CSV; the message says why."""


def check_encoding(name: str) -> str:
    """The name itself, if rows can be told apart in that encoding; ValueError otherwise."""
    try:
        signs = [sign.encode(name) for sign in '\r\n",;\t|']
    except LookupError:
        raise ValueError(f'encoding = "{name}" is not known. Name one such as "cp1252".') from None
    single = signs == [b"\r", b"\n", b'"', b",", b";", b"\t", b"|"]
    if not single and codecs.lookup(name).name not in ("utf-16-le", "utf-16-be"):
        raise ValueError(
            f'encoding = "{name}" is not supported. Leave it at "auto" or save the files as UTF-8.'
        )
    return name


def find_dialect(sample: bytes, encoding: str, delimiter: str, wanted: Collection[str]) -> Dialect:
    """How the file that begins with `sample` is written.

    `encoding` and `delimiter` are names or "auto"; the delimiter is the one under which the first
    line shows the most `wanted` headers, then the most columns.
    """
    mark, marked = next((m for m in _MARKS if sample.startswith(m[0])), (b"", ""))
    chosen = codecs.lookup(marked or (_guess(sample) if encoding == "auto" else encoding)).name
    head = codecs.getincrementaldecoder(chosen)("replace").decode(sample[len(mark) :])
    first = _first_line(head)
    sep = _SEP.fullmatch(first)
    start, line = len(mark), 1
    if sep:
        start, line = start + len(first.encode(chosen)), 2
        first = _first_line(head[len(first) :])
    if "\n" not in first and "\r" in first.rstrip("\r"):
        raise NotCsv("ends its lines in the old Macintosh way. Save it as CSV in UTF-8 again.")
    return Dialect(
        encoding=chosen,
        delimiter=_delimiter(first, delimiter, wanted, sep[1] if sep else ""),
        start=start,
        line=line,
    )


def cells_of(text: str, delimiter: str) -> list[str]:
    """The cells of one row; ValueError when it is not one row."""
    if csv.field_size_limit() < LONGEST:
        csv.field_size_limit(LONGEST)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise ValueError(f"is not a row: {error}") from None
    if len(rows) != 1:
        raise ValueError("is not one row")
    return rows[0]


def begin(file: BinaryIO, dialect: Dialect) -> Position:
    """The position of the header line."""
    file.seek(0)
    return Position(
        offset=dialect.start, line=dialect.line, crc=zlib.crc32(file.read(dialect.start))
    )


def rows(
    file: BinaryIO, dialect: Dialect, start: Position, *, settled: bool = True
) -> Iterator[Row]:
    """The rows from `start` on, in order, with bounded memory.

    A last row that no line end closes is told only when the file is `settled`. A quote that is
    never closed costs one line: that line is told as a problem, and the next line begins a row.
    """
    here = start
    while True:
        row = _row(file, dialect, here, settled=settled)
        if row is None:
            return
        yield row
        here = row.after


def _row(file: BinaryIO, dialect: Dialect, here: Position, *, settled: bool) -> Row | None:
    file.seek(here.offset)
    first = _line(file, dialect.encoding)
    if not first:
        return None
    if len(first) > LONGEST:
        return _too_long(file, dialect, here, first, settled=settled)
    text, problem = _decode(first, dialect.encoding)
    lines = [first]
    if '"' in text and _opens(text, dialect.delimiter):
        if not _close(file, dialect, lines):
            if sum(map(len, lines)) <= LONGEST and not settled:
                return None  # the end of the file, as yet
            lines, problem = [first], "opens a quote that is not closed"
        else:
            text, problem = _decode(b"".join(lines), dialect.encoding)
    ended = _ends(lines[-1], dialect.encoding)
    if not ended and not settled:
        return None
    return Row(line=here.line, text=text, after=_after(here, lines), ended=ended, problem=problem)


def _close(file: BinaryIO, dialect: Dialect, lines: list[bytes]) -> bool:
    """Add the lines up to the one that closes the open quote; False when there is none."""
    size = len(lines[0])
    while more := _line(file, dialect.encoding):
        lines.append(more)
        size += len(more)
        if size > LONGEST:
            return False
        text, _ = _decode(more, dialect.encoding)
        if '"' in text and not _goes_on(text, dialect.delimiter):
            return True
    return False


def _after(here: Position, lines: list[bytes]) -> Position:
    data = b"".join(lines)
    return Position(
        offset=here.offset + len(data),
        line=here.line + len(lines),
        crc=zlib.crc32(data, here.crc),
    )


def _too_long(
    file: BinaryIO, dialect: Dialect, here: Position, data: bytes, *, settled: bool
) -> Row | None:
    text, _ = _decode(data[:CUT], dialect.encoding)
    size, crc = len(data), zlib.crc32(data, here.crc)
    while data and not _ends(data, dialect.encoding):
        data = _line(file, dialect.encoding)
        size, crc = size + len(data), zlib.crc32(data, crc)
    if not data and not settled:
        return None
    return Row(
        line=here.line,
        text=text,
        after=Position(offset=here.offset + size, line=here.line + 1, crc=crc),
        ended=bool(data),
        problem=f"is longer than {LONGEST} bytes; only its beginning is kept here",
    )


def _line(file: BinaryIO, encoding: str) -> bytes:
    """The next line with its end, or a piece longer than LONGEST, or what is left of the file."""
    if not encoding.startswith("utf-16"):
        return file.readline(LONGEST + 1)
    line = bytearray()
    while len(line) <= LONGEST:
        piece = file.readline(LONGEST + 2 - len(line))
        line += piece
        if not piece:
            break
        if len(line) % 2:  # the byte of a line feed is half a character here
            line += file.read(1)
        if _ends(line, encoding):
            break
    return bytes(line)


def _ends(line: bytes | bytearray, encoding: str) -> bool:
    if encoding.startswith("utf-16"):
        return len(line) % 2 == 0 and line.endswith("\n".encode(encoding))
    return line.endswith(b"\n")


def _decode(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        return data.decode(encoding), ""
    except UnicodeDecodeError as error:
        bad = data[error.start : error.start + 1].hex()
        return (
            data.decode(encoding, "backslashreplace"),
            f"holds the byte {bad}, which is not {encoding}; set `encoding` if all rows are so",
        )


@lru_cache(maxsize=16)
def _shapes(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Whole rows, and the rest of a row after an open quote, as Python's csv module sees them."""
    d = re.escape(delimiter)
    rest = f'"(?:[^"]|"")*+"[^{d}]*+'
    cell = f'(?:{rest}|[^{d}"][^{d}]*+)?+'
    more = f"(?:{d}{cell})*+"
    return re.compile(cell + more), re.compile(f'(?:[^"]|"")*+"[^{d}]*+{more}')


def _opens(text: str, delimiter: str) -> bool:
    return _shapes(delimiter)[0].fullmatch(text) is None


def _goes_on(text: str, delimiter: str) -> bool:
    return _shapes(delimiter)[1].fullmatch(text) is None


def _guess(sample: bytes) -> str:
    """UTF-8, unless more bytes speak against it than for it: then the Windows code page."""
    whole = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    against = whole.count("\ufffd")
    with_umlauts = sum(1 for sign in whole if sign > "\x7f") - against if against else 0
    return "cp1252" if against > with_umlauts else "utf-8"


def _first_line(text: str) -> str:
    """The first line of a text, with its end; lines inside quotes count as one."""
    end = -1
    while True:
        end = text.find("\n", end + 1)
        if end < 0:
            return text
        if text.count('"', 0, end) % 2 == 0:
            return text[: end + 1]


def _delimiter(first: str, setting: str, wanted: Collection[str], sep: str) -> str:
    if setting != "auto" or sep:
        return sep if setting == "auto" else setting
    known = {plain(header) for header in wanted}

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            headers = cells_of(first.strip("\r\n"), delimiter)
        except ValueError:
            return (0, 0)
        return (sum(plain(header) in known for header in headers), len(headers))

    return max(DELIMITERS, key=fit)
