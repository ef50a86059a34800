"""The laws of HTTP adapters are alive: a real adapter keeps them over real sockets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from connector.clock import ManualClock
from connector.errors import FateUnknown, SignInAgain
from connector.ports import Secret
from tests.adapters.http_laws import Break, HttpLaws, HttpWorld
from tests.adapters.laws import AdapterLaws
from tests.adapters.memory.world import TOKEN, MemoryWorld
from tests.adapters.tiny_http.adapter import Settings, TinyHttp
from tests.adapters.tiny_http.server import TinyServer


class TinyWorld(MemoryWorld):
    """A memory platform that is reached by HTTP."""

    def __init__(
        self, folder: Path, clock: ManualClock, tiny_type: type[TinyHttp] = TinyHttp
    ) -> None:
        super().__init__(folder, clock)
        self._tiny_type = tiny_type
        self._server = TinyServer(self.platform)
        self._built: list[TinyHttp] = []

    def adapter(self, page_size: int | None = None) -> TinyHttp:  # type: ignore[override]
        wanted = Settings(url=self._server.url, token=Secret(TOKEN), page_size=page_size or 1_000)
        self._built.append(self._tiny_type(self.instance, wanted, self.clock))
        return self._built[-1]

    def close(self) -> None:
        for adapter in self._built:
            adapter.close()
        self.stop()
        super().close()

    def requests(self) -> int:
        return self._server.count

    def answer_next(
        self, status: int, *, headers: Mapping[str, str], body: str, times: int = 1
    ) -> None:
        self._server.planned = [(status, dict(headers), body)] * times

    def break_next(self, how: Break) -> None:
        self._server.broken = how

    def stop(self) -> None:
        if not self._server.closing.is_set():
            self._server.stop()


class TestTinyHttp(HttpLaws, AdapterLaws):
    adapter_type = TinyHttp
    examples = settings(AdapterLaws.examples, max_examples=15)

    def new_world(self, folder: Path, clock: ManualClock) -> HttpWorld:
        return TinyWorld(folder, clock)


class TakesEveryFailureForARefusal(TinyHttp):
    def _refused(self, answer, writing):
        raise SignInAgain("no")


class TakesABrokenAnswerForNothing(TinyHttp):
    def _broken(self, writing, cause):
        raise FateUnknown("what?")


class ReadsOnlySeconds(TinyHttp):
    def _wait(self, answer):
        told = answer.headers.get("Retry-After", "")
        return int(told) * 1_000 if told.isdigit() else None


class SignsInForEver(TinyHttp):
    def _refused(self, answer, writing):
        assert self._client
        for _ in range(10):
            self._client.request("GET", "/me")
        super()._refused(answer, writing)


class RepeatsWhatThePlatformSays(TinyHttp):
    def _refused(self, answer, writing):
        raise SignInAgain(answer.text)


@pytest.mark.parametrize(
    ("law", "adapter"),
    [
        ("test_16_every_status_of_a_read_is_understood", TakesEveryFailureForARefusal),
        ("test_16_every_status_of_a_write_is_understood", TakesEveryFailureForARefusal),
        ("test_16_a_broken_answer_to_a_read_is_passing_trouble", TakesABrokenAnswerForNothing),
        ("test_17_retry_after_is_read_in_seconds_and_as_a_date", ReadsOnlySeconds),
        ("test_18_a_lasting_401_is_told_once_and_not_looped", SignsInForEver),
        (
            "test_19_an_answer_that_echoes_the_secret_does_not_show_it",
            RepeatsWhatThePlatformSays,
        ),
    ],
)
def test_a_planted_fault_turns_its_law_red(law: str, adapter: type[TinyHttp]):
    class Laws(HttpLaws, AdapterLaws):
        adapter_type = adapter
        examples = settings(AdapterLaws.examples, phases=[Phase.generate])

        def new_world(self, folder: Path, clock: ManualClock) -> HttpWorld:
            return TinyWorld(folder, clock, adapter)

    [known] = [known for known in Laws.laws() if known.name == law]
    _, chosen = next(known.cases())
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(Laws(), law)(**chosen)
