"""The one resource of the User Interface API that leadmode asks for.

"Get Values for All Picklist Fields of a Record Type" (UI API guide,
ui_api_resources_picklist_values_collection).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.salesforce import writing
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.problems import not_found
from sandbox.salesforce.record_types import MASTER, MASTER_TYPE
from sandbox.salesforce.routing import route

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform


def picklist_values(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET ui-api/object-info/{object}/picklist-values/{type}."""
    org = platform.org
    kind = writing.kind_of(org, call.caller, names["object"])
    known = {each.id: each for each in org.record_types.get(kind.name, ())} | {MASTER: MASTER_TYPE}
    found = known.get(names["type"])
    if found is None or not found.active:
        raise not_found()
    base = f"{call.base}/ui-api/object-info/{kind.name}/picklist-values/{found.id}"
    fields: dict[str, Any] = {
        each.name: _values(found.offers.get(each.name, each.values), f"{base}/{each.name}")
        for each in org.access.visible(call.caller, kind)
        if each.type in ("picklist", "multipicklist")
    }
    return Answer(body={"eTag": "0" * 32, "picklistFieldValues": fields})


def _values(offered: tuple[str, ...], url: str) -> dict[str, Any]:
    return {
        "controllerValues": {},
        "defaultValue": None,
        "eTag": "0" * 32,
        "url": url,
        "values": [
            {"attributes": None, "label": each, "validFor": [], "value": each} for each in offered
        ],
    }


ROUTES: Final = (route("/ui-api/object-info/{object}/picklist-values/{type}", get=picklist_values),)
