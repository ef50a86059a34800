"""Every rule pack that comes with leadmode, whichever there are: sound, tested in full, told."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connector.cli.app import app
from connector.config.durations import duration_text
from connector.config.packs import NoSuchPack, folder_name, packs, rule_folder
from connector.config.rulebook import LeadMode, Rulebook
from connector.config.rules import load_rulebook
from connector.ruletest import read_cases
from tests.ruletest.faults import turns_red

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "rules.md").read_text()
BOOKS = {name: load_rulebook([folder]) for name, folder in packs().items()}
every_pack = pytest.mark.parametrize("name", packs())

CONFIG = """
[leadmode]
instance = "test"
rules = ["pack:{name}", "own"]
[sources.crm]
adapter = "csv"
folder = "in"
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company's rule folder, still empty, in the folder where we are."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "own"
    folder.mkdir()
    (tmp_path / "in").mkdir()
    return folder


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def call_test(name: str, *arguments: str) -> Result:
    return call("test", "--rules", f"pack:{name}", "--rules", "own", *arguments)


def test_the_packs_of_the_issue_are_there_beside_the_default_one():
    assert next(iter(packs())) == "default"
    assert set(packs()) >= {"b2b-saas", "industrial", "events"}


@every_pack
def test_every_test_passes_and_every_branch_is_touched_also_under_an_empty_folder(
    name: str, own: Path, tmp_path: Path
):
    """The pack alone is the same rules and the same tests, so it is not played once more."""
    done = call_test(name, "--require-coverage")
    assert done.exit_code == 0, done.output
    assert re.search(r"^[1-9]\d+ tests, all passed\.$", done.stdout, re.MULTILINE)
    assert {line.split()[-1] for line in done.stdout.splitlines() if line.endswith("%")} == {"100%"}
    assert load_rulebook([packs()[name], own]) == BOOKS[name]
    (tmp_path / "config.toml").write_text(CONFIG.format(name=name))
    checked = call("check", "--config", "config.toml")
    assert checked.exit_code == 0, checked.output
    assert re.search(rf"^  rules from +pack:{name}$", checked.stdout, re.MULTILINE)
    assert f"revision    {BOOKS[name].revision}" in checked.stdout


@every_pack
def test_a_pack_is_tested_by_its_name_alone(name: str):
    first = read_cases([packs()[name] / "tests"], BOOKS[name])[0]
    done = call("test", "--rules", f"pack:{name}", "--only", first.name)
    assert done.exit_code == 0, done.output
    assert re.search(r"^[1-9]\d* tests?, all passed\.$", done.stdout, re.MULTILINE)


@every_pack
def test_one_number_changed_by_a_company_shows_in_the_tests_of_the_pack(name: str, own: Path):
    mode = BOOKS[name].lead_modes[-1]
    (own / "ours.toml").write_text(
        f'[[lead_mode]]\nid = "{mode.rule.id}"\nenter = {mode.rule.enter + 40:g}\n'
    )
    about = next((packs()[name] / "tests").glob("lead-mode*.toml"))
    done = call_test(name, str(about))
    assert done.exit_code == 1
    assert 'must.state "lead_mode"\n      got "passive"' in done.stdout
    after = done.stdout.partition(" failed.\n")[2].partition("\n\n")[0]
    assert len(after.splitlines()) == done.stdout.count("FAILED ") > 1
    assert re.search(rf"missing: score [\d.]+ of {mode.rule.enter + 40:g}\n", done.stdout)
    changed = load_rulebook([packs()[name], own])
    assert (changed.lead_modes[:-1], changed.holds) == (
        BOOKS[name].lead_modes[:-1],
        BOOKS[name].holds,
    )


@every_pack
def test_files_of_a_pack_name_the_schemas_and_tell_for_whom_it_is(name: str):
    folder = packs()[name]
    up = "." if name == "default" else "../.."
    for path in folder.glob("*.toml"):
        assert path.read_text().startswith(f"#:schema {up}/schema.json\n"), path
    schema = "../tests.schema.json" if name == "default" else f"../{up}/tests.schema.json"
    for path in (folder / "tests").glob("*.toml"):
        assert path.read_text().startswith(f"#:schema {schema}\n"), path
    if name != "default":
        told = (folder / "README.md").read_text()
        assert told.startswith(f"# pack:{name}\n")
        assert all(words in told for words in ("**For whom.**", "**What it assumes.**"))
        assert "**Change first**" in told


def numbers(mode: LeadMode) -> list[str]:
    rule = mode.rule
    lengths = [rule.dormant_after, rule.burst_max, rule.window, rule.idle_after, rule.cooldown]
    dormant, burst, window, idle, cooldown = map(duration_text, lengths)
    kinds = str(rule.distinct_kinds)
    return [f"{rule.enter:g}", f"{rule.leave:g}", dormant, burst, window, kinds, idle, cooldown]


@every_pack
def test_the_table_in_the_documentation_has_the_numbers_of_the_pack(name: str):
    rows = [
        line.strip("| ").split(" | ") for line in DOCS.splitlines() if line.startswith("| `pack:")
    ]
    found = {row[1].strip("`"): row[3:] for row in rows if row[0] == f"`pack:{name}`"}
    assert found == {mode.rule.id: numbers(mode) for mode in BOOKS[name].lead_modes}


FACTS: dict[str, dict[str, str | None]] = {
    "nothing known": {},
    "empty fields": {"account.type": None, "person.status": None},
    "customer": {"account.type": "Customer - Direct"},
    "lost": {"person.status": "Closed lost"},
    "lost, and customer by now": {"person.status": "Closed lost", "account.type": "Customer"},
    "prospect": {"account.type": "Prospect", "person.status": "Nurture"},
}


@every_pack
@pytest.mark.parametrize("facts", FACTS.values(), ids=FACTS)
def test_exactly_one_lead_mode_looks_at_anybody(name: str, facts: dict[str, str | None]):
    """Two would alert twice, and none not at all."""
    modes = BOOKS[name].lead_modes
    assert [mode.applies_to.holds(facts) for mode in modes].count(True) == 1


@every_pack
def test_no_group_of_signals_enters_by_itself(name: str):
    """What the comments promise: only a raised hand is enough alone."""
    for mode in BOOKS[name].lead_modes:
        rule = mode.rule
        raising = {one.id for one in rule.signals if one.hand_raise}
        for signal in rule.signals:
            if signal.id not in raising and signal.weight:
                assert signal.weight < rule.enter
        assert [group for group, cap in rule.caps.items() if cap >= rule.enter] == []


def weaker(book: Rulebook) -> str:
    """The first signal with points, of which one is taken away."""
    signal = next(one for one in book.lead_modes[-1].rule.signals if one.weight > 1)
    return f'[[signal]]\nid = "{signal.id}"\nweight = {signal.weight - 1:g}\n'


@every_pack
def test_a_point_less_is_noticed(name: str, own: Path):
    (own / "ours.toml").write_text(weaker(BOOKS[name]))
    rulebook = load_rulebook([packs()[name], own])
    cases = read_cases([packs()[name] / "tests"], rulebook)
    assert turns_red(rulebook, cases, "signals.toml")


@pytest.mark.parametrize(
    ("named", "advice"),
    [
        ("pack:industry", 'Did you mean "pack:industrial"?'),
        ("pack:event", 'Did you mean "pack:events"?'),
        ("pack:b2b", 'Did you mean "pack:b2b-saas"?'),
        ("pack:", "Known: pack:default, pack:b2b-saas, pack:events, pack:industrial."),
        ("pack:../tests", "Known: pack:default, "),
    ],
)
def test_an_unknown_pack_is_refused_everywhere_with_the_nearest_name(
    named: str, advice: str, own: Path, tmp_path: Path
):
    with pytest.raises(NoSuchPack):
        rule_folder(named)
    (tmp_path / "config.toml").write_text(CONFIG.format(name=named.removeprefix("pack:")))
    (own / "ours.toml").write_text('[[signal]]\nid = "trial-start"\nweight = 3\n')
    said = f'There is no rule pack "{named}". {advice}'
    checked = call("check", "--config", "config.toml").stdout
    assert f"config.toml:4:10: {said}" in checked
    assert len(checked.splitlines()) == 1  # and not what is wrong over another pack
    (tmp_path / "config.toml").write_text(CONFIG.format(name="default"))
    (own / "ours.toml").unlink()
    for command in ("test", "backtest"):
        done = call(command, "--config", "config.toml", "--rules", named)
        assert done.exit_code == 64
        assert said in " ".join(done.stderr.replace("│", " ").split())


def test_a_path_is_no_pack():
    assert rule_folder("rules") == Path("rules")
    assert folder_name(Path("rules")) is None
    assert [folder_name(folder) for folder in packs().values()] == [
        f"pack:{one}" for one in packs()
    ]


def test_the_wheel_has_every_file_of_every_pack(tmp_path: Path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        inside = {
            name.partition("/data/share/leadmode/")[2]: opened.read(name)
            for name in opened.namelist()
        }
    files = [path for path in (ROOT / "rules").rglob("*") if path.is_file()]
    assert len(files) > 30
    for path in files:
        assert inside[str(path.relative_to(ROOT))] == path.read_bytes()
