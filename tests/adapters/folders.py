"""What an adapter's folder must hold, and that its README and sample tell the truth."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import tempfile
from pathlib import Path
from typing import Final, get_type_hints
from unittest import mock

from connector.config.adapter_settings import SettingsReader
from connector.config.config_tables import SourceTable
from connector.config.document import TablePart, read_document
from connector.model import WriteKind
from connector.ports import NO, Ability, Adapter, Stream

FILES: Final = ("README.md", "__init__.py", "adapter.py", "client.py", "mapping.py", "sample.toml")
SECTIONS: Final = (
    "What it reads",
    "What it writes",
    "Settings",
    "Permissions and limits",
    "Capabilities",
    "Quality ledger",
)
QUALITIES: Final = (
    "reads incrementally",
    "idempotent writes",
    "provisioning",
    "permissions listed",
    "limits listed",
    "live-tested on",
)
CORE_KEYS: Final = frozenset(SourceTable.model_fields)
"""Keys of a source's table that the core reads itself."""

FOLDERS: Final = Path(importlib.import_module("adapters").__path__[0])


def adapter_folders() -> list[Path]:
    """Every folder that is an adapter."""
    return sorted(path.parent for path in FOLDERS.glob("*/__init__.py"))


def adapter_in(folder: Path) -> type[Adapter]:
    """The one adapter class that a folder's adapter.py defines."""
    module = importlib.import_module(f"adapters.{folder.name}.adapter")
    found = [
        value
        for _, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, Adapter) and value.__module__ == module.__name__
    ]
    assert len(found) == 1, f"adapters/{folder.name}/adapter.py defines {len(found)} adapters"
    return found[0]


def problems_of(adapter_type: type[Adapter]) -> list[str]:
    """All that is wrong with the folder of an adapter."""
    return problems_in(Path(inspect.getfile(adapter_type)).parent, adapter_type)


def problems_in(folder: Path, adapter_type: type[Adapter]) -> list[str]:
    """All that is wrong with a folder as that of this adapter."""
    missing = [f"{name} is missing" for name in FILES if not (folder / name).is_file()]
    if missing:
        return missing
    readme, sample = (folder / "README.md").read_text(), (folder / "sample.toml").read_text()
    return [
        *section_problems(readme),
        *sample_problems(readme, sample, folder.name, adapter_type.settings_type),
        *capability_problems(readme, adapter_type),
        *ledger_problems(readme),
    ]


def section_problems(readme: str) -> list[str]:
    found = tuple(re.findall(r"^## (.+)$", without_blocks(readme), flags=re.MULTILINE))
    return [] if found == SECTIONS else [f"sections are {found}, not {SECTIONS}"]


def sample_problems(readme: str, sample: str, name: str, settings_type: type) -> list[str]:
    problems = []
    blocks = re.findall(r"^```toml\n(.*?)^```", readme, flags=re.MULTILINE | re.DOTALL)
    if blocks != [sample]:
        problems.append("the README's toml block is not sample.toml")
    for text in (sample, with_defaults(sample)):
        problems += settings_problems(text, name, settings_type)
    keys = set(re.findall(r"^#? ?([a-z_]+) = ", sample, flags=re.MULTILINE))
    tables = set(re.findall(r"^#? ?\[sources\.\w+\.(\w+)", sample, flags=re.MULTILINE))
    hidden = set(get_type_hints(settings_type)) - keys - tables
    return problems + [f"the sample does not show {key}" for key in sorted(hidden)]


def with_defaults(sample: str) -> str:
    """The sample with the defaults that it shows as comments switched on."""
    key = r"""[\w-]+|"[^"]*"|'[^']*'"""
    return re.sub(rf"^# (?=(?:{key}) = |\[|[\]}}]|  )", "", sample, flags=re.MULTILINE)


def settings_problems(text: str, name: str, settings_type: type) -> list[str]:
    """What the configuration's own reader says about a sample; its secrets can all be had."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "sample.toml")
        file.write_text(text, encoding="utf-8")
        for credential in re.findall(r'"credential:([^"]+)"', text):
            Path(folder, credential).write_text("a credential")
            Path(folder, credential).chmod(0o600)
        had = dict.fromkeys(re.findall(r'"env:([^"]+)"', text), "a secret")
        with mock.patch.dict(os.environ, {**had, "CREDENTIALS_DIRECTORY": folder}):
            return _read_settings(file, name, settings_type)


def _read_settings(file: Path, name: str, settings_type: type) -> list[str]:
    document, problems = read_document(file), []
    for source, table in document.values["sources"].items():
        if table.get("adapter") != name:
            problems.append(f"the sample is of {table.get('adapter')!r}")
        part = TablePart(f"[sources.{source}]", document, ("sources", source))
        reader = SettingsReader(part, file.parent)
        reader.read(settings_type, {k: v for k, v in table.items() if k not in CORE_KEYS})
        problems += [str(problem) for problem in reader.problems]
    return problems


def capability_problems(readme: str, adapter_type: type[Adapter]) -> list[str]:
    told = [tuple(row) for row in table_under(readme, "Capabilities")]
    wanted = [("ability", "support", "reason"), *declared(adapter_type)]
    return [
        *(f"the README says {row}, which is not declared" for row in told if row not in wanted),
        *(f"the README does not say {row}" for row in wanted if row not in told),
    ]


def declared(adapter_type: type[Adapter]) -> list[tuple[str, str, str]]:
    """The declaration as rows of the README's table."""
    known = adapter_type.capabilities
    abilities: dict[str, Ability] = {
        **{f"read:{stream}": known.streams.get(stream, NO) for stream in Stream},
        **{f"write:{kind}": known.writes.get(kind, NO) for kind in WriteKind},
        "find": known.find,
        "fetch": known.fetch,
        "describe": known.describe,
        "create_field": known.create_field,
    }
    rows = [(name, ability.support.value, ability.reason) for name, ability in abilities.items()]
    if not known.deletions:
        rows.append(("deletions", known.deletions.support.value, known.deletions.reason))
    return [*rows, ("delivery", known.delivery.value, known.delivery_reason)]


def ledger_problems(readme: str) -> list[str]:
    rows = table_under(readme, "Quality ledger")[1:]
    problems = [
        f"{row[0]}: {row[1]!r} is not done, a date, or exempt with a reason"
        for row in rows
        if not re.fullmatch(r"done(, .+)?|exempt: .+|\d{4}-\d\d-\d\d.*", row[1])
    ]
    if [row[0] for row in rows] != list(QUALITIES):
        problems.append(f"the ledger's rows are not {QUALITIES}")
    return problems


def table_under(readme: str, section: str) -> list[list[str]]:
    """The cells of the first table of a section, without the line of dashes."""
    body = re.split(r"^## ", without_blocks(readme), flags=re.MULTILINE)
    text = next((part for part in body if part.startswith(section)), "")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    return [row for row in rows if not all(set(cell) <= {"-", ":"} and cell for cell in row)]


def without_blocks(readme: str) -> str:
    return re.sub(r"^```.*?^```$", "", readme, flags=re.MULTILINE | re.DOTALL)
