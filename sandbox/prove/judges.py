"""Whether the promises hold for the writes beside the hand-off: counted from the journal alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from connector.clock import DAY
from connector.model import Hold, Verdict
from sandbox.prove.crm import Did, Effect
from sandbox.prove.extras import (
    ACCOUNT,
    BY_LIST,
    CAPACITY,
    CLOCKS,
    LIFECYCLE,
    NURTURE,
    SPACING,
    STEPS,
    TOUCH_DUE,
    WAIT,
    Matter,
    kind_of,
    offer_of,
)
from sandbox.prove.people import Broken, Someone
from sandbox.prove.play import KNOWN_AT, Played
from sandbox.prove.truth import Due, key, owed, surges_of

_WEEK: Final = 7 * DAY
_MONDAY: Final = 4 * DAY
"""The first one after the beginning of 1970, UTC ms."""
_EDITION: Final = "edition "


def judged(played: Played, people: Iterable[Someone]) -> Iterator[Broken]:
    """What is wrong with the writes that the history's extras call for, and with nothing else."""
    everybody = list(people)
    if LIFECYCLE in played.extras:
        for someone in everybody:
            yield from _stages(played, someone)
    if NURTURE in played.extras:
        for someone in everybody:
            yield from _touches(played, someone)
        yield from _once(played, Matter.CONTENT)
    if ACCOUNT in played.extras:
        yield from _surges(played, everybody)
    if CAPACITY in played.extras:
        yield from _once(played, Matter.DIGEST)
        yield from _weeks(played, everybody)
        for someone in everybody:
            yield from _deferred(played, someone)
    if CLOCKS in played.extras:
        for someone in everybody:
            yield from _steps(played, someone)


def _steps(played: Played, someone: Someone) -> Iterator[Broken]:
    """Of each kind at most one step for a hand-off, and none before the hand-off."""
    mine = [effect for effect in played.crm.journal if effect.target.id in someone.names]
    handed = sorted(
        effect.at
        for effect in mine
        if effect.did is Did.CREATED and kind_of(effect.fields) is Matter.HAND_OFF
    )
    for step in STEPS:
        made = sorted(e.at for e in mine if e.fields.get("subject") == f"Follow {step}")
        for number, at in enumerate(made):
            if number >= len(handed) or handed[number] > at:
                who = "/".join(someone.names)
                yield Broken(promise="P2", what=f"{who}: {step} without a hand-off of its own")
                break


def _surges(played: Played, everybody: Iterable[Someone]) -> Iterator[Broken]:
    """A surge of the company is one task, or shows why it is none; and no task is of none."""
    known = {surge.key for surge in played.surges}
    surplus = [e for e in _of(played, Matter.SURGE) if e.key not in known]
    if not remembers(played):
        return
    for effect in surplus:
        yield Broken(promise="P2", what=f"a task about a surge that nobody recorded: {effect.key}")
    live = [each for each in played.surges if not each.superseded]
    for began, ended in surges_of([someone.acts for someone in everybody]):
        mine = [s for s in live if began < (s.ended_at or ended) and s.began_at < ended]
        told = [each for each in mine if each.verdict is Verdict.HANDED_OFF]
        if len(told) > 1:
            yield Broken(promise="P2", what=f"{len(told)} tasks about the surge of {began}")
        if any(not played.crm.has_made(each.key) for each in told):
            yield Broken(promise="P1", what=f"the task about the surge of {began} never came")
        acts = [act for someone in everybody for act in someone.acts if act.at <= began]
        readable = max(act.readable_at for act in acts)
        seen = any(readable < at < ended for host in played.hosts for at in host.whole_at)
        if seen and all(each.hold is Hold.OVER for each in mine):
            yield Broken(promise="P1", what=f"the surge of {began} was seen in time, and not told")


def remembers(played: Played) -> bool:
    """Whether one memory did it all, and nothing of it was ever lost."""
    return len({host.state for host in played.hosts}) == 1 and not played.hosts[0].forgot_at


def _of(played: Played, told: Matter) -> list[Effect]:
    return [effect for effect in played.crm.journal if kind_of(effect.fields) is told]


def _stages(played: Played, someone: Someone) -> Iterator[Broken]:
    """An episode sets something once when it begins, and once when it ends."""
    if not someone.plain:
        return
    (name,) = someone.names
    made = played.crm.has_made
    episodes = [due for due in owed(someone.acts, KNOWN_AT) if len(due.anchor) == 1]
    begins = {key(name, due.anchor, "lifecycle-entered:begin"): due for due in episodes}
    ends = {key(name, due.anchor, "lifecycle-left:end"): due for due in episodes}
    for each, write in played.crm.asked.items():
        stage = kind_of(write.fields) is Matter.STAGE and write.target.id == name
        if stage and each not in begins | ends:
            yield Broken(promise="P2", what=f"{name}: a stage that nothing calls for: {each}")
    for each, due in begins.items():
        if not made(each) and made(key(name, due.anchor, "task")):
            yield Broken(promise="P1", what=f"{name}: handed off, and the stage was not set")
    for each, due in ends.items():
        if not made(each) and not _baselined(played, due):
            yield Broken(
                promise="P1", what=f"{name}: {due.anchor} ended, the stage does not say it"
            )


def _baselined(played: Played, due: Due) -> bool:
    """Whether new rules were adopted between the end of an episode and the next look at it."""
    return any(
        due.until <= adopted and not any(due.until < at < adopted for at in host.whole_at)
        for host in played.hosts
        for adopted in host.adopted_at
    )


def _touches(played: Played, someone: Someone) -> Iterator[Broken]:
    """Nobody is offered a thing twice, nor two in too short a time; and everybody gets theirs."""
    if not remembers(played) or len(someone.names) > 1:
        return
    (name,) = someone.names
    touches = [each for each in _of(played, Matter.TOUCH) if each.target.id == name]
    offers = Counter(offer_of(each.fields) for each in touches)
    for offer, count in offers.items():
        if count > 1:
            yield Broken(promise="P2", what=f"{name} was offered {offer} {count} times")
    made = sorted(int(str(e.fields["due_at"])) - TOUCH_DUE for e in touches if "due_at" in e.fields)
    if any(later - earlier < SPACING for earlier, later in pairwise(made)):
        yield Broken(promise="P2", what=f"{name} got two touches within {SPACING // DAY} days")
    if len(offers) < len(BY_LIST):
        yield Broken(promise="P1", what=f"{name} got {len(offers)} touches in months of calm")


def _once(played: Played, told: Matter) -> Iterator[Broken]:
    """There is one of a subject: of a week, of a gap."""
    about = "subject" if told is Matter.DIGEST else "body"  # a gap is named there, with its program
    counts = Counter((str(e.fields["subject"]), e.fields[about]) for e in _of(played, told))
    for (subject, _), count in counts.items():
        if count > 1 and (told is Matter.DIGEST or remembers(played)):
            yield Broken(promise="P2", what=f'"{subject}" was written {count} times')


def _weeks(played: Played, everybody: Iterable[Someone]) -> Iterator[Broken]:
    """No week takes in more than its one place, raised hands aside."""
    if not remembers(played):
        return
    entries = {
        key(name, due.anchor, "task")
        for someone in everybody
        for due in owed(someone.acts, KNOWN_AT)
        for name in someone.names
        if len(due.anchor) == 1 and due.by_score
    }
    weeks = Counter(
        _week(_decided_at(effect))
        for effect in _of(played, Matter.HAND_OFF)
        if effect.key in entries
    )
    for week, count in weeks.items():
        if count > 1:
            yield Broken(promise="P4", what=f"{count} hand-offs in week {week}, which has 1 place")


def _decided_at(effect: Effect) -> int:
    """The edition of the rules says after how many days the task is due."""
    days = int(str(effect.fields["subject"]).rpartition(_EDITION)[2])
    return int(str(effect.fields["due_at"])) - days * DAY


def _week(instant: int) -> int:
    return (instant - _MONDAY) // _WEEK


def _deferred(played: Played, someone: Someone) -> Iterator[Broken]:
    """What was given up for want of a place had none, and a digest came after it."""
    if not remembers(played) or not someone.plain:
        return
    told = [each for name in someone.names for each in played.told.get(name, ())]
    digests = [effect.at for effect in _of(played, Matter.DIGEST)]
    for due in owed(someone.acts, KNOWN_AT):
        about = [each for each in told if (each.burst, each.at) == (due.anchor[0], due.at)]
        if any(each.waits for each in about):
            yield Broken(promise="P1", what=f"{due.anchor} waits for a place for ever")
        if all(each.hold is not Hold.CAPACITY for each in about):
            continue
        if not any(at > due.at for at in digests):
            yield Broken(promise="P1", what=f"no digest tells that {due.anchor} was deferred")
        if not _was_full(played, due):
            yield Broken(promise="P1", what=f"{due.anchor} was deferred, and its week was empty")


def _was_full(played: Played, due: Due) -> bool:
    """Whether the one place was taken at every whole cycle in which it could have been given."""
    taken = {_week(effect.at) for effect in _of(played, Matter.HAND_OFF)}
    taken |= {week - 1 for week in taken}  # an answer may have come a week late
    (host, *_) = played.hosts
    chances = [at for at in host.whole_at if due.at + DAY < at < min(due.until, due.at + WAIT)]
    return all(_week(at) in taken or _is_weekend(at) for at in chances)


def _is_weekend(instant: int) -> bool:
    return (instant - _MONDAY) % _WEEK >= 5 * DAY
