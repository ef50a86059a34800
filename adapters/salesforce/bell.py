"""Custom notifications: the bell in the header of the rep's screen.

https://developer.salesforce.com/docs/atlas.en-us.api_action.meta/api_action/actions_obj_custom_notification.htm
"""

from __future__ import annotations

from typing import Final

from adapters.salesforce import soql
from adapters.salesforce.client import Client
from adapters.salesforce.outgoing import cut
from adapters.salesforce.replies import Broken, Refused
from adapters.salesforce.settings import Settings
from connector.errors import AdapterError
from connector.model import Outcome, Write

ACTION: Final = "actions/standard/customNotificationAction"
TITLE: Final = 250
BODY: Final = 750


class Bell:
    """Rings for the owner of a new task. It never raises: a missed bell is no missed task."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._settings = settings
        self._client = client
        self._type: str | None = None

    @property
    def wanted(self) -> bool:
        """Whether the settings name a notification type."""
        return bool(self._settings.notify)

    def ring(self, write: Write, outcome: Outcome) -> bool:
        """Tell the owner about the task; whether Salesforce took it."""
        owner = write.fields.get("owner")
        if not isinstance(owner, str) or not outcome.remote_id:
            return False
        try:
            told = {
                "customNotifTypeId": self._type_id(),
                "recipientIds": [owner],
                "title": cut(str(write.fields.get("subject") or "leadmode"), TITLE),
                "body": cut(str(write.fields.get("body") or " "), BODY),
                "targetId": outcome.remote_id,
            }
            self._client.ask("POST", ACTION, json={"inputs": [told]})
        except (AdapterError, Refused, Broken):
            return False
        return True

    def _type_id(self) -> str:
        if self._type is None:
            query = soql.select(
                ["Id"],
                "CustomNotificationType",
                [soql.equals("DeveloperName", self._settings.notify)],
            )
            rows = self._client.get("tooling/query/", {"q": query}).rows("records")
            if not rows:
                raise Broken
            self._type = str(rows[0]["Id"])
        return self._type
