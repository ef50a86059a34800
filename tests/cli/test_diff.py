"""`leadmode diff`, run on a company that the daemon lived through."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connector.cli.app import app
from connector.store import Store
from connector.store.revisions import Revisions
from tests.cli.company import RULES, Company

pytestmark = pytest.mark.xdist_group("cli/test_diff")  # its fixtures are made once

HARDER = RULES.replace("enter = 45", "enter = 60")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Its rules lie in a Git repository: first easier ones, then those it has."""
    made = Company(tmp_path_factory.mktemp("company") / "small")
    rules = made.folder / "rules" / "rules.toml"
    git(made.folder, "init", "--quiet", "--initial-branch", "main")
    rules.write_text(RULES.replace("enter = 45", "enter = 30"))
    commit(made.folder, "Easier")
    git(made.folder, "tag", "easier")
    rules.write_text(RULES)
    commit(made.folder, "As they are")
    made.live()
    return made


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@small.example")
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "rules")
    git(folder, "commit", "--quiet", "--no-gpg-sign", "-m", message)


def draft(where: Path, text: str = HARDER) -> str:
    where.mkdir(parents=True, exist_ok=True)
    (where / "rules.toml").write_text(text)
    return str(where)


def run(company: Company, *arguments: str, code: int = 3, **more: str) -> str:
    command = ["diff", "--config", str(company.config), *arguments]
    done = CliRunner().invoke(app, command, obj=company.clock, env=more)
    assert done.exit_code == code, done.output
    return done.output


def document(company: Company, *arguments: str, code: int = 3) -> Any:
    return json.loads(run(company, "--json", *arguments, code=code))


def test_plain_text_says_what_changes_and_why(company: Company, tmp_path: Path):
    said = run(company, draft(tmp_path / "draft"))
    lines = said.splitlines()
    assert lines[0].startswith("Diff of configured rules (")
    assert ", running) and " in lines[0]
    assert any(
        line.split() == ["lead_mode.returning.enter", "45", "->", "60",
                         f"{tmp_path}/draft/rules.toml:39"]
        for line in lines
    )  # fmt: skip
    (leaves,) = (line for line in lines if line.lstrip().startswith("leaves"))
    assert "Bo Lind" in leaves
    assert "held: open opportunity" in leaves
    assert "under the new rules: not in lead mode on 12 Nov 2026, 15:00: 49.8 of 60 points" in said
    assert "under the old rules: entered on 12 Nov 2026, 15:00 with 49.8 of 45 points" in said
    assert "\x1b" not in said


def test_json_has_everything(company: Company, tmp_path: Path):
    told = document(company, draft(tmp_path / "draft"), "--since", "30d")
    assert told["start_at"] == "2026-10-21T12:00:00.000Z"
    assert (told["old"]["running"], told["new"]["running"]) == (True, False)
    (rule,) = told["rules"]
    assert (rule["key"], rule["old"]["value"], rule["new"]["value"]) == (
        "lead_mode.returning.enter", "45", "60",
    )  # fmt: skip
    assert [(one["who"]["name"], one["what"]) for one in told["now"]] == [("Bo Lind", "leaves")]
    whats = {(one["who"]["name"], one["what"]) for one in told["past"]}
    assert ("Bo Lind", "only_old") in whats
    owners = {each["name"]: each for each in told["by_owner"]}
    assert owners["Ben Ode"]["now"]["leaves"] == 1
    assert owners["Ana Ruiz"]["handed_off_old"] > owners["Ana Ruiz"]["handed_off_new"]


def test_the_same_rules_do_not_differ(company: Company):
    folder = str(company.folder / "rules")
    said = run(company, folder, code=0)
    assert "no key differs" in said
    assert "Nobody enters" in said
    assert document(company, folder, folder, code=0)["now"] == []


def test_a_commit_is_read_from_the_repository_around_the_rules(company: Company):
    for ref in ("easier", "git:easier", "HEAD~1"):
        told = document(company, ref, "HEAD")
        (rule,) = told["rules"]
        assert (rule["old"]["value"], rule["new"]["value"]) == ("30", "45")
        assert rule["old"]["place"]["file"].startswith(f"{ref.removeprefix('git:')}:")
        assert rule["old"]["place"]["file"].endswith("rules/rules.toml")
    assert document(company, "HEAD", code=0)["rules"] == []


def test_folders_are_laid_over_each_other(company: Company, tmp_path: Path):
    over = draft(tmp_path / "over", '[[lead_mode]]\nid = "returning"\nenter = 60\n')
    told = document(company, f"{company.folder}/rules+{over}")
    assert [each["key"] for each in told["rules"]] == ["lead_mode.returning.enter"]
    for pack in ("pack:default", "pack:industrial"):
        assert document(company, pack)["new"]["label"] == pack


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("git:nope", 'Git knows no "nope" in the repository of'),
        ("nope", 'There are no rules called "nope"'),
        ("--upload-pack=x", "No such option"),
        ("git:--help", 'Git knows no "--help"'),
        ("abcdef012345", "no revision whose texts are kept"),
        ("pack:nope", 'There is no rule pack "pack:nope"'),
        ("git:HEAD:rules", "Git knows no"),
    ],
)
def test_a_name_that_nothing_has_is_told(company: Company, named: str, says: str):
    code = 64 if named.startswith("--") else 78
    assert says in run(company, named, code=code)


def test_the_refs_that_there_are_are_named(company: Company):
    assert "It has: main, easier." in run(company, "git:nope", code=78) or (
        "It has: easier, main." in run(company, "git:nope", code=78)
    )


def test_without_git_it_says_so(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "The program git is not installed" in run(company, "git:main", code=78)


def test_outside_a_repository_it_says_so(tmp_path: Path):
    alone = Company(tmp_path / "alone")
    alone.cycle("2026-11-01T06:00:00Z")
    assert "is in no Git repository" in run(alone, "git:main", code=78, GIT_CEILING_DIRECTORIES="/")


def test_mistakes_in_a_commit_are_told_as_people_call_it(company: Company, tmp_path: Path):
    broken = draft(tmp_path / "broken", RULES.replace("enter = 45", "enter = 4"))
    assert "rules.toml:" in run(company, broken, code=78)
    git(company.folder, "checkout", "--quiet", "-b", "broken")
    (company.folder / "rules" / "rules.toml").write_text(
        (tmp_path / "broken" / "rules.toml").read_text()
    )
    commit(company.folder, "Broken")
    git(company.folder, "checkout", "--quiet", "main")
    said = run(company, "git:broken", code=78)
    assert said.startswith("broken:")
    assert "leadmode-diff-" not in said


def test_a_period_that_is_no_time_is_a_usage_error(company: Company, tmp_path: Path):
    assert '"soon"' in run(company, draft(tmp_path / "d"), "--since", "soon", code=64)


def test_it_needs_something_to_compare(company: Company):
    assert "NEW" in run(company, "--help", code=0)
    run(company, code=64)


def test_most_cuts_the_tables_and_says_so(company: Company, tmp_path: Path):
    said = run(company, draft(tmp_path / "draft"), "--most", "1")
    assert "more: --most" in said


def test_it_works_beside_a_daemon_that_writes(company: Company, tmp_path: Path):
    store = Store.open(company.load().state)
    with store.transaction():
        store.sources.set_note("being written", "yes")
        run(company, draft(tmp_path / "draft"))
    store.close()


def test_a_revision_that_ran_is_found_by_its_hash(tmp_path: Path):
    """And what runs is the old side, also when the files have been edited since."""
    made = Company(tmp_path / "small")
    made.live()
    revision = made.load().rulebook.revision
    (made.folder / "rules" / "rules.toml").write_text(HARDER)
    for arguments in ((revision, str(made.folder / "rules")), (str(made.folder / "rules"),)):
        told = document(made, *arguments)
        assert (told["old"]["revision"], told["old"]["running"]) == (revision, True)
        assert [each["key"] for each in told["rules"]] == ["lead_mode.returning.enter"]
        assert [one["what"] for one in told["now"]] == ["leaves"]
    assert "no revision whose texts" in run(made, "ffffffffffff", code=78)


def test_a_beginning_that_several_revisions_have_lists_them(
    company: Company, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Revisions, "like", lambda *_: ["3f41a2a4c9bd", "3f41a2ffffff"])
    said = run(company, "3f41a2", code=78)
    assert said == (
        'Several revisions begin with "3f41a2": 3f41a2a4c9bd, 3f41a2ffffff. Write more of it. '
        "`leadmode rules log` tells when each ran.\n"
    )


def test_what_is_no_rules_is_told_with_what_was_meant(company: Company, tmp_path: Path):
    folder = draft(tmp_path / "harder")
    assert run(company, f"{folder}/rules.toml", code=78) == (
        f'"{folder}/rules.toml" is a file. Name its folder, "{folder}".\n'
    )
    assert f'no folder "nope", of "{folder}+nope"' in run(company, f"{folder}+nope", code=78)
    assert "too short for a revision" in run(company, "3f41", code=78)


def test_without_rules_it_says_what_to_name(company: Company):
    assert "Name the rules to compare with: a folder" in run(company, code=64)
    assert '--since "2030-01-01" is in the future.' in run(
        company, "pack:default", "--since", "2030-01-01", code=64
    )
