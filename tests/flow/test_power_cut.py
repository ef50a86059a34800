"""Power fails: the write-ahead log is cut after any whole or half frame, and work goes on."""

from __future__ import annotations

import struct

import pytest

from connector.clock import DAY, HOUR
from connector.model import OutboxState
from connector.store import FILE_NAME
from tests.flow.test_hand_off import known_for_long

HEAD = 32
FRAME_HEAD = 24


def frames(log: bytes) -> list[int]:
    """Where each frame of a write-ahead log ends."""
    (page,) = struct.unpack(">I", log[8:12])
    return list(range(HEAD, len(log) + 1, FRAME_HEAD + page))


@pytest.mark.fault("F79")
def test_a_log_cut_anywhere_loses_and_doubles_nothing(world, monkeypatch):
    known_for_long(world)
    world.cycle()
    world.store.checkpoint()
    monkeypatch.setattr(
        world.store, "checkpoint", lambda **_: None
    )  # all of the cycle is in the log
    world.clock.move_to(world.clock.now() + DAY)
    world.returns()
    world.cycle()
    database = world.config.state / FILE_NAME
    beside = database.with_name(f"{FILE_NAME}-wal")
    whole, log = database.read_bytes(), beside.read_bytes()
    ends = frames(log)
    assert len(ends) > 8, "there was something to lose"
    for cut in (*ends, *(end + 1_000 for end in ends[:-1])):
        world.stop()
        for left in world.config.state.glob(f"{FILE_NAME}*"):
            left.unlink()
        database.write_bytes(whole)
        beside.write_bytes(log[:cut])
        world.start()
        assert world.store.connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        world.cycles(2, HOUR)
        assert world.subjects() == ["Call Ada (D2)"]
        assert set(world.store.outbox.counts()) == {OutboxState.DONE}
