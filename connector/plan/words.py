"""Engagement, time and numbers in the words of a salesperson, in their language."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from connector.clock import DAY, HOUR, MINUTE, from_millis
from connector.engine.result import Reason
from connector.engine.timeline import Engaged
from connector.language import ENGLISH, Language
from connector.model import Evidence, Kind


def did(engaged: Engaged, language: Language = ENGLISH) -> str:
    """What was done, for example 'clicked in "newsletter-2026-03" (pricing)'."""
    point = engaged.touchpoint
    about = one_line(point.asset or point.message or point.link)
    known = language.did[Kind.of_code(engaged.kind)]
    text = known.named.format(about) if about else known.plain
    if point.message and point.asset and point.message != point.asset:
        text += language.mailing.format(one_line(point.message))
    if engaged.evidence == Evidence.UNKNOWN:
        text += language.perhaps
    return text


def one_line(text: str) -> str:
    """Text from a CRM within a line of ours: it must not begin lines of its own."""
    return " ".join(text.split())


def why(reason: Reason, language: Language = ENGLISH) -> str:
    """A reason in words."""
    return language.why[reason.value]


def day(instant: int, zone: ZoneInfo, language: Language = ENGLISH) -> str:
    """A date as people write it: 3 Nov 2026."""
    moment = from_millis(instant).astimezone(zone)
    month = language.months[moment.month - 1]
    return language.day.format(day=moment.day, month=month, year=moment.year)


def date(instant: int, zone: ZoneInfo) -> str:
    """A date as the date field of a CRM takes it: 2026-11-03."""
    return f"{from_millis(instant).astimezone(zone):%Y-%m-%d}"


def moment(instant: int, zone: ZoneInfo, language: Language = ENGLISH) -> str:
    """A date and time as people write it: 3 Nov 2026, 14:05."""
    time = f"{from_millis(instant).astimezone(zone):%H:%M}"
    return language.moment.format(day=day(instant, zone, language), time=time)


def span(millis: int, language: Language = ENGLISH) -> str:
    """A length of time in the largest unit that says enough: "8 months", "3 days"."""
    if millis < HOUR:
        return _count(max(0, round(millis / MINUTE)), "minute", language)
    if millis < DAY:
        return _count(max(0, round(millis / HOUR)), "hour", language)
    days = round(millis / DAY)
    if days < 60:
        return _count(days, "day", language)
    months = round(days / 30.44)
    if months < 24:
        return _count(months, "month", language)
    return f"{number(days / 365.25, language, places=1)} {language.units['year'][1]}"


def number(value: float, language: Language = ENGLISH, *, places: int = 0) -> str:
    """A number with its thousands apart, rounded to so many places."""
    plain = f"{value:,.{places}f}"
    marks = {",": language.thousands, ".": language.decimal}
    return "".join(marks.get(each, each) for each in plain)


def _count(count: int, unit: str, language: Language) -> str:
    return f"{count} {language.units[unit][count != 1]}"
