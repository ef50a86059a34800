"""Adapters by name, their settings, and all problems of a configuration together."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from connector.clock import ManualClock
from connector.config.adapter_settings import SettingsReader
from connector.config.document import TablePart, read_document
from connector.errors import FixInput
from connector.ports import Secret
from connector.registry import ADAPTERS, adapter_class, load_all, open_adapters

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def test_ten_mistakes_make_ten_problems_with_places_and_nearest_names(monkeypatch):
    folder = HERE / "ten_mistakes"
    monkeypatch.chdir(folder)
    with pytest.raises(FixInput) as caught:
        load_all(Path("config.toml"))
    assert len(caught.value.problems) == 10
    assert f"{caught.value}\n" == (folder / "expected.txt").read_text()


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_is_where_the_registry_says(name: str):
    kind = adapter_class(name)
    assert kind.__module__.startswith(f"adapters.{name}.")
    assert kind.settings_type is not None


def test_an_adapter_is_imported_only_when_it_is_configured(tmp_path):
    (tmp_path / "config.toml").write_text(
        '[leadmode]\ninstance = "main"\n[sources.crm]\nadapter = "memory"\nname = "x"\n'
    )
    program = f"""
import sys
from pathlib import Path
import connector.registry as registry
assert not [name for name in sys.modules if name.startswith("adapters.")]
registry.load_all(Path({str(tmp_path / "config.toml")!r}))
assert "adapters.memory.adapter" in sys.modules
assert not [name for name in sys.modules if name.startswith("adapters.csv")]
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, timeout=60)


def test_adapters_are_built_with_their_name_settings_and_clock(tmp_path):
    (tmp_path / "config.toml").write_text(
        '[leadmode]\ninstance = "main"\n[sources.crm]\nadapter = "csv"\nfolder = "in"\n'
    )
    config = load_all(tmp_path / "config.toml")
    adapters = open_adapters(config, ManualClock(0))
    assert {name: type(one).__name__ for name, one in adapters.items()} == {"crm": "CsvAdapter"}
    for adapter in adapters.values():
        adapter.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    host: str
    port: int = 443


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    folder: Path
    token: Secret | None = None
    extra: Path | None = None
    mode: Literal["fast", "safe"] = "safe"
    ratio: float = 0.5
    types: tuple[str, ...] = ("Person",)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    inner: Inner | None = None
    checked: str = ""

    def __post_init__(self) -> None:
        if self.checked:
            raise ValueError(
                f'checked = "{self.checked}" must be left out.', "columns.people: is wrong too."
            )


def read(tmp_path: Path, text: str) -> tuple[Any, list[str]]:
    path = tmp_path / "config.toml"
    path.write_text(f'[sources.crm]\nadapter = "some"\n{text}')
    part = TablePart("[sources.crm]", read_document(path), ("sources", "crm"))
    values = dict(part.document.values["sources"]["crm"])
    values.pop("adapter")
    reader = SettingsReader(part, tmp_path, ["poll", "adapter"])
    settings = reader.read(Settings, values)
    return settings, [str(one).replace(f"{path}:", "") for one in reader.problems]


def test_settings_get_the_types_their_dataclass_names(tmp_path, monkeypatch):
    monkeypatch.setenv("CRM_TOKEN", "CANARY-7")
    settings, problems = read(
        tmp_path,
        """
        folder = "in"
        token = "env:CRM_TOKEN"
        extra = "/abs"
        mode = "fast"
        ratio = 1
        types = ["Lead", "Contact"]
        columns = { people = { id = "Id" } }
        inner = { host = "h" }
        """,
    )
    assert problems == []
    assert settings.token.reveal() == "CANARY-7"
    assert settings == Settings(
        folder=tmp_path / "in",
        token=settings.token,
        extra=Path("/abs"),
        mode="fast",
        ratio=1.0,
        types=("Lead", "Contact"),
        columns={"people": {"id": "Id"}},
        inner=Inner(host="h"),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ['1:10: "folder" is missing in [sources.crm].']),
        ('folder = "x"\npol = "5s"\n',
         ['4:1: Unknown key "pol" in [sources.crm]. Did you mean "poll"?']),
        ('folder = "x"\nratioo = 1\n',
         ['4:1: Unknown key "ratioo" in [sources.crm]. Did you mean "ratio"?']),
        ("folder = 5\nratio = 'x'\n",
         ['3:10: folder = 5 must be a path. Write it in quotes: "folder/file".',
          '4:9: ratio = "x" must be a number. Write it without quotes.']),
        ("folder = 'x'\nmode = 'save'\n",
         ['4:8: mode = "save" is not known. Did you mean "safe"?']),
        ("folder = 'x'\ntypes = 'Lead'\n",
         ['4:9: types = "Lead" must be a list. Write it in brackets: ["a", "b"].']),
        ("folder = 'x'\ntypes = ['Lead', 5]\n",
         ['4:18: types[2] = 5 must be a text. Write it in quotes: "like this".']),
        ("folder = 'x'\n[sources.crm.columns.people]\nid = 5\n",
         ['5:6: columns.people.id = 5 must be a text. Write it in quotes: "like this".']),
        ("folder = 'x'\ninner = { hots = 'h', port = true }\n",
         ['4:1: "host" is missing in inner of [sources.crm].',
          '4:11: Unknown key "hots" in inner of [sources.crm]. Did you mean "host"?',
          "4:30: inner.port = true must be a whole number."]),
        ("folder = 'x'\nchecked = 'y'\ncolumns = { people = {} }\n",
         ['4:11: checked = "y" must be left out.', "5:22: columns.people: is wrong too."]),
        ("folder = 'x'\ntoken = 'env:SURELY_NOT_SET'\n",
         [("4:9: token names a variable that is not set. "
           "Set SURELY_NOT_SET, or better keep the secret in a file.")]),
        ("folder = 'x'\ntoken = 'CANARY'\n",
         [("4:9: token holds the secret itself, or something that is no reference. "
           'Write "credential:NAME", "env:NAME" or "file:/path", and keep the secret there.')]),
    ],
)  # fmt: skip
def test_each_mistake_in_settings_has_its_place(tmp_path, text: str, expected: list[str]):
    settings, problems = read(tmp_path, text)
    assert settings is None
    assert sorted(problems) == sorted(expected)
