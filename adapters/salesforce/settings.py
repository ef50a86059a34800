"""The keys of a Salesforce source's table in the config; sample.toml explains each."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from adapters.salesforce.sweep import Pace
from connector.clock import DAY, MINUTE
from connector.model import Kind
from connector.ports import Secret, Stream
from connector.problems import did_you_mean

NO_SECRET: Final = Secret("")
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_DOMAIN: Final = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*", re.IGNORECASE)
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
EXTRA_STREAMS: Final = (Stream.OWNERS, Stream.ACCOUNTS, Stream.PEOPLE, Stream.OPPORTUNITIES)

TASK_KINDS: Final = {"Call": "call_held", "Email": "email_sent", "Meeting": "meeting_held"}
CAMPAIGN_KINDS: Final = {
    "Webinar": "webinar_registered",
    "Webinar/responded": "webinar_attended",
    "Conference/responded": "event_attended",
    "Trade Show/responded": "event_attended",
    "Email": "email_sent",
    "Email/responded": "email_clicked",
    "Advertisement/responded": "ad_clicked",
    "Banner Ads/responded": "ad_clicked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One Salesforce organisation.

    Building one checks all of it: a ValueError has one argument per mistake, beginning with the
    key that is wrong.
    """

    domain: str
    """My Domain without ".salesforce.com", for example "acme.my"."""
    consumer_key: str
    consumer_secret: Secret = NO_SECRET
    """For the client-credentials flow."""
    username: str = ""
    private_key: Secret = NO_SECRET
    """PEM; with `username` for the JWT bearer flow."""
    audience: str = "login"
    version: str = "67.0"
    key_field: str = "Leadmode_Key__c"
    permission_set: str = "leadmode"
    time_zone: str = "UTC"
    fallback_owner: str = ""
    notify: str = ""
    remind: bool = True
    open_status: str = "Not Started"
    done_status: str = "Completed"
    high_priority: str = "High"
    normal_priority: str = "Normal"
    task_kinds: dict[str, str] = field(default_factory=lambda: dict(TASK_KINDS))
    campaign_kinds: dict[str, str] = field(default_factory=lambda: dict(CAMPAIGN_KINDS))
    task_link: str = ""
    """The field of Task that holds the link of what was done; empty: none is read."""
    extra: dict[str, dict[str, str]] = field(default_factory=dict)
    """Per stream: further field name to Salesforce's field."""
    overlap: int = 10
    """Minutes that each walk re-reads."""
    page_size: int = 2_000
    bulk_from: int = 2_000
    """The first load of an object with more records goes through Bulk 2.0."""
    sweep: int = 7
    """Days from one re-reading of everything to the next; 0: none."""
    sweep_pause: int = 15
    """Minutes between two pages of it."""
    read_share: int = 80
    """Percent of the daily API calls at which reading stops."""
    write_share: int = 95
    deadline: float = 60.0
    """Seconds for one call, everything included."""
    instance_url: str = ""
    """Only for a sandbox on this machine: where every call goes instead."""
    proxy: str = ""

    def __post_init__(self) -> None:
        problems = [*_sign_in_problems(self), *_word_problems(self), *_limit_problems(self)]
        if problems:
            raise ValueError(*problems)

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def pace(self) -> Pace:
        """How slowly everything is read again."""
        return Pace(every=self.sweep * DAY, pause=self.sweep_pause * MINUTE)

    @property
    def uses_jwt(self) -> bool:
        """Whether the JWT bearer flow signs in."""
        return bool(self.private_key)

    def digest(self, stream: Stream) -> str:
        """Changes when what was read of a stream means something else now."""
        told: list[object] = [self.extra.get(stream, {})]
        if stream is Stream.ENGAGEMENTS:
            told += [self.task_kinds, self.campaign_kinds, self.task_link]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]


def _sign_in_problems(settings: Settings) -> list[str]:
    problems = []
    if not _DOMAIN.fullmatch(settings.domain) or settings.domain.endswith((".com", ".test")):
        problems.append(
            f'domain = "{settings.domain}" must be your My Domain without ".salesforce.com", for '
            'example "acme.my" or "acme--sbx.sandbox.my".'
        )
    if settings.uses_jwt and not settings.username:
        problems.append("private_key needs the username that it signs in.")
    if not settings.uses_jwt and not settings.consumer_secret:
        problems.append("consumer_secret is missing; or give username and private_key.")
    if settings.audience not in ("login", "test"):
        problems.append(f'audience = "{settings.audience}" is neither "login" nor "test".')
    if not re.fullmatch(r"\d\d\.0", settings.version):
        problems.append(f'version = "{settings.version}" must look like "67.0".')
    if settings.instance_url:
        found = urlsplit(settings.instance_url)
        if found.scheme not in ("http", "https") or found.hostname not in LOOPBACK:
            problems.append(
                f'instance_url = "{settings.instance_url}" may only be a sandbox on this machine, '
                'such as "http://127.0.0.1:8080". Salesforce itself needs no such key.'
            )
    return problems


def _word_problems(settings: Settings) -> list[str]:
    kinds = [kind.value for kind in Kind]
    problems = [
        f'{key}: "{word}" stands for "{kind}", which is no kind. {did_you_mean(kind, kinds)}'
        for key in ("task_kinds", "campaign_kinds")
        for word, kind in _table(settings, key).items()
        if kind and kind not in kinds
    ]
    streams = [stream.value for stream in EXTRA_STREAMS]
    problems += [
        f'extra.{stream}: there is no stream "{stream}" with fields. '
        f"{did_you_mean(stream, streams)}"
        for stream in settings.extra
        if stream not in streams
    ]
    problems += [
        f'extra.{stream}.{ours} = "{theirs}" is not the API name of a field.'
        for stream, table in settings.extra.items()
        for ours, theirs in table.items()
        if not _FIELD.fullmatch(theirs)
    ]
    if settings.task_link and not _FIELD.fullmatch(settings.task_link):
        problems.append(f'task_link = "{settings.task_link}" is not the API name of a field.')
    if not _FIELD.fullmatch(settings.key_field):
        problems.append(f'key_field = "{settings.key_field}" is not the API name of a field.')
    return problems


def _table(settings: Settings, key: str) -> Mapping[str, str]:
    return settings.task_kinds if key == "task_kinds" else settings.campaign_kinds


def _limit_problems(settings: Settings) -> list[str]:
    ranges = {
        "overlap": (1, 1_440),
        "page_size": (1, 2_000),
        "bulk_from": (0, 1_000_000_000),
        "sweep": (0, 365),
        "sweep_pause": (1, 1_440),
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
    try:
        ZoneInfo(settings.time_zone)
    except (ValueError, OSError, KeyError):
        problems.append(
            f'time_zone = "{settings.time_zone}" is not known. Write for example "Europe/Berlin".'
        )
    return problems
