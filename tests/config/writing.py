"""Random TOML texts that remember where each key and value was put."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from hypothesis import strategies as st

Loc = tuple[str | int, ...]
Spot = tuple[int, int]

NAMES = ["a", "b-1", "c_2", "long-name", "person.title", "mit ä", 'quo"te', "日本", "", "x y"]
SCALARS = [
    "1", "-2.5", "true", '"text"', '"ä日 = 1 # no"', "'it'", "1979-05-27T07:32:00Z", "0x1F",
    '"""two\nlines = 1\n[not.a.table]"""', "'''\nraw \\ \n'''", '"\\u00e9"', "inf",
]  # fmt: skip


@dataclass
class Written:
    """A text, and where its keys and values stand (line and column, from 1)."""

    newline: str = "\n"
    text: str = ""
    keys: dict[Loc, Spot] = field(default_factory=dict)
    values: dict[Loc, Spot] = field(default_factory=dict)

    def put(self, text: str) -> None:
        self.text += text.replace("\n", self.newline)

    @property
    def here(self) -> Spot:
        before = self.text.rsplit("\n", 1)[-1]
        return self.text.count("\n") + 1, len(before) + 1


@st.composite
def texts(draw: st.DrawFn) -> Written:
    out = Written(newline=draw(st.sampled_from(["\n", "\r\n"])))
    _pairs(draw, out, ())
    for name in draw(_names()):
        key = f"t {name}"
        if draw(st.booleans()):
            _header(draw, out, "[", (key,), (key,))
            _pairs(draw, out, (key,))
            continue
        for index in range(draw(st.integers(1, 3))):
            _header(draw, out, "[[", (key,), (key, index))
            _pairs(draw, out, (key, index))
            if draw(st.booleans()):
                _header(draw, out, "[", (key, "sub"), (key, index, "sub"), via=(key, index))
                _pairs(draw, out, (key, index, "sub"))
    return out


def _header(
    draw: st.DrawFn, out: Written, opening: str, keys: Loc, loc: Loc, via: Loc = ()
) -> None:
    _noise(draw, out)
    out.put(opening + draw(st.sampled_from(["", " "])))
    for index, key in enumerate(keys):
        if index:
            out.put(draw(st.sampled_from([".", " . "])))
        if index == len(keys) - 1:
            out.keys[loc] = out.here
            if loc[-1] == 0:
                out.keys[loc[:-1]] = out.here
        out.put(_quoted(draw, str(key)))
    out.put(opening.replace("[", "]") + "\n")


def _pairs(draw: st.DrawFn, out: Written, table: Loc) -> None:
    for name in draw(_names()):
        _noise(draw, out)
        out.put(draw(st.sampled_from(["", "  ", "\t"])))
        _pair(draw, out, table, name, 0)
        out.put(draw(st.sampled_from(["\n", "  # = ä\n"])))


def _pair(draw: st.DrawFn, out: Written, table: Loc, name: str, depth: int) -> None:
    path: Loc = (*table, name)
    out.keys[path] = out.here
    out.put(_quoted(draw, name))
    if draw(st.integers(0, 4)) == 0:
        out.put(draw(st.sampled_from([".", " . "])))
        path = (*path, "inner")
        out.keys[path] = out.here
        out.put("inner")
    out.put(draw(st.sampled_from(["=", " = "])))
    _value(draw, out, path, depth)


def _value(draw: st.DrawFn, out: Written, path: Loc, depth: int) -> None:
    out.values[path] = out.here
    shape = draw(st.sampled_from(["scalar", "scalar", "table", "list"])) if depth < 3 else "scalar"
    if shape == "scalar":
        out.put(draw(st.sampled_from(SCALARS)))
    elif shape == "table":
        out.put("{")
        for index, name in enumerate(draw(_names())):
            out.put(", " if index else " ")
            _pair(draw, out, path, name, depth + 1)
        out.put(" }")
    else:
        out.put("[")
        for index in range(draw(st.integers(0, 3))):
            out.put(draw(st.sampled_from([" ", "\n  ", "\n # ] = {\n "])))
            _value(draw, out, (*path, index), depth + 1)
            out.put(",")
        out.put("]")


def _noise(draw: st.DrawFn, out: Written) -> None:
    out.put(draw(st.sampled_from(["", "", "\n", "# [no] = {\n", "   \n"])))


def _names() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(NAMES), max_size=3, unique=True)


def _quoted(draw: st.DrawFn, name: str) -> str:
    bare = name != "" and name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    if bare and draw(st.booleans()):
        return name
    if "'" not in name and draw(st.booleans()):
        return f"'{name}'"
    return json.dumps(name, ensure_ascii=draw(st.booleans()))
