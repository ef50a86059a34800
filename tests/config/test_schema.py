"""The JSON Schema that editors use says what the loader says."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from connector.config.schema import rule_schema
from connector.config.settings import shipped_rules
from tests.config.folder import ENOUGH, FULL

SCHEMA = shipped_rules() / "schema.json"
PACK = sorted(shipped_rules().glob("*.toml"))


def errors(values: dict[str, Any]) -> list[Any]:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    return list(validator.iter_errors(values))


def test_the_file_is_fresh():
    """If not: python -m connector.config.schema > rules/schema.json"""
    assert json.loads(SCHEMA.read_text()) == rule_schema()
    jsonschema.Draft202012Validator.check_schema(rule_schema())


@pytest.mark.parametrize("path", PACK, ids=lambda path: path.name)
def test_the_shipped_pack_is_valid_and_names_the_schema(path: Path):
    text = path.read_text()
    assert text.startswith("#:schema ./schema.json\n")
    assert errors(tomllib.loads(text)) == []


def test_every_key_and_an_overlay_of_one_key_are_valid():
    assert errors(tomllib.loads(FULL)) == []
    assert errors(tomllib.loads('[[signal]]\nid = "x"\nweight = 3\n[hand_off]\ndue = "2d"\n')) == []


@pytest.mark.parametrize(
    "slip",
    [
        "[[signal]]\nweight = 1\n",
        '[[signal]]\nid = "x"\nkind = "email_clickd"\n',
        '[[signal]]\nid = "x"\nhalf_life = 5\n',
        '[[signal]]\nid = "x"\nlimit = "many"\n',
        '[[signal]]\nid = "x"\nwieght = 5\n',
        '[[lead_mode]]\nid = "X Y"\n',
        '[lead_mode]\nid = "x"\n',
        "[group.x]\ncap = -1\n",
        '[hold]\nexcluded = { persn.title = "x" }\n',
        '[hold]\nexcluded = { "person.title" = { contians = "x" } }\n',
        "[hold]\nexcluded = { any = [] }\n",
        '[dispositions]\nx = "gone"\n',
        '[hand_off]\npriority = "low"\n',
    ],
)
def test_slips_are_invalid(slip: str):
    assert errors(tomllib.loads(slip))


def test_the_least_that_loads_is_valid():
    assert errors(tomllib.loads(ENOUGH)) == []
