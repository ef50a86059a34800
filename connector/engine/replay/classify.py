"""`machine.classify` for columns: which clicks no human made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from connector.engine.machine import classify
from connector.engine.replay.columns import Bools, Columns, Ints, Rows
from connector.engine.replay.prepare import in_order, sort_rows
from connector.engine.rule import MachineTests
from connector.engine.timeline import Engaged, Touchpoint
from connector.model import Evidence, Kind

_CLICKED = Kind.EMAIL_CLICKED.code
_SENT = Kind.EMAIL_SENT.code


def classify_columns(
    batch: Columns, touchpoints: Sequence[Touchpoint], tests: MachineTests
) -> Columns:
    """The batch in (person, instant, id) order, without duplicates, with its evidence classes.

    Holds whole persons; leave out what lies after the moment of evaluation. The tests are of
    clicks and sendings alone, so the cost is that of those.
    """
    order = in_order(batch, touchpoints)
    if order is not None:
        batch = batch.take(order)
    evidence = np.zeros(len(batch.at), np.int8) if batch.evidence is None else batch.evidence.copy()
    clicks = np.flatnonzero(batch.kind == _CLICKED)
    evidence[clicks[_too_soon(batch, clicks, touchpoints, tests)]] = Evidence.MACHINE
    evidence[_scanned(batch, clicks, touchpoints, tests)] = Evidence.MACHINE
    return batch._replace(evidence=evidence)


def _too_soon(
    batch: Columns, clicks: Rows, touchpoints: Sequence[Touchpoint], tests: MachineTests
) -> Bools:
    """Per click whether it follows the sending of its message within the limit.

    Message 0 is "any": every sending stands there too, and clicks of unknown messages ask there.
    """
    sent = np.flatnonzero(batch.kind == _SENT)
    if tests.click_after_send <= 0 or not len(sent) or not len(clicks):
        return np.zeros(len(clicks), np.bool_)
    message = _numbers([one.message for one in touchpoints])
    rows = np.concatenate([sent, sent, clicks])
    about = np.concatenate(
        [np.zeros(len(sent), np.int64), _of(message, batch, sent), _of(message, batch, clicks)]
    )
    is_click = np.arange(len(rows)) >= 2 * len(sent)
    person, at = batch.person[rows], batch.at[rows]
    order = sort_rows([is_click.astype(np.int8), at, about, person])
    person, at, about, is_click = person[order], at[order], about[order], is_click[order]
    latest = np.maximum.accumulate(np.where(is_click, -1, np.arange(len(rows))))
    soon = is_click & (latest >= 0) & (at - at[latest] <= tests.click_after_send)
    soon &= (person == person[latest]) & (about == about[latest])
    found = np.zeros(len(rows), np.bool_)
    found[order] = soon
    return found[2 * len(sent) :]


def _scanned(
    batch: Columns, clicks: Rows, touchpoints: Sequence[Touchpoint], tests: MachineTests
) -> Rows:
    """Clicks of scanners. Columns tell who clicked fast enough; only they are looked at closely."""
    step = tests.scan_links - 1
    if tests.scan_links <= 0 or tests.scan_within <= 0:
        return clicks[:0]
    link = _of(_numbers([one.link for one in touchpoints]), batch, clicks)
    linked = clicks[link > 0]
    person, at = batch.person[linked], batch.at[linked]
    until = len(linked) - step
    fast = (person[step:] == person[:until]) & (at[step:] - at[:until] <= tests.scan_within)
    suspects = np.unique(person[:until][fast])
    found: list[Rows] = [clicks[:0]]
    clicked_by = batch.person[clicks]
    for one in suspects.tolist():
        mine = clicks[clicked_by == one]
        found.append(mine[_scanning(batch, mine, touchpoints, tests)])
    return np.concatenate(found)


def _scanning(
    batch: Columns, mine: Rows, touchpoints: Sequence[Touchpoint], tests: MachineTests
) -> Bools:
    only_scans = replace(tests, click_after_send=0)
    named = (*touchpoints, Touchpoint())
    places = np.full(len(mine), -1) if batch.touchpoint is None else batch.touchpoint[mine]
    engaged = [
        Engaged(at, number, _CLICKED, int(Evidence.HUMAN), named[place])
        for number, (at, place) in enumerate(
            zip(batch.at[mine].tolist(), places.tolist(), strict=True)
        )
    ]
    return np.array(
        [one.evidence == Evidence.MACHINE for one in classify(engaged, only_scans)], np.bool_
    )


def _numbers(texts: Sequence[str]) -> Ints:
    """A number per distinct text, 0 for the empty one; the last entry is for no touchpoint."""
    known = {"": 0}
    return np.array([known.setdefault(text, len(known)) for text in (*texts, "")], np.int64)


def _of(numbers: Ints, batch: Columns, rows: Rows) -> Ints:
    return numbers[np.full(len(rows), -1) if batch.touchpoint is None else batch.touchpoint[rows]]
