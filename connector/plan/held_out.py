"""The holdout: which episodes are silently not handed off. Drawn by CRM ids, never by chance."""

from __future__ import annotations

import hashlib
from typing import Final

from connector.config.capacity import Holdout

_WHOLE: Final = 2**64


def is_held_out(holdout: Holdout | None, key: str) -> bool:
    """Whether the episode behind a write key belongs to the share that is held out.

    The key is a pure function of CRM ids, so the same episodes are drawn again whenever it is
    asked, by a lost database too.
    """
    if holdout is None:
        return False
    digest = hashlib.sha256(f"holdout\0{holdout.draw}\0{key}".encode()).digest()
    return int.from_bytes(digest[:8]) < holdout.share * _WHOLE
