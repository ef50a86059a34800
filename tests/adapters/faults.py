"""Adapters with one fault in the rest of the contract, and all faults together."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from adapters.memory.adapter import MemoryAdapter
from connector.errors import SignInAgain
from connector.ports import Stream
from tests.adapters import reading_faults, writing_faults
from tests.adapters.memory.narrow import NarrowMemory
from tests.adapters.planted import PLANTED, Planted, caught_by

__all__ = ["PLANTED", "Planted", "reading_faults", "writing_faults"]


@caught_by("test_19")
class ShowsItsSecret(MemoryAdapter):
    def __repr__(self):
        return f"ShowsItsSecret(token={self._settings.token.reveal()})"


@caught_by("test_19")
class KeepsItsSecretInTheOpen(MemoryAdapter):
    def __init__(self, *args):
        super().__init__(*args)
        self._headers = {"authorization": f"Bearer {self._settings.token.reveal()}"}


@caught_by("test_19")
class ComplainsWithTheSecret(MemoryAdapter):
    def find(self, emails):
        try:
            return super().find(emails)
        except SignInAgain as error:
            raise SignInAgain(f"{self._settings.token.reveal()} was refused") from error


@caught_by("test_19")
class ChainsTheSecret(MemoryAdapter):
    def find(self, emails):
        cause = ValueError(f"GET /find?token={self._settings.token.reveal()}")
        raise SignInAgain("The platform refused the token.") from cause


@caught_by("test_19")
class LogsTheSecret(MemoryAdapter):
    def check(self):
        logging.getLogger("a.vendor").debug("using %s", self._settings.token.reveal())
        return super().check()


@caught_by("test_19")
class PrintsTheSecret(MemoryAdapter):
    def check(self):
        print(self._settings.token.reveal())  # noqa: T201 - the fault
        return super().check()


@caught_by("test_20")
class DoesMoreThanItSays(NarrowMemory):
    find = MemoryAdapter.find


@caught_by("test_20")
class AsksBeforeItRefuses(NarrowMemory):
    def read(self, stream, cursor):
        self.check()
        return super().read(stream, cursor)


@caught_by("test_20")
class WritesWhatItDoesNotDeclare(NarrowMemory):
    def refuse_unwritable(self, writes):
        return None


@caught_by("test_21")
class WritesWhileChecking(MemoryAdapter):
    def check(self):
        platform = self._connection._platform
        for record in platform.records():
            platform.edit(record.ref, checked="yes")
        return super().check()


@caught_by("test_21")
class LooksAtEverythingWhileChecking(MemoryAdapter):
    def check(self):
        for stream in Stream:
            self.read(stream, None)
        return super().check()


@caught_by("test_21")
class TellsAnotherAccountEachTime(MemoryAdapter):
    def check(self):
        return replace(super().check(), account_id=f"account {id(self)}")


@caught_by("test_21")
class LooksTwiceToSayWhoItIs(MemoryAdapter):
    def identify(self):
        self.check()
        return self.check()


@caught_by("test_21")
class CallsWhenItIsBuilt(MemoryAdapter):
    def __init__(self, *args):
        super().__init__(*args)
        self.check()


@caught_by("test_22")
class ClosesOnlyOnce(MemoryAdapter):
    def close(self):
        if self._open is None:
            raise RuntimeError("closed already")
        super().close()


@caught_by("test_24")
class FindsOnlyTheFirst(MemoryAdapter):
    def find(self, emails):
        return {email: refs[:1] for email, refs in super().find(emails).items()}


@caught_by("test_25")
class FetchesWhatItRemembers(MemoryAdapter):
    def __init__(self, *args):
        super().__init__(*args)
        self._memory: dict[Any, Any] = {}

    def fetch(self, refs, fields):
        for ref, found in super().fetch(refs, fields).items():
            self._memory.setdefault(ref, found)
        return {ref: self._memory[ref] for ref in refs if ref in self._memory}
