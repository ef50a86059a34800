"""Which adapters there are. Each is imported when it is configured, not before."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Final

from connector.clock import Clock
from connector.config.adapter_settings import SettingsReader
from connector.config.config_tables import SourceTable
from connector.config.document import TablePart
from connector.config.settings import NO_ADAPTER, Config, SourceConfig, load_leniently
from connector.config.wording import in_order
from connector.errors import FixInput
from connector.ports import Adapter
from connector.problems import Problem, did_you_mean

ADAPTERS: Final = {
    "csv": "adapters.csv.adapter:CsvAdapter",
    "hubspot": "adapters.hubspot.adapter:HubspotAdapter",
    "memory": "adapters.memory.adapter:MemoryAdapter",
    "salesforce": "adapters.salesforce.adapter:SalesforceAdapter",
}
"""Adapter name to where its class is."""


def adapter_class(name: str) -> type[Adapter]:
    """The class of an adapter, imported now; LookupError for a name that is none of ours."""
    if name not in ADAPTERS:
        raise LookupError(f'There is no adapter "{name}". {did_you_mean(name, ADAPTERS)}')
    module, _, attribute = ADAPTERS[name].partition(":")
    found = getattr(importlib.import_module(module), attribute)
    assert isinstance(found, type)  # noqa: S101 - a slip in ADAPTERS
    assert issubclass(found, Adapter)  # noqa: S101
    return found


def load_all(path: Path) -> Config:
    """The configuration at `path`, its rules and what its adapters think of their settings.

    FixInput names every problem of all three together.
    """
    config, problems = load_leniently(path)
    if config is not None:
        problems.extend(settings_problems(config))
    if problems or config is None:
        raise FixInput(in_order(problems))
    return config


def settings_problems(config: Config) -> list[Problem]:
    """What is wrong with the sources' own settings, secrets that cannot be had included."""
    return [
        problem
        for source in config.sources.values()
        if source.adapter != NO_ADAPTER
        for problem in _built(config, source)[1]
    ]


def open_adapters(config: Config, clock: Clock) -> dict[str, Adapter]:
    """An adapter per source, by its name. Nothing is connected yet; FixInput for bad settings."""
    problems = settings_problems(config)
    if problems:
        raise FixInput(problems)
    return {
        name: _opened(adapter_class(source.adapter), name, _built(config, source)[0], clock)
        for name, source in config.sources.items()
    }


def _opened(kind: Any, name: str, settings: object, clock: Clock) -> Adapter:
    """Every adapter is built alike; the port's docstring says how, a type cannot."""
    adapter: Adapter = kind(name, settings, clock)
    return adapter


def _built(config: Config, source: SourceConfig) -> tuple[Any, list[Problem]]:
    part = TablePart(f"[sources.{source.name}]", config.document, ("sources", source.name))
    try:
        kind = adapter_class(source.adapter)
    except LookupError as error:
        place = part.value_place(("adapter",))
        return None, [Problem(place=place, message=str(error.args[0]))]
    reader = SettingsReader(part, config.path.parent, list(SourceTable.model_fields))
    return reader.read(kind.settings_type, source.settings), reader.problems
