"""What people do over two years: waves of interest, newsletters, talks with reps, machines."""

from __future__ import annotations

from random import Random  # noqa: TID251 - a type; generators come from chance.stream
from typing import Final, NamedTuple

from connector.clock import DAY, HOUR, MINUTE, SECOND
from connector.model import Evidence, Kind
from sandbox.story import content
from sandbox.story.chance import between, pick, weighted
from sandbox.story.days import at, midnight, near_workday, workday
from sandbox.story.market import YEARS
from sandbox.story.world import Act, Change, Human, PersonRecord

MAILING_GAP: Final = 28 * DAY
"""A newsletter goes out every fourth week."""

_VISITS: Final[tuple[tuple[Kind, float], ...]] = (
    (Kind.PAGE_VIEWED, 62),
    (Kind.CONTENT_DOWNLOADED, 12),
    (Kind.WEBINAR_REGISTERED, 5),
    (Kind.WEBINAR_ATTENDED, 5),
    (Kind.FORM_SUBMITTED, 5),
    (Kind.AD_CLICKED, 6),
    (Kind.SOCIAL_ENGAGED, 5),
)


class Wave(NamedTuple):
    """A time in which a person is shopping."""

    start: int
    end: int


class Mailing(NamedTuple):
    """One newsletter."""

    at: int
    name: str


def mailings(until: int) -> list[Mailing]:
    """The newsletters of two years, oldest first; the newest went out nine working days ago."""
    newest = workday(until, 9) + 8 * HOUR
    count = (newest - (until - YEARS)) // MAILING_GAP
    return [
        Mailing(newest - (count - n) * MAILING_GAP, f"{content.NEWSLETTER} {n}")
        for n in range(1, count + 1)
    ]


def waves(chance: Random, human: Human, until: int) -> list[Wave]:
    """When this person shops, oldest first; most of the time nobody does."""
    earliest = max(until - YEARS, human.record.created_at + DAY)
    found = []
    for _ in range(human.waves):
        start = near_workday(earliest + int(chance.random() * (until - earliest)))
        found.append(Wave(start, start + between(chance, 3, 35) * DAY))
    return sorted(found)


def shopping(chance: Random, human: Human, wave: Wave, until: int) -> list[Act]:
    """Visits of one wave, in working hours: dense at first, thinning out."""
    acts: list[Act] = []
    day, pause = midnight(wave.start), 1.0
    while day < min(wave.end, until):
        moment = day + between(chance, 7 * 60, 16 * 60) * MINUTE
        for _ in range(between(chance, 1, 4)):
            moment += between(chance, 20, 400) * SECOND
            acts.append(_visit(chance, _known_as(chance, human, moment), moment))
        pause *= 1.35
        day = near_workday(day + max(1, round(pause * (0.5 + chance.random()))) * DAY)
    return acts


def _known_as(chance: Random, human: Human, moment: int) -> PersonRecord:
    """Platforms do not agree which record of a human they saw."""
    twin = human.twin
    if twin is not None and twin.created_at <= moment and chance.random() < 0.4:
        return twin
    return human.record


def _visit(chance: Random, record: PersonRecord, moment: int) -> Act:
    kind = weighted(chance, _VISITS)
    asset, link = "", ""
    if kind is Kind.PAGE_VIEWED:
        asset = weighted(chance, content.PAGES)
    elif kind is Kind.CONTENT_DOWNLOADED:
        asset = pick(chance, content.GUIDES)
    elif kind in {Kind.WEBINAR_REGISTERED, Kind.WEBINAR_ATTENDED}:
        asset = pick(chance, content.WEBINARS)
        if kind is Kind.WEBINAR_ATTENDED:
            moment = at(midnight(moment), 14)
    elif kind is Kind.FORM_SUBMITTED:
        asset = content.FORM_DEMO if chance.random() < 0.08 else content.FORM_GUIDE
    else:
        asset = "Autumn campaign" if kind is Kind.AD_CLICKED else "Company page"
    return Act(moment, moment, kind, record.id, record.email, asset, link)


def newsletters(
    chance: Random, human: Human, shopping_in: list[Wave], sent: list[Mailing]
) -> list[Act]:
    """What is sent to a person, and what they, or machines for them, do with it."""
    acts: list[Act] = []
    record = human.record
    gone = _unsubscribed_at(record)
    for mailing in sent:
        if mailing.at < record.created_at or not human.subscribed:
            continue
        if gone is not None and mailing.at >= gone:
            break
        sent_at = mailing.at + int(chance.random() * 20 * MINUTE)
        acts.append(_mail(record, sent_at, Kind.EMAIL_SENT, mailing))
        if chance.random() < 0.004:
            acts.append(_mail(record, sent_at + 5 * SECOND, Kind.BOUNCED, mailing))
            continue
        acts += _machines(chance, human, sent_at, mailing)
        acts += _reading(chance, human, shopping_in, sent_at, mailing)
    if gone is not None and acts:
        acts.append(Act(gone, gone, Kind.UNSUBSCRIBED, record.id, record.email))
    return acts


def _unsubscribed_at(record: PersonRecord) -> int | None:
    return next((c.at for c in record.changes if c.field == "opted_out" and c.value), None)


def _mail(
    record: PersonRecord,
    at: int,
    kind: Kind,
    mailing: Mailing,
    link: str = "",
    evidence: Evidence = Evidence.HUMAN,
) -> Act:
    url = f"{content.SITE}{link}" if link else ""
    return Act(at, at, kind, record.id, record.email, mailing.name, url, mailing.name, evidence)


def _machines(chance: Random, human: Human, sent_at: int, mailing: Mailing) -> list[Act]:
    """A privacy proxy opens, a link scanner clicks; neither is a person."""
    record, acts = human.record, []
    if human.apple and chance.random() < 0.9:
        opened = sent_at + between(chance, 1, 240) * MINUTE
        acts.append(_mail(record, opened, Kind.EMAIL_OPENED, mailing, evidence=Evidence.UNKNOWN))
    if human.account is not None and human.account.scans_links:
        acts += scan(record, sent_at, mailing)
    return acts


def scan(record: PersonRecord, sent_at: int, mailing: Mailing) -> list[Act]:
    """Four links of a mail followed within a second of its sending."""
    return [
        _mail(record, sent_at + 300 + 180 * n, Kind.EMAIL_CLICKED, mailing, link)
        for n, link in enumerate(content.NEWSLETTER_LINKS[:4])
    ]


def _reading(
    chance: Random, human: Human, shopping_in: list[Wave], sent_at: int, mailing: Mailing
) -> list[Act]:
    interest = _interest(human, shopping_in, sent_at)
    acts: list[Act] = []
    if chance.random() >= interest:
        return acts
    opened = sent_at + between(chance, 3, 900) * MINUTE
    if not human.apple:
        acts.append(_mail(human.record, opened, Kind.EMAIL_OPENED, mailing))
    if chance.random() < interest * 0.45:
        link = content.NEWSLETTER_LINKS[between(chance, 0, 3)]
        clicked = opened + between(chance, 8, 240) * SECOND
        acts.append(_mail(human.record, clicked, Kind.EMAIL_CLICKED, mailing, link))
        viewed = clicked + 2 * SECOND
        acts.append(
            Act(viewed, viewed, Kind.PAGE_VIEWED, human.record.id, human.record.email, link)
        )
    return acts


def _interest(human: Human, shopping_in: list[Wave], at: int) -> float:
    """Chance to open: high while shopping, halving every four months after the first day."""
    if human.steady or any(wave.start <= at < wave.end for wave in shopping_in):
        return human.reads
    months = (at - human.record.created_at) / (30.4 * DAY)
    return float(human.reads * 0.5 * 2 ** (-months / 4))


def recycle(chance: Random, human: Human, wave: Wave, until: int) -> None:
    """Now and then a rep looked into a wave and put the person back."""
    when = wave.start + between(chance, 8, 20) * DAY + 15 * HOUR
    if chance.random() < 0.08 and when < until:
        status = weighted(chance, (("Recycled", 3.0), ("Disqualified", 1.0)))
        human.record.changes.append(Change(when, "status", status))
