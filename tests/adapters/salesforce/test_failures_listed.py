"""The README's table of failures in the wild is whole, and each has the test that it claims."""

from __future__ import annotations

import re
from pathlib import Path

import adapters.salesforce.adapter

README = Path(adapters.salesforce.adapter.__file__).with_name("README.md")
COUNT = 35
"""Failures in the collection."""


def listed() -> dict[int, str]:
    """Number to what is said to be done."""
    rows = re.findall(r"^\| (\d+) \| .+? \| (.+) \|$", README.read_text(), flags=re.MULTILINE)
    return {int(number): text for number, text in rows}


def numbers_of_tests() -> set[int]:
    """Numbers in the names of tests."""
    text = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    names = re.findall(r"^def test_(\d\d)(?:_and_(\d\d))?_", text, flags=re.MULTILINE)
    return {int(number) for found in names for number in found if number}


def test_every_failure_is_listed_and_has_its_test():
    rows = listed()
    assert list(rows) == list(range(1, COUNT + 1))
    claimed = {number for number, text in rows.items() if "tested" in text}
    assert claimed == set(rows)
    assert numbers_of_tests() == claimed
