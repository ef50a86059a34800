"""The schema, the document and the models say the same."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import jsonschema  # type: ignore[import-untyped]
import pytest
from pydantic import BaseModel

from connector.config.settings import shipped_rules
from connector.model import Hold
from connector.ruletest import read_cases, run_cases
from connector.ruletest.ranges import RangeTable
from connector.ruletest.schema import case_schema
from connector.ruletest.tables import CaseFile
from tests.config.documented import NEEDED, keys_of
from tests.ruletest.test_shipped import PACK

SCHEMA = shipped_rules() / "tests.schema.json"
TESTS = sorted((shipped_rules() / "tests").glob("*.toml"))
DOCS = (Path(__file__).parents[2] / "docs" / "testing-rules.md").read_text()


def tables(model: type[BaseModel] = CaseFile) -> set[type[BaseModel]]:
    """Every table of a test file."""
    found: set[type[BaseModel]] = set()
    for field in model.model_fields.values():
        for one in (field.annotation, *get_args(field.annotation)):
            if isinstance(one, type) and issubclass(one, BaseModel):
                found |= {one} | tables(one)
    return found


def errors(text: str) -> list[Any]:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    return list(validator.iter_errors(tomllib.loads(text)))


def test_the_schema_is_fresh():
    """If not: python -m connector.ruletest.schema > rules/tests.schema.json"""
    assert json.loads(SCHEMA.read_text()) == case_schema()
    jsonschema.Draft202012Validator.check_schema(case_schema())


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_the_shipped_tests_are_valid_and_name_the_schema(path: Path):
    text = path.read_text()
    assert text.startswith("#:schema ../tests.schema.json\n")
    assert errors(text) == []


GOOD = '[[test]]\nname = "x"\nperson = "y"\n[[test.moment]]\nat = "now"\n'


@pytest.mark.parametrize(
    "good", ["must = { score = 5 }", "must = { score = [1, 2] }", "must = { score.below = 2 }"]
)
def test_every_form_of_a_range_is_valid(good: str):
    assert errors(GOOD + good) == []


@pytest.mark.parametrize(
    "slip",
    [
        "must = { score = [1] }",
        "must = { score = {} }",
        'must = { held = "consnt" }',
        'must = { stat = "passive" }',
        'must = { left = "gone" }',
        'at2 = "now"',
        "must = { alert = 1 }",
    ],
)
def test_a_slip_is_not(slip: str):
    assert errors(GOOD + slip)
    assert errors(GOOD.replace('"now"', '"70d"'))


@pytest.mark.parametrize("model", sorted(tables() | {RangeTable}, key=str))
def test_the_document_has_every_key_with_its_default(model: type[BaseModel]):
    keys = keys_of(model).items()
    missing = [key for key, default in keys if row(key, default) not in DOCS]
    assert missing == []


def row(key: str, default: str) -> str:
    shown = NEEDED if default == NEEDED else f"`{default}`" if default else ""
    return f"| `{key}` | {shown} |"


def test_the_example_of_the_document_passes_and_its_failure_is_real(tmp_path: Path):
    (text,) = re.findall(r"```toml\n(.*?)```", DOCS, re.DOTALL)
    path = tmp_path / "ours.toml"
    path.write_text(text)
    assert run_cases(read_cases([path], PACK), PACK).failed == 0
    path.write_text(text.replace('state = "passive", score = [48, 50]', "alert = true"))
    (failure,) = run_cases(read_cases([path], PACK), PACK).results[0].failures
    for standing in failure.standings:
        assert f"missing: {standing.missing[0]}" in DOCS
        assert ", ".join(standing.from_what) in DOCS
    assert all(f"{line.what} " in DOCS and line.why in DOCS for line in failure.lines)


def test_every_reason_to_hold_may_be_expected():
    assert errors(GOOD + f"must = {{ held = {json.dumps([hold.value for hold in Hold])} }}") == []
