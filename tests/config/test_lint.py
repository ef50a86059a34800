"""Warnings about rules: planted slips are found where they stand; good rules get none."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import lint_people
from connector.config.lint import find_doubts
from connector.config.packs import packs, shipped_rules
from connector.config.rules import load_rulebook
from connector.plan import decide
from tests.config.folder import ENOUGH, FULL, HAND_OFF, LEAD_MODE, SIGNAL, SIGNAL_2, rulebook_of

NONE = '{ "account.employees" = { above = 10, below = 5 } }'
EITHER = '{ "person.title" = "a" }, { "person.title" = "b" }'
BOTH = '{ "person.title" = { equals = "a", is_empty = true } }'
ANY = '{ "person.title" = { present = true } }, { "person.title" = { is_empty = true } }'
CTO = '{ "person.title" = "CTO" }'
OTHER = '[[lead_mode]]\nid = "other"\n'
BOSS = '{ "person.title" = ["CEO", "CTO"] }'
WORKED = (
    SIGNAL.replace("email_clicked", "call_held")
    + SIGNAL_2.replace("page_viewed", "meeting_held")
    + LEAD_MODE
    + HAND_OFF
)
LASTING = SIGNAL + 'half_life = "360d"\n' + SIGNAL_2 + 'half_life = "360d"\n' + LEAD_MODE
LIMITED = SIGNAL + 'limit = "1/day"\nhalf_life = "1d"\n' + SIGNAL_2 + 'limit = "1/day"\n'


def doubts_of(folder: Path, *texts: str) -> list[str]:
    book = rulebook_of(folder, *texts)
    folders = [folder / f"rules{number}" for number in range(len(texts))]
    return [str(one).replace(f"{folder}/rules0/", "") for one in find_doubts(folders, book)]


PLANTED = [
    (ENOUGH + '[[lifecycle]]\nid = "x"\nwhen = "left"\nreasons = ["idle", "recycled"]\n'
     '[[lifecycle.field]]\nfield = "a"\nvalue = "b"\n',
     ('17:20: [[lifecycle]] "x" is never asked for "recycled": no status of [dispositions] ends an '
      "episode so. Map a status to it in [dispositions], or take it out.")),
    (ENOUGH + '[[lifecycle]]\nid = "x"\nwhen = "entered"\nreasons = ["hand_raise"]\n'
     '[[lifecycle.field]]\nfield = "a"\nvalue = "b"\n',
     ('17:12: [[lifecycle]] "x" is never asked for "hand_raise": no signal of its lead modes '
      "raises a hand. Give one of their signals hand_raise = true, or take it out.")),
    (ENOUGH + "[hold]\nmachine_only = true\n",
     ("15:16: machine_only never holds: every lead mode asks for human_min = 1 or more. "
      "Take it out, or write human_min = 0 where machines alone may lead into lead mode.")),
    (SIGNAL.replace("click", "any", 1) + ENOUGH,
     ('7:8: [[signal]] "click" never fires: "any" above it takes all that it matches. '
     "Put it before that, or take it out.")),
    (ENOUGH.replace(LEAD_MODE, LEAD_MODE + 'signals = ["page"]\ndistinct_kinds = 1\n'),
     ('2:6: No lead mode counts [[signal]] "click". '
     "Name it in the `signals` of one, or take it out.")),
    (LIMITED + LEAD_MODE + "enter = 500\n" + HAND_OFF,
     "14:9: enter = 500 is never reached: with caps and limits the signals give 238.9"),
    (ENOUGH + "[group.default]\ncap = 0\n",
     "15:7: cap = 0 lets [group.default] give no points at all."),
    (LIMITED + LEAD_MODE + HAND_OFF + "[group.default]\ncap = 9000\n",
     "18:7: cap = 9000 never limits: the signals of the group give"),
    (ENOUGH + OTHER,
     ('14:3: [[lead_mode]] "other" can look at the same person as "returning": one return begins '
     "an episode by each.")),
    (ENOUGH.replace(LEAD_MODE, LEAD_MODE + f"applies_to = {NONE}\n"),
     "11:14: applies_to holds for nobody: its parts contradict each other."),
    (ENOUGH.replace(LEAD_MODE, LEAD_MODE + 'applies_to = { "account.country" = "DE" }\n')
     + '[fit]\nrequires = { "account.country" = "AT" }\n',
     "11:14: Nobody can have both applies_to and the `requires` of [fit]."),
    (ENOUGH + f"[fit]\nrequires = {{ all = [ {EITHER} ] }}\n",
     "15:12: requires holds for nobody: only a raised hand would enter lead mode."),
    (ENOUGH + f"[[fit.points]]\npoints = 5\nwhen = {BOTH}\n",
     "16:8: points[1].when holds for nobody."),
    (ENOUGH + f"[fit.grades]\nletters = [60, 30]\n[[fit.points]]\npoints = 40\nwhen = {CTO}\n",
     "15:12: letters[1] = 60 is never reached: the fit points are 40 at most."),
    (LIMITED + LEAD_MODE + HAND_OFF + "[fit.grades]\ndigits = [900, 30]\n",
     "18:11: digits[1] = 900 is never reached: the score is"),
    (ENOUGH + f"[hold]\nexcluded = {{ any = [ {ANY} ] }}\n",
     "15:12: excluded holds for everybody whose fields are known: no hand-off is made."),
    (ENOUGH + '[hold]\nexcluded = { "person.title" = { equals = "a", is_empty = true } }\n',
     "15:12: excluded holds for nobody"),
    (ENOUGH + '[[hand_off.field]]\nfield = "Status"\nvalue = "Hot"\nexpected = ["Cold", "Hot"]\n',
     ('17:12: expected of Status has the new value "Hot" in it. '
     "Take it out: it would be set to what it is.")),
    (LASTING + "leave = 4\n" + HAND_OFF,
     ("13:9: leave = 4 is never reached: when idle_after ends an episode, one engagement is still "
     "4.59 points. Shorten half-lives, raise it, or write 0: only silence ends episodes then.")),
    (LASTING + "enter = 3.8\nleave = 3.7\n" + HAND_OFF + "[group.default]\ncap = 3.9\n",
     ("14:9: leave = 3.7 is never reached: when idle_after ends an episode, one engagement is "
     "still 3.9 points.")),
    (ENOUGH + f"[persona.both]\nwhen = {BOTH}\n",
     "15:8: [persona.both] holds for nobody. Loosen one of its parts."),
    (ENOUGH + f"[persona.boss]\nwhen = {CTO}\n[persona.all]\n[persona.rest]\n",
     '17:10: [persona.rest] is nobody\'s: "boss" and "all" before it take all whom it could be.'),
    (ENOUGH + f"[persona.boss]\nwhen = {BOSS}\n[persona.cto]\nwhen = {CTO}\n",
     '16:10: [persona.cto] is nobody\'s: "boss" before it take all whom it could be.'),
    (ENOUGH + f'[[exclusion]]\nid = "no"\nwhen = {BOTH}\n',
     '16:8: when of [[exclusion]] "no" holds for nobody: its parts contradict each other.'),
    (ENOUGH + f'[[exclusion]]\nid = "all"\nwhen = {{ any = [ {ANY} ] }}\n',
     '16:8: when of [[exclusion]] "all" holds for everybody whose fields are known: no hand-off'),
    (ENOUGH.replace(LEAD_MODE, LEAD_MODE + f"applies_to = {CTO}\n")
     + f'[[exclusion]]\nid = "boss"\nwhen = {BOSS}\n',
     ('17:8: when of [[exclusion]] "boss" holds for all whom "returning" looks at: it hands off '
      "none. Loosen its applies_to, or narrow this.")),
    (ENOUGH.replace(LEAD_MODE, LEAD_MODE + f"applies_to = {CTO}\n")
     + f"[hold]\nexcluded = {BOSS}\n",
     '16:12: excluded holds for all whom "returning" looks at: it hands off none.'),
    (WORKED + '[hold]\nworked_within = "7d"\n',
     ('15:17: worked_within = 7d holds every hand-off of "returning": it counts only call_held and '
      "meeting_held, and each of these holds.")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), PLANTED, ids=range(len(PLANTED)))
def test_a_planted_slip_is_found_where_it_stands(tmp_path: Path, text: str, wanted: str):
    told = doubts_of(tmp_path, text)
    assert any(one.startswith(f"rules.toml:{wanted}") for one in told), told


def test_kinds_that_signals_which_fire_do_not_give(tmp_path: Path):
    first = SIGNAL.replace('"click"', '"all"').replace('"email_clicked"', '["page_viewed"]')
    text = first + SIGNAL.replace("email_clicked", "email_opened").replace("= 5", "= 0")
    text += SIGNAL_2 + SIGNAL.replace('"click"', '"late"').replace("email_clicked", "email_opened")
    told = doubts_of(tmp_path, text + LEAD_MODE + "distinct_kinds = 2\n" + HAND_OFF)
    assert [line.split(": ", 1)[1] for line in told if "distinct_kinds" in line] == [
        (
            "distinct_kinds = 2 is never reached: signals that fire name 1. "
            "Make it 1 or less, or mend the signals."
        )
    ]


def test_a_signal_laid_over_the_pack_that_hides_one_of_it(tmp_path: Path):
    book_of = (shipped_rules() / "signals.toml").read_text()
    book_of += (shipped_rules() / "lead-mode.toml").read_text()
    told = doubts_of(tmp_path, book_of + HAND_OFF, SIGNAL_2.replace('"page"', '"all-pages"'))
    assert len(told) == 2
    assert '[[signal]] "pricing-page" never fires: "all-pages" above it' in told[0]
    assert '[[signal]] "page" never fires: "all-pages" above it' in told[1]


GOOD = [
    ENOUGH,
    ENOUGH.replace(LEAD_MODE, LEAD_MODE + 'applies_to = { "person.status" = "Customer" }\n')
    + OTHER + 'applies_to = { not = { "person.status" = "Customer" } }\n',
    ENOUGH.replace(LEAD_MODE, LEAD_MODE + 'signals = ["click"]\ndistinct_kinds = 1\n')
    + OTHER + 'signals = ["page"]\ndistinct_kinds = 1\n',
    ENOUGH.replace("weight = 5", "weight = 0", 1)
    .replace(LEAD_MODE, LEAD_MODE + "distinct_kinds = 1\n"),
    ENOUGH + f"[hold]\nexcluded = {CTO}\n",
    LASTING + HAND_OFF,
    LASTING + "leave = 5\n" + HAND_OFF,
    LASTING + "leave = 0\n" + HAND_OFF,
    LASTING.replace("360d", "36d") + "leave = 4\n" + HAND_OFF,
    LASTING.replace(LEAD_MODE, 'limit = "1/day"\n' + LEAD_MODE) + "leave = 4\n" + HAND_OFF,
    ENOUGH + f"[persona.cto]\nwhen = {CTO}\n[persona.boss]\nwhen = {BOSS}\n[persona.all]\n",
    ENOUGH + f'[[exclusion]]\nid = "no"\nwhen = {BOTH}\nactive = false\n',
    ENOUGH.replace(LEAD_MODE, LEAD_MODE + f"applies_to = {BOSS}\n")
    + f'[[exclusion]]\nid = "cto"\nwhen = {CTO}\n',
    WORKED,
    WORKED.replace("call_held", "email_clicked") + '[hold]\nworked_within = "7d"\n',
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD, ids=range(len(GOOD)))
def test_good_rules_get_no_warning(tmp_path: Path, text: str):
    assert doubts_of(tmp_path, text) == []


@pytest.mark.parametrize("pack", packs())
def test_the_shipped_rules_get_no_warning(pack: str):
    folder = packs()[pack]
    assert find_doubts([folder], load_rulebook([folder])) == []


def test_warnings_stand_in_the_order_of_the_file(tmp_path: Path):
    overlap, letters = doubts_of(tmp_path, FULL)
    assert overlap.startswith('rules.toml:40:3: [[lead_mode]] "pages" can look at the same person')
    assert overlap.endswith("Give one an applies_to that leaves the other's people out.")
    assert letters.startswith("rules.toml:61:12: letters[1] = 9 is never reached: the fit points")


def test_what_counts_as_work_is_what_the_hold_looks_for():
    assert {kind.code for kind in lint_people.WORK} == decide.WORK
