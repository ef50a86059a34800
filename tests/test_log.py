"""Logs: one line, an action, no secrets, no personal data, and never a reason to fail."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator

import pytest

from connector import log
from connector.model import Record, RecordRef, Role

SECRET = "canary-7f3a/9b+1c=="


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], level = before
    root.setLevel(level)
    logging.getLogger("leadmode").setLevel(logging.NOTSET)


@pytest.fixture
def lines() -> io.StringIO:
    stream = io.StringIO()
    log.configure(stream=stream)
    return stream


def said(lines: io.StringIO) -> str:
    """The one line that was written, without its moment."""
    (line,) = lines.getvalue().splitlines()
    return line.split(" ", 1)[1]


def test_a_line_is_its_action_and_its_fields(lines):
    ref = RecordRef("crm", "Lead", "00Q1")
    log.get("ingest").info(
        "page_read", source="crm", records=12, took=0.5, last=True, ref=ref, none=None
    )
    assert said(lines) == (
        "info    action=page_read log=ingest source=crm records=12 took=0.5 last=yes "
        "ref=crm:Lead:00Q1 none=none"
    )


def test_text_with_spaces_quotes_or_line_breaks_stays_one_word_on_one_line(lines):
    log.get("x").warning("said", text='two\nlines "quoted" a=b')
    assert said(lines) == 'warning action=said log=x text="two\\nlines \\"quoted\\" a=b"'


def test_what_is_not_a_scalar_is_shown_by_its_type_alone(lines):
    person = Record(
        ref=RecordRef("crm", "Lead", "1"), role=Role.PERSON, fields={"name": "Zz-Personal"}
    )
    log.get("x").info("odd", record=person.fields, whole=["Zz-Personal"])  # type: ignore[arg-type]
    assert "Zz-Personal" not in lines.getvalue()
    assert "record=<dict> whole=<list>" in lines.getvalue()


def test_json_holds_the_same_and_fields_cannot_replace_the_head():
    stream = io.StringIO()
    log.configure(as_json=True, stream=stream)
    log.get("deliver").error("refused", source="crm", level="mine", count=2, ok=False)
    line = json.loads(stream.getvalue())
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "error",
        "action": "refused",
        "log": "deliver",
        "source": "crm",
        "count": 2,
        "ok": False,
    }


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        urllib.parse.quote(SECRET, safe=""),
        urllib.parse.quote_plus(SECRET),
    ],
)
def test_a_registered_secret_is_masked_in_every_form(lines, form):
    log.register_secret(SECRET)
    log.get("x").info("called", url=f"https://crm.example/?k={form}&x=1")
    assert form.rstrip("=") not in lines.getvalue()
    assert "***" in lines.getvalue()


def test_fields_named_like_secrets_are_never_shown(lines):
    log.get("x").info("sign_in", access_token="abc123", password="abc123", apikey="abc123")
    assert "abc123" not in lines.getvalue()


@pytest.mark.parametrize(
    "address", ["maria.silva@acme.example", "m+tag@sub.acme.example", "jörg@bücher.example"]
)
def test_an_email_address_is_masked_wherever_it_stands(lines, address):
    log.get("x").info(
        "found", text=f"no account for <{address}>, sorry", ref=RecordRef("a", "b", address)
    )
    assert address not in lines.getvalue()
    assert lines.getvalue().count("<e-mail>") == 2


def test_a_crash_is_told_without_its_message(lines):
    try:
        int("Zz-Personal")
    except ValueError as error:
        log.get("x").crashed("poll_crashed", error, source="crm")
    assert "Zz-Personal" not in lines.getvalue()
    assert "error=ValueError trail=test_log.py:" in lines.getvalue()


def test_libraries_are_heard_from_warnings_on_and_without_their_values(lines):
    for name in ("httpx", "urllib3.connectionpool", "hubspot.crm.contacts.rest"):
        logging.getLogger(name).info("GET %s", "Zz-Personal")
        logging.getLogger(name).warning("slow: %s", "Zz-Personal")
    assert "Zz-Personal" not in lines.getvalue()
    assert lines.getvalue().count("slow: %s") == 3
    assert "GET" not in lines.getvalue()


def test_a_library_set_to_debug_by_its_parent_stays_quiet(lines):
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger("httpx").info("GET https://x.example/?email=z")
    assert lines.getvalue() == ""


class Broken(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.mark.fault("F86")
def test_a_broken_stream_does_not_stop_the_work():
    log.configure(stream=Broken())
    log.get("x").info("lost")
    closed = io.StringIO()
    log.configure(stream=closed)
    closed.close()
    log.get("x").info("lost")


def test_a_value_that_cannot_be_shown_does_not_stop_the_work(lines):
    class Hostile:
        instance = object_type = id = "x"

        def __str__(self) -> str:
            raise RuntimeError("no")

    log.get("x").info("odd", ref=Hostile())


@pytest.mark.fault("F86")
@pytest.mark.parametrize("closing", ["os.close(2)", "sys.stderr.close()", "sys.stderr = None"])
def test_a_closed_standard_error_does_not_stop_the_work(closing):
    program = (
        "import os, sys\nfrom connector import log\n"
        f"log.configure()\n{closing}\nlog.get('x').error('lost')\nprint('went on')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "went on\n"


def test_the_journal_gets_priorities_and_no_moment(tmp_path, monkeypatch):
    with (tmp_path / "journal").open("w+") as stream:
        status = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        log.configure(stream=stream, level=logging.DEBUG)
        out = log.get("x")
        out.debug("d")
        out.info("i")
        out.warning("w")
        out.error("e")
        stream.seek(0)
        assert [line.split()[0] for line in stream] == [
            f"<{n}>action={a}" for n, a in ((7, "d"), (6, "i"), (4, "w"), (3, "e"))
        ]


def test_a_journal_that_reads_another_stream_is_not_ours(lines, monkeypatch):
    monkeypatch.setenv("JOURNAL_STREAM", "1:2")
    log.configure(stream=lines)
    log.get("x").info("i")
    assert not lines.getvalue().startswith("<")


def test_an_outage_is_told_when_it_starts_changes_and_ends(lines):
    changes = log.Changes(log.get("daemon"), "poll")
    told = [
        changes.fine("crm"),
        changes.trouble("crm", "no answer"),
        changes.trouble("crm", "no answer"),
        changes.trouble("mail", "no answer"),
        changes.trouble("crm", "signed out"),
        changes.fine("crm"),
        changes.fine("crm"),
        changes.trouble("crm", "signed out"),
    ]
    assert told == [False, True, False, True, True, True, False, True]
    assert changes.open() == {"mail": "no answer", "crm": "signed out"}
    actions = [line.split("action=")[1].split()[0] for line in lines.getvalue().splitlines()]
    assert actions == [
        "poll_failing",
        "poll_failing",
        "poll_failing_otherwise",
        "poll_recovered",
        "poll_failing",
    ]
    assert "failures=3" in lines.getvalue()
