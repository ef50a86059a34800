"""What pydantic finds, in the words of people who edit TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, ErrorDetails

from connector.config.described import described
from connector.config.positions import Loc
from connector.config.types import PATTERNS_IN_WORDS
from connector.problems import Place, Problem, did_you_mean


class Table(BaseModel):
    """A TOML table of which every key is known."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        defer_build=True,  # few files use all tables
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, generate: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Keys are described by what stands below them, which is read for this alone."""
        return described(cls, generate.resolve_ref_schema(generate(schema)))


T = TypeVar("T", bound=BaseModel)


class Placed(Protocol):
    """A table of a file that knows where its keys stand."""

    @property
    def name(self) -> str:
        """How people call the table, for example `[[signal]] "pricing"`."""
        ...

    def place(self, loc: Loc) -> Place:
        """Where the key stands; () is the table itself."""
        ...

    def value_place(self, loc: Loc) -> Place:
        """Where the value stands."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is wrong with a table, and which of its keys are."""

    problems: tuple[Problem, ...]
    bad: frozenset[str]


def validate(
    model: type[T],
    values: Mapping[str, object],
    placed: Placed,
    *,
    also: Sequence[str] = (),
    stand_ins: Mapping[str, object] | None = None,
) -> tuple[T | None, Checked]:
    """The table as a model, without the keys that are wrong, and what is wrong.

    The model is None when even the rest makes no table; `stand_ins` take the place of keys that
    are needed. `also` names further keys that may be meant when an unknown one is found.
    """
    try:
        return model.model_validate(dict(values)), Checked(problems=(), bad=frozenset())
    except ValidationError as error:
        details = error.errors(include_url=False)
    problems = tuple(in_words(one, model, values, placed, also) for one in details)
    bad = frozenset(str(one["loc"][0]) for one in details)
    rest = dict(stand_ins or {}) | {key: value for key, value in values.items() if key not in bad}
    try:
        partial = model.model_validate(rest)
    except ValidationError:
        partial = None
    return partial, Checked(problems=problems, bad=bad)


def in_words(
    error: ErrorDetails,
    model: type[BaseModel],
    values: Mapping[str, object],
    placed: Placed,
    also: Sequence[str] = (),
) -> Problem:
    """One finding of pydantic as a problem with its place."""
    loc = error["loc"]
    inside = placed.name if len(loc) == 1 else f"{spelled(loc[:-1])} of {placed.name}"
    if error["type"] == "missing":
        message = f'"{loc[-1]}" is missing in {inside}.'
        return Problem(place=placed.place(loc[:-1]), message=message)
    if error["type"] == "extra_forbidden":
        known = [*keys_at(model, loc[:-1]), *(also if len(loc) == 1 else ())]
        message = f'Unknown key "{loc[-1]}" in {inside}.'
        advice = did_you_mean(str(loc[-1]), known)
        return Problem(place=placed.place(loc), message=message, advice=advice)
    loc, value = _written(values, loc, error["input"])
    says, advice = fault(error)
    message = f"{spelled(loc)} = {toml_text(value)} {says}."
    return Problem(place=placed.value_place(loc), message=message, advice=advice)


def _written(values: Mapping[str, object], loc: Loc, value: object) -> tuple[Loc, object]:
    """The way to a value as it stands in the file, and the value before we changed it."""
    current: object = values
    for depth, step in enumerate(loc):
        found, inner = _step(current, step)
        if not found:
            return (loc[:depth], current) if depth else (loc, value)
        current = inner
    return loc, current


def _step(current: object, step: str | int) -> tuple[bool, object]:
    if isinstance(step, int):
        inside = isinstance(current, list) and step < len(current)
        return inside, current[step] if isinstance(current, list) and inside else None
    inside = isinstance(current, Mapping) and step in current
    return inside, current[step] if isinstance(current, Mapping) and inside else None


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once: file by file as first named, and by position in each."""
    unique = list(dict.fromkeys(problems))
    files = list(dict.fromkeys(problem.place.file for problem in unique))
    places = {file: index for index, file in enumerate(files)}
    return sorted(unique, key=lambda p: (places[p.place.file], p.place.line, p.place.column))


def toml_text(value: object) -> str:
    """A bad value as it stands in the file, shortened."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, Mapping):
        text = "{...}"
    elif isinstance(value, Sequence):
        text = "[" + ", ".join(toml_text(item) for item in value[:4]) + "]"
    else:
        text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def spelled(loc: Loc) -> str:
    """A way to a value as people write it: field[2].value."""
    text = ""
    for step in loc:
        text += f"[{step + 1}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text


def keys_at(model: type[BaseModel], loc: Loc) -> list[str]:
    """The keys that the table at `loc` may hold; none when they are not fixed."""
    current: object = model
    for step in loc:
        if isinstance(step, str) and (fields := _fields(current)):
            current = fields[step].annotation if step in fields else None
        else:
            current = (get_args(current) or (None,))[-1]
    return list(_fields(current))


def _fields(annotation: object) -> Mapping[str, FieldInfo]:
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one.model_fields
    return {}


_FAULTS: Final = {
    "string_type": ("must be a text", 'Write it in quotes: "like this".'),
    "int_type": ("must be a whole number", ""),
    "int_from_float": ("must be a whole number", ""),
    "float_type": ("must be a number", "Write it without quotes."),
    "bool_type": ("must be true or false", "Write it without quotes."),
    "list_type": ("must be a list", 'Write it in brackets: ["a", "b"].'),
    "dict_type": ("must be a table", ""),
    "model_type": ("must be a table", ""),
    "finite_number": ("must be an ordinary number", ""),
    "empty": ("must not be empty", ""),
}

_LIMITS: Final = {
    "too_short": "must hold {min_length} or more",
    "too_long": "must hold {max_length} at most",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than_equal": "must be {le:g} or less",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length} characters",
}


def fault(error: ErrorDetails) -> tuple[str, str]:
    """What is wrong with a value, to follow "key = value", and advice."""
    context = error.get("ctx", {})
    kind = "empty" if context.get("min_length") == 1 else error["type"]
    if kind == "value_error":
        cause = context["error"]
        return str(cause), getattr(cause, "advice", "")
    if kind in {"enum", "literal_error"}:
        known = re.findall(r"'([^']*)'", str(context["expected"]))
        return "is not known", did_you_mean(str(error["input"]), known)
    if kind in _FAULTS:
        return _FAULTS[kind]
    if kind == "string_pattern_mismatch":
        return PATTERNS_IN_WORDS[context["pattern"]], ""
    if kind in _LIMITS:
        return _LIMITS[kind].format_map(context), ""
    return error["msg"], ""
