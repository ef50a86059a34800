"""Where every key and value of a TOML text stands.

tomllib gives values without positions, so the text is parsed a second time by tree-sitter, only
for the positions. What tree-sitter does not understand has no position of its own, and the
nearest table around it is named instead.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Loc = tuple[str | int, ...]
"""The way to a value: keys, and indexes of arrays."""
Span = tuple[int, int]
"""First byte and the byte after the last."""

_KEYS = frozenset({"bare_key", "quoted_key", "dotted_key"})
_SKIPPED = frozenset({"[", "]", "{", "}", ",", "comment", "ERROR"})


@dataclass(slots=True)
class Positions:
    """Byte spans of the keys and of the values of one text."""

    keys: dict[Loc, Span] = field(default_factory=dict)
    values: dict[Loc, Span] = field(default_factory=dict)
    _elements: dict[Loc, int] = field(default_factory=dict)
    """Per array of tables the index of the newest element."""

    def add_statement(self, node: Node, table: Loc) -> Loc:
        """Take in one top-level statement; the answer is the table that later pairs belong to."""
        if node.type == "pair":
            self._add_pair(node, table)
        elif node.type in {"table", "table_array_element"}:
            table = self._add_header(node)
            for child in node.children:
                if child.type == "pair":
                    self._add_pair(child, table)
        return table

    def _add_header(self, node: Node) -> Loc:
        keys = _keys(node)
        is_element = node.type == "table_array_element"
        path: Loc = ()
        for index, (key, span) in enumerate(keys):
            last = index == len(keys) - 1
            path = (*path, key)
            if (last and not is_element) or path not in self.keys:
                self.keys[path] = self.values[path] = span
            if last and is_element:
                self._elements[path] = self._elements.get(path, -1) + 1
            if path in self._elements:
                path = (*path, self._elements[path])
                if last:
                    self.keys[path] = self.values[path] = span
        return path

    def _add_pair(self, node: Node, table: Loc) -> None:
        path = table
        for key, span in _keys(node):
            path = (*path, key)
            self.keys.setdefault(path, span)
            self.values.setdefault(path, span)
        for child in reversed(node.children):
            if child.is_named and child.type not in _KEYS and child.type not in _SKIPPED:
                self._add_value(child, path)
                return

    def _add_value(self, node: Node, path: Loc) -> None:
        self.values[path] = (node.start_byte, node.end_byte)
        if node.type == "inline_table":
            for child in node.children:
                if child.type == "pair":
                    self._add_pair(child, path)
        elif node.type == "array":
            elements = [child for child in node.children if child.type not in _SKIPPED]
            for index, child in enumerate(elements):
                self.keys[*path, index] = (child.start_byte, child.end_byte)
                self._add_value(child, (*path, index))


def find_positions(source: bytes) -> Positions:
    """The positions in a text that tomllib has accepted."""
    positions = Positions()
    tree = Parser(Language(tree_sitter_toml.language())).parse(source)
    table: Loc = ()
    for node in tree.root_node.children:
        table = positions.add_statement(node, table)
    return positions


def _keys(node: Node) -> list[tuple[str, Span]]:
    """The parts of the (dotted) key of a pair or header, unquoted, each with its span."""
    found: list[tuple[str, Span]] = []
    for child in node.children:
        if child.type == "dotted_key":
            found.extend(_keys(child))
        elif child.type in _KEYS:
            found.append((_plain(child), (child.start_byte, child.end_byte)))
        elif child.type in {"=", "]", "]]"}:
            break
    return found


def _plain(node: Node) -> str:
    text = (node.text or b"").decode()
    if node.type == "bare_key":
        return text
    return next(iter(tomllib.loads(f"{text} = 0")))
