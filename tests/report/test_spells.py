"""A story is cut where a silence begins and where it ends, and nothing gets lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.clock import DAY, HOUR
from connector.model import Kind
from connector.report.spells import Spell, spells
from connector.report.story import BY_PERSON, Entry, What

GAP = 60 * DAY


def entry(day: float, what: What = What.ENGAGED, text: str = "looked at", **more: str) -> Entry:
    kind = more.get("kind", Kind.PAGE_VIEWED.value) if what in BY_PERSON else ""
    counted = 5.0 if what is What.ENGAGED else None
    return Entry(at=int(day * DAY), what=what, text=text, points=counted, kind=kind)


def shape(found: tuple[Spell, ...]) -> list[tuple[str, list[str]]]:
    return [
        ("quiet" if spell.quiet else "busy", [line.entry.text for line in spell.lines])
        for spell in found
    ]


def test_a_story_in_spells():
    story = [
        entry(0, What.KNOWN, "known"),
        entry(100, text="back"),
        entry(100, What.ENTERED, "entered"),
        entry(110, text="again"),
        entry(150, What.LEFT, "left"),
        entry(300, text="once more"),
    ]
    assert shape(spells(story, GAP, 310 * DAY)) == [
        ("busy", ["known"]),
        ("quiet", []),
        ("busy", ["back", "entered", "again"]),
        ("quiet", ["left"]),
        ("busy", ["once more"]),
    ]


def test_the_silence_up_to_now_is_told():
    found = spells([entry(0), entry(10, What.STATUS, "put back")], GAP, 80 * DAY)
    assert shape(found) == [("busy", ["looked at"]), ("quiet", ["put back"])]
    assert (found[-1].began, found[-1].ended) == (0, 80 * DAY)


def test_the_same_on_one_day_is_one_line_with_all_its_points():
    story = [entry(1), entry(1 + HOUR / DAY), entry(1 + 2 * HOUR / DAY), entry(2)]
    (spell,) = spells(story, GAP, 3 * DAY)
    assert [(line.times, line.points) for line in spell.lines] == [(3, 15.0), (1, 5.0)]


def test_what_no_rule_looks_at_is_counted():
    story = [entry(1), *[entry(n, What.OTHER, kind="email_sent") for n in range(2, 7)]]
    (spell,) = spells(story, GAP, 8 * DAY)
    assert dict(spell.more) == {"mail sent": 5}
    (whole,) = spells(story, GAP, 8 * DAY, everything=True)
    assert len(whole.lines) == 6


def test_long_spells_are_cut_short_but_never_the_transitions():
    old = [entry(n) for n in range(30)]
    new = [entry(200 + n / 10) for n in range(60)]
    story = [*old, *new, entry(206, What.ENTERED, "entered")]
    first, _, last = spells(story, GAP, 207 * DAY)
    assert (len(first.lines), dict(first.more)) == (0, {"page": 30})
    assert last.lines[-1].entry.text == "entered"
    first, _, last = spells(story, GAP, 207 * DAY, everything=True)
    assert len(first.lines) == 30


entries = st.lists(
    st.builds(
        lambda hours, what: entry(hours / 24, what),
        st.integers(0, 24 * 500),
        st.sampled_from(What),
    ),
    max_size=40,
).map(lambda found: sorted(found, key=lambda each: each.at))


@settings(max_examples=200, deadline=None)
@given(entries)
def test_nothing_is_lost_or_told_twice(story: list[Entry]):
    found = spells(story, GAP, 500 * DAY, everything=True)
    assert sum(line.times for spell in found for line in spell.lines) == len(story)
    short = spells(story, GAP, 500 * DAY)
    told = sum(line.times for spell in short for line in spell.lines)
    assert told + sum(sum(spell.more.values()) for spell in short) == len(story)
    for spell in found:
        if spell.quiet:
            assert all(line.entry.what is not What.ENGAGED for line in spell.lines)
            assert spell.ended - spell.began >= GAP
