"""Keys and defaults of the tables, as the documents must show them."""

from __future__ import annotations

from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connector.config.wording import toml_text

NEEDED = "needed"


def keys_of(model: type[BaseModel]) -> dict[str, str]:
    """Every key of a table with its default as TOML; "" when it may be left out without one."""
    return {key: _default(field) for key, field in model.model_fields.items()}


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return NEEDED
    extra: Any = field.json_schema_extra
    if isinstance(extra, dict) and "default" in extra:
        return toml_text(extra["default"])
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ([], {}, "") or isinstance(value, BaseModel):
        return ""
    if isinstance(value, list):
        return "[" + ", ".join(_plain(one) for one in value) + "]"
    return _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return toml_text(value.value if isinstance(value, Enum) else value)
