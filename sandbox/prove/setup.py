"""The configuration that every history runs under, and the ways in which an admin edits it."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from connector.config.settings import Config, load
from connector.store import FILE_NAME, Store
from sandbox.prove.extras import BRAKE
from sandbox.prove.extras import RULES as MORE

MEMORY_DISK: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
CONFIG: Final = """\
[leadmode]
instance = "proof"
rules = ["rules"]
dry_run = false
backfill = "1000d" # a lost database forgets its baseline; every alert stays owed
storm = 0

[sources.crm]
adapter = "csv" # the harness puts its own adapter in this place
folder = "."

[delivery]
ttl = "1000d"
"""
RULES: Final = """\
# What sandbox/prove/truth.py knows by heart. Edition {edition}.
[[signal]]
id = "demo"
kind = "form_submitted"
weight = 50
half_life = "30d"
hand_raise = true

[[signal]]
id = "click"
kind = "email_clicked"
weight = 30
half_life = "30d"

[[signal]]
id = "page"
kind = "page_viewed"
weight = 30
half_life = "30d"

[[lead_mode]]
id = "returning"
title = "Shopping again"
enter = 50
leave = 20
dormant_after = "60d"
idle_after = "45d"
burst_max = "30d"
window = "14d"
distinct_kinds = 2
human_min = 1
cooldown = "30d"

[hand_off]
subject = "Call {{{{person.name}}}}, edition {edition}"
body = "{{{{reason}}}}"
due = "{edition}d"
raised_due = "2h"
fallback_owner = "U1"

[[hand_off.field]]
field = "status"
value = "Working"
expected = ["Open", "Nurture"]
"""
EDITIONS: Final = 3
EXPECTED: Final = ("Open", "Nurture")
"""The only values of `status` over which leadmode may write."""


def fast_folder() -> Path:
    """A new folder, in memory where the machine has such a place."""
    place = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    return Path(tempfile.mkdtemp(prefix="leadmode-prove-", dir=place))


@cache
def config(edition: int, extras: tuple[str, ...] = ()) -> Config:
    """The configuration with one edition of the rules: other texts, the same alerts."""
    folder = fast_folder()
    try:
        (folder / "rules").mkdir()
        rules = RULES.format(edition=edition % EDITIONS + 1)
        rules += "".join(MORE[extra] for extra in extras if extra != BRAKE)
        (folder / "rules" / "rules.toml").write_text(rules, encoding="utf-8")
        path = folder / "config.toml"
        brake = "storm = 1" if BRAKE in extras else "storm = 0"
        path.write_text(CONFIG.replace("storm = 0", brake), encoding="utf-8")
        path.chmod(0o600)
        return load(path)
    finally:
        shutil.rmtree(folder)


@cache
def empty_database(number: int) -> bytes:
    """The n-th database with its tables and nothing in them; making one anew takes much longer."""
    folder = fast_folder()
    try:
        store = Store.open(folder)
        name = f"{number:016x}"
        store.connection.execute("UPDATE meta SET value = ? WHERE name = 'database'", (name,))
        store.checkpoint()
        store.close()
        return (folder / FILE_NAME).read_bytes()
    finally:
        shutil.rmtree(folder)


def at(edition: int, state: Path, extras: tuple[str, ...] = ()) -> Config:
    """The configuration of a daemon whose state lies there."""
    return dataclasses.replace(config(edition % EDITIONS, extras), state=state)
