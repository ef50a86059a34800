"""`leadmode outbox`: writes on their way, and deciding about those that wait for somebody."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from connector.daemon.lock import FolderLock
from connector.model import OutboxState
from connector.store import Store
from connector.store.requests import (
    FOLDER,
    Request,
    Wish,
    take_requests,
    waiting,
    write_request,
)
from tests.cli.company import HISTORY, NEWS, Company
from tests.cli.conftest import Leadmode

LISTED = """\
STATE  PERSON     WHAT                            QUEUED              SENT  REASON  KEY
held   Bo Lind    Call Bo Lind: Shopping again    12 Nov 2026, 19:00    0x  storm   HELD
done   Ada Quist  Call Ada Quist: Shopping again  12 Nov 2026, 19:00    1x  -       DONE

In all, by state: done 1, held 1
"""


@pytest.fixture
def stopped(tmp_path: Path) -> Company:
    """A company whose two hand-offs of a day were too many: the second is held."""
    company = Company(tmp_path / "stopped", more="storm = 1")
    company.add(HISTORY)
    company.cycle("2026-11-01T06:00:00Z")
    company.add(NEWS["2026-11-12T18:00:00Z"])
    company.cycle("2026-11-12T18:00:00Z")
    return company


def states(company: Company) -> dict[str, OutboxState]:
    with closing(Store.read(company.load().state)) as store:
        return {each.write.key: each.state for each in store.outbox.all()}


def one(company: Company, state: OutboxState) -> str:
    return next(key for key, now in states(company).items() if now is state)


def put(company: Company, state: OutboxState) -> str:
    """The write that was sent came to another end; returns its key."""
    key = one(company, OutboxState.DONE)
    with closing(Store.open(company.load().state)) as store, store.transaction():
        store.connection.execute("UPDATE outbox SET state = ? WHERE key = ?", (state.value, key))
    return key


def test_lists_the_newest_first(stopped: Company, leadmode: Leadmode):
    held, done = one(stopped, OutboxState.HELD), one(stopped, OutboxState.DONE)
    shown = leadmode(stopped, "outbox").output.replace(held, "HELD").replace(done, "DONE")
    assert shown == LISTED
    assert "Ada" not in leadmode(stopped, "outbox", "--state", "held").output
    none = leadmode(stopped, "outbox", "--state", "dead").output
    assert none.startswith("There are no such writes.\n")


def test_json_has_the_documented_keys(stopped: Company, leadmode: Leadmode):
    document = json.loads(leadmode(stopped, "outbox", "--json").output)
    assert set(document) == {"zone", "rows", "counts", "requests"}
    assert set(document["rows"][0]) == {
        "key", "who", "what", "record", "state", "state_in_words", "reason", "attempt",
        "next_at", "created_at", "settled_at", "remote_id", "revision",
    }  # fmt: skip


def test_release_lets_held_ones_go(stopped: Company, leadmode: Leadmode):
    key = one(stopped, OutboxState.HELD)
    assert leadmode(stopped, "outbox", "release", key[:12]).output == "1 write released.\n"
    assert states(stopped)[key] is OutboxState.PENDING
    stopped.cycle("2026-11-12T19:00:00Z")
    assert states(stopped)[key] is OutboxState.DONE
    tasks = (stopped.exports / "out" / "tasks.csv").read_text()
    assert tasks.count(key) == 1


def test_all_leaves_out_what_may_have_arrived(stopped: Company, leadmode: Leadmode):
    key = put(stopped, OutboxState.HELD)
    assert leadmode(stopped, "outbox", "release", "--all").output == "1 write released.\n"
    assert states(stopped)[key] is OutboxState.HELD
    named = leadmode(stopped, "outbox", "release", key).output
    assert "look whether they are in the CRM twice" in named
    assert leadmode(stopped, "outbox", "release", "--all").output == "There is nothing to decide.\n"


def test_retry_sends_a_refused_one_again(stopped: Company, leadmode: Leadmode):
    key = put(stopped, OutboxState.DEAD)
    assert leadmode(stopped, "outbox", "retry", key).output == "1 write released.\n"
    assert states(stopped)[key] is OutboxState.PENDING


def test_discard_gives_up(stopped: Company, leadmode: Leadmode):
    keys = [put(stopped, OutboxState.DEAD), one(stopped, OutboxState.HELD)]
    document = json.loads(leadmode(stopped, "outbox", "discard", *keys, "--json").output)
    assert document == {"wish": "discard", "keys": keys, "done": True}
    assert set(states(stopped).values()) == {OutboxState.CANCELLED}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Name at least one key"),
        (("lm1-zzzz",), 'No write has a key that begins with "lm1-zzzz"'),
        (("lm1-",), 'Several writes have a key that begins with "lm1-"'),
    ],
)
def test_keys_that_name_nothing_are_usage_errors(
    stopped: Company, leadmode: Leadmode, arguments: tuple[str, ...], said: str
):
    done = leadmode(stopped, "outbox", "release", *arguments)
    assert done.exit_code == 64
    assert said in done.stderr


def test_nothing_is_decided_about_what_is_done(stopped: Company, leadmode: Leadmode):
    key = one(stopped, OutboxState.DONE)
    done = leadmode(stopped, "outbox", "retry", key)
    assert done.exit_code == 64
    assert f"{key} is done; this is for writes that are dead." in done.stderr


def test_beside_a_daemon_it_is_asked_and_does_it(stopped: Company, leadmode: Leadmode):
    key, state = one(stopped, OutboxState.HELD), stopped.load().state
    with FolderLock.take(state):
        done = leadmode(stopped, "outbox", "release", key)
        assert done.output == (
            "The daemon was asked to have 1 write released; it does that within 30 seconds.\n"
        )
        assert states(stopped)[key] is OutboxState.HELD
        assert "1 requests wait for the daemon" in leadmode(stopped, "outbox").output
        with closing(Store.open(state)) as store:
            assert take_requests(store, stopped.clock.now()) == 1
            assert take_requests(store, stopped.clock.now()) == 0
    assert states(stopped)[key] is OutboxState.PENDING
    assert list((state / FOLDER).iterdir()) == []


def test_a_request_survives_a_death_between_taking_and_doing(stopped: Company):
    key, state = one(stopped, OutboxState.HELD), stopped.load().state
    path = write_request(state, Request(wish=Wish.RELEASE, keys=(key,), asked_at=5))
    path.rename(path.with_suffix(".taken"))
    assert waiting(state) == 1
    with closing(Store.open(state)) as store:
        assert take_requests(store, stopped.clock.now()) == 1
    assert waiting(state) == 0


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"wish": "explode", "keys": [], "asked_at": 1}'])
def test_a_request_that_makes_no_sense_is_put_aside(stopped: Company, text: str):
    state = stopped.load().state
    path = write_request(state, Request(wish=Wish.DISCARD, keys=(), asked_at=5))
    path.write_text(text)
    with closing(Store.open(state)) as store:
        assert take_requests(store, stopped.clock.now()) == 0
    assert [each.suffix for each in (state / FOLDER).iterdir()] == [".refused"]
    assert waiting(state) == 0


def test_more_than_the_brake_lets_go_want_their_number(tmp_path: Path, leadmode: Leadmode):
    company = Company(tmp_path / "braked", more="storm = 1")
    company.add(HISTORY)
    company.cycle("2026-11-01T06:00:00Z")
    rows = NEWS["2026-11-12T18:00:00Z"]
    again = [(at, kind, "P4", *rest) for at, kind, who, *rest in rows if who == "P1"]
    company.add([*rows, *again])
    company.clock.move_to(company.clock.now() + 1)
    at = "2026-11-12T18:00:00Z"
    company.cycle(at)
    done = leadmode(company, "outbox", "release", "--all")
    assert done.exit_code == 64
    assert "2 tasks are more than the brake lets go at once (storm = 1)" in done.stderr
    wrong = leadmode(company, "outbox", "release", "--all", "--yes-all", "3")
    assert "--yes-all names 3, and 2 writes are meant" in " ".join(wrong.stderr.split())
    assert list(states(company).values()).count(OutboxState.HELD) == 2
    assert leadmode(company, "outbox", "release", "--all", "--yes-all", "2").exit_code == 0
    company.cycle("2026-11-12T19:00:00Z")
    assert set(states(company).values()) == {OutboxState.DONE}
