"""Which values the record types of an object offer.

The describe of an object names its record types; their values are told by "Get Values for All
Picklist Fields of a Record Type" of the User Interface API, a call for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adapters.salesforce import soql
from adapters.salesforce.client import Client
from adapters.salesforce.fields import Catalog, our_name
from adapters.salesforce.replies import Answer, Broken
from connector.ports import RecordKind

MOST: Final = 10
"""Record types of one object that are asked for."""


class RecordTypes:
    """Asks for the record types of one organisation."""

    def __init__(self, client: Client, catalog: Catalog) -> None:
        self._client = client
        self._catalog = catalog

    def of(self, object_type: str) -> Sequence[RecordKind]:
        """The active ones, the user's default first; none where there is only the master."""
        fields = self._catalog.fields(object_type)
        told = [each for each in self._catalog.record_types(object_type) if each.active]
        if all(each.master for each in told):
            return ()
        spelled = {field.name: our_name(fields, field) for field in fields.values()}
        found = []
        for each in sorted(told, key=lambda one: not one.default)[:MOST]:
            path = f"ui-api/object-info/{soql.name(object_type)}/picklist-values/{each.id}"
            offered = _offered(self._client.get(path))
            found.append(
                RecordKind(
                    name=each.name,
                    is_default=each.default,
                    choices={spelled.get(name, name): values for name, values in offered.items()},
                )
            )
        return found


def _offered(answer: Answer) -> dict[str, tuple[str, ...]]:
    told = answer.json().get("picklistFieldValues")
    if not isinstance(told, dict):
        raise Broken
    try:
        return {
            str(name): tuple(str(one["value"]) for one in field["values"])
            for name, field in told.items()
        }
    except (KeyError, TypeError):
        raise Broken from None
