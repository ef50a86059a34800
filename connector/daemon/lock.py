"""One leadmode per state folder. The kernel frees the lock when the process ends, however."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self

from connector.errors import AlreadyRunning

FILE_NAME = "leadmode.lock"


class FolderLock:
    """An exclusive lock on a state folder, held until `release` or the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, folder: Path) -> Self:
        """Lock `folder`, which is made when missing. Raises AlreadyRunning, OSError."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / FILE_NAME
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip()
            os.close(descriptor)
            who = f" (process {holder})" if holder else ""
            raise AlreadyRunning(
                f"Another leadmode{who} works on {folder}. Stop it first, or give this one a "
                "state folder of its own."
            ) from None
        except BaseException:
            os.close(descriptor)
            raise
        # Only for the message above: the lock is the flock, never the content.
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Free the folder; twice is harmless."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
