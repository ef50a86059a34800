"""Order, capacity, teams, absences and the holdout: what they become, and every mistake in them."""

from __future__ import annotations

from datetime import date

import pytest

from connector.clock import DAY, HOUR
from connector.config.capacity import Absence, Capacity, Digest, Holdout, Rank, Share, Team
from connector.config.rules import load_rulebook
from tests.config.folder import ENOUGH, problems_of, rulebook_of

LINE = ENOUGH.count("\n") + 1
"""Of the first line behind the rest."""


def test_nothing_is_limited_and_nobody_is_held_out_unless_said(tmp_path):
    book = rulebook_of(tmp_path, ENOUGH)
    assert (book.rank, book.capacity, book.holdout) == (Rank(), None, None)
    assert (book.teams, book.absences) == ((), ())
    assert not book.ranks


def test_everything_that_can_be_said(tmp_path):
    book = rulebook_of(
        tmp_path,
        ENOUGH
        + """
[rank]
value = 50
stars = [1, 2, 3, 4]
recency = ["4d", "3d", "2d", "1d"]
[capacity]
default = 2.5
measured = "2w"
wait = "1d"
days = ["fri", "mon"]
[capacity.owner]
"005" = 1
[capacity.digest]
subject = "{{count}} {{week}}"
body = "{{owner}} {{worth}} {{deferred}}"
on = "sun"
at = "0h"
[[team]]
id = "north"
members = "005"
capacity = 3
share = "least_load"
[[absence]]
owner = "005"
since = 2026-12-24
until = "2026-12-24"
[holdout]
share = 0.2
draw = "x"
""",
    )
    assert book.ranks
    assert (book.rank.value, book.rank.level, book.rank.stars) == (50, 20, (1, 2, 3, 4))
    assert book.rank.recency == (4 * DAY, 3 * DAY, 2 * DAY, DAY)
    assert book.capacity == Capacity(
        default=2.5,
        measured=14 * DAY,
        wait=DAY,
        days=(0, 4),
        owner={"005": 1},
        digest=Digest(
            subject="{{count}} {{week}}", body="{{owner}} {{worth}} {{deferred}}", on=6, at=0
        ),
    )
    (team,) = book.teams
    assert team == Team(id="north", members=("005",), capacity=3, share=Share.LEAST_LOAD)
    day = date(2026, 12, 24)
    assert book.absences == (Absence(owner="005", since=day, until=day),)
    assert book.holdout == Holdout(share=0.2, draw="x")


def test_a_task_that_tells_the_rank_needs_the_order(tmp_path):
    text = ENOUGH.replace("{{evidence}}", "{{ stars }}")
    assert rulebook_of(tmp_path, text).ranks


def test_the_digest_has_texts_of_its_own(tmp_path):
    capacity = rulebook_of(tmp_path, ENOUGH + "[capacity.digest]\n").capacity
    assert capacity is not None
    assert capacity.digest is not None
    assert (capacity.digest.on, capacity.digest.at) == (4, 15 * HOUR)


def test_it_can_be_switched_off_in_a_folder_laid_over(tmp_path):
    text = ENOUGH + "[capacity]\ndefault = 1\nactive = false\n"
    assert rulebook_of(tmp_path, text).capacity is None


@pytest.mark.parametrize(
    ("extra", "place", "said"),
    [
        ("[rank]\nstars = [1, 2, 2, 4]\n", "1:9", "stars of [rank] do not rise"),
        (
            '[rank]\nrecency = ["1d", "2d", "3d", "4d"]\n',
            "1:11",
            'do not fall from one to the next. Write them like recency = ["1095d", "730d", "365d"',
        ),
        ("[rank]\nflames = [1, 2]\n", "1:10", "flames = [1, 2] must hold 3 or more"),
        ("[rank]\nflames = [1, 2, 3, 4]\n", "1:10", "must hold 3 at most"),
        ("[rank]\nlevel = -1\n", "1:9", "level = -1 must be 0 or more"),
        ('[capacity]\ndays = ["mon", "mon"]\n', "1:16", '"mon" stands in days twice'),
        ('[capacity]\ndays = "monday"\n', "1:8", "is not known"),
        ("[capacity]\ndefault = -1\n", "1:11", "must be 0 or more"),
        ("[capacity]\ndefaults = 1\n", "1:1", 'Did you mean "default"?'),
        ("[capacity]\nowner = 3\n", "1:9", "must be a table"),
        ("[capacity]\ntouches = 0\n", "1:11", "must be more than 0"),
        (
            '[capacity.digest]\nsubject = "{{counts}}"\n',
            "1:12",
            'Unknown placeholder "counts". Did you mean "count"?',
        ),
        ('[capacity.digest]\nbody = "{{count}"\n', "1:8", "Write {{count}}."),
        ("[capacity]\ndigest = 3\n", "1:10", "digest = 3 must be a table"),
        ('[[team]]\nid = "a"\n', "0:3", '"members" is missing'),
        (
            '[[team]]\nid = "a"\nmembers = ["1"]\n[[team]]\nid = "b"\nmembers = ["2", "1"]\n',
            "5:17",
            '"1" is in the team "a" already. A user belongs to one team.',
        ),
        ('[[team]]\nid = "a"\nmembers = ["1"]\nshare = "turns"\n', "3:9", "is not known"),
        (
            '[[absence]]\nowner = "1"\nsince = "2026-12-24"\nuntil = "2026-12-23"\n',
            "3:9",
            "until = 2026-12-23 lies before since = 2026-12-24. Turn them round.",
        ),
        (
            '[[absence]]\nowner = "1"\nsince = "24.12.2026"\nuntil = "2026-12-23"\n',
            "2:9",
            'is not a day. Write a day like "2026-12-24".',
        ),
        ("[holdout]\nshare = 0.6\n", "1:9", "must be 0.5 or less"),
        ("[holdout]\n", "0:2", '"share" is missing'),
    ],
)
def test_each_mistake_has_its_place(tmp_path, extra: str, place: str, said: str):
    (problem,) = problems_of(tmp_path, ENOUGH + extra)
    line, _, column = place.partition(":")
    assert f"rules.toml:{LINE + int(line)}:{column}: " in problem
    assert said in problem


def test_a_team_of_a_later_folder_changes_the_earlier_one(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, text in (
        (first, ENOUGH + '[[team]]\nid = "a"\nmembers = ["1"]\n'),
        (second, '[[team]]\nid = "a"\ncapacity = 4\n'),
    ):
        folder.mkdir()
        (folder / "rules.toml").write_text(text)
    (team,) = load_rulebook([first, second]).teams
    assert (team.members, team.capacity) == (("1",), 4)
