"""What became of a task of ours, as it was last read, and the steps that followed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A task for a rep that is read back from the platform."""

    key: str
    """Of the write that made it."""
    clock: str
    """The key of the hand-off's task whose clock it belongs to: its own, or that of an earlier
    task for which this one is a reminder or takes over."""
    rule: str
    burst: int
    """The episode's anchor, UTC ms."""
    raised: bool
    """Whether a raised hand was handed off."""
    handed_at: int
    """When it was decided, UTC ms."""
    opened_at: int | None = None
    """When the platform confirmed it, UTC ms; None: it is still on its way, or was not made."""
    owner: str = ""
    """The platform's id of the user who has it, as last read."""
    status: str = ""
    """The platform's own value, as last read."""
    result: str = ""
    is_closed: bool = False
    gone: bool = False
    """Whether it was deleted."""
    changed_at: int | None = None
    """When it last changed, UTC ms."""
    closed_at: int | None = None
    seen_at: int | None = None
    """When it was last read, UTC ms; None: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskNow:
    """One reading of a task."""

    status: str
    result: str
    owner: str | None
    """None: it was not told."""
    is_closed: bool
    changed_at: int | None
    closed_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaStep:
    """A step that was made because nobody had done something by its moment."""

    clock: str
    """The key of the hand-off's task."""
    id: str
    """Of the [[sla_step]], or "cooling"."""
    what: str
    """"remind", "escalate", "reassign", "recycle" or "cooling"."""
    at: int
    """UTC ms."""
    rule: str
    burst: int
    key: str
    """Of the write; empty: nothing was written."""
    receiver: str
    """The platform's id of the user who got it; empty: nobody."""
    note: str = ""
    """Why nothing was written."""
