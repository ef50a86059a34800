"""The key of a write: the same for ever for the same alert, whatever happened in between."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Final

from connector.model import RecordRef

PREFIX: Final = "lm1-"


def undo_key(key: str) -> str:
    """The key of the write that takes back the one with `key`: there is only one."""
    digest = hashlib.sha256(f"undo:{key}".encode("ascii")).digest()
    return PREFIX + base64.b32encode(digest).decode("ascii").lower()[:32]


def write_key(
    *, instance: str, rule: str, epoch: int, target: RecordRef, anchor: tuple[int, ...], action: str
) -> str:
    """A key of 36 lower-case characters.

    It depends on nothing but CRM data and stable ids: no clock, counter, text or config hash.
    A lost database therefore computes it again. Lower case, because some platforms compare keys
    without case. `anchor` is the burst's start (UTC ms), and for a raised hand its instant too.
    """
    return _key_of([instance, rule, epoch, target.object_type, target.id, list(anchor), action])


def further_key(key: str, action: str) -> str:
    """The key of a write that follows from another one: it hangs on that one's key alone."""
    return _key_of([key, action])


def _key_of(parts: list[object]) -> str:
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=True)
    digest = hashlib.sha256(text.encode("ascii")).digest()
    return PREFIX + base64.b32encode(digest).decode("ascii").lower()[:32]
