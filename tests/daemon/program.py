"""The real daemon on two platforms in its own memory, in a hurry, doing as files in a folder say.

`python -m tests.daemon.program FOLDER`; FOLDER/config.toml configures it, and these files act:

hang-NAME    while it is there, requests to platform NAME do not return
fail-NAME    while it is there, requests to platform NAME fail
raise-hand   once: the known person asks for a demo
kill-ticker  APScheduler's thread dies
jump         the wall clock steps back by the milliseconds that stand in it

What the CRM has been told is in FOLDER/tasks when it ends, a key a line; FOLDER/calls-NAME counts.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from adapters.memory.client import register
from adapters.memory.platform import Fault, MemoryPlatform
from connector.clock import DAY, SystemClock
from connector.daemon.service import run
from connector.daemon.timing import Timing
from connector.model import Engagement, Kind, Record, RecordRef, Role

PERSON = RecordRef("crm", "Contact", "1")
OWNER = RecordRef("crm", "User", "7")


class SteppingClock(SystemClock):
    """A wall clock that steps back when the file says so."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "jump"

    def now(self) -> int:
        try:
            return super().now() - int(self._file.read_text() or "0")
        except FileNotFoundError:
            return super().now()


class World:
    """The two platforms and the files that rule them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SystemClock()
        self.platforms = {
            name: MemoryPlatform(self.clock, instance=name) for name in ("crm", "web")
        }
        for name, platform in self.platforms.items():
            platform.trouble = lambda call, number, name=name: self._obey(name)
            register(name, platform)
        long_ago = self.clock.now() - 400 * DAY
        self.platforms["crm"].seed(
            [
                Record(ref=OWNER, role=Role.OWNER, fields={"name": "Rep", "active": True}),
                Record(
                    ref=PERSON,
                    role=Role.PERSON,
                    fields={"name": "Zz-Personal Buyer"},
                    emails=("zz-personal@buyer.example",),
                    owner=OWNER,
                    created_at=long_ago,
                    modified_at=long_ago,
                ),
            ]
        )
        threading.Thread(target=self._watch, daemon=True).start()

    def _obey(self, name: str) -> Fault | None:
        (self.folder / f"calls-{name}").write_text(str(sum(self.platforms[name].calls.values())))
        while (self.folder / f"hang-{name}").exists():
            time.sleep(0.01)
        return Fault.TRY_AGAIN if (self.folder / f"fail-{name}").exists() else None

    def _watch(self) -> None:
        while not (self.folder / "raise-hand").exists():
            time.sleep(0.01)
        self.platforms["web"].put(
            Engagement(
                instance="web",
                id="demo-1",
                at=self.clock.now(),
                kind=Kind.FORM_SUBMITTED,
                email="Zz-Personal@buyer.example",
                asset="demo request",
            )
        )

    def tasks(self) -> str:
        return "".join(f"{effect.key}\n" for effect in self.platforms["crm"].journal)


def main() -> int:
    folder, timing = Path(sys.argv[1]), Timing(**json.loads(sys.argv[2]))
    before: Any = BackgroundScheduler._process_jobs

    def look_around(scheduler: Any) -> Any:
        if (folder / "kill-ticker").exists():
            raise RuntimeError("planted: Zz-Personal")
        return before(scheduler)

    BackgroundScheduler._process_jobs = look_around
    world = World(folder)
    code = run(folder / "config.toml", timing=timing, clock=SteppingClock(folder))
    (folder / "tasks").write_text(world.tasks())
    return code


if __name__ == "__main__":
    sys.exit(main())
