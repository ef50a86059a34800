"""The connection to a memory platform: its requests, and what its failures mean for leadmode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, assert_never

from adapters.memory.mapping import Position, fitted, misfit
from adapters.memory.platform import Effect, Fault, MemoryPlatform, Planned, Stored, row_id
from connector.errors import (
    Conflict,
    FateUnknown,
    GrantAccess,
    Rejected,
    SignInAgain,
    SlowDown,
    TryAgain,
)
from connector.model import Fields, Outcome, Record, RecordRef, Settled, Write, WriteKind
from connector.ports import FieldInfo, FieldSpec, Secret, Stream
from connector.problems import did_you_mean

__all__ = ["Connection", "Effect", "Fault", "MemoryPlatform", "connect", "forget", "register"]

_PLATFORMS: Final[dict[str, MemoryPlatform]] = {}


def register(name: str, platform: MemoryPlatform) -> None:
    """Make a platform reachable under a name, for this process."""
    _PLATFORMS[name] = platform


def forget(name: str) -> None:
    """Make it unreachable again; an unknown name is harmless."""
    _PLATFORMS.pop(name, None)


def connect(name: str, token: Secret) -> Connection:
    """A connection to the platform that was registered under the name."""
    platform = _PLATFORMS.get(name)
    if platform is None:
        raise Rejected(
            f'No memory platform is called "{name}" in this process. '
            "They live as long as the process that made them; register one under this name."
        )
    return Connection(platform, token)


class Answer(NamedTuple):
    """What a reading request gets."""

    now: int
    """The platform's clock at the request, UTC ms."""
    rows: Sequence[Stored]
    more: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """A caller. Every method is one request and raises the errors of the contract."""

    _platform: MemoryPlatform
    _token: Secret

    def who(self) -> tuple[str, str, int]:
        """The platform's instance name, the id of its account, and its clock, UTC ms."""
        with self._request("check"):
            platform = self._platform
            return platform.instance, platform.account_id, platform.clock.now()

    def rows(self, stream: Stream, after: Position, limit: int) -> Answer:
        """Up to `limit` rows of a stream behind a position."""
        with self._request(f"read {stream}"):
            platform = self._platform
            rows, more = platform.shelves[stream].after(after, min(limit, platform.page_size))
            return Answer(platform.clock.now(), rows, more)

    def find(self, emails: Sequence[str]) -> dict[str, tuple[RecordRef, ...]]:
        """The living person records per address."""
        with self._request("find"):
            return {email: tuple(self._platform.people_at(email)) for email in emails}

    def fetch(self, refs: Sequence[RecordRef]) -> dict[RecordRef, Record]:
        """The records that are there."""
        with self._request("fetch"):
            found = ((ref, self._platform.living(ref)) for ref in refs)
            return {ref: record for ref, record in found if record}

    def tasks(self, refs: Sequence[RecordRef]) -> dict[RecordRef, Fields]:
        """The tasks among them that are there; no request of its own beside `fetch`."""
        with self._platform.lock:
            known = self._platform.tasks
            return {r: dict(known[r.id]) for r in refs if r.object_type == "Task" and r.id in known}

    def describe(self, object_type: str) -> list[FieldInfo]:
        """The fields of an object type."""
        with self._request("describe"):
            return list(self._fields_of(object_type).values())

    def create_field(self, spec: FieldSpec) -> None:
        """Make a field unless it is there."""
        with self._request("create_field"):
            known = self._fields_of(spec.object_type)
            wanted = FieldInfo(name=spec.name, type=spec.type, choices=spec.choices)
            found = known.setdefault(spec.name, wanted)
            if found.type != spec.type:
                raise Conflict(
                    f"{spec.object_type} has a field {spec.name} already; it is a {found.type}, "
                    f"and a {spec.type} is needed. Rename or remove it there, "
                    "or give leadmode's field another name."
                )

    def unknown_lists(self, ids: Sequence[str]) -> list[str]:
        """Those of the ids that no list has."""
        with self._request("lists"):
            return [name for name in ids if name not in self._platform.lists]

    def apply(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do each write, once per key."""
        with self._request("write", writing=True):
            return [self._apply(write) for write in writes]

    @contextmanager
    def _request(self, call: str, *, writing: bool = False) -> Iterator[None]:
        platform = self._platform
        with platform.lock:
            planned = platform.fault_of(call)
            if platform.token and Secret(platform.token) != self._token:
                planned = Planned(Fault.SIGN_IN_AGAIN, call, None)
            if planned and planned.fault is not Fault.ANSWER_LOST:
                _fail(planned, call, writing=writing)
            platform.catch_up()
            yield
            if planned:
                _fail(planned, call, writing=writing)

    def _apply(self, write: Write) -> Outcome:
        spoilt = self._platform.spoilt(write.key)
        if spoilt and spoilt.settled is not Settled.UNKNOWN:
            return Outcome(key=write.key, settled=spoilt.settled, reason=spoilt.reason)
        outcome = self._do(write)
        if spoilt:
            return Outcome(key=write.key, settled=Settled.UNKNOWN, reason=spoilt.reason)
        return outcome

    def _do(self, write: Write) -> Outcome:
        platform = self._platform
        done = platform.keys.get(write.key)
        if not done and write.sent_before:
            done = platform.binned.get(write.key)
        if done:
            return Outcome(key=write.key, settled=Settled.ALREADY_APPLIED, remote_id=done)
        if write.kind is WriteKind.WITHDRAW:
            return self._withdraw(write)
        record = self._platform.living(write.target)
        if record is None:
            return _not_done(write, Settled.CANCELLED, "The record is gone.")
        if write.kind is WriteKind.SET_FIELDS:
            return self._set_fields(write, record)
        if write.kind is WriteKind.ADD_MEMBER:
            return self._add_member(write)
        return self._create(write)

    def _create(self, write: Write) -> Outcome:
        owner = write.fields.get("owner")
        if owner and not self._platform.is_active_owner(str(owner)):
            return _not_done(write, Settled.REJECTED, f"There is no active user {owner}.")
        noun = "note" if write.kind is WriteKind.ADD_NOTE else "task"
        made = f"{noun}-{len(self._platform.journal) + 1}"
        if write.kind is WriteKind.CREATE_TASK:
            self._platform.open_task(made, str(owner or ""))
        return self._take_down(write, made, fitted(write))

    def _add_member(self, write: Write) -> Outcome:
        name = str(write.fields.get("list"))
        members = self._platform.lists.get(name)
        if members is None:
            return _not_done(write, Settled.REJECTED, f"There is no list {name}.")
        made = f"{name}/{row_id(write.target)}"
        if write.target in members:
            return Outcome(key=write.key, settled=Settled.ALREADY_APPLIED, remote_id=made)
        members.add(write.target)
        return self._take_down(write, made, {"list": name})

    def kept_because(self, writes: Sequence[Write]) -> dict[str, str]:
        """Of withdrawals those that would not be done, and why."""
        with self._request("look"):
            touched = self._platform.touched
            ids = {write.key: str(write.fields["made"]) for write in writes}
            return {key: touched[made] for key, made in ids.items() if made in touched}

    def _withdraw(self, write: Write) -> Outcome:
        platform, made = self._platform, str(write.fields["made"])
        if made in platform.withdrawn:
            return Outcome(key=write.key, settled=Settled.ALREADY_APPLIED, remote_id=made)
        if made in platform.touched:
            return _not_done(write, Settled.CANCELLED, platform.touched[made])
        platform.withdrawn.add(made)
        members = platform.lists.get(str(write.fields.get("list")))
        if members is not None:
            members.discard(write.target)
        return self._take_down(write, made, {"what": write.fields["what"]})

    def _set_fields(self, write: Write, record: Record) -> Outcome:
        wanted, known = fitted(write), self._platform.fields[record.ref.object_type]
        for name, value in wanted.items():
            problem = misfit(known[name], value) if name in known else f"There is no field {name}."
            if problem:
                return _not_done(write, Settled.REJECTED, problem)
        changes = {n: v for n, v in wanted.items() if record.fields.get(n) != v}
        if not changes:
            return Outcome(key=write.key, settled=Settled.ALREADY_APPLIED, remote_id=record.ref.id)
        for name in changes:
            if name in write.expected and record.fields.get(name) not in write.expected[name]:
                return _not_done(write, Settled.CANCELLED, f"Somebody changed {name}.")
        changed = replace(record, fields={**record.fields, **changes})
        self._platform.put(changed)
        done = self._take_down(write, record.ref.id, changes)
        return replace(done, before={name: record.fields.get(name) for name in changes})

    def _take_down(self, write: Write, made: str, fields: Fields) -> Outcome:
        platform = self._platform
        platform.keys[write.key] = made
        platform.journal.append(
            Effect(
                at=platform.clock.now(),
                id=made,
                kind=write.kind,
                key=write.key,
                target=write.target,
                fields=fields,
            )
        )
        return Outcome(key=write.key, settled=Settled.APPLIED, remote_id=made)

    def _fields_of(self, object_type: str) -> dict[str, FieldInfo]:
        known = self._platform.fields
        if object_type not in known:
            raise Rejected(f"There is no object {object_type}. {did_you_mean(object_type, known)}")
        return known[object_type]


def _not_done(write: Write, settled: Settled, reason: str) -> Outcome:
    return Outcome(key=write.key, settled=settled, reason=reason)


def _fail(planned: Planned, call: str, *, writing: bool) -> None:
    """Raise what the contract says about a failure: the one place that judges them."""
    match planned.fault:
        case Fault.ANSWER_LOST | Fault.REQUEST_LOST:
            if writing:
                raise FateUnknown(f"The memory platform did not answer to: {call}.")
            raise TryAgain(f"The memory platform did not answer to: {call}.")
        case Fault.TRY_AGAIN:
            raise TryAgain(
                f"The memory platform cannot do this now: {call}.", retry_after=planned.retry_after
            )
        case Fault.SLOW_DOWN:
            raise SlowDown(
                "The memory platform's request limit is reached.", retry_after=planned.retry_after
            )
        case Fault.SIGN_IN_AGAIN:
            raise SignInAgain(
                "The memory platform refused the token. Set the source's `token` to the one that "
                "the platform was made with."
            )
        case Fault.GRANT_ACCESS:
            raise GrantAccess(f"The memory platform does not allow this account to: {call}.")
        case _:
            assert_never(planned.fault)
