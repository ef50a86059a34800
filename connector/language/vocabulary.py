"""Every word that a text for a salesperson may need, as one value per language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.model import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """What somebody did, with something that has a name and without one."""

    named: str
    """`{}` takes the name, its quotation marks are part of the text."""
    plain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The words of one language. `{}` and `{name}` are filled in; values are never templates."""

    code: str
    """ISO 639-1, for example "de"."""
    did: Mapping[Kind, Did]
    mailing: str
    """Added to what was done with something in a mailing; `{}` takes its name."""
    perhaps: str
    """Added to what a mail program may have done by itself."""
    asked: str
    """Added to what somebody did to be contacted."""
    why: Mapping[str, str]
    """Per `Reason`: why somebody entered or left lead mode."""
    phases: Mapping[str, str]
    """Per phase of the journey."""
    personas: Mapping[str, str]
    """Per persona of the shipped rules; any other one is called by its own name."""
    # dates and numbers
    months: tuple[str, ...]
    day: str
    """Of `{day}`, `{month}` and `{year}`."""
    moment: str
    """Of `{day}` and `{time}`."""
    thousands: str
    decimal: str
    units: Mapping[str, tuple[str, str]]
    """Minute, hour, day, month and year: one of them, and several."""
    quiet: str
    """Of a length of time."""
    never_before: str
    unknown_time: str
    """How long somebody was quiet of whom nothing is known before."""
    # consent
    mail: str
    call: str
    allowed: str
    forbidden: str
    not_known: str
    consent_unknown: str
    # the brief
    who: str
    """Of `{who}` and `{why}`."""
    since: str
    """Of `{before}` and `{day}`."""
    grade: str
    """Of `{grade}` and `{score}`."""
    persona: str
    phase: str
    happened: str
    next_step: str
    learned: str
    not_to_repeat: str
    missing: str
    history: str
    contact: str
    times: tuple[str, str]
    """Once, and `{}` times."""
    last: str
    topics_of: str
    """Topics of `{phase}` not seen, when others of it were: `{topics}`."""
    nothing_of: str
    """Topics of `{phase}` not seen, when none of it was: `{topics}`."""
    topics_left: str
    """Topics without a phase not seen: `{}`."""
    nobody_as: str
    """Of `{account}` and `{personas}`."""
    account: str
    """What stands for a company without a name."""
    deal: str
    """What stands for an opportunity without a name."""
    won: str
    """Of `{name}`, `{amount}` and `{day}`; so are `lost` and `open`."""
    lost: str
    open: str
    talked: str
    """Of `{what}` and `{day}`."""
    never_talked: str
    episode: str
    """Of `{begin}`, `{end}`, `{why}` and `{handed}`."""
    running: str
    """Of `{begin}` and `{handed}`."""
    # the task about a company
    standing: str
    """Of `{quadrant}`, `{engagement}`, `{propensity}` and `{phase}`."""
    quadrants: Mapping[str, str]
    """Per `Quadrant`."""
    lacking: str
    """Of `{personas}`: the kinds of buyers of whom nobody is engaged."""
    quiet_ones: str
    """Of `{names}`: people of those kinds who are known and not engaged."""
    whole_group: str
    """What is said when nobody is lacking."""
    in_lead_mode: str
    """Of `{day}`."""
    own_task: str
    """Of `{day}`."""
    handed_off: str
    not_handed_off: str
    more: str
    """How many lines were left out: `{}`."""
