"""Wishes of an admin that wait for the daemon: only one process may change the database.

Each is a small file in the state folder. A file is written whole or not at all, and taken away
after what it asks for was committed; asking twice is harmless.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connector import log
from connector.store.pins import Pin

if TYPE_CHECKING:
    from connector.store import Store

FOLDER: Final = "requests"
_SUFFIX: Final = ".json"
_TAKEN: Final = ".taken"
_REFUSED: Final = ".refused"
_RELOAD: Final = ".reload"

_LOG: Final = log.get("requests")


class Wish(StrEnum):
    """What can be asked for."""

    RELEASE = "release"
    """Let held or dead writes go."""
    DISCARD = "discard"
    """Give held or dead writes up."""
    ACCEPT = "accept"
    """Work with another account of a source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One wish."""

    wish: Wish
    keys: tuple[str, ...]
    """Of the writes it is about; of ACCEPT the source, the account's id, and what it is called."""
    asked_at: int
    """UTC ms."""


def write_request(state: Path, request: Request) -> Path:
    """Leave a request in a state folder; once this returns, it survives a power cut."""
    text = json.dumps(
        {"wish": request.wish.value, "keys": list(request.keys), "asked_at": request.asked_at}
    )
    return _leave(state, request.asked_at, _SUFFIX, text)


def ask_for_reload(state: Path, now: int) -> Path:
    """Ask the daemon to take its files up anew; its answer names the stem of this path."""
    return _leave(state, now, _RELOAD, "")


def reloads_asked_for(state: Path) -> list[Path]:
    """The wishes for a reload that wait; who answers one takes its file away."""
    return sorted((state / FOLDER).glob(f"*{_RELOAD}"))


def _leave(state: Path, now: int, suffix: str, text: str) -> Path:
    folder = state / FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / f"{now:015d}-{os.getpid()}{suffix}"
    draft = path.with_suffix(".part")
    with draft.open("w", encoding="ascii") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    for made in (folder, draft):
        _give_to_owner_of(state, made)
    draft.rename(path)
    _flush(folder)
    return path


def waiting(state: Path) -> int:
    """How many requests wait."""
    return len(_files(state))


def take_requests(store: Store, now: int) -> int:
    """Do what was asked for, oldest first; returns how many writes that changed.

    Call it where the writing connection is. A file that makes no sense is put aside, and one
    that cannot be taken away is not done, for it would be done again and again.
    """
    changed = 0
    for path in _files(store.path.parent):
        taken = path.with_suffix(_TAKEN)
        try:
            path.rename(taken)
        except OSError as error:
            _LOG.warning("request_left", error=type(error).__name__)
            continue
        request = _read(taken)
        if request is None:
            taken.rename(path.with_suffix(_REFUSED))
            _LOG.warning("request_refused", reason="it makes no sense")
            continue
        changed += apply_request(store, request, now)
        taken.unlink()
    return changed


def apply_request(store: Store, request: Request, now: int) -> int:
    """Do what is asked for in a transaction; returns how many writes that changed."""
    with store.transaction():
        match request.wish:
            case Wish.RELEASE:
                return max(0, store.outbox.release(request.keys, now))
            case Wish.DISCARD:
                return max(0, store.outbox.discard(request.keys, now))
            case Wish.ACCEPT:
                source, account_id, account = request.keys
                store.pins.put(
                    Pin(source=source, account_id=account_id, account=account, pinned_at=now)
                )
                _LOG.info("account_accepted", source=source, account=account)
                return 0


def _files(state: Path) -> list[Path]:
    """Requests, also those that somebody took who then died before they were done."""
    folder = state / FOLDER
    return sorted(path for suffix in (_SUFFIX, _TAKEN) for path in folder.glob(f"*{suffix}"))


def _read(path: Path) -> Request | None:
    try:
        found = json.loads(path.read_text(encoding="ascii"))
        request = Request(
            wish=Wish(found["wish"]),
            keys=tuple(str(key) for key in found["keys"]),
            asked_at=int(found["asked_at"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if request.wish is Wish.ACCEPT and len(request.keys) != 3 else request


def _give_to_owner_of(state: Path, made: Path) -> None:
    """What root leaves here, the daemon's user must be able to take away."""
    if os.geteuid() == 0:
        owner = state.stat()
        os.chown(made, owner.st_uid, owner.st_gid)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
