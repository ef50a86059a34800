"""What the rows of a page tell: records and engagements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapters.hubspot.client import Refused
from adapters.hubspot.engaged import activities_of, of_history
from adapters.hubspot.mapping import Reading, records_of
from adapters.hubspot.properties import Properties
from adapters.hubspot.settings import Settings
from adapters.hubspot.tables import CONTACTS, LEADS, TASKS, Table
from adapters.hubspot.walking import Step
from connector.model import Engagement, Record


def reading_of(
    instance: str,
    table: Table,
    settings: Settings,
    *,
    types: Mapping[str, str] | None = None,
    now: int = 0,
) -> Reading:
    """What rows of a walk mean under these settings; `now` is the server's clock, UTC ms."""
    return Reading(
        instance=instance,
        table=table,
        status=settings.status_property if table is CONTACTS else "",
        key=settings.key_property if table in (TASKS, LEADS) else "",
        extra=extra_of(table, settings),
        types=types or {},
        task_kinds=settings.task_kinds,
        form_kinds=settings.form_kinds,
        now=now,
    )


def extra_of(table: Table, settings: Settings) -> Mapping[str, str]:
    """The further fields that the settings name for the rows of a walk."""
    if table.role is None or table is LEADS:
        return {}
    return settings.extra.get(table.stream, {})


class Telling:
    """Tells the rows of one portal."""

    def __init__(self, instance: str, settings: Settings, properties: Properties) -> None:
        self._instance = instance
        self._settings = settings
        self._properties = properties

    def records(self, table: Table, step: Step) -> Iterator[Record]:
        """The records of a page."""
        if table.role is None or not step.rows:
            return
        types = self._types(table)
        reading = reading_of(self._instance, table, self._settings, types=types, now=step.now)
        for row in step.rows:
            yield from records_of(row, reading)

    def engagements(self, table: Table, step: Step) -> Iterator[Engagement]:
        """The engagements of a page."""
        if table.role is not None:
            return
        reading = reading_of(self._instance, table, self._settings, now=step.now)
        for row in step.rows:
            if table.history:
                yield from of_history(row, reading, step.since)
            else:
                yield from activities_of(row, reading)

    def _types(self, table: Table) -> Mapping[str, str]:
        """The types of further fields; without the right to see them, all are text."""
        names = set(extra_of(table, self._settings).values())
        if not names:
            return {}
        try:
            fields = self._properties.fields(table.object)
        except Refused as refused:
            if refused.status != 403:
                raise
            return {}
        return {name: fields[name].kind for name in names if name in fields}
