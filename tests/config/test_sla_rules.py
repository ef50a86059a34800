"""Clocks of hand-offs in rule files: what they become, and every mistake in them."""

from __future__ import annotations

from datetime import date

import pytest

from connector.clock import DAY, HOUR, MINUTE
from connector.config.sla import Deadline, Do, Office, Sla, Until
from connector.config.sla_tables import BODY, SUBJECT
from connector.engine.timeline import EndReason
from tests.config.folder import ENOUGH, problems_of, rulebook_of

LINE = ENOUGH.count("\n") + 1
"""Of the first line behind the rest."""


def test_no_clock_runs_and_nothing_is_followed_unless_said(tmp_path):
    book = rulebook_of(tmp_path, ENOUGH)
    assert (book.sla, book.follows) == (None, False)
    assert (book.accepted, book.task_accepted) == (frozenset(), frozenset())


def test_everything_that_can_be_said(tmp_path):
    book = rulebook_of(
        tmp_path,
        ENOUGH
        + """
[sla]
lead_modes = "returning"
look_every = "5m"
trust_for = "30m"
manager = "009"
due = "1h"
priority = "normal"
cooling = "3d"
cooling_subject = "{{what}}"
cooling_body = "{{why}} {{leaves_on}}"
[[sla_step]]
id = "later"
do = "escalate"
after = "2d"
[[sla_step]]
id = "sooner"
do = "remind"
after = "4h"
raised_after = "15m"
until = "accepted"
subject = "{{waited}}"
body = "{{handed_on}}"
[[sla_step]]
id = "never"
do = "recycle"
after = "9d"
active = false
[[office]]
id = "oslo"
owners = ["001", "002"]
zone = "Europe/Oslo"
opens = "08:15"
closes = "16:00"
days = ["mon", "sat"]
country = "DE"
region = "BY"
closed = ["2026-05-04"]
[dispositions]
"Working" = "accepted"
"Dead" = "disqualified"
[task_dispositions]
"In Progress" = "accepted"
"Not now" = "recycled"
""",
    )
    later = Deadline(
        id="later",
        do=Do.ESCALATE,
        after=2 * DAY,
        raised_after=2 * DAY,
        until=Until.WORKED,
        subject=SUBJECT,
        body=BODY,
    )
    sooner = Deadline(
        id="sooner",
        do=Do.REMIND,
        after=4 * HOUR,
        raised_after=15 * MINUTE,
        until=Until.ACCEPTED,
        subject="{{waited}}",
        body="{{handed_on}}",
    )
    oslo = Office(
        id="oslo",
        owners=frozenset({"001", "002"}),
        zone="Europe/Oslo",
        opens=8 * 60 + 15,
        closes=16 * 60,
        days=frozenset({0, 5}),
        country="DE",
        region="BY",
        closed=frozenset({date(2026, 5, 4)}),
    )
    assert book.sla == Sla(
        steps=(sooner, later),
        offices=(oslo,),
        rules=frozenset({"returning"}),
        look_every=5 * MINUTE,
        trust_for=30 * MINUTE,
        manager="009",
        due=HOUR,
        priority="normal",
        cooling=3 * DAY,
        cooling_subject="{{what}}",
        cooling_body="{{why}} {{leaves_on}}",
    )
    assert book.accepted == {"working"}
    assert book.ending("DEAD") is EndReason.DISQUALIFIED
    assert book.ending("Working") is None
    assert book.task_accepted == {"in progress"}
    assert book.follows
    assert book.task_ending("not now") is EndReason.RECYCLED


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[[office]]\nid = "x"\nzone = "Europe/Berln"',
            f'{LINE + 2}:8: zone = "Europe/Berln" is not a time zone. Did you mean "Europe/Berlin"',
        ),
        (
            '[[office]]\nid = "x"\ncountry = "GER"',
            f'{LINE + 2}:11: country = "GER" is no country whose holidays are known.',
        ),
        (
            '[[office]]\nid = "x"\ncountry = "DE"\nregion = "BX"',
            f'{LINE + 3}:10: region = "BX" is no part of DE that is known. Known: Augsburg',
        ),
        (
            '[[office]]\nid = "x"\nregion = "BY"',
            f'{LINE + 2}:10: region = "BY" is a part of no country. Add country = ...',
        ),
        (
            '[[office]]\nid = "x"\nopens = "17:00"\ncloses = "09:00"',
            f"{LINE + 2}:9: closes = 09:00 is not after opens = 17:00.",
        ),
        (
            '[sla]\n[[sla_step]]\nid = "x"\ndo = "remnd"\nafter = "1d"',
            f'{LINE + 3}:6: do = "remnd"',
        ),
        (
            '[[sla_step]]\nid = "x"\ndo = "remind"\nafter = "1d"',
            f'{LINE}:3: [[sla_step]] "x" needs an [sla]. Add [sla].',
        ),
        (
            '[sla]\nlead_modes = ["retruning"]',
            f'{LINE + 1}:15: There is no lead mode "retruning". Did you mean "returning"?',
        ),
        (
            '[sla]\ncooling_body = "{{waitd}}"',
            f'{LINE + 1}:17: Unknown placeholder "waitd". Did you mean "waited"?',
        ),
        (
            '[task_dispositions]\n"Done" = "acepted"',
            f'{LINE + 1}:10: "Done" = "acepted" is no disposition. Did you mean "accepted"?',
        ),
    ],
)
def test_mistakes_are_told_where_they_are(tmp_path, text, message):
    found = problems_of(tmp_path, ENOUGH + text + "\n")
    assert any(message in each for each in found), found
