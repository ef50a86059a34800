"""An adapter over real HTTP, as small as the laws allow: reads people, makes tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn, TypeVar

import httpx

from adapters.memory.adapter import LATE_WINDOW
from adapters.memory.mapping import Position, Walk
from connector.clock import Clock, to_millis
from connector.errors import (
    FateUnknown,
    GrantAccess,
    Rejected,
    SignInAgain,
    SlowDown,
    TryAgain,
)
from connector.model import Outcome, Record, RecordRef, Role, Settled, Write, WriteKind
from connector.ports import YES, Adapter, Capabilities, Delivery, Health, Page, Secret, Stream

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    url: str
    token: Secret
    page_size: int


class TinyHttp(Adapter):
    capabilities = Capabilities(
        streams={Stream.PEOPLE: YES},
        writes={WriteKind.CREATE_TASK: YES},
        max_batch=20,
        late_window=LATE_WINDOW,
        ordered=True,
        delivery=Delivery.A,
    )
    settings_type = Settings

    def __init__(self, instance: str, settings: Settings, clock: Clock) -> None:
        self._instance = instance
        self._settings = settings
        self._clock = clock
        self._client: httpx.Client | None = None

    def check(self) -> Health:
        return self._ask("GET", "/me", lambda found: Health(account=found["account"]))

    def read(self, stream: Stream, cursor: str | None) -> Page:
        self.refuse_unreadable(stream)
        walk = Walk.of_cursor(cursor)
        stamp, row_id = walk.position
        query = f"/people?stamp={stamp}&id={row_id}&limit={self._settings.page_size}"
        return self._ask("GET", query, lambda found: page_of(found, walk))

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        self.refuse_unwritable(writes)
        body = [
            {
                "key": write.key,
                "kind": write.kind,
                "target": [write.target.instance, write.target.object_type, write.target.id],
                "fields": dict(write.fields),
            }
            for write in writes
        ]
        return self._ask("POST", "/tasks", lambda found: outcomes_of(found, writes), body)

    def close(self) -> None:
        if self._client:
            self._client.close()
        self._client = None

    def _ask(self, method: str, path: str, understand: Callable[[Any], T], body: Any = None) -> T:
        writing = method == "POST"
        if self._client is None:
            self._client = httpx.Client(base_url=self._settings.url, timeout=0.2, trust_env=False)
        headers = {"Authorization": f"Bearer {self._settings.token.reveal()}"}
        try:
            answer = self._client.request(method, path, headers=headers, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise TryAgain("Tiny cannot be reached.") from error
        except httpx.HTTPError as error:
            self._broken(writing, error)
        if answer.status_code != 200:
            self._refused(answer, writing)
        try:
            return understand(answer.json())
        except (ValueError, KeyError, TypeError) as error:
            self._broken(writing, error)

    def _broken(self, writing: bool, cause: Exception) -> NoReturn:
        if writing:
            raise FateUnknown("Tiny's answer cannot be understood.") from cause
        raise TryAgain("Tiny's answer cannot be understood.") from cause

    def _refused(self, answer: httpx.Response, writing: bool) -> NoReturn:
        status = answer.status_code
        words = answer.text.replace(self._settings.token.reveal(), "********")
        match status:
            case 401:
                raise SignInAgain("Tiny refused the token.")
            case 403:
                raise GrantAccess(f"Tiny does not allow this: {words}")
            case 429:
                raise SlowDown("Tiny's limit is reached.", retry_after=self._wait(answer))
            case 408 | 425:
                raise TryAgain("Tiny cannot do this now.")
            case _ if status < 500:
                raise Rejected(f"Tiny refused: {words}")
        if writing:
            raise FateUnknown(f"Tiny failed: {status}")
        raise TryAgain(f"Tiny failed: {status}", retry_after=self._wait(answer))

    def _wait(self, answer: httpx.Response) -> int | None:
        told = answer.headers.get("Retry-After", "")
        if told.isdigit():
            return int(told) * 1_000
        try:
            moment = to_millis(parsedate_to_datetime(told))
        except ValueError:
            return None
        return max(0, moment - self._clock.now())


def page_of(found: Mapping[str, Any], walk: Walk) -> Page:
    rows, more = found["rows"], found["more"]
    last = Position(rows[-1][0], rows[-1][1]) if rows else None
    onward = walk.onward(last=last, now=found["now"], more=more, overlap=LATE_WINDOW)
    records = tuple(record_of(payload) for _, _, payload in rows)
    return Page(cursor=onward.cursor(), records=records, more=more)


def record_of(payload: Mapping[str, Any]) -> Record:
    refs = {
        name: RecordRef(**payload[name]) if payload[name] else None
        for name in ("ref", "account", "owner", "merged_into")
    }
    lists = {"role": Role(payload["role"]), "emails": tuple(payload["emails"]), "people": ()}
    return Record(**{**payload, **refs, **lists})


def outcomes_of(found: Any, writes: Sequence[Write]) -> list[Outcome]:
    """One outcome per write, each proved by an id or a reason."""
    outcomes = [Outcome(**{**item, "settled": Settled(item["settled"])}) for item in found]
    if [outcome.key for outcome in outcomes] != [write.key for write in writes]:
        raise ValueError("the outcomes are of other writes")
    return outcomes
