"""Who gets a task: owners who are there, deputies, and shares of a team's people."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from connector.config.capacity import Absence, Share, Team
from connector.config.rulebook import HandOff, Owned, Rulebook
from connector.config.rules import load_rulebook
from connector.engine.condition import Facts
from connector.model import Person, Record, RecordRef, Role
from connector.plan.assign import least_loaded, receivers, shares_load

DAY = date(2026, 11, 20)
NORTH = """
[[signal]]
id = "page"
kind = "page_viewed"
weight = 60
[[lead_mode]]
id = "returning"
distinct_kinds = 1
[hand_off]
subject = "x"
body = "x"
owners = ["record", "account"]
{more}
"""


def book(tmp_path: Path, more: str = "", before: str = "") -> Rulebook:
    (tmp_path / "rules.toml").write_text(NORTH.format(more=before) + more)
    return load_rulebook([tmp_path])


def user(name: str, **fields: bool) -> Record:
    return Record(ref=RecordRef("crm", "User", name), role=Role.OWNER, fields=fields)


def person(owner: str | None = "ann", account: str | None = None) -> Person:
    return Person(
        id=1,
        owner=user(owner) if owner else None,
        account_owner=user(account) if account else None,
    )


def who(rules: Rulebook, someone: Person, key: str = "k", **facts: str) -> tuple[str, ...]:
    named: Facts = {name.replace("_", "."): value for name, value in facts.items()}
    return receivers(someone, named, rules, key=key, now=0, day=DAY)


AWAY = '[[absence]]\nowner = "ann"\nsince = "2026-11-18"\nuntil = "2026-11-20"\n'
TEAM = '[[team]]\nid = "north"\nmembers = ["ann", "bob", "cy"]\n'
WHEN = 'when = { "account.country" = "DK" }\n'


def test_the_owner_unless_away(tmp_path: Path):
    assert who(book(tmp_path), person()) == ("ann",)
    rules = book(tmp_path, AWAY)
    assert who(rules, person()) == ("",)
    assert who(rules, person(account="dee")) == ("dee",), "the next of the owners"
    back = receivers(person(), {}, rules, key="k", now=0, day=date(2026, 11, 21))
    assert back == ("ann",)


def test_who_is_away_gives_way_to_the_team_and_only_then_to_the_fallback(tmp_path: Path):
    fallback = 'fallback_owner = "boss"'
    assert who(book(tmp_path, AWAY, fallback), person()) == ("boss",)
    deputies = who(book(tmp_path, AWAY + TEAM, fallback), person())
    assert sorted(deputies) == ["bob", "cy"]
    everybody = "".join(AWAY.replace('"ann"', f'"{name}"') for name in ("ann", "bob", "cy"))
    assert who(book(tmp_path, everybody + TEAM, fallback), person()) == ("boss",)
    assert who(book(tmp_path, TEAM), person(owner=None)) == ("",), "nobody is owned by nobody"


@pytest.mark.parametrize("share", list(Share))
def test_whose_people_go_to_a_team(tmp_path: Path, share: Share):
    rules = book(tmp_path, TEAM + f'share = "{share}"\n' + WHEN)
    assert who(rules, person("zoe"), account_country="SE") == ("zoe",)
    assert sorted(who(rules, person("zoe"), account_country="DK")) == ["ann", "bob", "cy"]
    own = who(rules, person("bob"), account_country="DK")
    assert own == ("bob",) if share is Share.OWNER else sorted(own) == ["ann", "bob", "cy"]
    assert shares_load({"account.country": "DK"}, rules) == (share is Share.LEAST_LOAD)
    assert not shares_load({}, rules)


def test_a_team_of_which_nobody_is_there_leaves_it_to_the_owner(tmp_path: Path):
    away = "".join(AWAY.replace('"ann"', f'"{name}"') for name in ("ann", "bob", "cy"))
    rules = book(tmp_path, away + TEAM + WHEN)
    assert who(rules, person("zoe"), account_country="DK") == ("zoe",)


def test_a_turn_is_even_and_the_same_for_ever_and_a_leave_moves_only_what_is_theirs(
    tmp_path: Path,
):
    rules = book(tmp_path, TEAM + 'share = "round_robin"\n' + WHEN)
    shrunk = book(tmp_path, AWAY + TEAM + 'share = "round_robin"\n' + WHEN)
    keys = [f"lm1-{n}" for n in range(600)]
    picked = {key: who(rules, person("zoe"), key, account_country="DK")[0] for key in keys}
    again = {key: who(shrunk, person("zoe"), key, account_country="DK")[0] for key in keys}
    assert all(150 < count < 250 for count in Counter(picked.values()).values())
    assert {key for key in keys if picked[key] != again[key]} == {
        key for key in keys if picked[key] == "ann"
    }


def test_least_load_keeps_the_turn_among_equals():
    assert least_loaded(("b", "a", "c"), {"b": 2, "a": 1, "c": 1}) == ("a", "c", "b")
    assert least_loaded(("b", "a"), {}) == ("b", "a")


def test_an_owner_who_has_left_is_passed_over():
    rules = Rulebook(
        revision="r",
        lead_modes=(),
        hand_off=HandOff(
            subject="", body="", due=0, raised_due=0, owners=(Owned.RECORD, Owned.ACCOUNT)
        ),
        teams=(Team(id="t", members=("ann",)),),
        absences=(Absence(owner="zoe", since=DAY, until=DAY),),
    )
    left = Person(id=1, owner=user("ann", active=False), account_owner=user("dee"))
    assert receivers(left, {}, rules, key="", now=0, day=DAY) == ("dee",)
