"""The tables of the config file: their keys, defaults and bounds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from connector.config.types import Duration, Name, lasting
from connector.config.wording import Table
from connector.config.zones import known_zone
from connector.ports import Stream


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class OnAmbiguous(StrEnum):
    """What to do with a write of which nobody knows whether it was applied (class C only)."""

    HOLD = "hold"
    """A person decides."""
    RESEND = "resend"
    """Send it again; it may then be there twice."""


Written = Annotated[str, StringConstraints(min_length=1)]
AnyStream = Annotated[Stream, Field(strict=False)]


class LeadmodeTable(Table):
    """The daemon itself."""

    instance: Name
    """The name of this installation. It is part of every write key: choose it once."""
    state: Written = "state"
    """The folder of the database, relative to this file."""
    rules: Annotated[list[Written], Field(min_length=1)] = Field(default=["rules"])
    """Folders of rule files, relative to this file. A later one is laid over the earlier ones."""
    dry_run: bool = True
    """While true, nothing is written into a CRM; `leadmode arm` ends it."""
    time_zone: Annotated[str, BeforeValidator(known_zone)] = "UTC"
    """The zone of dates in texts and reports, by its IANA name."""
    backfill: Duration = lasting("0d", zero=True)
    """Alert also about what happened this long before the first start. "0d": nothing."""
    tick: Duration = lasting("30s")
    """How often what is due by time alone (decay, deadlines) is looked for."""
    storm: int = Field(default=50, ge=0)
    """More hand-offs than this in one cycle are held until somebody looks. 0: no such brake."""
    storm_times: int = Field(default=10, ge=0)
    """Nor go more than so many times the usual number within a day. 0: no such brake."""
    backups: int = Field(default=7, ge=0)
    """The daemon makes a backup of the database every day and keeps so many. 0: it makes none."""
    log_level: Annotated[LogLevel, Field(strict=False)] = LogLevel.INFO
    """How much is logged: debug, info, warning or error."""


class SourceTable(BaseModel):
    """A platform that is read, and perhaps written. Other keys belong to its adapter."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, defer_build=True)

    adapter: Written
    """Which adapter reads it, for example "csv"."""
    poll: Duration = lasting("60s")
    """How often it is asked what changed."""
    streams: Annotated[list[AnyStream], Field(min_length=1)] | None = None
    """What is read from it. Left out: everything the adapter offers."""
    authority: bool | None = None
    """Whether this is the CRM of record, which receives the writes. Exactly one source is."""
    on_ambiguous: Annotated[OnAmbiguous, Field(strict=False)] = OnAmbiguous.HOLD
    """What to do when nobody knows whether a write was applied: hold, or resend."""

    @property
    def settings(self) -> dict[str, Any]:
        """The keys that belong to the adapter."""
        return self.model_extra or {}


class DeliveryTable(Table):
    """How writes are sent."""

    lease: Duration = lasting("60s")
    """How long one attempt may take before another may begin."""
    retry_first: Duration = lasting("5s")
    """The pause after the first failure; it doubles each time."""
    retry_most: Duration = lasting("15m")
    """The longest pause between attempts. At least retry_first."""
    ttl: Duration = lasting("7d")
    """A write that could not be delivered for this long is given up."""
    batch: int = Field(default=50, ge=1, le=1_000)
    """Most writes taken up at once; the adapter's own limit applies too."""


class ConfigFile(Table):
    """A config file of leadmode."""

    leadmode: LeadmodeTable
    """The daemon itself."""
    sources: dict[str, SourceTable] = Field(min_length=1)
    """The platforms, each under its own name."""
    delivery: DeliveryTable = Field(default_factory=DeliveryTable)
    """How writes are sent."""
