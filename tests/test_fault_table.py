"""docs/faults.md names every fault, and the tests that it names carry its numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "faults.md"
COUNT = 94
REASONS = ("By design", "Not done yet")
ROW = re.compile(r"^\| (F\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def named(text: str) -> dict[str, set[str]]:
    """Fault to its tests; raises ValueError where a fault comes twice."""
    found: dict[str, set[str]] = {}
    for fault, _, _, tests in ROW.findall(text):
        if fault in found:
            raise ValueError(f"{fault} has two lines")
        found[fault] = set(re.findall(r"`(tests/\S+::\w+)`", tests))
    return found


def unexcused(text: str) -> list[str]:
    """Faults without a test and without a reason."""
    return [
        fault
        for fault, _, told, tests in ROW.findall(text)
        if "::" not in tests and not told.startswith(REASONS)
    ]


def marked_in(text: str, name: str) -> Iterator[tuple[str, str]]:
    """The tests of one file with each fault that they carry."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef):
            continue
        for each in node.decorator_list:
            if isinstance(each, ast.Call) and ast.unparse(each.func) == "pytest.mark.fault":
                for fault in each.args:
                    yield ast.literal_eval(fault), f"{name}::{node.name}"


def marked() -> dict[str, set[str]]:
    """Fault to the tests that carry it, over all tests."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "tests").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "mark.fault(" in text and path != Path(__file__):
            for fault, test in marked_in(text, str(path.relative_to(ROOT))):
                found.setdefault(fault, set()).add(test)
    return found


def test_every_fault_has_one_line():
    assert list(named(TABLE.read_text())) == [f"F{number}" for number in range(1, COUNT + 1)]


def test_every_line_has_a_test_or_a_reason():
    assert unexcused(TABLE.read_text()) == []


def test_the_table_names_the_tests_that_carry_the_fault():
    in_table = {fault: tests for fault, tests in named(TABLE.read_text()).items() if tests}
    carried = marked()
    wrong = {
        fault: sorted(in_table.get(fault, set()) ^ carried.get(fault, set()))
        for fault in in_table.keys() | carried.keys()
        if in_table.get(fault) != carried.get(fault)
    }
    assert not wrong, "in docs/faults.md and not marked in the tests, or the reverse"


def test_a_slip_in_the_table_is_noticed():
    good = "| F1 | fault | what | `tests/a.py::test_x` |\n"
    assert named(good) == {"F1": {"tests/a.py::test_x"}}
    assert unexcused("| F2 | fault | By design, so. | none |\n") == []
    assert unexcused("| F2 | fault | something | none |\n") == ["F2"]
    with pytest.raises(ValueError, match="F1 has two lines"):
        named(good * 2)


def test_a_mark_is_read_wherever_the_test_stands():
    text = (
        '@pytest.mark.fault("F1", "F2")\ndef test_x(): ...\n'
        'class Laws:\n    @pytest.mark.fault("F3")\n    @law(1)\n    def test_y(self): ...\n'
        "def test_z(): ...\n"
    )
    assert list(marked_in(text, "tests/a.py")) == [
        ("F1", "tests/a.py::test_x"),
        ("F2", "tests/a.py::test_x"),
        ("F3", "tests/a.py::test_y"),
    ]
