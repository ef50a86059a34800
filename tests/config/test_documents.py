"""No key, default, operator or placeholder is missing in the documents or the example."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from connector.config.conditions import LOGIC, OPERATORS, SUBJECTS
from connector.config.config_tables import ConfigFile, DeliveryTable, LeadmodeTable, SourceTable
from connector.config.placeholders import OF_ACCOUNTS, OF_STEPS, OF_TOUCHES, PLACEHOLDERS
from connector.config.rule_files import NAMED
from connector.config.rule_tables import RuleFile
from connector.config.rules import load_rulebook
from connector.config.settings import load
from connector.engine.timeline import EndReason
from connector.model import Kind
from tests.config.documented import NEEDED, keys_of

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"
EVERY = PLACEHOLDERS | OF_TOUCHES | OF_ACCOUNTS | OF_STEPS
RULES = (ROOT / "docs" / "rules.md").read_text()
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()
CONFIG_TABLES: dict[str, type[BaseModel]] = {
    "leadmode": LeadmodeTable,
    "sources.crm": SourceTable,
    "delivery": DeliveryTable,
}


def rule_tables(model: type[BaseModel] = RuleFile) -> set[type[BaseModel]]:
    """Every table of a rule file."""
    found: set[type[BaseModel]] = set()
    for field in model.model_fields.values():
        for one in (field.annotation, *get_args(field.annotation)):
            if isinstance(one, type) and issubclass(one, BaseModel):
                found |= {one} | rule_tables(one)
    return found


def row(key: str, default: str) -> str:
    shown = NEEDED if default == NEEDED else f"`{default}`" if default else ""
    return f"| `{key}` | {shown} |"


@pytest.mark.parametrize("model", sorted(rule_tables(), key=str))
def test_rules_md_has_every_key_with_its_default(model: type[BaseModel]):
    missing = [key for key, default in keys_of(model).items() if row(key, default) not in RULES]
    assert missing == []


@pytest.mark.parametrize("model", CONFIG_TABLES.values())
def test_configuration_md_has_every_key_with_its_default(model: type[BaseModel]):
    keys = keys_of(model).items()
    assert [key for key, default in keys if row(key, default) not in CONFIGURATION] == []


def test_rules_md_names_every_table_operator_placeholder_kind_and_ending():
    words = [*OPERATORS, *(reason.value for reason in EndReason)]
    assert [word for word in words if f"`{word}`" not in RULES] == []
    assert [word for word in LOGIC if f"`{word} = " not in RULES] == []
    assert [word for word in SUBJECTS if f"`{word}.`" not in RULES] == []
    assert [name for name in EVERY if f"`{{{{{name}}}}}`" not in RULES] == []
    assert [kind for kind in Kind if not re.search(rf"\b{kind.value}\b", RULES)] == []
    assert set(re.findall(r"`\{\{([a-z_.]+)\}\}`", RULES)) == EVERY


def test_the_examples_of_rules_md_load_and_use_every_key(tmp_path):
    text = "\n".join(re.findall(r"```toml\n(.*?)```", RULES, re.DOTALL))
    (tmp_path / "rules.toml").write_text(text)
    load_rulebook([tmp_path])
    assert unused(RuleFile, tomllib.loads(text)) == []


def unused(model: type[BaseModel], values: Any) -> list[str]:
    """Keys of a table and of the tables in it that an example does not use."""
    found = []
    for key, field in model.model_fields.items():
        inner = rule_tables(type("One", (BaseModel,), {"__annotations__": {"x": field.annotation}}))
        if key not in values:
            found.append(f"{model.__name__}.{key}")
        elif inner and isinstance(values[key], list):
            merged = {name: one for each in values[key] for name, one in each.items()}
            found += unused(min(inner, key=lambda one: one.__name__ != table_of(field)), merged)
        elif inner:
            table = values[key]
            if key in NAMED:
                table = {name: one for each in table.values() for name, one in each.items()}
            found += unused(min(inner, key=lambda one: one.__name__ != table_of(field)), table)
    return found


def table_of(field: Any) -> str:
    """The name of the table that a field holds, in a list or alone."""
    for one in (field.annotation, *get_args(field.annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one.__name__
    return ""


def test_the_example_of_configuration_md_loads(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", CONFIGURATION, re.DOTALL)
    (tmp_path / "config.toml").write_text(text)
    assert load(tmp_path / "config.toml").instance == "main"


def test_the_example_config_loads_as_it_is(tmp_path):
    shutil.copy(EXAMPLE, tmp_path / "config.toml")
    assert load(tmp_path / "config.toml").sources["crm"].adapter == "csv"


def test_the_example_config_has_every_key_and_shows_the_real_defaults(tmp_path):
    """With every "# key = value" made active it says the same as before, so defaults are real."""
    text = EXAMPLE.read_text()
    shown = re.sub(r"(?m)^# (?=[a-z_]+ = )", "", text)
    values = tomllib.loads(shown)
    tables = {"leadmode": values["leadmode"], "sources.crm": values["sources"]["crm"]}
    tables["delivery"] = values["delivery"]
    for name, model in CONFIG_TABLES.items():
        assert [key for key in model.model_fields if key not in tables[name]] == [], name
    assert set(values) == set(ConfigFile.model_fields)
    configs = []
    for number, each in enumerate((text, shown)):
        folder = tmp_path / str(number)
        (folder / "rules").mkdir(parents=True)
        shutil.copytree(ROOT / "rules", folder / "rules", dirs_exist_ok=True)
        (folder / "config.toml").write_text(each)
        config = load(folder / "config.toml")
        configs.append(repr(config).replace(str(folder), ""))
    streams = "(<Stream.OWNERS: 'owners'>, <Stream.ACCOUNTS: 'accounts'>, <Stream.PEOPLE: 'people'>"
    assert streams in configs[1]
    everything = re.compile(r"streams=\(.*?\)")
    assert configs[0] == everything.sub("streams=None", configs[1])


def test_needed_keys_are_active_and_all_others_are_shown_behind_one_mark():
    text = EXAMPLE.read_text()
    for model in CONFIG_TABLES.values():
        for key, default in keys_of(model).items():
            active = re.search(rf"(?m)^{key} = ", text) is not None
            assert active == (default == NEEDED), key
            if default not in (NEEDED, ""):
                assert f"\n# {key} = {default}\n" in text
