"""What tests of rules about companies can say, and what they find."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config.rules import load_rulebook
from connector.errors import FixInput
from connector.ruletest.files import read_cases
from connector.ruletest.run import run_cases

RULES = """
[persona.champion]
when = { "person.title" = { contains = "head" } }
[persona.end_user]
when = { "person.title" = { present = true } }
[account]
who = { "account.country" = { equals = "de" } }
people = 2
group = ["champion", "end_user"]
likely = 10
engaged = 40
subject = "{{account.name}} moves"
body = "{{who}} {{missing}} {{standing}}"
[[account.points]]
when = { "account.industry" = "Mining" }
points = 10
label = "a mine"
[[account.points]]
when = { "account_history.won" = { at_least = 1 } }
points = 5
label = "bought"
"""
STORY = """
[account.pit]
country = "de"
industry = "Mining"
owner = "olga"
[account.far]
country = "fr"
[owner.olga]
[person.dora]
account = "pit"
owner = "olga"
title = "Buyer"
[person.max]
like = "dora"
title = "Head of Shafts"
[person.eve]
like = "dora"
[person.jean]
like = "dora"
account = "far"
"""
MAX_AND_DORA = """
[[test]]
name = "two of them are one task, and who enters joins it"
person = "dora"
colleagues = [
  { person = "max", timeline = [{ at = "-3d", kind = "email_clicked" }] },
  { person = "eve", timeline = [{ at = "-250d", kind = "email_clicked" }] },
]
timeline = [
  { at = "-300d", kind = "email_clicked" },
  { at = "-2d", kind = "email_clicked" },
  { at = "-1d", kind = "page_viewed" },
]
opportunities = [{ opened = "-500d", closed = "-480d", won = true }]
[[test.moment]]
at = "-3d"
must = { surging = false, account_task = false, missing = "end_user", quadrant = "warm_up" }
must_not = { missing = "champion" }
[[test.moment]]
at = "-2d"
must = { surging = true, account_task = true, missing = "none", owner = "olga" }
must_not = { alert = true }
[[test.moment]]
at = "-1d"
must = { held = "joined", because = "Pit", account_phase = "acquisition", propensity = 15 }
must_not = { alert = true, account_task = true }
[[test.moment]]
at = "now"
must = { quadrant = "pursue", engagement = [80, 95], account_task = false }
[[test.moment]]
at = "+30d"
must = { surging = false }
"""
OTHERS = """
[[test]]
name = "nobody looks at a company elsewhere"
person = "jean"
timeline = [{ at = "-1d", kind = "email_clicked" }]
[[test.moment]]
at = "now"
must = { surging = false, account_task = false }

[[test]]
name = "what surged before leadmode looked is the baseline, and a second surge soon is held"
person = "eve"
watching = "-40d"
colleagues = [{ person = "max", timeline = [
  { at = "-45d", kind = "email_clicked" }, { at = "-20d", kind = "email_clicked" },
  { at = "-1d", kind = "email_clicked" },
] }]
timeline = [
  { at = "-44d", kind = "email_clicked" }, { at = "-19d", kind = "email_clicked" },
  { at = "-1d", kind = "email_clicked" },
]
[[test.moment]]
at = "-40d"
must = { account_held = "baseline" }
[[test.moment]]
at = "-19d"
must = { account_task = true, subject = "Pit moves" }
[[test.moment]]
at = "now"
must = { account_held = "cooldown" }
must_not = { account_task = true }
"""


def write(folder: Path, story: str, rules: str = RULES) -> tuple[Path, Path]:
    (folder / "rules").mkdir()
    shared = Path(__file__).parents[1] / "flow" / "rules" / "rules.toml"
    (folder / "rules" / "rules.toml").write_text(shared.read_text())
    (folder / "rules" / "account.toml").write_text(rules)
    (folder / "tests.toml").write_text(STORY + story)
    return folder / "rules", folder / "tests.toml"


def test_a_story_of_several_people_is_played_and_every_branch_of_it_is_found(tmp_path):
    rules, tests = write(tmp_path, MAX_AND_DORA + OTHERS)
    rulebook = load_rulebook([rules])
    ran = run_cases(read_cases([tests], rulebook), rulebook)
    assert [failure for each in ran.results for failure in each.failures] == []
    ours = [each for each in ran.coverage if each.part == "account"]
    assert {each.branch for each in ours if not each.tests} == {"a mine: not given"}
    assert len(ours) == 11


@pytest.mark.parametrize(
    ("right", "wrong", "got"),
    [
        ("surging = true, account_task = true", "surging = false", "surges, 2 engaged"),
        ("surging = true, account_task = true", "account_task = false", "a task was made"),
        ('missing = "none"', 'missing = "champion"', "none"),
        ('quadrant = "pursue"', 'quadrant = "watch"', '"pursue"'),
        ('account_phase = "acquisition"', 'account_phase = "none"', '"acquisition"'),
        ("propensity = 15", "propensity = 11", "15.00"),
        ('held = "joined"', 'held = "cooldown"', "entered, held: joined (Pit)"),
    ],
)
def test_what_is_wrong_is_found_and_told(tmp_path, right, wrong, got):
    assert right in MAX_AND_DORA
    rules, tests = write(tmp_path, MAX_AND_DORA.replace(right, wrong))
    rulebook = load_rulebook([rules])
    ran = run_cases(read_cases([tests], rulebook), rulebook)
    found = [d.got for r in ran.results for f in r.failures for d in f.differences]
    assert found == [got]


@pytest.mark.parametrize(
    ("was", "wrong", "message"),
    [
        ('person = "max", timeline', 'person = "maxx", timeline', 'There is no person "maxx".'),
        ('person = "max", timeline', 'person = "dora", timeline', "is in the story already"),
    ],
)
def test_colleagues_are_people_of_the_file_and_told_of_once(tmp_path, was, wrong, message):
    rules, tests = write(tmp_path, MAX_AND_DORA.replace(was, wrong))
    with pytest.raises(FixInput, match=message):
        read_cases([tests], load_rulebook([rules]))


@pytest.mark.parametrize(
    ("was", "wrong", "message"),
    [
        ('["champion", "end_user"]', '["champoin"]', 'There is no persona "champoin"'),
        ("people = 2", 'people = 2\nsignals = ["clik"]', 'There is no signal "clik"'),
        ("people = 2", "people = 2\nweight = { cto = 2 }", 'There is no persona "cto"'),
        ('{ "account.country"', '{ "person.country"', "tells of people"),
        ("{{account.name}} moves", "{{person.name}} moves", 'Unknown placeholder "person.name"'),
        ('{ "account.industry" = "Mining" }', "{}", "every company would get the points"),
    ],
)
def test_slips_in_the_table_are_told_with_their_place(tmp_path, was, wrong, message):
    rules, _ = write(tmp_path, "", RULES.replace(was, wrong))
    with pytest.raises(FixInput) as error:
        load_rulebook([rules])
    (problem,) = error.value.problems
    assert message in problem.message
    assert problem.place.line
