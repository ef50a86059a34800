"""Actions: custom notifications, the bell in the header of the rep's screen.

Follows "Custom Notification Actions" (Actions developer guide, actions_obj_custom_notification)
and "Invocable Actions" (REST API guide).
"""

# ruff: noqa: ARG001 - every resource is asked in the same way

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.salesforce import ids
from sandbox.salesforce.calls import Answer, Call
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.routing import route

if TYPE_CHECKING:
    from sandbox.salesforce.platform import Platform

Json = dict[str, object]
NAME: Final = "customNotificationAction"
_REQUIRED: Final = ("customNotifTypeId", "recipientIds", "title", "body", "targetId")
_MOST_RECIPIENTS: Final = 500
_LONGEST: Final = {"title": 250, "body": 750}
_NOWHERE: Final = "000000000000000AAA"
"""A target that stands for no record."""


def listing(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET actions."""
    return Answer(
        body={"custom": f"{call.base}/actions/custom", "standard": f"{call.base}/actions/standard"}
    )


def standard(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET actions/standard."""
    entry = {
        "label": "Send Custom Notification",
        "name": NAME,
        "type": "CUSTOMNOTIFICATION",
        "url": f"{call.base}/actions/standard/{NAME}",
    }
    return Answer(body={"actions": [entry]})


def describe(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """GET actions/standard/customNotificationAction."""
    inputs = [
        {
            "byteLength": 0,
            "description": name,
            "label": name,
            "maxOccurs": _MOST_RECIPIENTS if name == "recipientIds" else 1,
            "name": name,
            "picklistValues": None,
            "required": name != "targetId",
            "sobjectType": None,
            "type": "STRING",
        }
        for name in _REQUIRED
    ]
    outputs = [{"label": "success", "maxOccurs": 1, "name": "SuccessMessage", "type": "STRING"}]
    body = {"description": "Send a custom notification", "inputs": inputs, "label": "Send Custom Notification", "name": NAME, "outputs": outputs, "standard": True, "type": "CUSTOMNOTIFICATION"}  # fmt: skip # noqa: E501
    return Answer(body=body)


def notify(platform: Platform, call: Call, names: dict[str, str]) -> Answer:
    """POST actions/standard/customNotificationAction."""
    inputs = call.json_object().get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise Refused("INVALID_INPUT", "inputs must be a list")
    results = [_one(platform, call, given if isinstance(given, dict) else {}) for given in inputs]
    failed = sum(not result["isSuccess"] for result in results)
    return Answer(status=400 if failed == len(results) else 200, body=results)


def _one(platform: Platform, call: Call, given: Json) -> Json:
    try:
        _check(platform, call, given)
    except Refused as refused:
        return _result(errors=[refused.per_record()])
    with platform.org.unit():
        kept = {name: str(given.get(name)) for name in _REQUIRED}
        kind = str(given["customNotifTypeId"])
        platform.org.note(call.caller, "notified", "CustomNotification", kind, dict(kept))
    return _result(
        outputs={"SuccessMessage": "Your custom notification is processed successfully."}
    )


def _result(*, outputs: Json | None = None, errors: list[Json] | None = None) -> Json:
    return {
        "actionName": NAME,
        "errors": errors,
        "isSuccess": errors is None,
        "outputValues": outputs,
    }


def _check(platform: Platform, call: Call, given: Json) -> None:
    org = platform.org
    if not org.access.may(call.caller, "PermissionsSendCustomNotifications"):
        raise Refused(
            "INSUFFICIENT_ACCESS_OR_READONLY", "You need the Send Custom Notifications permission"
        )
    missing = [name for name in _REQUIRED if name != "targetId" and not given.get(name)]
    if missing:
        raise Refused(
            "MISSING_ARGUMENT", f"Missing required input parameter: {missing[0]}", missing
        )
    if ids.normal(str(given["customNotifTypeId"])) not in org.tables["CustomNotificationType"].rows:
        raise Refused("INVALID_CROSS_REFERENCE_KEY", "customNotifTypeId is not a notification type")
    for name, longest in _LONGEST.items():
        if len(str(given[name])) > longest:
            raise Refused("STRING_TOO_LONG", f"{name} is longer than {longest} characters", [name])
    _check_recipients(platform, given["recipientIds"])
    target = str(given.get("targetId") or _NOWHERE)
    if target != _NOWHERE and org.row(ids.normal(target) or "") is None:
        raise Refused("INVALID_CROSS_REFERENCE_KEY", "targetId is not the id of a record")


def _check_recipients(platform: Platform, given: object) -> None:
    recipients = given if isinstance(given, list) else [given]
    if len(recipients) > _MOST_RECIPIENTS:
        raise Refused("LIMIT_EXCEEDED", f"At most {_MOST_RECIPIENTS} recipients")
    for recipient in recipients:
        row = platform.org.row(ids.normal(str(recipient)) or "")
        if row is None or str(recipient)[:3] not in ("005", "00G", "001", "006"):
            raise Refused(
                "INVALID_CROSS_REFERENCE_KEY", f"recipient {recipient} is not a user or group"
            )


ROUTES: Final = (
    route("/actions", get=listing),
    route("/actions/standard", get=standard),
    route(f"/actions/standard/{NAME}", get=describe, post=notify),
)
