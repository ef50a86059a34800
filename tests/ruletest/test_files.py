"""Every problem of every test file at once, with its place and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.errors import FixInput
from connector.ruletest import read_cases
from tests.ruletest.small import BACK, PEOPLE, cases, one, rulebook

MOMENT = 'at = "-1d"\nmust = { state = "lead_mode" }'


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(FixInput) as refused:
        cases(folder, text)
    return [
        f"{p.place.line}:{p.place.column} {p.message} {p.advice}" for p in refused.value.problems
    ]


def test_a_sound_file_is_read_in_order(tmp_path: Path):
    text = PEOPLE + one(BACK, MOMENT) + one(BACK, MOMENT, name="two", person="bo")
    found = cases(tmp_path, text)
    assert [case.name for case in found] == ["one", "two"]
    assert found[1].person.title == "Clerk"  # its own
    assert found[1].person.account == "acme"  # as who it is like
    assert found[1].person.name == "Bo"
    assert (found[0].place.line, found[0].place.column) == (13, 8)


def test_every_problem_is_told_at_once(tmp_path: Path):
    text = """\
[person.ada]
titel = "Head"
account = "acmee"
[account.acme]
[[test]]
name = "a"
person = "adda"
timeline = [{ at = "70d", kind = "email_clickd" }]
[[test.moment]]
at = "-1d"
rule = "retuning"
must = { stat = "passive", held = "consnt" }
[[tset]]
"""
    assert problems(tmp_path, text) == [
        '2:1 Unknown key "titel" in [person.ada]. Did you mean "title"?',
        '3:11 There is no account "acmee". Did you mean "acme"?',
        '7:10 There is no person "adda". Did you mean "ada"?',
        '8:20 timeline[1].at = "70d" is not a moment. Write "-70d", "-1d + 30s", "+2w" or "now".',
        '8:34 timeline[1].kind = "email_clickd" is not known. Did you mean "email_clicked"?',
        '11:8 There is no lead mode "retuning". Did you mean "returning"?',
        '12:10 Unknown key "stat" in moment[1].must of [[test]] "a". Did you mean "state"?',
        '12:35 moment[1].must.held = "consnt" is not known. Did you mean "consent"?',
        '13:3 Unknown key "tset" at the top of a test file. Did you mean "test"?',
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The file holds no test."),
        ("test = 3", '"test" must be a list of tables.'),
        ("person = 3\n[[test]]", "person = 3 must be a table."),
        ("[person]\nada = 3", "[person.ada] must be a table."),
        (PEOPLE + '[[test]]\nname = "one"\nperson = "ada"\nmoment = []', "looks at no moment"),
        (PEOPLE + one(BACK, 'at = "now"'), "asks nothing"),
        (PEOPLE + one(BACK, 'at = "now"\nmust = {}'), "asks nothing"),
        (PEOPLE + one(BACK, MOMENT) * 2, 'name = "one" is already used in'),
        (
            PEOPLE + one(BACK, MOMENT + '\n[[test.moment]]\nat = "-2d"\nmust = { alert = true }'),
            "at = -2d is before the moment above it.",
        ),
        (
            '[account.acme]\nowner = "anna"\n'
            + PEOPLE.replace("[account.acme]\nemployees = 80\n", ""),
            'There is no owner "anna". Did you mean "ana"?',
        ),
        (PEOPLE + one('watching = "-1h"', MOMENT), "before leadmode begins to look"),
        (PEOPLE + one('set = { "persn.x" = 1 }', MOMENT), '"persn.x" is no field'),
        (PEOPLE + one("set = { person = 1 }", MOMENT), "Name a field"),
        (PEOPLE + one('set = { "person.x" = [1] }', MOMENT), "must be a text, a number"),
        (PEOPLE + one("set = { person.x = [1] }", MOMENT), "must be a text, a number"),
        (
            "[person.ada]\n" + one('changes = [{ at = "now", set = { account.x = 1 } }]', MOMENT),
            "the person has no account",
        ),
        (
            PEOPLE + one('opportunities = [{ opened = "-1d", closed = "-2d" }]', MOMENT),
            "closed is before opened",
        ),
        (
            PEOPLE + one('timeline = [{ at = "-1d", kind = "bounced", arrives = "-2d" }]', MOMENT),
            "arrives is before at",
        ),
        (
            '[person.a]\nlike = "b"\n[person.b]\nlike = "a"\n' + one("", MOMENT, person="a"),
            "is like itself in the end",
        ),
        (PEOPLE + one(BACK, 'at = "now"\nmust = { score = [60, 50] }'), "is not a range"),
        (PEOPLE + one(BACK, 'at = "now"\nmust = { score = {} }'), "is not a range"),
        (PEOPLE + one(BACK, 'at = "now"\nmust = { score = true }'), "is not a range"),
        (PEOPLE + one(BACK, 'at = "now"\nmust = { held = [] }'), "must not be empty"),
        ("x = ", "This is not a value"),
    ],
    ids=lambda text: text[-40:] if isinstance(text, str) else "",
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str, says: str):
    told = problems(tmp_path, text)
    assert any(says in each for each in told), told


def test_a_folder_stands_for_its_files(tmp_path: Path):
    folder = tmp_path / "tests"
    folder.mkdir()
    with pytest.raises(FixInput, match="holds no test files"):
        read_cases([folder], rulebook(tmp_path))
    for name in ("b", "a"):
        (folder / f"{name}.toml").write_text(PEOPLE + one(BACK, MOMENT, name=name))
    (folder / ".hidden.toml").write_text("x")
    assert [case.name for case in read_cases([folder], rulebook(tmp_path))] == ["a", "b"]
    with pytest.raises(FixInput, match="no such file"):
        read_cases([tmp_path / "none.toml"], rulebook(tmp_path))
