"""The keys of a HubSpot source's table in the config; sample.toml explains each."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from adapters.hubspot.versions import NEWEST, VERSIONS
from connector.model import Kind
from connector.ports import Secret, Stream
from connector.problems import did_you_mean

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_PROPERTY: Final = re.compile(r"[a-z][a-z0-9_]*")
EXTRA_STREAMS: Final = (Stream.ACCOUNTS, Stream.PEOPLE, Stream.OPPORTUNITIES)
ACTIVITY: Final = ("email_events", "forms", "meetings", "calls", "emails", "web")
"""Where engagement is read from. What a portal does not offer is left out by itself."""
TASK_TYPES: Final = ("CALL", "EMAIL", "TODO")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One HubSpot portal.

    Building one checks all of it: a ValueError has one argument per mistake, beginning with the
    key that is wrong.
    """

    token: Secret
    """Of a service key or a private app."""
    version: str = NEWEST
    key_property: str = "leadmode_key"
    unique_keys: bool = True
    """Whether tasks and notes have `key_property` as a unique property; false means class C."""
    fallback_owner: str = ""
    remind: bool = True
    status_property: str = "hs_lead_status"
    lead_objects: bool = False
    """Whether each hand-off also makes a Lead object (Sales Hub Professional); not in class C."""
    read_leads: bool = False
    """Whether Lead objects of others count as open opportunities."""
    activity: tuple[str, ...] = ACTIVITY
    task_kinds: dict[str, str] = field(default_factory=dict)
    """What completed tasks are, by hs_task_type."""
    form_kinds: dict[str, str] = field(default_factory=dict)
    """What filling in a form was, by shell patterns of its name; empty: nothing."""
    extra: dict[str, dict[str, str]] = field(default_factory=dict)
    """Per stream: further field name to HubSpot's property."""
    backfill: str = "list"
    """How records are first loaded: "list", or "search" (half the calls, from a scarce budget)."""
    overlap: int = 10
    """Minutes that each increment re-reads."""
    trailing: int = 60
    """Minutes by which the second pass over what changed lies behind; 0: none."""
    archive_every: int = 6
    """Hours between two looks at what was archived; 0: none."""
    forms_every: int = 60
    """Minutes after which every form is read, whether or not a contact tells of a submission."""
    page_size: int = 200
    """Most records per search; lists have half of it."""
    burst: int = 90
    """Most calls in ten seconds, of this program; the portal's own limits are respected anyway."""
    searches: float = 2.0
    """Most searches in a second; the portal allows five to all its programs together."""
    read_share: int = 80
    """Percent of the daily calls at which reading stops."""
    write_share: int = 95
    deadline: float = 60.0
    """Seconds for one call, everything included."""
    base_url: str = ""
    """Only for a sandbox on this machine: where every call goes instead."""
    proxy: str = ""

    def __post_init__(self) -> None:
        problems = [*_word_problems(self), *_limit_problems(self), *_address_problems(self)]
        if problems:
            raise ValueError(*problems)

    def digest(self, stream: Stream) -> str:
        """Changes when what was read of a stream means something else now."""
        told: list[object] = [self.extra.get(stream, {})]
        if stream is Stream.PEOPLE:
            told.append(self.status_property)
        if stream is Stream.OPPORTUNITIES:
            told.append(self.read_leads)
        if stream is Stream.ENGAGEMENTS:
            told += [self.task_kinds, self.form_kinds]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]


def _word_problems(settings: Settings) -> list[str]:
    problems = []
    if settings.version not in VERSIONS:
        advice = did_you_mean(settings.version, VERSIONS)
        problems.append(f'version = "{settings.version}" is not known. {advice}')
    if settings.backfill not in ("list", "search"):
        problems.append(f'backfill = "{settings.backfill}" is neither "list" nor "search".')
    if settings.lead_objects and not settings.unique_keys:
        problems.append(
            "lead_objects = true needs unique_keys: without them a task that is tried again makes "
            "a second Lead object."
        )
    problems += [
        f'{key} = "{getattr(settings, key)}" is no internal property name.'
        for key in ("key_property", "status_property")
        if not _PROPERTY.fullmatch(getattr(settings, key))
    ]
    problems += [
        f'activity: there is no "{word}". {did_you_mean(word, ACTIVITY)}'
        for word in settings.activity
        if word not in ACTIVITY
    ]
    return [*problems, *_kind_problems(settings), *_extra_problems(settings)]


def _kind_problems(settings: Settings) -> list[str]:
    kinds = [kind.value for kind in Kind]
    problems = [
        f'task_kinds: "{word}" is no hs_task_type. {did_you_mean(word, TASK_TYPES)}'
        for word in settings.task_kinds
        if word not in TASK_TYPES
    ]
    tables = {"task_kinds": settings.task_kinds, "form_kinds": settings.form_kinds}
    return problems + [
        f'{key}: "{word}" stands for "{kind}", which is no kind. {did_you_mean(kind, kinds)}'
        for key, table in tables.items()
        for word, kind in table.items()
        if kind and kind not in kinds
    ]


def _extra_problems(settings: Settings) -> list[str]:
    streams = [stream.value for stream in EXTRA_STREAMS]
    problems = [
        f'extra.{stream}: there is no stream "{stream}" with properties. '
        f"{did_you_mean(stream, streams)}"
        for stream in settings.extra
        if stream not in streams
    ]
    return problems + [
        f'extra.{stream}.{ours} = "{theirs}" is no internal property name.'
        for stream, table in settings.extra.items()
        for ours, theirs in table.items()
        if not _PROPERTY.fullmatch(theirs)
    ]


def _limit_problems(settings: Settings) -> list[str]:
    ranges = {
        "overlap": (1, 1_440),
        "trailing": (0, 1_440),
        "archive_every": (0, 720),
        "forms_every": (1, 1_440),
        "page_size": (1, 200),
        "burst": (1, 100_000),
        "searches": (0.01, 100_000),
        "read_share": (1, 100),
        "write_share": (1, 100),
    }
    problems = []
    for key, (least, most) in ranges.items():
        value = getattr(settings, key)
        if not least <= value <= most:
            problems.append(f"{key} = {value} must lie between {least} and {most}.")
    if settings.deadline <= 0:
        problems.append(f"deadline = {settings.deadline} must be more than 0 seconds.")
    return problems


def _address_problems(settings: Settings) -> list[str]:
    if not settings.base_url:
        return []
    found = urlsplit(settings.base_url)
    if found.scheme in ("http", "https") and found.hostname in LOOPBACK:
        return []
    told = f'base_url = "{settings.base_url}" may only be a sandbox on this machine, such as '
    return [told + '"http://127.0.0.1:8080". HubSpot itself needs no such key.']
