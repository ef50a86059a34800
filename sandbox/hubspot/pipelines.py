"""Pipelines and their stages.

Follows https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/guide: the metadata of a
deal stage are `probability` and `isClosed`, those of a lead stage `leadState`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

DEFAULT: Final = "default"
LEADS_DEFAULT: Final = "lead-pipeline-id"


@dataclass(slots=True, kw_only=True)
class Stage:
    """One stage."""

    id: str
    label: str
    order: int
    metadata: dict[str, str] = field(default_factory=dict)
    archived: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether objects here are done with."""
        return self.metadata.get("isClosed") == "true"

    @property
    def is_won(self) -> bool:
        """Whether a deal here is won."""
        return self.is_closed and float(self.metadata.get("probability", "0")) >= 1


@dataclass(slots=True, kw_only=True)
class Pipeline:
    """One pipeline of an object type."""

    id: str
    label: str
    order: int = 0
    stages: dict[str, Stage] = field(default_factory=dict)
    archived: bool = False
    created_at: int = 0
    updated_at: int = 0
    """UTC ms."""


class Pipelines:
    """The pipelines of each object type that has some."""

    def __init__(self, now: int) -> None:
        self._by_type: dict[str, dict[str, Pipeline]] = {"deals": {}, "leads": {}}
        self.add("deals", _pipeline(DEFAULT, "Sales Pipeline", _DEALS, now))
        self.add("leads", _pipeline(LEADS_DEFAULT, "Lead pipeline", _LEADS, now))

    def add(self, object_type: str, pipeline: Pipeline) -> Pipeline:
        """One more pipeline, or a changed one."""
        self._by_type.setdefault(object_type, {})[pipeline.id] = pipeline
        return pipeline

    def of(self, object_type: str) -> list[Pipeline]:
        """All of an object type, in their order."""
        found = self._by_type.get(object_type, {}).values()
        return sorted(found, key=lambda each: (each.order, each.id))

    def find(self, object_type: str, pipeline_id: str) -> Pipeline | None:
        """One pipeline."""
        return self._by_type.get(object_type, {}).get(pipeline_id)

    def stages(self, object_type: str) -> Iterator[tuple[Pipeline, Stage]]:
        """All stages that are in use."""
        for pipeline in self.of(object_type):
            for stage in pipeline.stages.values():
                if not stage.archived and not pipeline.archived:
                    yield pipeline, stage

    def stage(self, object_type: str, pipeline_id: str, stage_id: str) -> Stage | None:
        """One stage; any pipeline when `pipeline_id` is empty."""
        for pipeline, stage in self.stages(object_type):
            if stage.id == stage_id and pipeline_id in ("", pipeline.id):
                return stage
        return None


def _pipeline(
    pipeline_id: str, label: str, stages: tuple[tuple[str, str, dict[str, str]], ...], now: int
) -> Pipeline:
    return Pipeline(
        id=pipeline_id,
        label=label,
        stages={
            key: Stage(id=key, label=name, order=order, metadata=dict(metadata))
            for order, (key, name, metadata) in enumerate(stages)
        },
        created_at=now,
        updated_at=now,
    )


def _open(probability: str) -> dict[str, str]:
    return {"isClosed": "false", "probability": probability}


_DEALS: Final = (
    ("appointmentscheduled", "Appointment Scheduled", _open("0.2")),
    ("qualifiedtobuy", "Qualified To Buy", _open("0.4")),
    ("presentationscheduled", "Presentation Scheduled", _open("0.6")),
    ("decisionmakerboughtin", "Decision Maker Bought-In", _open("0.8")),
    ("contractsent", "Contract Sent", _open("0.9")),
    ("closedwon", "Closed Won", {"isClosed": "true", "probability": "1.0"}),
    ("closedlost", "Closed Lost", {"isClosed": "true", "probability": "0.0"}),
)
_LEADS: Final = (
    ("new-stage-id", "New", {"leadState": "NEW", "isClosed": "false"}),
    ("attempting-stage-id", "Attempting", {"leadState": "IN_PROGRESS", "isClosed": "false"}),
    ("connected-stage-id", "Connected", {"leadState": "IN_PROGRESS", "isClosed": "false"}),
    ("qualified-stage-id", "Qualified", {"leadState": "QUALIFIED", "isClosed": "true"}),
    ("unqualified-stage-id", "Disqualified", {"leadState": "UNQUALIFIED", "isClosed": "true"}),
)
