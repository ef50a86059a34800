"""A law: a test that is left out only where the adapter's declaration says so."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings

from connector.clock import ManualClock
from connector.ports import Adapter, Capabilities
from tests.adapters.world import START, World
from tests.depth import depth

Needs = Callable[..., object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What is known of a law besides its body."""

    number: int
    name: str
    each: str
    """The argument that goes through `members`; empty: no argument."""
    members: tuple[Enum, ...]
    needs: Needs

    def cases(self) -> Iterator[tuple[str, dict[str, Enum]]]:
        """A name and the arguments of each case."""
        if not self.each:
            yield self.name, {}
        for member in self.members:
            yield f"{self.name}[{member.value}]", {self.each: member}


def always(_: type[Adapter]) -> bool:
    """No declaration excuses from this law."""
    return True


def law(
    number: int, *, each: str = "", of: Iterable[Enum] = (), needs: Needs = always
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a method as law `number`, for each member of an enum if wanted.

    `needs(adapter type, argument)` tells whether the adapter declares what the law is about.
    """

    def decorate(body: Callable[..., None]) -> Callable[..., None]:
        known = Law(number=number, name=body.__name__, each=each, members=tuple(of), needs=needs)

        @functools.wraps(body)
        def test(self: Lawful, **chosen: Any) -> None:
            case = next(name for name, args in known.cases() if args == chosen)
            if not needs(self.adapter_type, **chosen):
                self.left_out.add(case)
                pytest.skip(f"{self.adapter_type.__name__} does not declare it")
            self.kept.add(case)
            try:
                body(self, **chosen)
            except pytest.skip.Exception:
                pytest.fail("A law is left out by the adapter's declaration only.")

        test.law = known  # type: ignore[attr-defined]
        if each:
            pytest.mark.parametrize(each, known.members, ids=lambda m: m.value)(test)
        return test

    return decorate


class Lawful:
    """Base of the law classes. A subclass names its adapter and makes worlds."""

    adapter_type: ClassVar[type[Adapter]]
    examples: ClassVar[settings] = settings(
        max_examples=depth(12, 40), deadline=None, database=None, derandomize=True
    )
    """How hard hypothesis tries; the same examples every time."""
    kept: ClassVar[set[str]] = set()
    left_out: ClassVar[set[str]] = set()

    def __init_subclass__(cls) -> None:
        cls.kept, cls.left_out = set(), set()

    def new_world(self, folder: Path, clock: ManualClock) -> World:
        """A platform in an empty folder, at START."""
        raise NotImplementedError

    @property
    def declared(self) -> Capabilities:
        return self.adapter_type.capabilities

    @contextmanager
    def world(self) -> Iterator[World]:
        """A fresh world for one law, or for one example of it."""
        with tempfile.TemporaryDirectory() as folder:
            world = self.new_world(Path(folder), ManualClock(START))
            try:
                yield world
            finally:
                world.close()

    @classmethod
    def laws(cls) -> list[Law]:
        """All laws of the class, by number."""
        methods = (value for base in cls.__mro__ for value in vars(base).values())
        found = {known for method in methods if (known := getattr(method, "law", None))}
        return sorted(found, key=lambda law: (law.number, law.name))
