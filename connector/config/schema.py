"""The JSON Schema of rule files, by which editors complete and check them.

`python -m connector.config.schema` prints it; `rules/schema.json` holds what it prints.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

from connector.config.conditions import LOGIC, SUBJECTS
from connector.config.durations import PATTERN
from connector.config.rule_tables import RuleFile
from connector.engine.condition import TextOperator

_OVERLAID: Final = (
    "SignalTable",
    "LeadModeTable",
    "ExclusionTable",
    "SilenceTable",
    "LifecycleTable",
    "HandOffTable",
    "TeamTable",
    "HoldoutTable",
    "OfferTable",
    "ProgramTable",
    "SegmentTable",
)
"""Tables that a later folder may change key by key; there only the id is needed."""

_SCALAR: Final = {"type": ["string", "number", "boolean"]}
_TEXT: Final = {"type": "string", "minLength": 1}


def rule_schema() -> dict[str, Any]:
    """The schema as a JSON value."""
    schema = RuleFile.model_json_schema()
    tables: dict[str, Any] = schema["$defs"]
    for name in _OVERLAID:
        tables[name]["required"] = [key for key in tables[name]["required"] if key == "id"]
        if not tables[name]["required"]:
            del tables[name]["required"]
    tables |= {"Condition": _condition(), "Comparison": _comparison()}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **finished(schema)}


def _condition() -> dict[str, Any]:
    subjects = "|".join(SUBJECTS)
    comparison = {"$ref": "#/$defs/Comparison"}
    several = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}}
    inside: dict[str, Any] = dict.fromkeys(("any", "all"), several)
    inside |= {key: {"$ref": "#/$defs/Condition"} for key in ("not", "unless")}
    assert set(inside) == set(LOGIC)  # noqa: S101 - one list of words
    by_subject = {"type": "object", "additionalProperties": comparison}
    return {
        "description": 'Fields and what they must be, for example "person.title". All must hold.',
        "type": "object",
        "properties": inside | dict.fromkeys(SUBJECTS, by_subject),
        "patternProperties": {rf"^({subjects})\..+$": comparison},
        "additionalProperties": False,
    }


def _comparison() -> dict[str, Any]:
    scalars = {"anyOf": [_SCALAR, {"type": "array", "minItems": 1, "items": _SCALAR}]}
    texts = {"anyOf": [_TEXT, {"type": "array", "minItems": 1, "items": _TEXT}]}
    number = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": PATTERN}]}
    operators: dict[str, Any] = {"equals": scalars}
    operators |= {operator.value: texts for operator in TextOperator}
    operators |= dict.fromkeys(("above", "at_least", "at_most", "below"), number)
    operators["between"] = {"type": "array", "minItems": 2, "maxItems": 2, "items": number}
    operators |= {key: {"type": "boolean"} for key in ("is_empty", "present")}
    table = {
        "type": "object",
        "properties": operators,
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [*scalars["anyOf"], table]}


def finished(value: Any) -> Any:
    """A schema with conditions by reference, and none of the titles that pydantic makes up."""
    if isinstance(value, list):
        return [finished(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("$comment") == "Condition":
        value = {"$ref": "#/$defs/Condition"} | {k: v for k, v in value.items() if k != "$comment"}
    return {
        key: finished(one)
        for key, one in value.items()
        if not (key == "title" and isinstance(one, str))
    }


def main() -> None:
    """Print the schema."""
    json.dump(rule_schema(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
