"""The kinds of writes beside the hand-off: the rules that call for them, and how they look.

A history plays with some of them, told by its seed. A further kind is one more line in `RULES`,
words by which its writes are known in `kind_of`, and a judge in `judges.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from connector.clock import DAY
from connector.model import Fields

LIFECYCLE, NURTURE, CAPACITY = "lifecycle", "nurture", "capacity"
ACCOUNT, CLOCKS = "account", "clocks"
EXTRAS: Final = (LIFECYCLE, NURTURE, CAPACITY, ACCOUNT, CLOCKS)
BRAKE: Final = "brake"
"""Not a kind of writes: one hand-off a cycle goes by itself, an admin lets the others go."""
CROWD, ENGAGED_FOR = 3, 10 * DAY
"""So many people of the company within so long, and it surges."""
BY_LIST: Final = tuple(f"offer-{number}" for number in range(1, 6))
"""Offers that the program by list may use; each is the name of its list as well."""
OFFERS: Final = (*BY_LIST, "offer-6", "offer-7", "offer-8")
SPACING: Final = 5 * DAY
WAIT: Final = 7 * DAY
"""So long an alert waits for a place; there is one a week."""
TOUCH_DUE: Final = DAY

_LIFECYCLE: Final = """
[[lifecycle]]
id = "begin"
when = "entered"

[[lifecycle.field]]
field = "stage"
value = "shopping since {{entered_on}}"

[[lifecycle]]
id = "end"
when = "left"

[[lifecycle.field]]
field = "stage"
value = "quiet since {{left_on}}"
"""
_PROGRAM: Final = """
[[program]]
id = "{id}"
entry = "{entry}"
means = "{means}"
offers = [{offers}]
touches = 5
quiet_for = "20d"
first_after = "1d"
spacing = "5d"
jitter = "1d"
opens = "00:00"
closes = "23:59"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
per_day = 50
rest = "1d"
pause_for = "1d"
due = "1d"
subject = "Offer {{{{offer.title}}}}"
fallback_owner = "U1"
content_owner = "U1"
"""
_CAPACITY: Final = """
[capacity]
default = 1
wait = "7d"

[capacity.digest]
subject = "Deferred in the week of {{week}}"
"""
# Whoever gets the task gets no hand-off, so that nobody's own task is joined to it.
_ACCOUNT: Final = """
[account]
people = 3
window = "10d"
cooldown = "0d"
subject = "Surge of {{account.name}}"
fallback_owner = "U2"
"""

STEPS: Final = ("remind", "escalate", "cooling")
"""What follows a hand-off that nobody works, each once."""
_CLOCKS: Final = """
[sla]
look_every = "30m"
trust_for = "1h"
manager = "U2"
cooling = "44d"
cooling_subject = "Follow cooling"

[[sla_step]]
id = "remind"
do = "remind"
after = "8h"
raised_after = "1h"
subject = "Follow remind"

[[sla_step]]
id = "escalate"
do = "escalate"
after = "30h"
raised_after = "5h"
subject = "Follow escalate"

[[office]]
id = "always"
opens = "00:00"
closes = "23:59"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""


def _nurture() -> str:
    offers = "".join(
        f'\n[[offer]]\nid = "{name}"\nasset = "{name}"\nlist = "{name}"\n' for name in OFFERS
    )
    ways = (
        ("warm", "left_lead_mode", "task", OFFERS),
        ("back", "passive", "list", BY_LIST),
    )
    programs = (
        _PROGRAM.format(
            id=name, entry=entry, means=means, offers=", ".join(f'"{each}"' for each in some)
        )
        for name, entry, means, some in ways
    )
    return offers + "".join(programs)


RULES: Final = {
    LIFECYCLE: _LIFECYCLE,
    NURTURE: _nurture(),
    CAPACITY: _CAPACITY,
    ACCOUNT: _ACCOUNT,
    CLOCKS: _CLOCKS,
}
"""What is added to the rules, by kind."""


class Matter(StrEnum):
    """What a write is about."""

    HAND_OFF = "hand-off"
    STAGE = "stage"
    TOUCH = "touch"
    CONTENT = "content"
    DIGEST = "digest"
    SURGE = "surge"
    STEP = "step"


_SUBJECTS: Final = {
    "Call": Matter.HAND_OFF,
    "Offer": Matter.TOUCH,
    "Content": Matter.CONTENT,
    "Deferred": Matter.DIGEST,
    "Surge": Matter.SURGE,
    "Follow": Matter.STEP,
}


def kind_of(fields: Fields) -> Matter:
    """What a write is about, by what it says."""
    if "list" in fields:
        return Matter.TOUCH
    if "subject" in fields:
        return _SUBJECTS[str(fields["subject"]).split(maxsplit=1)[0]]
    return Matter.STAGE if "stage" in fields else Matter.HAND_OFF


def offer_of(fields: Fields) -> str:
    """What a touch offers."""
    return str(fields["list"] if "list" in fields else fields["subject"]).split()[-1]
