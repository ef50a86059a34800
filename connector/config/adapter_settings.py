"""An adapter's settings: the keys of its table in the config, as its settings dataclass."""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from connector import log
from connector.config.positions import Loc
from connector.config.secrets import BadSecret, looks_secret, parse_reference, resolve
from connector.config.wording import Placed, fault, spelled, toml_text
from connector.ports import Secret
from connector.problems import Problem, did_you_mean

_STRICT: Final = ConfigDict(strict=True, allow_inf_nan=False)
_LEADING_KEY: Final = re.compile(r"[A-Za-z_][\w.]*")
_SEQUENCES: Final = (tuple, list, Sequence, frozenset)


class SettingsReader:
    """Builds the settings of one source and collects what is wrong with them.

    A `Path` is made relative to the folder of the config file, a `Secret` is fetched by its
    reference, a list becomes a tuple where the dataclass wants one. A ValueError of the
    dataclass's own checks becomes a problem for each of its arguments, placed at the key that its
    text begins with.
    """

    def __init__(self, placed: Placed, folder: Path, core_keys: Sequence[str] = ()) -> None:
        """`folder` is the config file's; `core_keys` may be meant by an unknown key."""
        self._placed = placed
        self._folder = folder
        self._core_keys = core_keys
        self.problems: list[Problem] = []

    def read(self, settings_type: type, values: Mapping[str, Any]) -> Any:
        """The settings; None when there are problems."""
        return self._table(settings_type, values, ())

    def _table(self, settings_type: Any, values: Mapping[str, Any], loc: Loc) -> Any:
        fields = {one.name: one for one in dataclasses.fields(settings_type) if one.init}
        hints = get_type_hints(settings_type)
        before = len(self.problems)
        for key in values:
            if key not in fields:
                self._unknown_key(key, list(fields), loc)
        built: dict[str, Any] = {}
        for name, one in fields.items():
            if name in values:
                built[name] = self._value(hints[name], values[name], (*loc, name))
            elif one.default is one.default_factory is dataclasses.MISSING:
                message = f'"{name}" is missing in {self._inside(loc)}.'
                self.problems.append(Problem(place=self._placed.place(loc), message=message))
        if len(self.problems) > before:
            return None
        return self._attempt(settings_type, built, loc)

    def _attempt(self, settings_type: Any, built: Mapping[str, Any], loc: Loc) -> Any:
        try:
            return settings_type(**built)
        except ValueError as error:
            for text in error.args:
                found = _LEADING_KEY.match(str(text))
                key = tuple(found.group().rstrip(".").split(".")) if found else ()
                known = bool(key) and key[0] in built
                place = self._placed.value_place((*loc, *key) if known else loc)
                self.problems.append(Problem(place=place, message=str(text)))
        return None

    def _value(self, hint: Any, value: Any, loc: Loc) -> Any:
        """`value` as the type that `hint` asks for; problems are noted, and the answer is void."""
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            real = [one for one in arguments if one is not type(None)]
            hint = real[0] if len(real) == 1 else hint
            origin, arguments = get_origin(hint), get_args(hint)
        if hint in (Secret, Path):
            return self._secret(value, loc) if hint is Secret else self._path(value, loc)
        if dataclasses.is_dataclass(hint):
            return self._in_table(value, loc, lambda: self._table(hint, value, loc))
        if origin in (dict, Mapping) and arguments:
            return self._in_table(value, loc, lambda: self._mapping(arguments[1], value, loc))
        if origin in _SEQUENCES and arguments:
            return self._list(origin, arguments[0], value, loc)
        return self._leaf(hint, value, loc)

    def _in_table(self, value: Any, loc: Loc, build: Callable[[], Any]) -> Any:
        if isinstance(value, Mapping):
            return build()
        return self._refuse(value, loc, "must be a table")

    def _mapping(self, hint: Any, value: Mapping[str, Any], loc: Loc) -> dict[str, Any]:
        return {key: self._value(hint, one, (*loc, key)) for key, one in value.items()}

    def _list(self, origin: Any, hint: Any, value: Any, loc: Loc) -> Any:
        if not isinstance(value, list):
            return self._refuse(value, loc, "must be a list", 'Write it in brackets: ["a", "b"].')
        items: Iterator[Any] = (self._value(hint, one, (*loc, i)) for i, one in enumerate(value))
        return (
            list(items)
            if origin is list
            else frozenset(items)
            if origin is frozenset
            else tuple(items)
        )

    def _path(self, value: Any, loc: Loc) -> Any:
        if isinstance(value, str) and value and "\0" not in value:
            return self._folder / value
        return self._refuse(value, loc, "must be a path", 'Write it in quotes: "folder/file".')

    def _secret(self, value: Any, loc: Loc) -> Any:
        reference = None
        try:
            reference = parse_reference(value)
            secret = resolve(reference)
        except BadSecret as error:
            problem = Problem(
                place=self._placed.value_place(loc),
                message=f"{spelled(loc)} {error}.",
                advice=error.advice,
                about_secret=reference is not None,
            )
            self.problems.append(problem)
            return None
        log.register_secret(secret.reveal())
        return secret

    def _leaf(self, hint: Any, value: Any, loc: Loc) -> Any:
        strict = not (isinstance(hint, type) and hint not in (str, int, float, bool))
        try:
            return TypeAdapter(hint, config=_STRICT).validate_python(value, strict=strict)
        except ValidationError as error:
            says, advice = fault(error.errors(include_url=False)[0])
            return self._refuse(value, loc, says, advice)

    def _refuse(self, value: Any, loc: Loc, says: str, advice: str = "") -> None:
        hidden = any(isinstance(step, str) and looks_secret(step) for step in loc)
        text = "(not shown)" if hidden else toml_text(value)
        place = self._placed.value_place(loc)
        message = f"{spelled(loc)} = {text} {says}."
        self.problems.append(Problem(place=place, message=message, advice=advice))

    def _unknown_key(self, key: str, known: Sequence[str], loc: Loc) -> None:
        names = [*known, *(self._core_keys if not loc else ())]
        message = f'Unknown key "{key}" in {self._inside(loc)}.'
        place = self._placed.place((*loc, key))
        advice = did_you_mean(key, names)
        self.problems.append(Problem(place=place, message=message, advice=advice))

    def _inside(self, loc: Loc) -> str:
        return f"{spelled(loc)} of {self._placed.name}" if loc else self._placed.name
