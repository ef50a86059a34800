"""The contract between leadmode and a platform: eight methods, the same order in every adapter."""

from __future__ import annotations

import hmac
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Final, NoReturn

from connector.errors import AdapterError, FateUnknown, Rejected, Unsupported
from connector.model import (
    Engagement,
    Fields,
    Kind,
    Outcome,
    Record,
    RecordRef,
    Role,
    Settled,
    Write,
    WriteKind,
)


class Stream(StrEnum):
    """What can be read, in the order in which a first load reads it."""

    OWNERS = "owners"
    ACCOUNTS = "accounts"
    PEOPLE = "people"
    OPPORTUNITIES = "opportunities"
    ENGAGEMENTS = "engagements"


class Support(StrEnum):
    """Whether an adapter does something. Untested behaves as no and is listed by `doctor`."""

    YES = "yes"
    NO = "no"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Ability:
    """One statement of what an adapter can do, with the reason where it is not a plain yes."""

    support: Support
    reason: str = ""

    def __bool__(self) -> bool:
        return self.support is Support.YES


YES = Ability(Support.YES)
NO = Ability(Support.NO)


class Delivery(StrEnum):
    """What a target can promise about a repeated write."""

    A = "A"
    """It enforces a unique key: a repeat is refused or recognised."""
    B = "B"
    """The effect and a keyed ledger record are one transaction."""
    C = "C"
    """Neither; an unknown fate is held for a person to decide, or sent again if configured."""


TASK_FIELDS: Final = ("status", "result", "owner", "is_closed", "closed_at", "modified_at")
"""What `fetch` is asked about a task: the platform's own status and result, who has it (an id of a
user), whether it is done, when it was done, and when it last changed (UTC ms)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one adapter does, and the limits the core must respect."""

    streams: Mapping[Stream, Ability] = field(default_factory=dict)
    """A stream that is not named is not readable."""
    writes: Mapping[WriteKind, Ability] = field(default_factory=dict)
    find: Ability = NO
    fetch: Ability = NO
    describe: Ability = NO
    create_field: Ability = NO
    deletions: Ability = YES
    """Whether `read` tells of every record that goes. Where not, `fetch` is asked now and then."""
    task_type: str = ""
    """The object type under which `fetch` tells of tasks that were written, by their remote ids and
    with the names of `TASK_FIELDS`. Empty: what becomes of a task is not told.

    A task of which nothing is known yet has no field at all; one that is gone is left out."""
    applied_later: bool = False
    """Whether somebody else applies what is written: what is there now does not show it yet."""
    max_batch: int = 1
    """Most writes in one call."""
    late_window: int = 0
    """Milliseconds: a record may become readable this long after its own timestamp."""
    ordered: bool = False
    """Whether a stream comes oldest first."""
    requests_per_day: int | None = None
    """Budget shared with everything else that uses the account; None means no limit."""
    delivery: Delivery = Delivery.C
    delivery_reason: str = ""
    """How the delivery class is reached, in words `doctor` can print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One reading of a stream: what changed, and where to go on."""

    cursor: str
    """Opaque; give it back to go on after this page."""
    records: tuple[Record, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    more: bool = False
    """True when reading again at once will find more; an empty page is not the end."""
    first_load: int | None = None
    """When the first load of something began that was not readable before, UTC ms.

    In a stream whose own first load is over, what such a page shows is recorded and not alerted.
    """
    set_aside: int = 0
    """Rows that could not be understood and were put where a person can mend them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The answer of `check()`."""

    account: str
    """Which account, organisation or folder this is."""
    account_id: str | None = None
    """What the platform calls the account for ever; None: it cannot tell, or nothing does.

    leadmode keeps the first one it sees, and works with no other.
    """
    missing: tuple[str, ...] = ()
    """Permissions, files or fields that are needed and not there, in the platform's words."""
    missing_to_write: tuple[str, ...] = ()
    """The same of what only a source that receives writes needs."""
    warnings: tuple[str, ...] = ()
    """What works today and will not for ever, or would work better otherwise."""
    quota_left: int | None = None
    clock_skew: int | None = None
    """Milliseconds the platform's clock is ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """A custom field that leadmode needs."""

    object_type: str
    name: str
    type: str
    """"text", "number", "boolean", "instant" or "choice"."""
    label: str = ""
    unique: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """A field as the platform describes it."""

    name: str
    type: str
    writable: bool = True
    choices: tuple[str, ...] = ()
    """The values that people can choose, where there is such a list."""
    retired: tuple[str, ...] = ()
    """Values that records may still have and nobody can choose any more."""
    takes_others: bool = False
    """Whether it takes a value that is not among the choices from a program."""
    length: int | None = None
    """Most characters of a text; None when the platform does not tell."""
    unique: bool = False
    """Whether the platform refuses a value that another record has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectNames:
    """An object type that is read, and what its fields are called here and there."""

    object_type: str
    role: Role
    fields: Mapping[str, str] = field(default_factory=dict)
    """Our names to the platform's; "" for what the adapter makes out of several."""
    owner: str = ""
    """The field that holds the owner."""
    fetched: bool = True
    """Whether `fetch` knows records of this type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something of the platform's that the source's table in the config names."""

    key: tuple[str, ...]
    """Where it stands in the table."""
    object_types: tuple[str, ...] = ()
    """One of these must have it."""
    field: str = ""
    value: str = ""
    """One of the field's choices; empty: it is the field that is named."""
    owner: str = ""
    """The id of a user, when it is one that is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The platform's own names behind ours, and those that the settings hold."""

    objects: tuple[ObjectNames, ...] = ()
    named: tuple[Named, ...] = ()
    subject: tuple[str, str] | None = None
    """Object type and field that hold the subject of a task."""
    any_case: bool = False
    """Whether field names are understood in any case, and custom ones without their mark."""
    kinds: frozenset[Kind] | None = None  # of engagement that can come, by the settings; None: any


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind:
    """A kind of records of one object type that offers its own `choices`, by field, to people."""

    name: str
    is_default: bool  # whether what leadmode makes is of this kind
    choices: Mapping[str, tuple[str, ...]]


def plain_field(name: str) -> str:
    """A field's name without regard to case and to the mark of a custom field."""
    return name.casefold().removesuffix("__c")


class Secret:
    """A password or token that cannot be shown by accident: it prints as stars.

    Only `reveal()` gives the value. It cannot be pickled or written as JSON.
    """

    __slots__ = ("_value",)
    _value: str

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", value)

    def reveal(self) -> str:
        """The value itself; call this where it is sent, and do not keep it."""
        return self._value

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("A secret does not change.")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("A secret does not change.")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return STARS

    def __format__(self, spec: str) -> str:
        return STARS

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A secret is not written down.")

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> Any:
        """Pydantic takes a Secret that was resolved before, never a literal."""
        from pydantic_core import core_schema  # noqa: PLC0415 - adapters do not need pydantic

        return core_schema.is_instance_schema(cls)


STARS: Final = "********"


class Adapter(ABC):
    """One platform instance.

    Built with (instance name, validated settings, clock); building opens no connection and reads
    no file. Every method may raise the classes of `connector.errors`; what is not supported is
    refused here, before any request.
    """

    capabilities: ClassVar[Capabilities]
    settings_type: ClassVar[type]
    """A frozen, slotted, keyword-only dataclass: the keys of the source's table in the config,
    less those that belong to the core. Secrets in it have the type `Secret`."""

    @abstractmethod
    def check(self) -> Health:
        """The cheapest authenticated look: at most three requests, no writes."""

    def identify(self) -> Health:
        """Of `check`, only the account and the clock: one request, beside signing in, or none."""
        return self.check()

    @abstractmethod
    def read(self, stream: Stream, cursor: str | None) -> Page:
        """What changed since `cursor`; None means from the beginning.

        At-least-once: repeats are allowed, gaps never, also for equal timestamps, for records
        that become visible late within the declared window, and for moves between pages.
        """

    def find(self, emails: Sequence[str]) -> Mapping[str, tuple[RecordRef, ...]]:
        """The person records per e-mail address; several hits come back as several."""
        raise Unsupported(f"{type(self).__name__} cannot look people up.")

    def fetch(self, refs: Sequence[RecordRef], fields: Sequence[str]) -> Mapping[RecordRef, Fields]:
        """Current values that decisions depend on; a record that is gone is left out."""
        raise Unsupported(f"{type(self).__name__} cannot fetch single records.")

    def describe(self, object_type: str) -> Sequence[FieldInfo]:
        """The fields of an object type, their types and allowed values."""
        raise Unsupported(f"{type(self).__name__} cannot describe objects.")

    def create_field(self, spec: FieldSpec) -> None:
        """Make one missing custom field. Twice is harmless; another type raises Conflict."""
        raise Unsupported(f"{type(self).__name__} cannot create fields.")

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """Apply up to `max_batch` writes: one outcome per write, in order.

        Raising FateUnknown means that the fate of all is unknown; any other error, that none was
        applied. A key seen before is not applied again and says so.
        """
        raise Unsupported(f"{type(self).__name__} cannot write.")

    def close(self) -> None:
        """Release connections and files; twice is harmless."""

    def needed_fields(self) -> Sequence[FieldSpec]:
        """The custom fields without which it cannot write as it promises. Asks nobody."""
        return ()

    def vocabulary(self) -> Vocabulary | None:
        """What rules and settings may name of the platform; None: no such list. Asks nobody."""
        return None

    def record_kinds(self, object_type: str) -> Sequence[RecordKind]:
        """The kinds of records of a type, a request for each; empty where there is but one."""
        return ()

    @property
    def calls(self) -> int:
        """Requests sent so far; 0 where nothing goes over a network."""
        return 0

    def lacking_to_write(self) -> Sequence[str]:
        """What writing lacks beyond `check`, in words; for a person who asks. Changes nothing."""
        return ()

    def lists_amiss(self, ids: Sequence[str]) -> Mapping[str, str] | None:
        """Of these lists or campaigns, those that take nobody and why; None: it cannot tell."""
        return None

    def kept_because(self, writes: Sequence[Write]) -> Mapping[str, str]:
        """Of WITHDRAW writes, by key, why what they are about would stay as it is.

        For a person who asks. Where a platform cannot tell, nothing is said; writing decides.
        """
        return {}

    def refuse_unreadable(self, stream: Stream) -> None:
        """Raise Unsupported for a stream that is not declared; `read` begins with this."""
        if not self.capabilities.streams.get(stream, NO):
            raise Unsupported(f"{type(self).__name__} does not read {stream}.")

    def refuse_unwritable(self, writes: Sequence[Write]) -> None:
        """Raise Unsupported for a kind of write that is not declared; `write` begins with this."""
        for kind in sorted({write.kind for write in writes}):
            if not self.capabilities.writes.get(kind, NO):
                raise Unsupported(f"{type(self).__name__} does not write {kind}.")


def outcomes_after(keys: Sequence[str], error: AdapterError) -> list[Outcome]:
    """The outcomes of writes whose request failed while others of the call are settled."""
    settled = {FateUnknown: Settled.UNKNOWN, Rejected: Settled.REJECTED}.get(
        type(error), Settled.RETRY
    )
    wait = getattr(error, "retry_after", None)
    return [Outcome(key=key, settled=settled, reason=str(error), retry_after=wait) for key in keys]


Apply = Callable[[Sequence[Write]], Mapping[str, Outcome]]


def in_groups(
    groups: Iterable[tuple[WriteKind, Sequence[Write]]], way: Callable[[WriteKind], Apply]
) -> dict[str, Outcome]:
    """The outcomes of groups of writes; an error is raised only while nothing is settled.

    After that, a group that is refused as a whole is taken apart: one bad write must not cost the
    others that went with it.
    """
    outcomes: dict[str, Outcome] = {}
    todo = deque(groups)
    while todo:
        kind, some = todo.popleft()
        try:
            outcomes |= way(kind)(some)
        except AdapterError as error:
            if not outcomes:
                raise
            if isinstance(error, Rejected) and len(some) > 1:
                todo.extendleft((kind, [write]) for write in reversed(some))
            else:
                keys = [write.key for write in some]
                outcomes |= {each.key: each for each in outcomes_after(keys, error)}
    return outcomes
