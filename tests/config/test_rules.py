"""Rule files become one rulebook, or every problem with its place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.config.rules import load_rulebook
from connector.config.settings import shipped_rules
from connector.errors import FixInput
from tests.config.folder import (
    ENOUGH,
    FULL,
    HAND_OFF,
    LEAD_MODE,
    SIGNAL,
    SIGNAL_2,
    problems_of,
    rulebook_of,
)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ('[[lead_mode]]\nid = "x"\nleave = 50\n',
         [("18:9: leave = 50 is not below enter = 50. "
           "Make leave less than 50: somebody who enters must not leave at once.")]),
        ('[[lead_mode]]\nid = "x"\nidle_after = "91d"\n',
         [("18:14: idle_after = 91d is longer than dormant_after = 90d. "
          "Make idle_after 90d or less.")]),
        ('[[lead_mode]]\nid = "x"\nwindow = "20w"\n',
         ["18:10: window = 140d is longer than dormant_after = 90d. Make window 90d or less."]),
        ('[[lead_mode]]\nid = "x"\ndistinct_kinds = 3\n',
         [("18:18: distinct_kinds = 3 cannot be reached: the signals name 2. "
          "Make it 2 or less, or add signals.")]),
        ('[[lead_mode]]\nid = "x"\nsignals = ["click", "pages"]\ndistinct_kinds = 1\n',
         ['18:21: There is no signal "pages". Did you mean "page"?']),
        ('[[lead_mode]]\nid = "x"\nenter = 0\n', ["18:9: enter = 0 must be more than 0."]),
        ('[[signal]]\nid = "click"\nkind = "ad_clicked"\nweight = 1\n',
         ['17:6: id = "click" is already used in rules0/rules.toml:2:6. Give each its own id.']),
        ('[[signal]]\nid = "x"\nkind = "ad_clicked"\nweight = -1\n',
         ["19:10: weight = -1 must be 0 or more."]),
        ('[[signal]]\nid = "x"\nkind = "ad_clicked"\nweight = 1\nhalf_life = "0d"\n',
         ['20:13: half_life = "0d" must be more than 0.']),
        ('[[signal]]\nid = "x"\nkind = "ad_clicked"\nweight = 1\nlimit = "3 a day"\n',
         [('20:9: limit = "3 a day" is not a limit. '
          'Write a count and whole days, for example "3/day", "10/week" or "1/30d".')]),
        ('[[signal]]\nid = "x"\nkind = "ad_clicked"\nweight = 0\nhand_raise = true\n',
         [('19:10: weight = 0 makes [[signal]] "x" count for nothing; it cannot raise a hand. '
          "Give it a weight, or take hand_raise out.")]),
        ('[[signal]]\nkind = "ad_clicked"\nweight = 1\n', ['16:3: "id" is missing in [[signal]].']),
        ('[[signal]]\nid = "x"\nkind = []\nweight = 1\n', ["18:8: kind = [] must not be empty."]),
        ("[group.defaults]\ncap = 5\n",
         ['16:8: No signal is in the group "defaults". Did you mean "default"?']),
        ("[hold]\nexcluded = { person.titel = { contians = 1 } }\n",
         ['17:31: Unknown operator "contians" for person.titel. Did you mean "contains"?']),
        ('[hold]\nexcluded = { persn.title = "x" }\n',
         ['17:14: Unknown key "persn" in the condition excluded. Did you mean "person"?']),
        ('[hold]\nexcluded = { contains = "x" }\n',
         [('17:14: Unknown key "contains" in the condition excluded. '
          'Say of which field: "person.title" = { contains = ... }.')]),
        ("[hold]\nexcluded = { any = [ {}, { person.a = { above = '1' } } ] }\n",
         ["17:22: excluded.any[1] = {...} says nothing. Fill it in or take it out.",
          ('17:49: excluded.any[2].person.a.above = "1" must be a number. '
           "Write it without quotes.")]),
        ("[hold]\nexcluded = { person.a = { between = [5, 1] }, not = [] }\n",
         [("17:37: excluded.person.a.between = [5, 1] holds nothing. "
           "Write the smaller number first."),
          '17:53: excluded.not = [] must be a table. Write { "person.title" = ... }.']),
        ("[hold]\nexcluded = { person.a = [], person.b = { has_word = '++' } }\n",
         ["17:25: excluded.person.a = [] names nothing. Name at least one value.",
          '17:53: excluded.person.b.has_word = "++" holds no letter and no digit.']),
        ('[[signal]]\nid = "x"\nkind = "ad_clicked"\nweight = 1\nphase = "conversoin"\n',
         ['20:9: phase = "conversoin" is not known. Did you mean "conversion"?']),
        ('[[signal]]\nid = "x"\nkind = "ad_clicked"\nweight = 1\nevidence_class = "machine"\n',
         ['20:18: evidence_class = "machine" is not known. Known: human, unknown.']),
        (('[[signal]]\nid = "x"\nkind = "email_replied"\nweight = 1\nhand_raise = true\n'
          'evidence_class = "unknown"\n'),
         [('21:18: [[signal]] "x" asks for evidence_class "unknown" and hand_raise. '
           "Only what is surely a human's raises a hand.")]),
        ('[persona.boss]\nwhen = { "person.persona" = "x" }\n',
         ["17:10: A persona cannot ask for the persona. Repeat what the other persona asks for."]),
        ('[persona.boss]\n[hold]\nexcluded = { "person.persona" = "bos" }\n',
         ['18:33: excluded.person.persona = "bos" is no persona. Did you mean "boss"?']),
        ('[persona.boss]\nwhen = { "history.won" = 1 }\n',
         [("17:10: A persona cannot ask for history.won: it is what somebody is, not what they "
           "did. Ask for it in applies_to or [fit].")]),
        ('[hold]\nexcluded = { history.last_won = { at_most = "1d" } }\n',
         ['17:22: There is no "history.last_won". Did you mean "last_won_ago"?']),
        ('[hold]\nexcluded = { account_history.zebra = 1 }\n',
         [('17:30: There is no "account_history.zebra". Known: first_won_ago, last_lost_ago, '
           "last_won_ago, lost, won, won_amount.")]),
        ('[hold]\nexcluded = { history.last_won_ago = "90d" }\n',
         [('17:37: excluded.history.last_won_ago = "90d" is no comparison. '
           'Write history.last_won_ago = { at_least = "90d" }.')]),
        ('[hold]\nexcluded = { history.last_won_ago = { above = 90 } }\n',
         [("17:47: excluded.history.last_won_ago.above = 90 has no unit. "
           'Did you mean "90s" or "90d"?')]),
        ('[hold]\nexcluded = { owner.ownership_age = { between = ["9d", "1d"] } }\n',
         [('17:48: excluded.owner.ownership_age.between = ["9d", "1d"] holds nothing. '
           "Write the smaller number first.")]),
        ('[hold]\nexcluded = { owner.ownership_age = { contains = "9d" } }\n',
         [("17:38: owner.ownership_age is a length of time: it has no contains. Compare it by "
           'at_least, above, at_most, below or between, with a text like "90d".')]),
        ('[persona."The Boss"]\n',
         [('16:10: The name of [persona.The Boss] may only hold a to z, 0 to 9, "-" and "_", '
           "63 at most.")]),
        ('[[exclusion]]\nid = "rival"\n', ['16:3: "when" is missing in [[exclusion]] "rival".']),
        ('[[exclusion]]\nid = "rival"\nwhen = {}\n',
         ["18:8: when = {} says nothing: everybody would be excluded. Fill it in."]),
        ('[[exclusion]]\nid = "x"\nwhen = { person.domain = { in_domain = "@x.example" } }\n',
         [('18:40: when.person.domain.in_domain = "@x.example" is no domain. '
           'Write it like "rival.example"; its subdomains are meant too.')]),
        ('[hold]\nconsent = "yes"\n',
         ['17:11: consent = "yes" must be true or false. Write it without quotes.']),
        ("[[fit.points]]\nwhen = {}\npoints = 1\n",
         ["17:8: when = {} says nothing: everybody would get the points. Fill it in."]),
        ("[fit.grades]\nletters = [20, 40]\n",
         [("17:11: letters of [fit.grades] do not fall from one to the next. "
           "Write them like letters = [80, 50, 30].")]),
        ('[hold]\nonly_raised_after = "converted"\n',
         [('17:21: only_raised_after = "converted" is nothing that sales says: rejected, recycled '
           "or disqualified.")]),
        ('[dispositions]\nDead = "disqualifed"\n',
         [('17:8: "Dead" = "disqualifed" is no disposition. '
          'Did you mean "disqualified"?')]),
        ('[[offer]]\nid = "x"\nasset = "*x*"\n[[program]]\nid = "p"\nopens = "24:00"\n',
         [('21:9: opens = "24:00" is no time of day; '
           'write it like "09:00", from "00:00" to "23:59".')]),
        ("[lead_modes]\n",
         ['16:2: Unknown key "lead_modes" at the top of a rule file. Did you mean "lead_mode"?']),
        ("[hold]\nconsent = true\n[machine]\nscan_link = 1\n",
         ['19:1: Unknown key "scan_link" in [machine]. Did you mean "scan_links"?']),
    ],
)  # fmt: skip
def test_each_mistake_is_told_once_with_its_place(tmp_path, extra: str, expected: list[str]):
    base = SIGNAL + SIGNAL_2 + HAND_OFF + LEAD_MODE + "\n" * 2
    assert base.count("\n") == 15
    assert problems_of(tmp_path, base + extra) == [f"rules0/rules.toml:{one}" for one in expected]


@pytest.mark.parametrize(
    ("owners", "said"),
    [
        ('["record", "acount"]', '21: owners[2] = "acount" is not known. Did you mean "account"?'),
        (
            '["record", "account", "record"]',
            '32: "record" stands in owners twice: the second never counts. Take one of them out.',
        ),
        ("[]", "10: owners = [] must not be empty."),
    ],
)
def test_owners_are_known_and_named_once(tmp_path, owners: str, said: str):
    text = SIGNAL + SIGNAL_2 + LEAD_MODE + HAND_OFF
    line = text.count("\n") + 1
    found = problems_of(tmp_path, f"{text}owners = {owners}\n")
    assert found == [f"rules0/rules.toml:{line}:{said}"]


def test_placeholders_are_placed_inside_long_texts(tmp_path):
    hand_off = (
        '[hand_off]\nsubject = "Call {{person.nam}}"\nbody = """\nHello\n{{scor}} {{open\n"""\n'
    )
    hand_off += '[[hand_off.field]]\nfield = "x"\nvalue = "{{nothing-like}}"\n'
    found = problems_of(tmp_path, hand_off + SIGNAL + SIGNAL_2 + LEAD_MODE)
    assert [one.removeprefix("rules0/rules.toml:") for one in found[:3]] == [
        '2:17: Unknown placeholder "person.nam". Did you mean "person.name"?',
        "3:8: A pair of double braces is not complete. Write {{person.name}}.",
        '5:1: Unknown placeholder "scor". Did you mean "score"?',
    ]
    assert found[3].startswith(
        'rules0/rules.toml:9:10: Unknown placeholder "nothing-like". Known: '
    )


def test_the_problems_of_all_files_come_together_in_order(tmp_path):
    found = problems_of(tmp_path, "= 1\n" + ENOUGH, ENOUGH.replace('"click"', '"CLICK"'))
    assert [one.split(" ")[0] for one in found] == [
        "rules0/rules.toml:1:1:",
        "rules1/rules.toml:2:6:",
    ]


def test_what_does_not_fit_together_is_told_where_the_later_folder_said_it(tmp_path):
    """The earlier one is a pack, which a company does not edit."""
    overlay = '[[lead_mode]]\nid = "returning"\nenter = 10\ndormant_after = "30d"\n'
    assert problems_of(tmp_path, ENOUGH, overlay) == [
        (
            "rules1/rules.toml:3:9: leave = 20 is not below enter = 10. "
            "Make enter more than 20: somebody who enters must not leave at once."
        ),
        (
            "rules1/rules.toml:4:17: idle_after = 45d is longer than dormant_after = 30d. "
            "Make idle_after 30d or less."
        ),
    ]


def test_one_slip_makes_one_problem(tmp_path):
    slips = SIGNAL.replace("email_clicked", "click") + SIGNAL_2.replace("weight", "wait")
    slips += LEAD_MODE + 'leave = "x"\ndistinct_kinds = 2\n' + HAND_OFF
    assert [one.split(" ")[0] for one in problems_of(tmp_path, slips)] == [
        "rules0/rules.toml:3:8:",
        "rules0/rules.toml:5:3:",
        "rules0/rules.toml:8:1:",
        "rules0/rules.toml:11:9:",
    ]


def test_what_no_file_has_is_told(tmp_path):
    assert problems_of(tmp_path, "[hold]\n") == [
        f"rules0:1:1: No rule file has a {name}. Add one; rules.md shows how."
        for name in ("[[signal]]", "[[lead_mode]]", "[hand_off]")
    ]
    (tmp_path / "empty").mkdir()
    for name, message in (("empty", "The folder holds no"), ("none", "There is no such folder")):
        with pytest.raises(FixInput, match=message):
            load_rulebook([tmp_path / name])


def test_a_later_folder_changes_single_keys_and_its_new_signals_come_first(tmp_path):
    overlay = '[[signal]]\nid = "page"\nweight = 9\n'
    overlay += '[[signal]]\nid = "new"\nkind = "ad_clicked"\nweight = 1\n'
    overlay += '[[lead_mode]]\nid = "returning"\nenter = 60\n[hand_off]\nsubject = "Mine"\n'
    rulebook = rulebook_of(tmp_path, ENOUGH, overlay)
    (mode,) = rulebook.lead_modes
    assert [(one.id, one.weight) for one in mode.rule.signals] == [
        ("new", 1.0),
        ("click", 5.0),
        ("page", 9.0),
    ]
    assert (mode.rule.enter, mode.rule.leave) == (60.0, 20.0)
    assert (rulebook.hand_off.subject, rulebook.hand_off.body) == ("Mine", "{{evidence}}")


def test_a_mistake_that_two_folders_make_together_is_placed_where_the_later_one_says_it(tmp_path):
    overlay = '[[lead_mode]]\nid = "returning"\nleave = 70\n'
    assert problems_of(tmp_path, ENOUGH, overlay)[0].startswith("rules1/rules.toml:3:9: leave = 70")


def test_one_folder_says_each_thing_once(tmp_path):
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "a.toml").write_text(ENOUGH + "[hold]\nconsent = true\n")
    (folder / "b.toml").write_text("[hold]\nconsent = false\n")
    with pytest.raises(FixInput) as caught:
        load_rulebook([folder])
    assert str(caught.value).replace(f"{folder}/", "") == (
        'b.toml:2:1: "consent" of [hold] is already set in a.toml:15:1. Keep one of them.'
    )


def test_the_sources_of_a_field_are_checked_where_they_are_known(tmp_path):
    field = '[[hand_off.field]]\nfield = "S"\nvalue = "a"\non = ["crm", "wbe"]\n'
    (tmp_path / "rules.toml").write_text(ENOUGH + field)
    assert load_rulebook([tmp_path], sources=["crm", "wbe"])
    with pytest.raises(FixInput, match=r'17:14: There is no source "wbe". Did you mean "web"\?'):
        load_rulebook([tmp_path], sources=["crm", "web"])


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ('on = ["crm"]\n', "", True),
        ('on = ["crm"]\n', 'on = ["crm", "web"]\n', True),
        ("", 'on = ["crm"]\n', False),
        ("", "", False),
        ('on = ["crm", "web"]\n', 'on = "web"\n', False),
    ],
)
def test_a_field_that_never_counts_is_a_mistake(tmp_path, first: str, second: str, counts: bool):
    field = '[[hand_off.field]]\nfield = "S"\nvalue = "a"\n'
    text = ENOUGH + field + first + field + second
    if counts:
        assert rulebook_of(tmp_path, text)
        return
    (problem,) = problems_of(tmp_path, text)
    assert problem.partition(": ")[2] == (
        '"S" is set by an earlier [[hand_off.field]]: this never counts. '
        "Give them different sources with on, those for one source first."
    )


def test_sources_are_checked_where_they_are_known(tmp_path):
    text = ENOUGH + '[[signal]]\nid = "x"\nkind = "ad_clicked"\nweight = 1\nsource = ["wbe"]\n'
    (tmp_path / "rules.toml").write_text(text)
    assert load_rulebook([tmp_path], sources=["wbe"])
    with pytest.raises(FixInput, match=r'18:11: There is no source "wbe". Did you mean "web"\?'):
        load_rulebook([tmp_path], sources=["crm", "web"])


def test_the_revision_changes_with_every_byte_and_name_and_with_nothing_else(tmp_path):
    def revision(name: str, text: str) -> str:
        for old in tmp_path.glob("*"):
            old.unlink()
        (tmp_path / name).write_text(text)
        return load_rulebook([tmp_path]).revision

    first = revision("a.toml", ENOUGH)
    others = {revision("b.toml", ENOUGH), revision("a.toml", ENOUGH + "#")}
    assert len(first) == 12
    assert first not in others
    assert len(others) == 2
    assert revision("a.toml", ENOUGH) == first


@pytest.mark.fault("F81")
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_broken_file_never_yields_a_rulebook(tmp_path_factory, data):
    """Each line taken out that something needs, or broken, is refused; nothing is half taken."""
    folder = tmp_path_factory.mktemp("broken")
    lines = FULL.splitlines()
    index = data.draw(st.sampled_from([i for i, line in enumerate(lines) if " = " in line]))
    key, _, _ = lines[index].partition(" = ")
    broken = data.draw(st.sampled_from([f"{key} = ", f"{key}x = 1", f"{key} = [[[[1]]]]"]))
    with pytest.raises(FixInput) as caught:
        rulebook_of(folder, "\n".join([*lines[:index], broken, *lines[index + 1 :]]))
    assert caught.value.problems


def test_the_shipped_pack_is_sound():
    rulebook = load_rulebook([shipped_rules()])
    raising = {one.id for one in rulebook.lead_modes[0].rule.signals if one.hand_raise}
    assert raising == {"demo-request", "contact-request", "reply"}
