"""What two sets of rule files say differently."""

from __future__ import annotations

from pathlib import Path

from connector.config.rule_changes import rule_changes
from connector.config.rule_files import read_rule_files
from connector.config.settings import shipped_rules
from tests.cli.company import RULES


def changes(tmp_path: Path, old: str, new: str) -> dict[str, tuple[str | None, str | None]]:
    files = []
    for name, text in (("old", old), ("new", new)):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "rules.toml").write_text(text)
        files.append(read_rule_files([tmp_path / name]))
    return {
        each.key: (
            each.old.in_words if each.old else None,
            each.new.in_words if each.new else None,
        )
        for each in rule_changes(*files)
    }


def test_a_number_is_told_with_its_place(tmp_path: Path):
    found = changes(tmp_path, RULES, RULES.replace("enter = 45", "enter = 40"))
    assert found == {"lead_mode.returning.enter": ("45", "40")}
    old, new = (read_rule_files([tmp_path / name]) for name in ("old", "new"))
    (one,) = rule_changes(old, new)
    assert one.new is not None
    assert one.new.place is not None
    line = (tmp_path / "new" / "rules.toml").read_text().splitlines()[one.new.place.line - 1]
    assert line == "enter = 40"


def test_left_out_is_the_same_as_its_default(tmp_path: Path):
    assert changes(tmp_path, RULES, RULES.replace("cooldown", "top = 5\ncooldown")) == {}
    assert changes(tmp_path, RULES, RULES.replace('cooldown = "30d"\n', "")) == {}
    found = changes(tmp_path, RULES, RULES.replace("cooldown", "top = 4\ncooldown"))
    assert found == {"lead_mode.returning.top": ("5 (default)", "4")}
    grades = RULES + "\n[fit.grades]\ncap = 100\n"
    assert changes(tmp_path, RULES, grades) == {}
    assert changes(tmp_path, RULES, grades.replace("100", "90")) == {
        "fit.grades.cap": ("100.0 (default)", "90")
    }


def test_comments_files_and_folders_are_no_difference(tmp_path: Path):
    assert changes(tmp_path, RULES, "# Mine.\n" + RULES.replace("\n[[", "\n# x\n[[")) == {}


def test_new_and_gone_tables_are_told_as_a_whole(tmp_path: Path):
    more = RULES + '\n[[signal]]\nid = "fair"\nkind = "event_attended"\nweight = 9\n'
    assert changes(tmp_path, RULES, more) == {"signal.fair": (None, '[[signal]] "fair"')}
    assert changes(tmp_path, more, RULES) == {"signal.fair": ('[[signal]] "fair"', None)}


def test_points_for_fit_are_told_by_their_label(tmp_path: Path):
    assert changes(tmp_path, RULES, RULES.replace("points = 30", "points = 35")) == {
        "fit.points.company of 50 people or more.points": ("30", "35")
    }
    assert changes(tmp_path, RULES, RULES.replace("at_least = 50", "at_least = 60")) == {
        "fit.points.company of 50 people or more.when.account.employees.at_least": ("50", "60")
    }


def test_the_order_of_signals_is_a_difference(tmp_path: Path):
    """The first one that matches scores."""
    head, pricing, rest = RULES.partition('[[signal]]\nid = "pricing"')
    body, download, after = rest.partition('[[signal]]\nid = "download"')
    turned = (
        head
        + download
        + after.replace('[[signal]]\nid = "webinar"', f'{pricing}{body}[[signal]]\nid = "webinar"')
    )
    assert changes(tmp_path, RULES, turned) == {
        "signal (order)": ('["pricing", "download"]', '["download", "pricing"]')
    }


def test_a_number_is_not_a_truth(tmp_path: Path):
    was = 'applies_to = { "person.x" = [true] }\ntop = 4'
    one = RULES.replace("cooldown", was + "\ncooldown")
    assert len(changes(tmp_path, one, one.replace("[true]", "[1]"))) == 1


def test_the_shipped_rules_do_not_differ_from_themselves():
    files = read_rule_files([shipped_rules()])
    assert rule_changes(files, read_rule_files([shipped_rules()])) == ()
