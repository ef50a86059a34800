"""Pipelines and their stages.

Follows https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/guide. The portal's
admins change them in the portal; here they are read.
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.hubspot import instants
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.pipelines import Pipeline, Stage
from sandbox.hubspot.problems import gone
from sandbox.hubspot.routing import route

if TYPE_CHECKING:
    from sandbox.hubspot.platform import Platform
    from sandbox.hubspot.portal import Portal

Json = dict[str, object]


def list_pipelines(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/pipelines/{type}."""
    portal = platform.portal
    found = portal.pipelines.of(portal.kind(names["type"]).name)
    return Answer(body={"results": [_shown(each) for each in found if not each.archived]})


def one(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/pipelines/{type}/{pipeline}."""
    return Answer(body=_shown(_pipeline(platform.portal, names)))


def list_stages(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/pipelines/{type}/{pipeline}/stages."""
    pipeline = _pipeline(platform.portal, names)
    return Answer(body={"results": _stages(pipeline)})


def one_stage(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET /crm/pipelines/{type}/{pipeline}/stages/{stage}."""
    pipeline = _pipeline(platform.portal, names)
    stage = pipeline.stages.get(names["stage"])
    if stage is None:
        raise gone(names["stage"])
    return Answer(body=_stage(pipeline, stage))


def _pipeline(portal: Portal, names: dict[str, str]) -> Pipeline:
    found = portal.pipelines.find(portal.kind(names["type"]).name, names["pipeline"])
    if found is None:
        raise gone(names["pipeline"])
    return found


def _shown(pipeline: Pipeline) -> Json:
    return {
        "id": pipeline.id,
        "label": pipeline.label,
        "displayOrder": pipeline.order,
        "stages": _stages(pipeline),
        "archived": pipeline.archived,
    } | _stamps(pipeline)


def _stages(pipeline: Pipeline) -> list[Json]:
    listed = sorted(pipeline.stages.values(), key=lambda each: each.order)
    return [_stage(pipeline, each) for each in listed if not each.archived]


def _stage(pipeline: Pipeline, stage: Stage) -> Json:
    return {
        "id": stage.id,
        "label": stage.label,
        "displayOrder": stage.order,
        "metadata": dict(stage.metadata),
        "archived": stage.archived,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    } | _stamps(pipeline)


def _stamps(pipeline: Pipeline) -> Json:
    return {
        "createdAt": instants.shown(pipeline.created_at),
        "updatedAt": instants.shown(pipeline.updated_at),
    }


ROUTES = (
    route("/crm/pipelines/{type}", get=list_pipelines),
    route("/crm/pipelines/{type}/{pipeline}", get=one),
    route("/crm/pipelines/{type}/{pipeline}/stages", get=list_stages),
    route("/crm/pipelines/{type}/{pipeline}/stages/{stage}", get=one_stage),
)
