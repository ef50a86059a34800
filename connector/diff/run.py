"""Two sets of rules over one stored history, and what differs. Nothing is changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connector.backtest.period import NothingToLookAt, extent
from connector.backtest.play import Played, Player, PortionPlayed
from connector.backtest.reading import PORTION, Portion, one_moment, portions, size
from connector.clock import iso
from connector.config.references import RuleSet, changes_between
from connector.diff.counts import Tally
from connector.diff.here import Key, SideNow, Stands, ranks
from connector.diff.pairs import Pair, differing
from connector.diff.told import (
    AlertChange,
    Difference,
    Example,
    Here,
    Now,
    NowChange,
    Past,
    SideTold,
    Stay,
)
from connector.diff.words import Explains
from connector.plan.hand_off import owner_for
from connector.report import words
from connector.report.dossier import NOBODY, Who, who_is
from connector.store import Store
from connector.store.overview import user_name

if TYPE_CHECKING:
    from connector.config.settings import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a diff is asked."""

    old: RuleSet
    new: RuleSet
    wished_at: int
    """From here on the past is compared, UTC ms."""
    examples: int
    """So many differences are explained, of now and of the past each."""
    portion: int = PORTION
    """Engagements looked at together; bounds the memory."""


def difference(
    store: Store,
    config: Config,
    asked: Asked,
    now: int,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Difference:
    """What would be different under the new rules, now and since the wished moment.

    Both sides are seen as the daemon would see them once it had adopted them. `progress` hears of
    rows done and rows in all. All readings are of one moment, also beside a running daemon.
    """
    with one_moment(store):
        return _Run(store, config, asked, now).told(progress)


class _Run:
    def __init__(self, store: Store, config: Config, asked: Asked, now: int) -> None:
        self._store, self._config, self._asked, self._now = store, config, asked, now
        self._authority = config.authority.name
        self._books = (asked.old.rulebook, asked.new.rulebook)
        self._start = asked.wished_at
        self._sides = tuple(SideNow(store, b, self._authority, now) for b in self._books)
        self._past: list[tuple[int, str, Past, Pair]] = []
        self._owner_of: dict[int, str] = {}
        self._tally = Tally(self._start)
        self._names: dict[str, str] = {}
        self._who: dict[int, Who] = {}

    def told(self, progress: Callable[[int, int], None]) -> Difference:
        players = [
            Player(self._store, book, self._authority, self._now, adopted=True)
            for book in self._books
        ]
        done, total = 0, size(self._store, self._now)
        for portion in portions(self._store, self._authority, self._now, self._asked.portion):
            self._take(portion, [player.play(portion) for player in players])
            done += len(portion.persons) + len(portion.columns.at)
            progress(done, total)
        return self._difference()

    def _take(self, portion: Portion, played: Sequence[PortionPlayed]) -> None:
        old, new = (_by_key(each) for each in played)
        touched = {number for number, _ in (*old, *new)}
        rules = replace(self._books[1].hand_off, fallback_owner=None)
        owners = {
            p.id: self._owner(owner_for(p, rules, self._now))
            for p in portion.persons
            if p.id in touched
        }
        for side, alerts in zip(self._sides, (old, new), strict=True):
            side.take(portion.persons, alerts)
        for which, alerts in enumerate((old, new)):
            self._tally.take(which, alerts, owners)
        before = len(self._past)
        for number, rule in sorted(old.keys() | new.keys()):
            for what, pair in differing(old.get((number, rule), ()), new.get((number, rule), ())):
                if any(one is not None and one.happened_at >= self._start for one in pair):
                    self._past.append((number, rule, what, pair))
        kept = {number for number, *_ in self._past[before:]}
        kept |= {number for side in self._sides for number, _ in side.here}
        self._owner_of |= {number: name for number, name in owners.items() if number in kept}

    def _owner(self, user: str | None) -> str:
        if user is None:
            return NOBODY
        if user not in self._names:
            name = user_name(self._store.connection, self._authority, user)
            self._names[user] = name or f"user {user}"
        return self._names[user]

    def _difference(self) -> Difference:
        now = tuple(self._now_changes())
        self._past.sort(key=lambda one: (-_when(one[3]), one[0], one[1]))
        past = tuple(self._past_changes())
        old, new = (self._told_of(which) for which in (0, 1))
        return Difference(
            at=self._now,
            zone=self._config.time_zone,
            start_at=self._start,
            old=old,
            new=new,
            rules=changes_between(self._asked.old, self._asked.new),
            now=now,
            past=past,
            by_owner=self._tally.per_owner(now, past, self._owner_of),
            by_rule=self._tally.per_rule(now, past),
            examples=tuple(self._examples(now, past)),
            notes=tuple(self._notes(old, new, now)),
        )

    def _told_of(self, which: int) -> SideTold:
        side, ruleset = self._sides[which], (self._asked.old, self._asked.new)[which]
        return SideTold(
            label=ruleset.label,
            revision=ruleset.rulebook.revision,
            running=ruleset.rulebook.revision == self._store.sources.note("revision"),
            in_lead_mode=len({number for number, _ in side.here}),
        )

    def _now_changes(self) -> Iterator[NowChange]:
        old, new = (side.here for side in self._sides)
        both = old.keys() & new.keys()
        before, after = ranks(old, both), ranks(new, both)
        found = []
        for key in sorted(old.keys() | new.keys()):
            ours = _here(old.get(key), before.get(key))
            theirs = _here(new.get(key), after.get(key))
            what = _now(ours, theirs)
            if what is not None:
                lacking = old if ours is None else new if theirs is None else {}
                also = tuple(sorted(rule for number, rule in lacking if number == key[0]))
                found.append(
                    NowChange(
                        who=self._person(key[0]),
                        rule=key[1],
                        what=what,
                        old=ours,
                        new=theirs,
                        also=also,
                    )
                )
        order = list(Now)
        yield from sorted(found, key=lambda one: (order.index(one.what), _rank_of(one)))

    def _past_changes(self) -> Iterator[AlertChange]:
        for number, rule, what, (old, new) in self._past:
            yield AlertChange(
                who=self._person(number), rule=rule, what=what, old=_stay(old), new=_stay(new)
            )

    def _person(self, number: int) -> Who:
        if number not in self._who:
            self._who[number] = who_is(self._store, self._config, number)
        return self._who[number]

    def _examples(self, now: Sequence[NowChange], past: Sequence[AlertChange]) -> Iterator[Example]:
        """The first ones in words; a person and rule that was explained is not told twice."""
        explains = Explains(self._store, self._config, self._sides, self._now)
        told: set[Key] = set()
        for every in (now, past):
            left = self._asked.examples
            for one in every:
                key = one.who.person, one.rule
                if left and key not in told:
                    told.add(key)
                    left -= 1
                    yield explains.one(one)

    def _notes(self, old: SideTold, new: SideTold, now: Sequence[NowChange]) -> Iterator[str]:
        if reach := _reach(self._store, self._asked, self._now):
            yield reach
        if not (old.running or new.running):
            works_by = self._store.sources.note("revision")
            yield f"Neither side is what leadmode works by ({works_by or 'nothing so far'})."
        if any(one.what is Now.ENTERS for one in now):
            yield (
                "Adopting rules alerts nobody about what is so already: who enters by them at once "
                "is recorded as the baseline. What follows is alerted."
            )
        if old.revision != new.revision:
            yield (
                "Records, companies and owners are taken as they are now, also for the past: only "
                "their present values are stored."
            )


def _reach(store: Store, asked: Asked, now: int) -> str:
    """What to say when the stored history does not reach far enough back."""
    books = (asked.old.rulebook, asked.new.rulebook)
    try:
        known = extent(store, books, now)
    except NothingToLookAt:
        return "No engagement is stored that either side looks at."
    quiet = max(mode.rule.dormant_after for book in books for mode in book.lead_modes)
    seen_from = known.first_at + quiet
    if asked.wished_at >= seen_from:
        return ""
    return (
        f"Engagement is stored from {iso(known.first_at)[:10]} on: before {iso(seen_from)[:10]} "
        "the first thing that somebody did may look like a return and be none, on both sides."
    )


def _by_key(played: PortionPlayed) -> dict[Key, list[Played]]:
    found: dict[Key, list[Played]] = defaultdict(list)
    for one in played.played:
        found[one.person, one.rule].append(one)
    return found


def _when(pair: Pair) -> int:
    return max(one.happened_at for one in pair if one is not None)


def _here(stands: Stands | None, rank: int | None) -> Here | None:
    if stands is None:
        return None
    return Here(
        entered_at=stands.entered_at,
        score=stands.score,
        grade=stands.grade,
        rank=rank,
        hold=stands.hold,
    )


def _now(old: Here | None, new: Here | None) -> Now | None:
    if old is None or new is None:
        return Now.ENTERS if old is None else Now.LEAVES
    if old.hold is not new.hold:
        return Now.HELD
    return Now.MOVES if (old.rank, old.grade) != (new.rank, new.grade) else None


def _rank_of(one: NowChange) -> tuple[int, str, float]:
    best = one.new or one.old
    assert best is not None  # noqa: S101 - one side has them
    return (best.rank or 0, best.grade, -best.score)


def _stay(one: Played | None) -> Stay | None:
    if one is None:
        return None
    return Stay(
        at=one.happened_at,
        entered=one.entered,
        by_hand=one.by_hand,
        score=one.score,
        hold=one.hold,
        left_at=one.left_at,
        left_because=words.left(one.left_reason) if one.left_reason else "",
    )
